import Graph
import Quantities

/// The pieces of Evoformer (Jumper et al. 2021, supplement 1.6), as OpenFold runs them: attention
/// is unfused, its products see written-out operands, masks multiply.
///
/// Arrays are `[B, …, rows, columns, channels]`; masks have the same extents without channels.
struct PairOperations: Sendable, Hashable {
  /// Added to the variance.
  static let epsilon = 1e-5

  // MARK: attention

  /// Attention among the rows of `x[…, Q, C]` with an output gate (algorithms 7, 8, 13, 14).
  ///
  /// - Parameters:
  ///   - biases: added to the scores `[…, heads, Q, K]`; they may be broadcast.
  ///   - gated: whether a sigmoid of the input multiplies the result.
  static func attention(
    _ name: String, _ x: TensorID, heads: Int, size: Int, biases: [TensorID], gated: Bool = true,
    _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    try attention(
      name, query: x, keys: x, heads: heads, size: size, biases: biases, gated: gated, &block)
  }

  /// Attention of the rows of `query[…, Q, C]` to those of `keys[…, K, D]`; gives `[…, Q, C]`.
  static func attention(
    _ name: String, query x: TensorID, keys: TensorID, heads: Int, size: Int, biases: [TensorID],
    gated: Bool, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let width = heads * size
    func part(
      _ word: String, _ source: TensorID, scale: Double?, _ block: inout BlockBuilder
    ) throws(UserError) -> TensorID {
      let part = name + "." + word
      let y = try block.linear(part, source, to: width, bias: false, .attention)
      var z = try block.split(part, y, heads: heads)
      if let scale { z = try block.apply(part + ".scale", .scale(scale), z) }
      return try block.apply(part + ".rows", .contiguous, z)
    }
    let q = try part("query", x, scale: 1 / Double(size).squareRoot(), &block)
    let k = try part("key", keys, scale: nil, &block)
    let v = try part("value", keys, scale: nil, &block)
    var scores = try block.apply(name + ".scores", .batchedMatmul(.right), q, k)
    for (index, bias) in biases.enumerated() {
      scores = try block.apply("\(name).bias.\(index)", .add, scores, bias)
    }
    let map = try block.apply(name + ".map", .softmax, scores)
    let mixed = try block.apply(name + ".mixed", .batchedMatmul(.none), map, v)
    let columns = block.block[x].columns
    guard gated else {
      let joined = try block.join(name + ".joined", mixed)
      return try block.linear(name + ".output", joined, to: columns, bias: true, .attention)
    }
    let joined = try gate(name, mixed, x, width: width, &block)
    return try block.linear(name + ".output", joined, to: columns, bias: true, .attention)
  }

  /// `mixed[…, heads, Q, D]` times a sigmoid of a product of `x[…, Q, C]`, to `[…, Q, heads·D]`.
  private static func gate(
    _ name: String, _ mixed: TensorID, _ x: TensorID, width: Int, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let rank = block.block[mixed].shape.count
    var order = Array(0..<rank)
    order.swapAt(rank - 3, rank - 2)
    let turned = try block.apply(name + ".turn", .permute(order), mixed)
    let dense = try block.linear(name + ".gate", x, to: width, bias: true, .attention)
    let open = try block.apply(name + ".gate.sigmoid", .activation(.sigmoid), dense)
    let parted = try block.viewed(name + ".gate.heads", open, block.block[turned].shape)
    let product = try block.apply(name + ".gated", .multiply, turned, parted)
    return try block.viewed(name + ".joined", product, block.block[x].shape.dropLast() + [width])
  }

  /// A mask as a bias of scores: 0 where it is 1, −10⁹ where it is 0, broadcast over heads and
  /// queries: `[…, K]` to `[…, 1, 1, K]`.
  static func bias(
    _ name: String, mask: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let large = try block.apply(name, .scale(1e9), mask)
    let shape = block.block[mask].shape
    return try block.viewed(
      name + ".scores", large, shape.dropLast() + [1, 1, shape[shape.count - 1]])
  }

