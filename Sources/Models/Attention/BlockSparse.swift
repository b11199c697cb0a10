import DataFormats
import Graph
import Quantities

/// BigBird's attention (arXiv 2007.14062, section 2), as transformers computes it: queries and
/// keys are cut into blocks; the first and last blocks see and are seen by all, every other block
/// sees its neighbours and some random ones. Sequences too short for that get full attention.
public struct BlockSparse: Sendable, Hashable {
  /// Tokens of a block.
  public var block: Int
  /// Random key blocks of a query block.
  public var random: Int

  /// Creates a pattern.
  public init(block: Int, random: Int) {
    self.block = block
    self.random = random
  }

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: ["block", "random"])
    block = try cursor.int("block", 64, in: 1...1_000_000)
    random = try cursor.int("random", 3, in: 1...1000)
  }

  /// Whether a sequence is long enough: more blocks than a query can see twice over, and no rest.
  func covers(_ tokens: Int) -> Bool {
    tokens % block == 0 && tokens / block > 5 + 2 * random
  }
}

/// Builds one layer's block-sparse attention product.
struct BlockSparseAttention {
  let pattern: BlockSparse
  let heads: Int
  let size: Int

  /// `query, key, value [B, S, heads·D]` to `[B, S, heads·D]`.
  func build(
    _ query: TensorID, _ key: TensorID, _ value: TensorID, _ builder: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let shape = builder.block[query].shape
    let count = shape[1] / pattern.block
    let q = try blocks("query", query, count, &builder)
    let k = try blocks("key", key, count, &builder)
    let v = try blocks("value", value, count, &builder)
    let chosen = try builder.buffer(
      "attention.random", [shape[0] * heads, (count - 2) * pattern.random], .int32)
    let keys = Sides(
      all: k, random: try gathered("key", k, chosen, &builder),
      flat: try flat("key", k, &builder))
    let values = Sides(
      all: v, random: try gathered("value", v, chosen, &builder),
      flat: try flat("value", v, &builder))
    var parts: [TensorID] = []
    parts.append(try global("first", q, 0, keys, values, &builder))
    parts.append(try edge("second", q, 1, keys, values, [0, 1, 2, count - 1], &builder))
    parts.append(try middle(q, count, keys, values, &builder))
    let near = [0, count - 3, count - 2, count - 1]
    parts.append(try edge("beforeLast", q, count - 2, keys, values, near, &builder))
    parts.append(try global("last", q, count - 1, keys, values, &builder))
    let joined = try builder.applyAll("attention.blocks", .concatenate(axis: 2), parts)[0]
    let sequence = try builder.viewed(
      "attention.tokens", joined, [shape[0], heads, shape[1], size])
    return try builder.join("attention", sequence)
  }

  /// Keys or values as blocks, those chosen at random, and as one sequence.
  private struct Sides {
    var all: TensorID
    var random: TensorID
    var flat: TensorID
  }

  /// `[B, S, heads·D]` to `[B, heads, blocks, block, D]`.
  private func blocks(
    _ name: String, _ x: TensorID, _ count: Int, _ builder: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let split = try builder.split("attention." + name, x, heads: heads)
    let rows = try builder.apply("attention.\(name).rows", .contiguous, split)
    let batch = builder.block[x].shape[0]
    return try builder.viewed(
      "attention.\(name).blocks", rows, [batch, heads, count, pattern.block, size])
  }

  /// `[B, heads, S, D]`.
  private func flat(
    _ name: String, _ x: TensorID, _ builder: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let shape = builder.block[x].shape
    return try builder.viewed(
      "attention.\(name).flat", x, [shape[0], heads, shape[2] * shape[3], size])
  }

  /// Random blocks of each but the outer query blocks: `[B, heads, blocks − 2, random·block, D]`.
  private func gathered(
    _ name: String, _ x: TensorID, _ chosen: TensorID, _ builder: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let name = "attention.\(name).random"
    let shape = builder.block[x].shape
    let rows = try builder.viewed(
      name + ".rows", x, [shape[0] * heads, shape[2], pattern.block * size])
    let picked = try builder.apply(name, .gatherRows, rows, chosen)
    return try builder.viewed(
      name + ".blocks", picked,
      [shape[0], heads, shape[2] - 2, pattern.random * pattern.block, size])
  }

  private func one(
    _ name: String, _ x: TensorID, _ index: Int, _ builder: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let shape = builder.block[x].shape
    let view = try builder.apply(
      name, .slice(axis: 2, start: index, count: 1), x)
    return try builder.viewed(name + ".tokens", view, [shape[0], heads, shape[3], size])
  }

