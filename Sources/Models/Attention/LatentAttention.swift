import DataFormats
import Graph
import Quantities

/// Attention whose keys and values are made of one narrow latent a token (multi-head latent
/// attention; DeepSeek-V2, arXiv 2405.04434, section 2.1): the cache holds the latent and one
/// rotated key that all heads share.
public struct LatentAttention: Sendable, Hashable {
  /// Width of the latent that keys and values are made of.
  public var keyValueRank: Int
  /// Width of the latent that queries are made of; nil: they are made of the hidden states.
  public var queryRank: Int?
  /// Elements of a head that are rotated; keys share them.
  public var rotated: Int
  /// Elements of a head's query and key that are not.
  public var plain: Int
  /// Elements of a head's value.
  public var value: Int

  /// Creates the widths.
  public init(keyValueRank: Int, queryRank: Int?, rotated: Int, plain: Int, value: Int) {
    self.keyValueRank = keyValueRank
    self.queryRank = queryRank
    self.rotated = rotated
    self.plain = plain
    self.value = value
  }

  /// Elements of a head's query and key.
  var headSize: Int { rotated + plain }

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(
      known: ["keyValueRank", "queryRank", "rotated", "plain", "value"])
    func width(_ key: String) throws(JSONError) -> Int {
      try cursor.field(key).int(in: 1...1_000_000)
    }
    self.init(
      keyValueRank: try width("keyValueRank"),
      queryRank: try cursor.optional("queryRank")?.int(in: 1...1_000_000),
      rotated: try width("rotated"), plain: try width("plain"), value: try width("value"))
    guard rotated % 2 == 0 else {
      throw try cursor.field("rotated").error("elements are rotated in pairs, found \(rotated)")
    }
  }
}

/// Latent attention of one layer.
///
/// A head is laid out as its rotated part and then the plain one; the product that makes keys and
/// values of the latent is two here, so that each keeps its cut by heads. Both change the order of
/// rows of the published weights, not what is computed.
struct LatentAttentionBuilder {
  let latent: LatentAttention
  let stack: TransformerStack

  /// What earlier tokens left: their latents `[B, T, keyValueRank]` and rotated keys `[B, T, r]`.
  typealias Cache = (keys: TensorID, values: TensorID)

  /// The heads' results `[B, S, heads · value]` of hidden states `[B, S, h]`.
  func build(
    _ x: TensorID, _ cache: Cache?, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let query = try query(x, &block)
    var compressed = try block.linear(
      "attention.latent", x, to: latent.keyValueRank, bias: stack.outputBias, .attention)
    compressed = try block.norm("attention.latent.norm", compressed, stack)
    var shared = try block.linear(
      "attention.key.shared", x, to: latent.rotated, bias: stack.outputBias, .attention)
    if let base = stack.rotaryBase {
      shared = try block.apply(
        "attention.key.shared.rotary", .rotary(heads: 1, base: base, inverse: false), shared)
    }
    if let cache {
      compressed = try block.apply(
        "attention.latents", .concatenate(axis: 1), cache.keys, compressed)
      shared = try block.apply(
        "attention.keys.shared", .concatenate(axis: 1), cache.values, shared)
    }
    let key = try key(compressed, shared, &block)
    let value = try block.linear(
      "attention.value", compressed, to: stack.heads * latent.value, bias: false, .attention)
    return try block.apply("attention", .attention(stack.geometry), query, key, value)
  }

  private func query(_ x: TensorID, _ block: inout BlockBuilder) throws(UserError) -> TensorID {
    var source = x
    if let rank = latent.queryRank {
      source = try block.linear(
        "attention.query.latent", x, to: rank, bias: stack.outputBias, .attention)
      source = try block.norm("attention.query.latent.norm", source, stack)
    }
    let query = try block.linear(
      "attention.query", source, to: stack.heads * latent.headSize, bias: false, .attention)
    guard let base = stack.rotaryBase else { return query }
    return try block.apply(
      "attention.query.rotary",
      .partialRotary(
        heads: stack.heads, dimensions: latent.rotated, base: base, inverse: false), query)
  }

  /// Each head's key: the shared rotated part beside its own.
  private func key(
    _ compressed: TensorID, _ shared: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let own = try block.linear(
      "attention.key", compressed, to: stack.heads * latent.plain, bias: false, .attention)
    let tokens = Array(block.block[own].shape.dropLast())
    let heads = try block.viewed(
      "attention.key.heads", own, tokens + [stack.heads, latent.plain])
    let spread = try block.apply(
      "attention.key.spread", .expand(axes: [2], extents: [stack.heads], mean: false), shared)
    let joined = try block.apply(
      "attention.key.join", .concatenate(axis: 3), spread, heads)
    return try block.viewed(
      "attention.keys", joined, tokens + [stack.heads * latent.headSize])
  }
}