  /// A bias `[B, 1, heads, N, N]` made from pairs `[B, N, N, C]` without a shift.
  static func bias(
    _ name: String, pairs: TensorID, heads: Int, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let dense = try block.linear(name, pairs, to: heads, bias: false, .attention)
    let turned = try block.apply(name + ".turn", .permute([0, 3, 1, 2]), dense)
    let shape = block.block[turned].shape
    return try block.viewed(name + ".scores", turned, [shape[0], 1] + shape.dropFirst())
  }

  /// Attention of each column's rows to the mean row of the column with one key and value for all
  /// heads (algorithm 19): `m[B, S, N, C]`, `mask[B, S, N]`.
  static func globalColumns(
    _ name: String, _ m: TensorID, mask: TensorID, heads: Int, size: Int,
    _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let turned = try block.apply(name + ".columns", .permute([0, 2, 1, 3]), m)
    let x = try block.layerNorm(name + ".norm", turned, epsilon: epsilon)
    let shown = try block.apply(name + ".mask.columns", .permute([0, 2, 1]), mask)
    let (shape, width) = (block.block[x].shape, heads * size)
    let weight = try block.viewed(name + ".mask.column", shown, shape.dropLast() + [1])
    let masked = try block.apply(name + ".masked", .multiply, x, weight)
    let mean = try block.apply(name + ".mean", .reduce(.mean, axes: [2]), masked)
    let dense = try block.linear(name + ".query", mean, to: width, bias: false, .attention)
    let scaled = try block.apply(
      name + ".query.scale", .scale(1 / Double(size).squareRoot()), dense)
    let query = try block.viewed(
      name + ".query.heads", scaled, [shape[0], shape[1], heads, size])
    let key = try block.linear(name + ".key", x, to: size, bias: false, .attention)
    let value = try block.linear(name + ".value", x, to: size, bias: false, .attention)
    let scores = try block.apply(name + ".scores", .batchedMatmul(.right), query, key)
    let large = try block.apply(name + ".bias", .scale(1e9), shown)
    let bias = try block.viewed(name + ".bias.scores", large, [shape[0], shape[1], 1, shape[2]])
    let map = try block.apply(
      name + ".map", .softmax, try block.apply(name + ".biased", .add, scores, bias))
    let mixed = try block.apply(name + ".mixed", .batchedMatmul(.none), map, value)
    let opening = try block.linear(name + ".gate", x, to: width, bias: true, .attention)
    let open = try block.apply(name + ".gate.sigmoid", .activation(.sigmoid), opening)
    let flat = try block.viewed(name + ".mixed.flat", mixed, [shape[0], shape[1], 1, width])
    let gated = try block.apply(name + ".gated", .multiply, open, flat)
    let output = try block.linear(name + ".output", gated, to: shape[3], bias: true, .attention)
    return try block.apply(name + ".rows", .permute([0, 2, 1, 3]), output)
  }

  // MARK: transitions and products

  /// Norm, dense layer, ReLU, dense layer, mask (algorithms 9 and 15).
  static func transition(
    _ name: String, _ x: TensorID, mask: TensorID, factor: Int, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let width = block.block[x].columns
    let normed = try block.layerNorm(name + ".norm", x, epsilon: epsilon)
    let up = try block.linear(name + ".up", normed, to: factor * width, bias: true, .mlp)
    let active = try block.apply(name + ".activation", .activation(.relu), up)
    let down = try block.linear(name + ".down", active, to: width, bias: true, .mlp)
    return try masked(name + ".masked", down, mask, &block)
  }

  /// `x[…, C]` times `mask[…]`.
  static func masked(
    _ name: String, _ x: TensorID, _ mask: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let column = try block.viewed(name + ".mask", mask, block.block[mask].shape + [1])
    return try block.apply(name, .multiply, x, column)
  }

