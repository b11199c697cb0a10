import Graph
import Kernels
import Quantities

/// An operator with random operands: what forward and gradient tests run over.
struct Case: Sendable, CustomStringConvertible {
  var kind: OperatorKind
  /// Shapes of the inputs; element bound for integer inputs.
  var inputs: [Input]
  var outputs: [Output]
  /// Terms summed for one output element.
  var depth = 1
  /// How often a result is rounded to its format: a transposed convolution's is once more when its
  /// bias is added.
  var roundings: Double {
    if case .convolution(let geometry, bias: true) = kind, geometry.transposed { 2 } else { 1 }
  }
  var description: String { "\(kind) \(inputs.map(\.shape))" }

  struct Input: Sendable {
    var shape: [Int]
    var below: Int?
    /// Shares of classes and the like.
    var isPositive = false
    init(_ shape: [Int], below: Int? = nil, positive: Bool = false) {
      self.shape = shape
      self.below = below
      isPositive = positive
    }
  }
  struct Output: Sendable {
    var shape: [Int]
    /// A format that does not follow the case's: statistics and losses are fp32.
    var type: DataType?
    init(_ shape: [Int], statistic: Bool = false) {
      self.init(shape, type: statistic ? .fp32 : nil)
    }
    init(_ shape: [Int], type: DataType?) {
      self.shape = shape
      self.type = type
    }
  }

  func operands(_ type: DataType, seed: Int) -> [Operand] {
    var random = TestRandom(seed)
    return inputs.enumerated().map { index, input in
      if let below = input.below {
        return Operand(type: .int32, values: random.integers(input.shape, below: below))
      }
      var values = random.values(input.shape, type, scale: 2)
      if input.isPositive { values.elements = values.elements.map(abs) }
      return Operand(type: type, values: values)
    }
  }
  func outputs(_ type: DataType) -> [(shape: [Int], type: DataType)] {
    outputs.map { ($0.shape, $0.type ?? type) }
  }

  /// Small shapes of every differentiable kind: odd sizes, one row, no multiple of a vector.
  static let all: [Case] =
    products + attentions + norms + elementwise + gathers + losses + beyondTransformers

  static let products: [Case] = {
    var cases: [Case] = []
    let sizes = [(1, 7, 5), (3, 17, 33), (9, 70, 31), (33, 40, 19), (5, 130, 64)]
    for (m, n, k) in sizes {
      func add(_ kind: OperatorKind, _ shapes: [[Int]]) {
        let inputs = shapes.map { Input($0) }
        cases.append(Case(kind: kind, inputs: inputs, outputs: [Output([m, n])], depth: k))
      }
      add(.linear(bias: true), [[m, k], [n, k], [n]])
      add(.linear(bias: false), [[m, k], [n, k]])
      add(.matmul(.none), [[m, k], [k, n]])
      add(.matmul(.left), [[k, m], [k, n]])
      add(.matmul(.right), [[m, k], [n, k]])
    }
    cases.append(
      Case(
        kind: .matmul(.left), inputs: [Input([1100, 5]), Input([1100, 6])],
        outputs: [Output([5, 6])], depth: 1100))
    cases.append(
      Case(
        kind: .patchEmbedding(patch: 3, bias: true),
        inputs: [Input([2, 3, 6, 9]), Input([11, 3, 3, 3]), Input([11])],
        outputs: [Output([2, 6, 11])], depth: 27))
    cases.append(
      Case(
        kind: .patchEmbedding(patch: 4, bias: false),
        inputs: [Input([1, 1, 8, 4]), Input([5, 1, 4, 4])], outputs: [Output([1, 2, 5])],
        depth: 16))
    return cases
  }()

  static let attentions: [Case] = {
    let shapes: [(Int, Int, Int, AttentionGeometry)] = [
      (1, 1, 1, .init(queryHeads: 2, keyValueHeads: 2, headSize: 8, causal: false)),
      (2, 5, 5, .init(queryHeads: 4, keyValueHeads: 2, headSize: 7, causal: false)),
      (1, 9, 9, .init(queryHeads: 2, keyValueHeads: 1, headSize: 16, causal: true)),
      (1, 3, 7, .init(queryHeads: 2, keyValueHeads: 2, headSize: 5, causal: true)),
      (1, 70, 300, .init(queryHeads: 1, keyValueHeads: 1, headSize: 4, causal: false)),
      (1, 67, 270, .init(queryHeads: 1, keyValueHeads: 1, headSize: 3, causal: true)),
    ]
    return shapes.map { b, s, t, g in
      let q = [b, s, g.queryHeads * g.headSize]
      let k = Input([b, t, g.keyValueHeads * g.headSize])
      let lse = Output([b, g.queryHeads, s], statistic: true)
      return Case(
        kind: .attention(g), inputs: [Input(q), k, k], outputs: [Output(q), lse],
        depth: t + g.headSize)
    }
  }()

  static let norms: [Case] = {
    var cases: [Case] = []
    for (rows, h) in [(1, 5), (3, 8), (5, 19), (2, 67)] {
      let (x, g) = (Input([rows, h]), Input([h]))
      let (y, s) = (Output([rows, h]), Output([rows], statistic: true))
      cases.append(
        Case(kind: .layerNorm(epsilon: 1e-5), inputs: [x, g, g], outputs: [y, s, s], depth: h))
      cases.append(Case(kind: .rmsNorm(epsilon: 1e-6), inputs: [x, g], outputs: [y, s], depth: h))
      // A row of one or few values near 0 would make the derivative steep.
      cases.append(Case(kind: .l2Normalize, inputs: [x], outputs: [y, s], depth: h))
    }
    return cases
  }()

  static let elementwise: [Case] = {
    var cases: [Case] = []
    for shape in [[1, 3], [2, 3, 13]] {
      let (same, row, output) = (Input(shape), Input([shape[shape.count - 1]]), [Output(shape)])
      cases.append(Case(kind: .add, inputs: [same, same], outputs: output))
      cases.append(Case(kind: .add, inputs: [same, row], outputs: output))
      cases.append(Case(kind: .scaleColumns, inputs: [same, row], outputs: output))
      cases.append(Case(kind: .scale(0.375), inputs: [same], outputs: output))
      cases.append(Case(kind: .scaleByExponential, inputs: [same, Input([])], outputs: output))
      cases.append(Case(kind: .cast, inputs: [same], outputs: output))
      for f in Activation.allCases {
        cases.append(Case(kind: .activation(f), inputs: [same], outputs: output))
        cases.append(Case(kind: .gatedActivation(f), inputs: [same, same], outputs: output))
      }
    }
    cases.append(
      Case(
        kind: .rotary(heads: 3, base: 10000, inverse: false), inputs: [Input([2, 5, 30])],
        outputs: [Output([2, 5, 30])]))
    cases.append(
      Case(
        kind: .rotary(heads: 1, base: 10000, inverse: true), inputs: [Input([1, 3, 34])],
        outputs: [Output([1, 3, 34])]))
    return cases
  }()

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
