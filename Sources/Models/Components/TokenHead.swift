import DataFormats
import Graph
import Quantities

/// What stands on a component's hidden states `[B, S, h]`: token predictions, a class, or an
/// embedding.
struct TokenHead: Sendable, Hashable {
  /// Rows of the token table.
  var vocabulary: Int
  /// Predicts tokens; nil without such a head.
  var language: LanguageHead?
  /// Whether tokens are predicted from earlier ones only.
  var causal = false
  /// Non-linearity of a transform head.
  var activation = Activation.gelu
  /// Added to the variance.
  var epsilon = 1e-5
  /// Which token stands for the sequence.
  var pool = PoolKind.first
  /// Classes of the supervised head; 0 gives the pooled token itself.
  var classes = 0

  init(vocabulary: Int) { self.vocabulary = vocabulary }

  /// Adds the head and what the request's objective needs.
  ///
  /// - Parameters:
  ///   - hidden: hidden states `[B, S, h]`.
  ///   - table: the token table among the shared parameters, when the head is tied to it.
  func build(
    _ scope: BuildScope, on hidden: ValueID, table: Int?, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    switch scope.request.objective {
    case .maskedLanguage, .causalLanguage:
      guard let language, causal == (scope.request.objective == .causalLanguage) else {
        throw scope.fault(
          "objective", "this model has no \(scope.request.objective.rawValue) head",
          remedy: "use supervised or embedding")
      }
      return try predict(language, scope, on: hidden, table: table, into: &graph)
    case .supervised, .embedding:
      return try classify(scope, on: hidden, into: &graph)
    default:
      throw scope.fault(
        "objective", "this model is not made for \(scope.request.objective.rawValue)",
        remedy: "use \(causal ? "causal-lm" : "masked-lm"), supervised or embedding")
    }
  }

  private func predict(
    _ language: LanguageHead, _ scope: BuildScope, on hidden: ValueID, table: Int?,
    into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let shape = graph.shape(hidden)
    var head = scope.block("head")
    var x = try head.input("hidden", shape)
    if language.kind == .transform {
      x = try head.linear("transform", x, to: shape[2], bias: true, .head)
      x = try head.apply("transform.activation", .activation(activation), x)
      x = try head.layerNorm("transform.norm", x, epsilon: epsilon)
    }
    let weight = try head.parameter("decoder.weight", [vocabulary, shape[2]], .head)
    if language.bias {
      let bias = try head.parameter("decoder.bias", [vocabulary], .head)
      x = try head.apply("logits", .linear(bias: true), x, weight, bias)
    } else {
      x = try head.apply("logits", .linear(bias: false), x, weight)
    }
    var values = [hidden]
    if scope.request.withLoss {
      let rows = Array(shape.prefix(2))
      let labels = try head.input("labels", rows, .int32)
      values.append(try scope.input("labels", rows, .int32, &graph))
      x = try head.apply("loss", .crossEntropy, x, labels)
    }
    head.output(x)
    var tied: [TiedParameter] = []
    if language.tied, let table { tied = [TiedParameter(local: weight, shared: table)] }
    return try graph.call(head, values, tied: tied)
  }

  private func classify(
    _ scope: BuildScope, on hidden: ValueID, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let request = scope.request
    let shape = graph.shape(hidden)
    var head = scope.block("head")
    let states = try head.input("hidden", shape)
    let position: Pooling =
      switch pool {
      case .first, .endOfText: .token(0)
      case .last: .token(shape[1] - 1)
      case .mean: .mean(from: 0)
      }
    var x = try head.apply("pool", .pool(position), states)
    let wanted = request.objective == .supervised ? request.classes ?? classes : 0
    if wanted > 0 { x = try head.linear("classifier", x, to: wanted, bias: true, .head) }
    return try scope.labelled(x, of: &head, [hidden], into: &graph)
  }
}

extension BlockBuilder {
  /// The same elements under another shape.
  mutating func viewed(
    _ name: String, _ x: TensorID, _ shape: [Int]
  ) throws(UserError) -> TensorID {
    try apply(name, .cast, x, shape: shape)
  }

  /// A parameter and the operator that looks up its rows.
  mutating func embedded(
    _ name: String, _ ids: TensorID, rows: Int, width: Int
  ) throws(UserError) -> (rows: TensorID, table: TensorID) {
    let table = try parameter(name + ".weight", [rows, width], .embedding)
    return (try apply(name + ".embedding", .embedding, ids, table), table)
  }
}
