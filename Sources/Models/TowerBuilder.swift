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
    var built =
      switch tower.input {
      case .tokens(let input): try tokens(input, request.sequence, into: &graph)
      case .patches(let input): try patches(input, request.image, into: &graph)
      }
    let shape = graph.graph.values[built.hidden.index].shape
    let layer = try LayerBuilder(stack: tower.stack, request: request)
      .build(prefix + "layer", shape: shape)
    built.hidden = try graph.call(layer, count: tower.stack.layers, [built.hidden])[0]
    if tower.stack.finalNorm {
      var norm = request.block(prefix + "norm")
      let x = try norm.input("hidden", shape)
      norm.output(try norm.norm("norm", x, tower.stack))
      built.hidden = try graph.call(norm, [built.hidden])[0]
    }
    return built
  }

  private func tokens(
    _ input: TokenInput, _ sequence: Int, into graph: inout GraphBuilder
  ) throws(UserError) -> BuiltTower {
    let hidden = tower.stack.hidden
    var block = request.block(prefix + "embeddings")
    let ids = try block.input("tokens", [batch, sequence], .int32)
    let table = try block.parameter("tokens.weight", [input.vocabulary, hidden], .embedding)
    var sum = try block.apply("tokens.embedding", .embedding, ids, table)
    let tokens = try graph.input(prefix + "tokens", [batch, sequence], .int32)
    var values = [tokens]
    if input.tokenTypes > 0 {
      let types = try block.input("tokenTypes", [batch, sequence], .int32)
      let table = try block.parameter(
        "tokenTypes.weight", [input.tokenTypes, hidden], .embedding)
      let rows = try block.apply("tokenTypes.embedding", .embedding, types, table)
      sum = try block.apply("tokenTypes.sum", .add, sum, rows)
      values.append(try graph.input(prefix + "tokenTypes", [batch, sequence], .int32))
    }
    if input.positions > 0 {
      let positions = try block.input("positions", [sequence], .int32)
      let table = try block.parameter("positions.weight", [input.positions, hidden], .embedding)
      let rows = try block.apply("positions.embedding", .embedding, positions, table)
      sum = try block.apply("positions.sum", .add, sum, rows)
      values.append(try graph.input(prefix + "positions", [sequence], .int32))
    }
    if input.norm { sum = try block.norm("norm", sum, tower.stack) }
    block.output(sum)
    var tied: [TiedParameter] = []
    if tower.heads.language?.tied == true {
      tied = [TiedParameter(local: table, shared: graph.share(table, of: block.block))]
    }
    let embedded = try graph.call(block, values, tied: tied)[0]
    return BuiltTower(
      hidden: embedded, tokens: tokens, tokenTable: tied.first?.shared, prefix: 0)
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
    case .layer: try layerNorm(name, x, epsilon: stack.epsilon)
    case .rms: try rmsNorm(name, x, epsilon: stack.epsilon)
    }
  }
}
