import Graph
import Quantities

/// Invariant point attention (Jumper et al. 2021, supplement algorithm 22): scores from scalar
/// products, from pairs, and from distances of points that each residue places in its frame.
struct PointAttention {
  let module: StructureModule

  /// `s[B, N, C], z[B, N, N, D]` and frames to the update `[B, N, C]`.
  func build(
    _ s: TensorID, _ z: TensorID, _ frames: Frames, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let heads = module.heads
    let shape = block.block[s].shape
    let (b, n) = (shape[0], shape[1])
    let scalars = try projections(s, &block)
    let points = try self.points(s, frames, &block)
    var scores = try block.apply(
      "attention.scores", .batchedMatmul(.right), scalars.query, scalars.key)
    let dense = try block.linear("attention.pairs", z, to: heads, bias: true, .attention)
    let third = try block.apply("attention.pairs.turn", .permute([0, 3, 1, 2]), dense)
    scores = try block.apply("attention.pairs.sum", .add, scores, third)
    let distances = try distances(points.query, points.key, &block)
    scores = try block.apply("attention.points.sum", .add, scores, distances)
    let map = try block.apply("attention.map", .softmax, scores)
    let mixed = try block.apply("attention", .batchedMatmul(.none), map, scalars.value)
    let flat = try block.join("attention.joined", mixed)
    let placed = try mixedPoints(map, points.value, frames, &block)
    let rows = try block.apply("attention.map.rows", .permute([0, 2, 1, 3]), map)
    let written = try block.apply("attention.map.written", .contiguous, rows)
    let paired = try block.apply("attention.mixed.pairs", .batchedMatmul(.none), written, z)
    let width = block.block[z].columns
    let pairs = try block.viewed("attention.mixed.pairs.flat", paired, [b, n, heads * width])
    let all = try block.applyAll(
      "attention.results", .concatenate(axis: 2),
      [flat, placed.points, placed.lengths, pairs])[0]
    return try block.linear("attention.output", all, to: module.width, bias: true, .attention)
  }

  private func projections(
    _ s: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> (query: TensorID, key: TensorID, value: TensorID) {
    let (heads, size) = (module.heads, module.size)
    let q = try block.linear("attention.query", s, to: heads * size, bias: true, .attention)
    let kv = try block.linear(
      "attention.keyValue", s, to: 2 * heads * size, bias: true, .attention)
    let both = try block.split("attention.keyValue", kv, heads: heads)
    func part(_ name: String, _ start: Int, _ block: inout BlockBuilder) throws(UserError)
      -> TensorID
    {
      let view = try block.apply(
        "attention.\(name)", .slice(axis: 3, start: start, count: size), both)
      return try block.apply("attention.\(name).rows", .contiguous, view)
    }
    let query = try block.apply(
      "attention.query.rows", .contiguous,
      try block.split("attention.query", q, heads: heads))
    let scaled = try block.apply(
      "attention.query.scale", .scale(1 / Double(3 * size).squareRoot()), query)
    return (scaled, try part("key", 0, &block), try part("value", size, &block))
  }

  /// Points `[B, N, heads·P, 3]` in the global frame.
  private func points(
    _ s: TensorID, _ frames: Frames, _ block: inout BlockBuilder
  ) throws(UserError) -> (query: TensorID, key: TensorID, value: TensorID) {
    let shape = block.block[s].shape
    let (b, n, heads) = (shape[0], shape[1], module.heads)
    let (few, many) = (module.queryPoints, module.valuePoints)
    let q = try block.linear(
      "attention.query.points", s, to: heads * few * 3, bias: true, .attention)
    let kv = try block.linear(
      "attention.keyValue.points", s, to: heads * (few + many) * 3, bias: true, .attention)
    let query = try frames.apply(
      "attention.query.points.global",
      to: try block.viewed("attention.query.points.parted", q, [b, n, heads * few, 3]), &block)
    let both = try frames.apply(
      "attention.keyValue.points.global",
      to: try block.viewed(
        "attention.keyValue.points.parted", kv, [b, n, heads * (few + many), 3]), &block)
    let parted = try block.viewed(
      "attention.keyValue.points.heads", both, [b, n, heads, few + many, 3])
    return (
      try block.viewed("attention.query.points.heads", query, [b, n, heads, few, 3]),
      try block.apply(
        "attention.key.points", .slice(axis: 3, start: 0, count: few), parted),
      try block.apply(
        "attention.value.points", .slice(axis: 3, start: few, count: many), parted)
    )
  }

  /// Squared distances of query and key points, weighed per head: `[B, heads, N, N]`.
  private func distances(
    _ query: TensorID, _ key: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let shape = block.block[query].shape
    let (b, n, heads, few) = (shape[0], shape[1], shape[2], shape[3])
    let repeated = try block.apply(
      "attention.query.points.repeat", .expand(axes: [2], extents: [n], mean: false), query)
    let negative = try block.apply("attention.key.points.negative", .scale(-1), key)
    let row = try block.viewed("attention.key.points.row", negative, [b, 1, n, heads, few, 3])
    let difference = try block.apply("attention.difference", .add, repeated, row)
    let square = try block.apply("attention.square", .multiply, difference, difference)
    let squared = try block.apply("attention.distance", .reduce(.sum, axes: [5]), square)
    let raw = try block.parameter("attention.points.weight", [heads], .attention)
    let positive = try block.apply("attention.points.softplus", .activation(.softplus), raw)
    let weight = try block.viewed("attention.points.column", positive, [heads, 1])
    let weighed = try block.apply("attention.distance.weighed", .multiply, squared, weight)
    let sum = try block.apply("attention.distance.sum", .reduce(.sum, axes: [4]), weighed)
    let half = try block.apply("attention.distance.half", .scale(-0.5), sum)
    return try block.apply("attention.distance.turn", .permute([0, 3, 1, 2]), half)
  }

  /// Value points mixed element by element, back in each residue's frame, and their lengths.
  private func mixedPoints(
    _ map: TensorID, _ value: TensorID, _ frames: Frames, _ block: inout BlockBuilder
  ) throws(UserError) -> (points: TensorID, lengths: TensorID) {
    let shape = block.block[value].shape
    let (b, n, heads, many) = (shape[0], shape[1], shape[2], shape[3])
    // [B, heads, 3, N, N, P]
    let repeated = try block.apply(
      "attention.map.repeat", .expand(axes: [2, 5], extents: [3, many], mean: false), map)
    let turned = try block.apply(
      "attention.value.points.turn", .permute([0, 2, 4, 1, 3]), value)
    let row = try block.viewed(
      "attention.value.points.row", turned, [b, heads, 3, 1, n, many])
    let products = try block.apply("attention.points.products", .multiply, repeated, row)
    let sum = try block.apply("attention.points", .reduce(.sum, axes: [4]), products)
    let back = try block.apply("attention.points.turn", .permute([0, 3, 1, 4, 2]), sum)
    let flat = try block.viewed("attention.points.flat", back, [b, n, heads * many, 3])
    let local = try frames.apply("attention.points.local", to: flat, &block)
    let square = try block.apply("attention.points.square", .multiply, local, local)
    let lengths = try block.apply("attention.points.lengths", .reduce(.sum, axes: [3]), square)
    return (
      try block.viewed("attention.points.columns", local, [b, n, heads * many * 3]), lengths
    )
  }
}
