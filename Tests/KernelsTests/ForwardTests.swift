import Graph
import Kernels
import Quantities
import Testing

@Suite struct ForwardTests {
  static let tables = KernelTable.InstructionSet.allCases.compactMap { KernelTable($0) }

  @Test(arguments: Case.all, [DataType.fp32, .bf16, .fp16])
  func agreesWithTheDefinition(_ item: Case, _ type: DataType) throws {
    for (seed, table) in ForwardTests.tables.enumerated() {
      let operands = item.operands(type, seed: seed + 1)
      let want = reference(item.kind, operands.map(\.values))
      let got = try run(
        item.kind, operands, outputs: item.outputs(type), lanes: 1 + seed, kernels: table)
      let error = normalisedError(got[0], want)
      #expect(error <= item.roundings * bound(type, depth: item.depth), "\(table.name) \(type)")
    }
  }

  @Test(arguments: [(130, 520, 1100), (64, 300, 2100), (600, 70, 40), (4, 40, 1030)])
  func largeProducts(_ m: Int, _ n: Int, _ k: Int) throws {
    var random = TestRandom(m + n)
    for type in [DataType.fp32, .bf16] {
      let x = Operand(type: type, values: random.values([m, k], type))
      let w = Operand(type: type, values: random.values([n, k], type))
      let b = Operand(type: type, values: random.values([n], type))
      let want = reference(.linear(bias: true), [x.values, w.values, b.values])
      let got = try run(
        .linear(bias: true), [x, w, b], outputs: [([m, n], type)], lanes: 3)
      #expect(normalisedError(got[0], want) <= bound(type, depth: k))
    }
  }

  @Test func longRowsCrossChunks() throws {
    var random = TestRandom(4)
    for type in [DataType.fp32, .bf16] {
      let x = Operand(type: type, values: random.values([3, 5003], type))
      let g = Operand(type: type, values: random.values([5003], type))
      let norm = try run(
        .layerNorm(epsilon: 1e-5), [x, g, g],
        outputs: [([3, 5003], type), ([3], .fp32), ([3], .fp32)], lanes: 2)
      let want = reference(.layerNorm(epsilon: 1e-5), [x.values, g.values, g.values])
      #expect(normalisedError(norm[0], want) <= bound(type, depth: 5003))
      let labels = Operand(type: .int32, values: Values([3], [0, 2048, 5002]))
      let loss = try run(.crossEntropy, [x, labels], outputs: [([], .fp32), ([3], .fp32)])
      #expect(
        normalisedError(loss[0], reference(.crossEntropy, [x.values, labels.values])) <= 1e-5)
    }
  }

  @Test func castsRoundToNearestEven() throws {
    var random = TestRandom(11)
    var numbers = (0..<500).map { _ in random.uniform(-70000, 70000) * random.uniform() }
    numbers += (0..<200).map { _ in random.uniform() * 1e-7 } + [0, 65504, -65504, 1, 0.5]
    numbers = numbers.map { Double(Float($0)) }
    let x = Operand(type: .fp32, values: Values([numbers.count], numbers))
    for type in [DataType.bf16, .fp16] {
      for table in ForwardTests.tables {
        let got = try run(.cast, [x], outputs: [([numbers.count], type)], kernels: table)
        #expect(got[0] == numbers.map { rounded($0, type) }, "\(table.name) \(type)")
      }
    }
  }

  @Test func activationsKeepTheirAccuracyInTheTails() throws {
    let xs = (0..<4001).map { Double(Float(Double($0) * 0.0045 - 9)) }
    let x = Operand(type: .fp32, values: Values([xs.count], xs))
    for f in Activation.allCases {
      let got = try run(.activation(f), [x], outputs: [([xs.count], .fp32)])[0]
      for (value, point) in zip(got, xs) {
        let want = referenceActivation(f, point)
        if want.isInfinite {
          #expect(value == want, "\(f) at \(point)")
          continue
        }
        // Relative to the value, beside an allowance for fp32's rounding of exp's argument.
        #expect(abs(value - want) <= 4e-6 * abs(want) + 1e-12, "\(f) at \(point)")
      }
    }
  }

  @Test func ignoredLabelsDoNotCount() throws {
    var random = TestRandom(3)
    let x = Operand(type: .fp32, values: random.values([4, 7], .fp32))
    let labels = Operand(type: .int32, values: Values([4], [3, -100, 0, -100]))
    let got = try run(.crossEntropy, [x, labels], outputs: [([], .fp32), ([4], .fp32)], lanes: 2)
    #expect(normalisedError(got[0], reference(.crossEntropy, [x.values, labels.values])) < 1e-6)
  }

  @Test func wrongIdsAndLabelsAreRefused() throws {
    let table = Operand(type: .fp32, values: Values([3, 2], [0, 1, 2, 3, 4, 5]))
    let ids = Operand(type: .int32, values: Values([2], [1, 3]))
    #expect(throws: UserError.self) {
      try run(.embedding, [ids, table], outputs: [([2, 2], .fp32)])
    }
    let labels = Operand(type: .int32, values: Values([3], [0, 2, 1]))
    #expect(throws: UserError.self) {
      try run(.crossEntropy, [table, labels], outputs: [([], .fp32), ([3], .fp32)])
    }
  }

  @Test func formatsWithoutKernelsAreRefused() throws {
    let x = Operand(type: .int8, values: Values([2], [1, 2]))
    #expect(throws: UserError.self) { try run(.scale(2), [x], outputs: [([2], .int8)]) }
  }
}
