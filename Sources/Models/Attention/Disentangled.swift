import DataFormats
import Graph
import Quantities

/// Attention over content and position apart (DeBERTa, arXiv 2006.03654, section 3.1): a score is
/// content to content plus content to position plus position to content.
public struct Disentangled: Sendable, Hashable {
  /// Distances told apart on each side; the table of all layers has twice as many rows.
  public var span: Int
  /// Whether positions pass the content's own products (v2, v3: every row is read) or products of
  /// their own (v1: only the rows that a sequence reaches).
  public var sharedProducts: Bool
  /// Whether the table is normalised before the first layer (v2, v3).
  public var norm: Bool

  /// Creates a pattern.
  public init(span: Int, sharedProducts: Bool = true, norm: Bool = true) {
    self.span = span
    self.sharedProducts = sharedProducts
    self.norm = norm
  }

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: ["span", "sharedProducts", "norm"])
    span = try cursor.field("span").int(in: 1...1_000_000)
    sharedProducts = try cursor.bool("sharedProducts", true)
    norm = try cursor.bool("norm", true)
  }

  /// The rows of the table that a sequence reads, as `[first, count]`.
  func rows(_ tokens: Int) -> (start: Int, count: Int) {
    let reach = sharedProducts ? span : min(span, tokens)
    return (span - reach, 2 * reach)
  }
}

/// Builds the table of relative positions and one layer's product with it.
struct DisentangledAttention {
  let pattern: Disentangled
  let stack: TransformerStack

  /// The table's rows `[rows, h]`, a parameter of the model's own.
  func table(
    tokens: Int, _ request: GraphRequest, prefix: String, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var block = request.block(prefix + "relativePositions")
    var rows = try block.parameter(
      "relativePositions.weight", [2 * pattern.span, stack.hidden], .embedding)
    if pattern.norm { rows = try block.norm("relativePositions.norm", rows, stack) }
    let (start, count) = pattern.rows(tokens)
    block.output(
      try block.apply("relativePositions", .slice(axis: 0, start: start, count: count), rows))
    return try graph.call(block, [])[0]
  }

  /// `query, key, value [B, S, heads·D]` to `[B, S, heads·D]`.
  ///
  /// - Parameters:
  ///   - table: rows of relative positions `[rows, h]`.
  ///   - offsets: the row of each query and key `[S, S]`.
  func build(
    _ query: TensorID, _ key: TensorID, _ value: TensorID, table: TensorID, offsets: TensorID,
    _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let batch = block.block[query].shape[0]
    let scale = OperatorKind.scale(1 / Double(3 * stack.headSize).squareRoot())
    let q = try block.splitHeads("attention.query", query, heads: stack.heads)
    let k = try block.splitHeads("attention.key", key, heads: stack.heads)
    let v = try block.splitHeads("attention.value", value, heads: stack.heads)
    let keys = try places("key", table, batch, &block)
    let queries = try places("query", table, batch, &block)

    let content = try block.apply(
      "attention.scores", .batchedMatmul(.right), q, try block.apply("attention.scale", scale, k))
    let toPosition = try block.apply(
      "attention.toPosition", .batchedMatmul(.right), q,
      try block.apply("attention.positions.key.scale", scale, keys))
    let fromPosition = try block.apply(
      "attention.fromPosition", .batchedMatmul(.right), k,
      try block.apply("attention.positions.query.scale", scale, queries))
    var scores = try block.apply(
      "attention.scores.key", .add, content,
      try chosen("attention.toPosition", toPosition, offsets, order: [2, 3, 0, 1], &block))
    scores = try block.apply(
      "attention.scores.query", .add, scores,
      try chosen("attention.fromPosition", fromPosition, offsets, order: [2, 3, 1, 0], &block))
    let shares = try block.apply("attention.softmax", .softmax, scores)
    let mixed = try block.apply("attention", .batchedMatmul(.none), shares, v)
    return try block.joinHeads("attention", mixed)
  }

  /// The table through a product, for each head and sample: `[B, heads, rows, D]`.
  private func places(
    _ part: String, _ table: TensorID, _ batch: Int, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let name = "attention.positions." + part
    let width = stack.heads * stack.headSize
    let rows: TensorID
    if pattern.sharedProducts, let weight = block.parameter(named: "attention.\(part).weight") {
      let shift = block.parameter(named: "attention.\(part).bias")
      rows = try block.applyAll(
        name, .linear(bias: shift != nil), [table, weight] + (shift.map { [$0] } ?? []))[0]
    } else {
      rows = try block.linear(name, table, to: width, bias: part == "query", .attention)
    }
    let count = block.block[rows].shape[0]
    let heads = try block.viewed(name + ".heads", rows, [count, stack.heads, stack.headSize])
    let sorted = try block.reordered(name + ".order", heads, [1, 0, 2])
    return try block.repeated(name + ".samples", sorted, samples: batch)
  }

  /// Scores against the table's rows `[B, H, S, rows]`, each at the rows of its pairs:
  /// `[B, H, S, S]`.
  private func chosen(
    _ name: String, _ scores: TensorID, _ offsets: TensorID, order: [Int],
    _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let shape = block.block[scores].shape
    let sorted = try block.reordered(name + ".order", scores, [2, 3, 0, 1])
    let rows = try block.viewed(name + ".rows", sorted, [shape[2], shape[3], shape[0] * shape[1]])
    let picked = try block.apply(name + ".chosen", .gatherRows, rows, offsets)
    let pairs = try block.viewed(
      name + ".pairs", picked, [shape[2], shape[2], shape[0], shape[1]])
    return try block.reordered(name + ".scores", pairs, order)
  }
}

extension BlockBuilder {
  /// A parameter of this block by its name.
  func parameter(named name: String) -> TensorID? {
    block.parameters.first { block[$0].name == name }
  }
}
