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
    case .patches(let input): return try patches(input, request.image, into: &graph)
    }
  }

  private func patches(
    _ input: PatchInput, _ image: ImageSize, into graph: inout GraphBuilder
  ) throws(UserError) -> BuiltTower {
    let hidden = tower.stack.hidden
    var block = request.block(prefix + "embeddings")
    let shape = [batch, input.channels, image.height, image.width]
    let pixels = try block.input("image", shape)
    let weight = try block.parameter(
      "patch.weight", [hidden, input.channels, input.patch, input.patch], .embedding)
    let kind = OperatorKind.patchEmbedding(patch: input.patch, bias: input.bias)
    var x: TensorID
    if input.bias {
      let bias = try block.parameter("patch.bias", [hidden], .embedding)
      x = try block.apply("patch", kind, pixels, weight, bias)
    } else {
      x = try block.apply("patch", kind, pixels, weight)
    }
    if input.classTokens > 0, input.positionOfClass {
      x = try prepend("class", input.classTokens, x, &block)
    }
    if input.registerTokens > 0, input.positionOfRegisters {
      x = try prepend("registers", input.registerTokens, x, &block)
    }
    if input.maskToken { _ = try block.parameter("mask.token", [hidden], .embedding) }
    let positions = try block.parameter(
      "positions.weight", Array(block.block[x].shape.dropFirst()), .embedding)
    x = try block.apply("positions.sum", .add, x, positions)
    if input.classTokens > 0, !input.positionOfClass {
      x = try prepend("class", input.classTokens, x, &block)
    }
    if input.registerTokens > 0, !input.positionOfRegisters {
      x = try prepend("registers", input.registerTokens, x, &block)
    }
    if input.norm { x = try block.norm("norm", x, tower.stack) }
    block.output(x)
    let value = try graph.input(prefix + "image", shape, request.precision.compute)
    return BuiltTower(
      hidden: try graph.call(block, [value])[0], tokens: nil, tokenTable: nil,
      prefix: input.classTokens + input.registerTokens)
  }

  private func prepend(
    _ name: String, _ count: Int, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let token = try block.parameter(name + ".token", [count, tower.stack.hidden], .embedding)
    return try block.apply(name, .prependTokens, x, token)
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