  /// softmax(q·kᵀ/√D)·v, as a block `[B, heads, 1, block, D]`.
  private func product(
    _ name: String, _ q: TensorID, _ k: TensorID, _ v: TensorID, _ builder: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let raw = try builder.apply(name + ".scores", .batchedMatmul(.right), q, k)
    let scores = try builder.apply(
      name + ".scale", .scale(1 / Double(size).squareRoot()), raw)
    let map = try builder.apply(name + ".map", .softmax, scores)
    let mixed = try builder.apply(name, .batchedMatmul(.none), map, v)
    let shape = builder.block[mixed].shape
    return try builder.viewed(name + ".block", mixed, [shape[0], heads, 1, shape[2], size])
  }

  /// A block that sees every key.
  private func global(
    _ name: String, _ q: TensorID, _ index: Int, _ keys: Sides, _ values: Sides,
    _ builder: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let name = "attention." + name
    let query = try one(name + ".query", q, index, &builder)
    return try product(name, query, keys.flat, values.flat, &builder)
  }

  /// A block beside the first or last: four given blocks and its random ones.
  private func edge(
    _ name: String, _ q: TensorID, _ index: Int, _ keys: Sides, _ values: Sides,
    _ near: [Int], _ builder: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let name = "attention." + name
    func seen(_ word: String, _ side: Sides, _ builder: inout BlockBuilder) throws(UserError)
      -> TensorID
    {
      var parts: [TensorID] = []
      for position in near {
        parts.append(try one("\(name).\(word).\(position)", side.all, position, &builder))
      }
      let shape = builder.block[side.random].shape
      let view = try builder.apply(
        "\(name).\(word).random", .slice(axis: 2, start: index - 1, count: 1), side.random)
      parts.append(
        try builder.viewed(
          "\(name).\(word).random.tokens", view, [shape[0], heads, shape[3], size]))
      return try builder.applyAll("\(name).\(word)", .concatenate(axis: 2), parts)[0]
    }
    let query = try one(name + ".query", q, index, &builder)
    return try product(
      name, query, try seen("key", keys, &builder), try seen("value", values, &builder), &builder)
  }

  /// All other blocks at once: three neighbours, random blocks, the first and the last.
  private func middle(
    _ q: TensorID, _ count: Int, _ keys: Sides, _ values: Sides, _ builder: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let name = "attention.middle"
    let inner = count - 4
    let query = try builder.apply(
      name + ".query", .slice(axis: 2, start: 2, count: inner), q)
    func near(_ word: String, _ x: TensorID, _ builder: inout BlockBuilder) throws(UserError)
      -> TensorID
    {
      var parts: [TensorID] = []
      for shift in 1...3 {
        parts.append(
          try builder.apply(
            "\(name).\(word).\(shift)", .slice(axis: 2, start: shift, count: inner), x))
      }
      return try builder.applyAll("\(name).\(word).near", .concatenate(axis: 3), parts)[0]
    }
    func chosen(_ word: String, _ x: TensorID, _ builder: inout BlockBuilder) throws(UserError)
      -> TensorID
    {
      try builder.apply(
        "\(name).\(word).random", .slice(axis: 2, start: 1, count: inner), x)
    }
    func outer(_ word: String, _ x: TensorID, _ builder: inout BlockBuilder) throws(UserError)
      -> TensorID
    {
      let first = try one("\(name).\(word).first", x, 0, &builder)
      let last = try one("\(name).\(word).last", x, count - 1, &builder)
      let both = try builder.applyAll(
        "\(name).\(word).outer", .concatenate(axis: 2), [first, last])[0]
      return try builder.apply(
        "\(name).\(word).repeat", .expand(axes: [2], extents: [inner], mean: false), both)
    }
    func side(_ word: String, _ side: Sides, _ builder: inout BlockBuilder) throws(UserError)
      -> [TensorID]
    {
      [
        try near(word, side.all, &builder), try chosen(word, side.random, &builder),
        try outer(word, side.all, &builder),
      ]
    }
    var scores: [TensorID] = []
    for (index, key) in try side("key", keys, &builder).enumerated() {
      scores.append(
        try builder.apply("\(name).scores.\(index)", .batchedMatmul(.right), query, key))
    }
    let raw = try builder.applyAll(name + ".scores", .concatenate(axis: 4), scores)[0]
    let scaled = try builder.apply(
      name + ".scale", .scale(1 / Double(size).squareRoot()), raw)
    let map = try builder.apply(name + ".map", .softmax, scaled)
    var start = 0
    var sum: TensorID?
    for (index, value) in try side("value", values, &builder).enumerated() {
      let width = builder.block[value].shape[3]
      let part = try builder.apply(
        "\(name).map.\(index)", .slice(axis: 4, start: start, count: width), map)
      let mixed = try builder.apply("\(name).\(index)", .batchedMatmul(.none), part, value)
      start += width
      if let before = sum {
        sum = try builder.apply("\(name).sum.\(index)", .add, before, mixed)
      } else {
        sum = mixed
      }
    }
    return sum ?? query
  }
}
