import DataFormats
import Graph
import Quantities

/// Longformer's attention (arXiv 2004.05150, section 3), as transformers computes it: each token
/// sees a window of neighbours in overlapping chunks; the first tokens may see, and be seen by, all
/// through products of their own.
public struct SlidingWindow: Sendable, Hashable {
  /// Tokens of a window, half of them on each side.
  public var window: Int
  /// Tokens at the start that see and are seen by all.
  public var globalTokens: Int

  /// Creates a pattern.
  public init(window: Int, globalTokens: Int = 0) {
    self.window = window
    self.globalTokens = globalTokens
  }

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: ["window", "globalTokens"])
    let size = try cursor.field("window")
    window = try size.int(in: 2...1_000_000)
    guard window % 2 == 0 else { throw size.error("a window has two equal sides, found \(window)") }
    globalTokens = try cursor.int("globalTokens", 0, in: 0...window)
  }
}

/// Builds one layer's attention within windows.
struct SlidingWindowAttention {
  let pattern: SlidingWindow
  let heads: Int
  let size: Int

  /// Tokens on each side.
  private var side: Int { pattern.window / 2 }

  /// `query, key, value [B, S, heads·D]` of `hidden [B, S, h]` to `[B, S, heads·D]`; a sequence is
  /// padded to whole windows within (transformers pads it before the first layer).
  func build(
    _ query: TensorID, _ key: TensorID, _ value: TensorID, hidden: TensorID,
    _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let given = block.block[query].shape
    let missing = (pattern.window - given[1] % pattern.window) % pattern.window
    let shape = [given[0], given[1] + missing, given[2]]
    func whole(_ name: String, _ x: TensorID) throws(UserError) -> TensorID {
      guard missing > 0 else { return x }
      return try block.apply(name + ".pad", .pad(axis: 1, before: 0, after: missing), x)
    }
    let scaled = try block.apply(
      "attention.scale", .scale(1 / Double(size).squareRoot()), query)
    let q = try rows("attention.query", try whole("attention.query", scaled), &block)
    let k = try rows("attention.key", try whole("attention.key", key), &block)
    let v = try rows("attention.value", try whole("attention.value", value), &block)
    var scores = try band(q, k, &block)
    let global = pattern.globalTokens
    if global > 0 {
      let chosen = try block.apply(
        "attention.key.global", .slice(axis: 1, start: 0, count: global), k)
      let far = try block.apply("attention.scores.global", .batchedMatmul(.right), q, chosen)
      let near = Array(block.block[scores].shape.dropLast())
      let view = try block.viewed("attention.scores.far", far, near + [global])
      scores = try block.apply("attention.scores.all", .concatenate(axis: 3), scores, view)
    }
    let shares = try block.apply("attention.softmax", .softmax, scores)
    let mixed = try mixed(shares, v, &block)
    let samples = try block.viewed(
      "attention.samples", mixed, [shape[0], heads, shape[1], size])
    var joined = try block.joinHeads("attention", samples)
    if missing > 0 {
      joined = try block.apply(
        "attention.cut", .slice(axis: 1, start: 0, count: given[1]), joined)
    }
    return try withGlobal(joined, hidden, &block)
  }

  /// `[B, S, heads·D]` as `[B·heads, S, D]`.
  private func rows(
    _ name: String, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let shape = block.block[x].shape
    return try block.viewed(
      name + ".rows", try block.splitHeads(name, x, heads: heads),
      [shape[0] * heads, shape[1], size])
  }

  /// Blocks of one side's tokens: `[B·heads, S/side, side, D]`.
  private func blocks(
    _ name: String, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let shape = block.block[x].shape
    return try block.viewed(
      name + ".blocks", x, [shape[0], shape[1] / side, side, shape[2]])
  }

  /// Neighbouring blocks, `count` beside each other, along the tokens.
  private func neighbours(
    _ name: String, _ x: TensorID, _ count: Int, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let chunks = block.block[x].shape[1] - count + 1
    var parts: [TensorID] = []
    for start in 0..<count {
      parts.append(
        try block.apply("\(name).\(start)", .slice(axis: 1, start: start, count: chunks), x))
    }
    return try block.applyAll(name + ".chunks", .concatenate(axis: 2), parts)[0]
  }

