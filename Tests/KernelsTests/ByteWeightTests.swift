import Executor
import Graph
import Kernels
import Quantities
import Testing

/// Linear maps with weights of one byte an element against the same product in double precision.
@Suite struct ByteWeightTests {
  static let sizes = [[1, 64, 5], [3, 33, 17], [4, 7, 130], [5, 40, 33], [70, 129, 200]]

  @Test(arguments: sizes, [DataType.fp32, .bf16])
  func agreesWithTheExpandedWeight(_ size: [Int], _ type: DataType) throws {
    let (m, k, n) = (size[0], size[1], size[2])
    for (seed, table) in ForwardTests.tables.enumerated() {
      var random = TestRandom(m + seed)
      let x = random.values([m, k], type)
      let bias = random.values([n], type)
      let codes = random.integers([n, k], below: 255).elements.map { $0 - 127 }
      let scales = random.values([n], .fp32).elements.map { abs($0) / 64 }
      let expanded = codes.enumerated().map { $1 * scales[$0 / k] }
      let want = reference(.linear(bias: true), [x, Values([n, k], expanded), bias])

      var program = Program()
      let tensors = [
        Tensor("x", [m, k], type, .input), Tensor("w", [n, k], .int8, .parameter(.mlp)),
        Tensor("b", [n], type, .parameter(.mlp)), Tensor("y", [m, n], type, .activation),
        Tensor("w.scales.0", [n], .fp32, .buffer),
      ]
      let buffers = tensors.map { program.add($0, $0.name == "y" ? .transient : .zero) }
      let op = Operator(
        "test", .linear(bias: true), [0, 1, 2].map { TensorID($0) }, [TensorID(3)])
      program.add(op, tensors: tensors) { buffers[$0.index] }
      program.keep(buffers[3])
      let got = try ModelRunTests.withTeam(1 + seed) { team in
        let runner = try ProgramRunner(
          program, team: team, kernels: table, guards: Watch.guards)
        for (buffer, values) in zip([0, 1, 2, 4], [x.elements, codes, bias.elements, scales]) {
          try runner.write(values.map { Float($0) }, to: buffer)
        }
        try runner.run()
        return try runner.read(buffers[3]).map(Double.init)
      }
      // An expanded weight is rounded to the format of x.
      #expect(normalisedError(got, want) <= 2 * bound(type, depth: k), "\(table.name)")
    }
  }

  @Test func weightsWithoutScalesAreRefused() throws {
    let x = Operand(type: .fp32, values: Values([1, 2], [1, 2]))
    let w = Operand(type: .int8, values: Values([1, 2], [1, 2]))
    #expect(throws: UserError.self) {
      try run(.linear(bias: false), [x, w], outputs: [([1, 1], .fp32)])
    }
  }
}
