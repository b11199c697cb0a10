import DataFormats
import Graph
import Quantities

/// Linear layers with an activation between them, on each token of a sequence or on the one that
/// stands for it.
///
/// `{"kind": "projector", "from": "vision", "sizes": [4096, 4096], "activation": "gelu"}`
struct ProjectorPart: Sendable, Hashable {
  /// What stands for a sequence.
  enum Pool: String, Sendable, Hashable, CaseIterable {
    /// The first token.
    case first
    /// The last token.
    case last
    /// The mean over tokens that are no class or register tokens, or over a map's places.
    case mean
    /// The end-of-text token (CLIP).
    case endOfText
    /// The part's own dense layer and tanh on its first token (BERT).
    case pooler
  }

  var from: StreamReference
  /// Widths of the layers' results; none for pooling alone.
  var sizes: [Int]
  var activation = Activation.gelu
  var bias = true
  var pool: Pool?
  /// Whether what is projected is normalised before.
  var norm = false
  /// Whether the result is normalised.
  var finalNorm = false
  /// Whether layers of equal width and the others alike are followed by a batch norm (MGCA).
  var batchNorm = false
  /// Whether gradients stop here.
  var detach = false
  /// Tokens into which a vector's result is cut (a visual prefix).
  var tokens = 1
}

extension ProjectorPart {
  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(
      known: CompositePart.keys.union([
        "from", "sizes", "activation", "bias", "pool", "norm", "finalNorm", "batchNorm", "detach",
        "tokens",
      ]))
    from = try StreamReference(cursor.field("from"))
    sizes = []
    for item in try cursor.optional("sizes")?.elements() ?? [] {
      sizes.append(try item.int(in: 1...100_000_000))
    }
    activation = try cursor.optional("activation")?.word(Activation.self) ?? .gelu
    bias = try cursor.bool("bias", true)
    pool = try cursor.optional("pool")?.word(Pool.self)
    norm = try cursor.bool("norm", false)
    finalNorm = try cursor.bool("finalNorm", false)
    batchNorm = try cursor.bool("batchNorm", false)
    detach = try cursor.bool("detach", false)
    let field = try cursor.optional("tokens")
    tokens = try field?.int(in: 1...100_000) ?? 1
    if let field, (sizes.last ?? 0) % tokens != 0 {
      throw field.error("\(tokens) tokens do not divide a width of \(sizes.last ?? 0)")
    }
    guard !sizes.isEmpty || pool != nil || norm || detach else {
      throw cursor.error("does nothing: give it \"sizes\" or \"pool\"")
    }
  }

  /// Projects a part's value.
  func build(
    _ stream: Stream, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    var block = scope.block("projection")
    var values: [ValueID] = []
    var x = try entered(stream, scope, &block, &values, graph)
    if norm { x = try block.layerNorm("norm", x, epsilon: 1e-5) }
    for (index, size) in sizes.enumerated() {
      if index > 0 {
        x = try block.apply("activation.\(index)", .activation(activation), x)
      }
      x = try block.linear("layer.\(index)", x, to: size, bias: bias, .projection)
      if batchNorm, block.block[x].shape.count == 2 {
        let gamma = try block.parameter("layer.\(index).norm.weight", [size], .norm)
        let beta = try block.parameter("layer.\(index).norm.bias", [size], .norm)
        let kind = OperatorKind.channelNorm(ChannelNorm(.batch, epsilon: 1e-5))
        x = try block.applyAll("layer.\(index).norm", kind, [x, gamma, beta])[0]
      }
    }
    if finalNorm { x = try block.layerNorm("finalNorm", x, epsilon: 1e-5) }
    if tokens > 1, block.block[x].shape.count == 2 {
      let shape = block.block[x].shape
      x = try block.apply("tokens", .cast, x, shape: [shape[0], tokens, shape[1] / tokens])
    }
    if detach { x = try block.apply("detach", .detach, x) }
    block.output(x)
    let value = try graph.call(block, values)[0]
    guard pool == nil else { return Stream(value: value) }
    return Stream(value: value, prefix: stream.prefix, patches: stream.patches)
  }

  /// What is projected: a pooled vector or all tokens.
  private func entered(
    _ stream: Stream, _ scope: BuildScope, _ block: inout BlockBuilder,
    _ values: inout [ValueID], _ graph: GraphBuilder
  ) throws(UserError) -> TensorID {
    if pool == .pooler {
      guard let pooled = stream.pooled else {
        throw scope.fault(
          "pool", "\(from.part) has no pooler", remedy: "use first, mean or last")
      }
      values.append(pooled)
      return try block.input("pooled", graph.shape(pooled))
    }
    let shape = graph.shape(stream.value)
    values.append(stream.value)
    let hidden = try block.input("hidden", shape)
    if shape.count == 2 { return hidden }
    let rows = try block.tokenRows(hidden)
    guard let pool else { return try block.cut(rows, from) }
    switch pool {
    case .first: return try block.apply("pool", .pool(.token(from.skip)), rows)
    case .last:
      let length = block.block[rows].shape[1]
      return try block.apply("pool", .pool(.token(length - 1 - from.drop)), rows)
    case .endOfText:
      guard let tokens = stream.tokens else {
        throw scope.fault("pool", "\(from.part) reads no tokens", remedy: "use first or mean")
      }
      values.append(tokens)
      let ids = try block.input("tokens", graph.shape(tokens), .int32)
      return try block.apply("pool", .pool(.endOfText), rows, ids)
    default:
      return try block.apply(
        "pool", .pool(.mean(from: from.skip + (shape.count == 3 ? stream.prefix : 0))), rows)
    }
  }
}
