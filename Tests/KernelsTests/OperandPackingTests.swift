import Executor
import Graph
import Quantities
import Testing

@testable import Kernels

/// Products whose operands are computed, so that they are brought into panels at each run, give
/// what the same products of constant operands give, and what multiplying in fp64 gives.
@Suite struct OperandPackingTests {
  /// A product kind with its operands' shapes for an `m × n` output summed over `k`.
  enum Form: String, CaseIterable, Sendable {
    case linear, gradInput, gradWeight, plain, left, right

    var kind: OperatorKind {
      switch self {
      case .linear: .linear(bias: false)
      case .gradInput: .linearGradInput
      case .gradWeight: .linearGradWeight(bias: false)
      case .plain: .matmul(.none)
      case .left: .matmul(.left)
      case .right: .matmul(.right)
      }
    }
    func shapes(_ m: Int, _ n: Int, _ k: Int) -> [[Int]] {
      switch self {
      case .linear, .right: [[m, k], [n, k]]
      case .gradInput, .plain: [[m, k], [k, n]]
      case .gradWeight, .left: [[k, m], [k, n]]
      }
    }
  }

  /// Odd extents, whole panels of 64 columns, and more than one with a rest.
  static let extents = [(9, 70, 31), (64, 64, 64), (130, 200, 97), (33, 129, 40), (70, 130, 96)]

  /// Sums of several goes (more than 1024 words) for two groups of rows: see PanelProduct.h.
  static let deep = (99, 70, 2100)

  private static func operands(
    _ form: Form, _ extents: (Int, Int, Int), _ type: DataType, round: Int, scale: Double
  ) -> [Values] {
    var random = TestRandom(round + extents.0)
    return form.shapes(extents.0, extents.1, extents.2).map {
      random.values($0, type, scale: scale)
    }
  }

  /// One run of the product; its operands are parameters, or computed (doubled) in each run.
  private static func product(
    _ form: Form, _ extents: (Int, Int, Int), _ type: DataType, lanes: Int, isComputed: Bool
  ) throws -> (values: [Float], packs: Bool) {
    let (m, n, k) = extents
    var program = Program()
    func add(_ kind: OperatorKind, _ buffers: [Int]) {
      let op = Operator(
        "\(kind)", kind, (0..<buffers.count - 1).map { TensorID($0) },
        [TensorID(buffers.count - 1)])
      program.add(op, tensors: buffers.map { program.buffers[$0].tensor }) { buffers[$0.index] }
    }
    let given = form.shapes(m, n, k).map { program.add(Tensor("x", $0, type, .input), .zero) }
    let used =
      isComputed
      ? form.shapes(m, n, k).map { program.add(Tensor("y", $0, type, .activation), .transient) }
      : given
    if isComputed { for (x, y) in zip(given, used) { add(.scale(2), [x, y]) } }
    let result = program.add(Tensor("z", [m, n], type, .activation), .transient)
    add(form.kind, used + [result])
    program.keep(result)
    return try ModelRunTests.withTeam(lanes) { team in
      let runner = try ProgramRunner(program, team: team, guards: Watch.guards)
      for round in 0..<2 {
        // The second run must not see what the first one packed.
        let values = operands(form, extents, type, round: round, scale: isComputed ? 1 : 2)
        for (x, values) in zip(given, values) {
          try runner.write(values.elements.map(Float.init), to: x)
        }
        try runner.run()
      }
      return (try runner.read(result), runner.prepared.contains { $0.productPlan?.packing != nil })
    }
  }

  static func check(_ form: Form, _ type: DataType) throws {
    for extents in extents {
      for lanes in 1...3 {
        let want = try product(form, extents, type, lanes: lanes, isComputed: false)
        let got = try product(form, extents, type, lanes: lanes, isComputed: true)
        let error = normalisedError(got.values.map(Double.init), want.values.map(Double.init))
        let limit = bound(type, depth: extents.2)
        #expect(error <= limit, "\(extents) on \(lanes)")
        #expect(!want.packs)
        // Pairs of bf16 must start where rows of an operand do, unless they are turned.
        let liesByK = [0, 1].contains { form.shapes(1, 1, 2)[$0] == [1, 2] }
        if KernelTable.best.multipliesPanels(of: type) {
          let isOdd = liesByK && extents.2 % 2 == 1 && type == .bf16
          #expect(got.packs == !isOdd, "\(extents) on \(lanes)")
        }
      }
    }
  }

  @Test(arguments: Form.allCases, [DataType.fp32, .bf16])
  func givesTheSameProducts(_ form: Form, _ type: DataType) throws { try Self.check(form, type) }

  @Test(arguments: [Form.linear, .plain, .left, .right], [DataType.fp32, .bf16])
  func sumsManyTermsAsFP64Does(_ form: Form, _ type: DataType) throws {
    let want = reference(form.kind, Self.operands(form, Self.deep, type, round: 1, scale: 2))
    for isComputed in [false, true] {
      let got = try Self.product(form, Self.deep, type, lanes: 1, isComputed: isComputed)
      let error = normalisedError(got.values.map(Double.init), want)
      #expect(error <= bound(type, depth: Self.deep.2), "computed: \(isComputed)")
    }
  }

  @Test(arguments: MemoryGuard.Side.allCases)
  func touchesNoMemoryOfOthers(_ side: MemoryGuard.Side) async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) { [side] in
      try Watch.over(side) {
        for form in Form.allCases {
          for type in [DataType.fp32, .bf16] { try OperandPackingTests.check(form, type) }
        }
      }
    }
    MemoryGuardTests.check(result)
  }
}
