import Graph
import Quantities

/// Input values, block by block, and results of a tower under construction.
struct BuiltTower {
  /// Hidden states `[B, S, h]` behind the last layer (and final norm).
  var hidden: ValueID
  /// Token ids, where end-of-text pooling needs them.
  var tokens: ValueID?
  /// Position of the token table among the shared parameters, when the head is tied to it.
  var tokenTable: Int?
  /// Tokens in front that are not patches or text.
  var prefix: Int
}

/// Builds a tower's part of a graph: input embedding, layers, final norm.
struct TowerBuilder {
  let tower: Tower
  let request: GraphRequest
  /// Prepended to block names (`text.`), so that two towers are told apart.
  let prefix: String

  private var batch: Int { request.batch }

  func build(into graph: inout GraphBuilder) throws(UserError) -> BuiltTower {
    var built = try embed(into: &graph)
    var request = request
    // Code of vision transformers drops nothing unless it is told to (timm, transformers' ViT).
    if case .patches = tower.input { request.dropout = false }
    built.hidden = try StackBuilder(stack: tower.stack, request: request, prefix: prefix)
      .build(built.hidden, into: &graph)
    return built
  }

  /// What enters the first layer, so that a composite can put other tokens beside it.
  func embed(into graph: inout GraphBuilder) throws(UserError) -> BuiltTower {
    switch tower.input {
    case .tokens(let input):
      let embedder = TokenEmbedder(
        input: input, stack: tower.stack, request: request, prefix: prefix)
      return try embedder.build(
        request.sequence, table: tower.heads.language?.tied == true ? .shared : .own, into: &graph)
    case .patches(let input):
      return try PatchEmbedder(
        input: input, stack: tower.stack, request: request, prefix: prefix
      ).build(into: &graph)
    }
  }
}

extension BlockBuilder {
  /// The stack's kind of norm.
  mutating func norm(
    _ name: String, _ x: TensorID, _ stack: TransformerStack
  ) throws(UserError) -> TensorID {
    switch stack.norm {
    case .layer where stack.normBias: try layerNorm(name, x, epsilon: stack.epsilon)
    case .layer: try unshiftedNorm(name, x, epsilon: stack.epsilon)
    case .rms: try rmsNorm(name, x, epsilon: stack.epsilon)
    }
  }
  /// Layer normalisation whose shift is a constant 0: not trained, counted among the buffers.
  private mutating func unshiftedNorm(
    _ name: String, _ x: TensorID, epsilon: Double
  ) throws(UserError) -> TensorID {
    let gamma = try parameter(name + ".weight", [block[x].columns], .norm)
    let beta = try buffer(name + ".bias", [block[x].columns])
    return try apply(name, .layerNorm(epsilon: epsilon), x, gamma, beta)
  }
}