  /// The mean over sequences of outer products of two projections of each pair of columns
  /// (algorithm 10): `m[B, S, N, C]`, `mask[B, S, N]` to `[B, N, N, width]`.
  static func outerProductMean(
    _ name: String, _ m: TensorID, mask: TensorID, size: Int, width: Int,
    _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let normed = try block.layerNorm(name + ".norm", m, epsilon: epsilon)
    let shape = block.block[m].shape
    let (b, s, n) = (shape[0], shape[1], shape[2])
    func side(_ word: String, _ block: inout BlockBuilder) throws(UserError) -> TensorID {
      let dense = try block.linear(name + "." + word, normed, to: size, bias: true, .other)
      let shown = try masked("\(name).\(word).masked", dense, mask, &block)
      return try block.viewed("\(name).\(word).flat", shown, [b, s, n * size])
    }
    let left = try side("left", &block)
    let outer = try block.apply(
      name + ".outer", .batchedMatmul(.left), left, try side("right", &block))
    let parted = try block.viewed(name + ".parted", outer, [b, n, size, n, size])
    let turned = try block.apply(name + ".turn", .permute([0, 1, 3, 2, 4]), parted)
    let written = try block.apply(name + ".rows", .contiguous, turned)
    let flat = try block.viewed(name + ".flat", written, [b, n, n, size * size])
    let dense = try block.linear(name + ".output", flat, to: width, bias: true, .other)
    // How many sequences show both columns: a product that no gradient passes.
    let count = try block.apply(name + ".count", .batchedMatmul(.left), mask, mask)
    let inverse = try block.apply(name + ".inverse", .activation(.reciprocal), count)
    return try masked(name + ".mean", dense, inverse, &block)
  }

  /// Which edges of a triangle update the third (algorithms 11 and 12).
  enum Edges { case outgoing, incoming }

  /// The sum over a third node of the products of two edges, gated.
  static func triangleProduct(
    _ name: String, _ z: TensorID, mask: TensorID, size: Int, _ edges: Edges,
    _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let width = block.block[z].columns
    let x = try block.layerNorm(name + ".norm", z, epsilon: epsilon)
    func side(_ word: String, _ block: inout BlockBuilder) throws(UserError) -> TensorID {
      let part = name + "." + word
      let opening = try block.linear(part + ".gate", x, to: size, bias: true, .other)
      let open = try block.apply(part + ".gate.sigmoid", .activation(.sigmoid), opening)
      let shown = try masked(part + ".masked", open, mask, &block)
      let dense = try block.linear(part, x, to: size, bias: true, .other)
      let product = try block.apply(part + ".gated", .multiply, shown, dense)
      let turned = try block.apply(part + ".turn", .permute([0, 3, 1, 2]), product)
      return try block.apply(part + ".rows", .contiguous, turned)
    }
    let left = try side("left", &block)
    let right = try side("right", &block)
    let kind = OperatorKind.batchedMatmul(edges == .outgoing ? .right : .left)
    let product = try block.apply(name + ".product", kind, left, right)
    let turned = try block.apply(name + ".turn", .permute([0, 2, 3, 1]), product)
    let normed = try block.layerNorm(name + ".product.norm", turned, epsilon: epsilon)
    let dense = try block.linear(name + ".output", normed, to: width, bias: true, .other)
    let opening = try block.linear(name + ".gate", x, to: width, bias: true, .other)
    let open = try block.apply(name + ".gate.sigmoid", .activation(.sigmoid), opening)
    return try block.apply(name + ".gated", .multiply, dense, open)
  }

  /// Attention along rows of pairs with a bias from the third edge (algorithm 13); along columns
  /// when `z` and `mask` are given transposed (algorithm 14).
  static func triangleAttention(
    _ name: String, _ z: TensorID, mask: TensorID, heads: Int, size: Int,
    _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let x = try block.layerNorm(name + ".norm", z, epsilon: epsilon)
    let hidden = try bias(name + ".mask", mask: mask, &block)
    let third = try bias(name + ".third", pairs: x, heads: heads, &block)
    return try attention(name, x, heads: heads, size: size, biases: [hidden, third], &block)
  }

  /// `z + triangleAttention` of the transposed pairs.
  static func addColumnAttention(
    _ name: String, _ z: TensorID, mask: TensorID, heads: Int, size: Int,
    _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let turned = try block.apply(name + ".turn", .permute([0, 2, 1, 3]), z)
    let shown = try block.apply(name + ".mask.turn", .permute([0, 2, 1]), mask)
    let update = try triangleAttention(
      name, turned, mask: shown, heads: heads, size: size, &block)
    let sum = try block.apply(
      name + ".sum", .add, turned, update, type: block.block[turned].dataType)
    return try block.apply(name + ".back", .permute([0, 2, 1, 3]), sum)
  }
}
