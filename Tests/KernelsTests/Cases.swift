import Graph
import Quantities

/// An operator with random operands: what forward and gradient tests run over.
struct Case: Sendable, CustomStringConvertible {
  var kind: OperatorKind
  /// Shapes of the inputs; element bound for integer inputs.
  var inputs: [Input]
  var outputs: [Output]
  /// Terms summed for one output element.
  var depth = 1
  var description: String { "\(kind) \(inputs.map(\.shape))" }

  struct Input: Sendable {
    var shape: [Int]
    var below: Int?
    init(_ shape: [Int], below: Int? = nil) {
      self.shape = shape
      self.below = below
    }
  }
  struct Output: Sendable {
    var shape: [Int]
    /// Statistics and losses are fp32 in every precision.
    var isStatistic: Bool
    init(_ shape: [Int], statistic: Bool = false) {
      self.shape = shape
      isStatistic = statistic
    }
  }

  func operands(_ type: DataType, seed: Int) -> [Operand] {
    var random = TestRandom(seed)
    return inputs.enumerated().map { index, input in
      if let below = input.below {
        return Operand(type: .int32, values: random.integers(input.shape, below: below))
      }
      return Operand(type: type, values: random.values(input.shape, type, scale: 2))
    }
  }
  func outputs(_ type: DataType) -> [(shape: [Int], type: DataType)] {
    outputs.map { ($0.shape, $0.isStatistic ? .fp32 : type) }
  }

  /// Small shapes of every differentiable kind: odd sizes, one row, no multiple of a vector.
  static let all: [Case] = products + attentions + norms + elementwise + gathers + losses

  static let products: [Case] = [(1, 7, 5), (3, 17, 33), (9, 70, 31), (33, 40, 19), (5, 130, 64)]
    .flatMap { m, n, k in
      [
        Case(
          kind: .linear(bias: true), inputs: [.init([m, k]), .init([n, k]), .init([n])],
          outputs: [.init([m, n])], depth: k),
        Case(
          kind: .linear(bias: false), inputs: [.init([m, k]), .init([n, k])],
          outputs: [.init([m, n])], depth: k),
        Case(
          kind: .matmul(.none), inputs: [.init([m, k]), .init([k, n])],
          outputs: [.init([m, n])], depth: k),
        Case(
          kind: .matmul(.left), inputs: [.init([k, m]), .init([k, n])],
          outputs: [.init([m, n])], depth: k),
        Case(
          kind: .matmul(.right), inputs: [.init([m, k]), .init([n, k])],
          outputs: [.init([m, n])], depth: k),
      ]
    } + [
      Case(
        kind: .matmul(.left), inputs: [.init([1100, 5]), .init([1100, 6])],
        outputs: [.init([5, 6])], depth: 1100),
      Case(
        kind: .patchEmbedding(patch: 3, bias: true),
        inputs: [.init([2, 3, 6, 9]), .init([11, 3, 3, 3]), .init([11])],
        outputs: [.init([2, 6, 11])], depth: 27),
      Case(
        kind: .patchEmbedding(patch: 4, bias: false),
        inputs: [.init([1, 1, 8, 4]), .init([5, 1, 4, 4])], outputs: [.init([1, 2, 5])],
        depth: 16),
    ]

  static let attentions: [Case] = [
    (1, 1, 1, 2, 2, 8, false), (2, 5, 5, 4, 2, 7, false), (1, 9, 9, 2, 1, 16, true),
    (1, 3, 7, 2, 2, 5, true), (1, 70, 300, 1, 1, 4, false), (1, 67, 270, 1, 1, 3, true),
  ].map { b, s, t, hq, hk, d, causal in
    Case(
      kind: .attention(
        AttentionGeometry(queryHeads: hq, keyValueHeads: hk, headSize: d, causal: causal)),
      inputs: [.init([b, s, hq * d]), .init([b, t, hk * d]), .init([b, t, hk * d])],
      outputs: [.init([b, s, hq * d]), .init([b, hq, s], statistic: true)], depth: t + d)
  }

  static let norms: [Case] = [(1, 5), (3, 8), (5, 19), (2, 67)].flatMap { rows, h in
    [
      Case(
        kind: .layerNorm(epsilon: 1e-5), inputs: [.init([rows, h]), .init([h]), .init([h])],
        outputs: [
          .init([rows, h]), .init([rows], statistic: true), .init([rows], statistic: true),
        ], depth: h),
      Case(
        kind: .rmsNorm(epsilon: 1e-6), inputs: [.init([rows, h]), .init([h])],
        outputs: [.init([rows, h]), .init([rows], statistic: true)], depth: h),
      Case(
        kind: .l2Normalize, inputs: [.init([rows, h])],
        outputs: [.init([rows, h]), .init([rows], statistic: true)], depth: h),
    ]
  }

  static let elementwise: [Case] = [[1, 3], [2, 3, 13]].flatMap { (shape: [Int]) -> [Case] in
    let h = shape[shape.count - 1]
    let same = Input(shape)
    let output = [Output(shape)]
    var cases = [
      Case(kind: .add, inputs: [same, same], outputs: output),
      Case(kind: .add, inputs: [same, .init([h])], outputs: output),
      Case(kind: .scaleColumns, inputs: [same, .init([h])], outputs: output),
      Case(kind: .scale(0.375), inputs: [same], outputs: output),
      Case(kind: .scaleByExponential, inputs: [same, .init([])], outputs: output),
      Case(kind: .cast, inputs: [same], outputs: output),
    ]
    for f in Activation.allCases {
      cases.append(Case(kind: .activation(f), inputs: [same], outputs: output))
      cases.append(Case(kind: .gatedActivation(f), inputs: [same, same], outputs: output))
    }
    return cases
  } + [
    Case(
      kind: .rotary(heads: 3, base: 10000, inverse: false), inputs: [.init([2, 5, 3 * 10])],
      outputs: [.init([2, 5, 3 * 10])]),
    Case(
      kind: .rotary(heads: 1, base: 10000, inverse: true), inputs: [.init([1, 3, 34])],
      outputs: [.init([1, 3, 34])]),
  ]

  static let gathers: [Case] = [
    Case(
      kind: .embedding, inputs: [.init([2, 7], below: 5), .init([5, 9])],
      outputs: [.init([2, 7, 9])], depth: 7),
    Case(
      kind: .prependTokens, inputs: [.init([3, 4, 9]), .init([2, 9])],
      outputs: [.init([3, 6, 9])], depth: 3),
    Case(kind: .pool(.token(1)), inputs: [.init([3, 4, 9])], outputs: [.init([3, 9])]),
    Case(
      kind: .pool(.endOfText), inputs: [.init([3, 4, 9]), .init([3, 4], below: 99)],
      outputs: [.init([3, 9])]),
    Case(kind: .pool(.mean(from: 1)), inputs: [.init([3, 4, 9])], outputs: [.init([3, 9])]),
  ]

  static let losses: [Case] = [
    Case(
      kind: .crossEntropy, inputs: [.init([5, 19]), .init([5], below: 19)],
      outputs: [.init([], statistic: true), .init([5], statistic: true)], depth: 19),
    Case(
      kind: .contrastiveLoss, inputs: [.init([11, 11])],
      outputs: [
        .init([], statistic: true), .init([11], statistic: true), .init([11], statistic: true),
      ], depth: 11),
  ]
}