  /// Scores of each token against its window, `[B·heads, S/side, side, 2·side + 1]`, from products
  /// of chunks of two blocks that overlap by one.
  private func band(
    _ q: TensorID, _ k: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let queries = try neighbours(
      "attention.query", try blocks("attention.query", q, &block), 2, &block)
    let keys = try neighbours("attention.key", try blocks("attention.key", k, &block), 2, &block)
    let scores = try block.apply("attention.scores", .batchedMatmul(.right), queries, keys)
    // One more column a row shifts each row by one: diagonals become columns.
    let padded = try block.apply(
      "attention.scores.pad", .pad(axis: 2, before: 0, after: 1), scores)
    let shape = block.block[scores].shape
    let skewed = try block.viewed(
      "attention.scores.skewed", padded, [shape[0], shape[1], shape[2], shape[3] + 1])
    let upper = try block.apply(
      "attention.scores.upper", .slice(axis: 2, start: 0, count: side), skewed)
    let lower = try block.apply(
      "attention.scores.lower", .slice(axis: 2, start: side, count: side), skewed)
    let last = try block.apply(
      "attention.scores.last", .slice(axis: 1, start: shape[1] - 1, count: 1), lower)
    return try block.apply("attention.scores.band", .concatenate(axis: 1), upper, last)
  }

  /// Values of each token's window by their shares, `[B·heads, S/side, side, D]`: a product of each
  /// block's diagonalised shares with three blocks of values.
  private func mixed(
    _ shares: TensorID, _ v: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let shape = block.block[shares].shape
    let near = 2 * side + 1
    let global = pattern.globalTokens
    let band =
      global == 0
      ? shares
      : try block.apply("attention.shares.near", .slice(axis: 3, start: 0, count: near), shares)
    let padded = try block.apply(
      "attention.shares.pad", .pad(axis: 3, before: 0, after: side), band)
    let flat = try block.viewed(
      "attention.shares.flat", padded, [shape[0], shape[1], side * (near + side)])
    let cut = try block.apply(
      "attention.shares.cut", .slice(axis: 2, start: 0, count: side * 3 * side), flat)
    let wide = try block.viewed(
      "attention.shares.wide", cut, [shape[0], shape[1], side, 3 * side])
    let edges = try block.apply(
      "attention.value.pad", .pad(axis: 1, before: side, after: side), v)
    let values = try neighbours(
      "attention.value", try blocks("attention.value", edges, &block), 3, &block)
    let mixed = try block.apply("attention.near", .batchedMatmul(.none), wide, values)
    guard global > 0 else { return mixed }
    let far = try block.apply(
      "attention.shares.far", .slice(axis: 3, start: near, count: global), shares)
    let rows = try block.viewed(
      "attention.shares.far.rows", far, [shape[0], shape[1] * side, global])
    let chosen = try block.apply(
      "attention.value.global", .slice(axis: 1, start: 0, count: global), v)
    let seen = try block.apply("attention.far", .batchedMatmul(.none), rows, chosen)
    let view = try block.viewed(
      "attention.far.blocks", seen, [shape[0], shape[1], side, size])
    return try block.apply("attention.both", .add, mixed, view)
  }

  /// The first tokens' results come from products of their own over all tokens; without such
  /// tokens those products are parameters that nothing runs.
  private func withGlobal(
    _ mixed: TensorID, _ hidden: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let width = heads * size
    let global = min(pattern.globalTokens, block.block[hidden].shape[1])
    guard global > 0 else {
      for part in ["query", "key", "value"] {
        try block.unusedLinear(
          "attention.global." + part, from: block.block[hidden].columns, to: width, .attention)
      }
      return mixed
    }
    let first = try block.apply(
      "attention.global", .slice(axis: 1, start: 0, count: global), hidden)
    func rows(_ part: String, _ x: TensorID) throws(UserError) -> TensorID {
      let name = "attention.global." + part
      return try self.rows(
        name, try block.linear(name, x, to: width, bias: true, .attention), &block)
    }
    let scale = OperatorKind.scale(1 / Double(size).squareRoot())
    let q = try block.apply("attention.global.scale", scale, try rows("query", first))
    let (k, v) = (try rows("key", hidden), try rows("value", hidden))
    let scores = try block.apply("attention.global.scores", .batchedMatmul(.right), q, k)
    let shares = try block.apply("attention.global.softmax", .softmax, scores)
    let seen = try block.apply("attention.global.mixed", .batchedMatmul(.none), shares, v)
    let shape = block.block[mixed].shape
    let joined = try block.joinHeads(
      "attention.global",
      try block.viewed("attention.global.samples", seen, [shape[0], heads, global, size]))
    let rest = try block.apply(
      "attention.rest", .slice(axis: 1, start: global, count: shape[1] - global), mixed)
    return try block.apply("attention.joined", .concatenate(axis: 1), joined, rest)
  }
}
