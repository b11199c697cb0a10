import Executor
import Graph
import Quantities
import Testing

@testable import Kernels

/// Steps that run tile by tile give what the same steps give one by one.
@Suite struct StepGroupTests {
  /// What follows a product `y[m,n]`, and the shapes of its other inputs.
  enum Tail: String, CaseIterable, Sendable {
    case gelu, residual, row, geluThenResidual, gate, backward, threeProducts
  }

  struct Chain {
    var program = Program()
    var inputs: [Int] = []
    /// Each step's kind and the buffers that it reads and writes.
    var steps: [(kind: OperatorKind, inputs: [Int], output: Int)] = []
    let type: DataType

    mutating func input(_ shape: [Int]) -> Int {
      inputs.append(program.add(Tensor("in", shape, type, .input), .zero))
      return inputs[inputs.count - 1]
    }
    mutating func apply(_ kind: OperatorKind, _ from: [Int], to shape: [Int]) -> Int {
      let output = program.add(Tensor("out", shape, type, .activation), .transient)
      let buffers = from + [output]
      let op = Operator(
        "\(kind)", kind, from.indices.map { TensorID($0) }, [TensorID(from.count)])
      program.add(op, tensors: buffers.map { program.buffers[$0].tensor }) { buffers[$0.index] }
      steps.append((kind, from, output))
      return output
    }
  }

  static func chain(_ tail: Tail, _ m: Int, _ n: Int, _ k: Int, _ type: DataType) -> Chain {
    var chain = Chain(type: type)
    let x = chain.input([m, k])
    let shape = [m, n]
    func product(_ chain: inout Chain) -> Int {
      let operands = [x, chain.input([n, k]), chain.input([n])]
      return chain.apply(.linear(bias: true), operands, to: shape)
    }
    var y = product(&chain)
    switch tail {
    case .gelu: y = chain.apply(.activation(.gelu), [y], to: shape)
    case .residual: y = chain.apply(.add, [chain.input(shape), y], to: shape)
    case .row: y = chain.apply(.add, [y, chain.input([n])], to: shape)
    case .geluThenResidual:
      y = chain.apply(.activation(.geluTanh), [y], to: shape)
      y = chain.apply(.add, [y, chain.input(shape)], to: shape)
    case .gate:
      let up = product(&chain)
      y = chain.apply(.gatedActivation(.silu), [y, up], to: shape)
    case .backward: y = chain.apply(.activationBackward(.gelu), [y, chain.input(shape)], to: shape)
    case .threeProducts:
      chain.program.keep(y)
      chain.program.keep(product(&chain))
      y = product(&chain)
    }
    chain.program.keep(y)
    return chain
  }

  static let shapes = [(1, 40, 24), (3, 33, 17), (70, 48, 30), (130, 530, 40), (600, 300, 20)]

  @Test(arguments: Tail.allCases, shapes)
  func groupsGiveWhatStepsGive(_ tail: Tail, _ shape: (Int, Int, Int)) throws {
    for (seed, table) in ForwardTests.tables.enumerated() {
      // Every instruction set, every format; not each with each: pools come and go in each run.
      let types = [[DataType.fp32, .bf16], [.bf16], [.fp16], [.fp32, .bf16]]
      for type in types[seed % types.count] {
        var random = TestRandom(seed + 1)
        let chain = StepGroupTests.chain(tail, shape.0, shape.1, shape.2, type)
        #expect(chain.program.groups.count == 1)
        var values: [Int: Values] = [:]
        for buffer in chain.inputs {
          values[buffer] = random.values(chain.program.buffers[buffer].tensor.shape, type)
        }
        let given = values
        for step in chain.steps {
          let shape = chain.program.buffers[step.output].tensor.shape
          let operands = step.inputs.compactMap { values[$0] }.map {
            Operand(type: type, values: $0)
          }
          let got = try run(step.kind, operands, outputs: [(shape, type)], kernels: table)
          values[step.output] = Values(shape, got[0])
        }
        let got = try ModelRunTests.withTeam(1 + seed % 3) { team in
          let runner = try ProgramRunner(
            chain.program, team: team, kernels: table, guards: Watch.guards)
          for (buffer, value) in given {
            try runner.write(value.elements.map { Float($0) }, to: buffer)
          }
          try runner.run()
          return try chain.program.results.map { try runner.read($0).map(Double.init) }
        }
        for (buffer, result) in zip(chain.program.results, got) {
          let want = values[buffer]?.elements ?? []
          // Blocks of other sizes may sum in another order, and a sum may round the other way.
          #expect(normalisedError(result, want) <= 2 * bound(type, depth: shape.2), "\(table.name)")
        }
      }
    }
  }

  @Test func packedWeightsFollowTheirSource() throws {
    let chain = StepGroupTests.chain(.gelu, 20, 32, 16, .fp32)
    try ModelRunTests.withTeam(2) { team in
      let runner = try ProgramRunner(chain.program, team: team, guards: Watch.guards)
      let bare = try ProgramRunner(
        chain.program, team: team,
        memoryBudget: ProgramRunner.requiredBytes(chain.program, lanes: 2))
      #expect(runner.requiredBytes > bare.requiredBytes)
      for seed in 1...3 {
        var random = TestRandom(seed)
        for buffer in chain.inputs {
          let shape = chain.program.buffers[buffer].tensor.shape
          let values = random.values(shape, .fp32).elements.map { Float($0) }
          try runner.write(values, to: buffer)
          try bare.write(values, to: buffer)
        }
        try runner.run()
        try bare.run()
        let result = chain.program.results[0]
        let (got, want) = (try runner.read(result), try bare.read(result))
        #expect(normalisedError(got.map(Double.init), want.map(Double.init)) < 1e-6)
      }
    }
  }

  @Test func aProductOfAGroupsOwnResultStartsAnother() {
    var chain = StepGroupTests.chain(.gelu, 8, 16, 16, .fp32)
    let weight = chain.input([16, 16])
    _ = chain.apply(.linear(bias: false), [chain.steps[1].output, weight], to: [8, 16])
    #expect(chain.program.groups.map(\.steps) == [0..<2, 2..<3])
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func blocksCoverTheOutputOnce(_ seed: UInt64) {
    var random = TestRandom(Int(seed))
    let (m, n) = (Int(random.bits() % 900) + 1, Int(random.bits() % 900) + 1)
    let lanes = Int(random.bits() % 5) + 1
    let grid = ProductGrid(m: m, n: n, k: 10, lanes: lanes)
    let split = TileSplit(
      rows: m, columns: n, grid: grid, elementBytes: 4, blockBytes: seed % 2 == 0 ? nil : 1 << 16)
    var seen = [Int](repeating: 0, count: m * n)
    for block in split.lanes.joined() {
      for row in block.rows { for column in block.columns { seen[row * n + column] += 1 } }
    }
    #expect(seen.allSatisfy { $0 == 1 })
    #expect(split.lanes.count <= lanes)
  }
}
