import DataFormats
import Graph
import Quantities

/// Pre-norm layers whose attention is a product of random features instead of a softmax over pairs
/// (Performer, FAVOR+, arXiv 2009.14794): linear in the sequence's length.
struct FavorStack: Sendable, Hashable {
  /// Number of layers.
  var layers: Int
  /// Width of the residual stream.
  var hidden: Int
  /// Attention heads.
  var heads: Int
  /// Elements per head; heads · headSize may differ from `hidden`.
  var headSize: Int
  /// Random features per head; d·ln d where a profile gives none (section 4).
  var features: Int
  /// Width of the MLP.
  var intermediate: Int
  /// Biases of the query, key and value products.
  var queryKeyValueBias = true
  /// Non-linearity of the MLP.
  var activation = Activation.gelu

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "layers", "hidden", "heads", "headSize", "features", "intermediate", "activation",
      "queryKeyValueBias",
    ])
    layers = try cursor.field("layers").int(in: 1...100_000)
    hidden = try cursor.field("hidden").int(in: 1...1_000_000)
    heads = try cursor.field("heads").int(in: 1...100_000)
    headSize = try cursor.int("headSize", 64, in: 1...100_000)
    features = try cursor.int("features", Self.features(headSize))
    intermediate = try cursor.int("intermediate", 4 * hidden)
    queryKeyValueBias = try cursor.bool("queryKeyValueBias", true)
    activation = try cursor.optional("activation")?.word(Activation.self) ?? .gelu
  }

  /// ⌊d·ln d⌋ without a floating-point library: ln d = log₂ d · ln 2, by halving and squaring.
  static func features(_ size: Int) -> Int {
    var value = Double(size)
    var exponent = 0.0
    while value >= 2 {
      value /= 2
      exponent += 1
    }
    var bit = 0.5
    for _ in 0..<40 {
      value *= value
      if value >= 2 {
        value /= 2
        exponent += bit
      }
      bit /= 2
    }
    return max(1, Int(Double(size) * exponent * 0.693_147_180_559_945_3))
  }

  /// All layers, from `[B, S, h]` to `[B, S, h]`.
  func call(
    _ scope: BuildScope, _ hidden: ValueID, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var block = scope.block("layer")
    let x = try block.input("hidden", graph.shape(hidden))
    let normed = try block.layerNorm("attention.norm", x, epsilon: 1e-5)
    let middle = try block.apply("attention.sum", .add, try attention(normed, &block), x)
    let inner = try block.layerNorm("mlp.norm", middle, epsilon: 1e-5)
    let up = try block.linear("mlp.up", inner, to: intermediate, bias: true, .mlp)
    let active = try block.apply("mlp.activation", .activation(activation), up)
    let down = try block.linear("mlp.down", active, to: self.hidden, bias: true, .mlp)
    block.output(try block.apply("mlp.sum", .add, down, middle))
    return try graph.call(block, count: layers, [hidden])[0]
  }

  /// Projections, features of queries and keys, then keys are joined with values
  /// before queries meet them.
  private func attention(
    _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let shape = block.block[x].shape
    let width = heads * headSize
    let projection = try block.buffer("attention.features", [features, headSize])
    let repeated = try block.apply(
      "attention.features.repeat",
      .expand(axes: [0, 1], extents: [shape[0], heads], mean: false), projection)
    func part(_ name: String, _ block: inout BlockBuilder) throws(UserError) -> TensorID {
      let y = try block.linear(
        "attention." + name, x, to: width, bias: queryKeyValueBias, .attention)
      return try block.split("attention." + name, y, heads: heads)
    }
    let query = try kernel("query", try part("query", &block), repeated, &block)
    let key = try kernel("key", try part("key", &block), repeated, &block)
    let value = try part("value", &block)
    let sums = try block.viewed(
      "attention.key.column", try block.apply("attention.key.sum", .reduce(.sum, axes: [2]), key),
      [shape[0], heads, features, 1])
    let weight = try block.apply("attention.normalizer", .batchedMatmul(.none), query, sums)
    let inverse = try block.apply("attention.inverse", .activation(.reciprocal), weight)
    let context = try block.apply("attention.context", .batchedMatmul(.left), key, value)
    let mixed = try block.apply("attention.mixed", .batchedMatmul(.none), query, context)
    let scaled = try block.apply("attention.scaled", .multiply, mixed, inverse)
    let joined = try block.join("attention.joined", scaled)
    return try block.linear("attention.output", joined, to: hidden, bias: true, .attention)
  }

  /// Positive random features of a softmax kernel (lemma 1): exp(ωᵀx − |x|²/2). The maximum that
  /// implementations subtract for numbers' sake is left out.
  private func kernel(
    _ name: String, _ x: TensorID, _ projection: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let name = "attention." + name
    let size = Double(headSize).squareRoot().squareRoot()
    let scaled = try block.apply(name + ".scale", .scale(1 / size), x)
    let product = try block.apply(
      name + ".projected", .batchedMatmul(.right), scaled, projection)
    let square = try block.apply(name + ".square", .multiply, scaled, scaled)
    let norm = try block.apply(name + ".norm", .reduce(.sum, axes: [3]), square)
    let half = try block.apply(name + ".half", .scale(-0.5), norm)
    let column = try block.viewed(name + ".column", half, block.block[half].shape + [1])
    let exponent = try block.apply(name + ".exponent", .add, product, column)
    let value = try block.apply(name + ".exponential", .activation(.exponential), exponent)
    return try block.apply(
      name + ".features", .scale(1 / Double(features).squareRoot()), value)
  }
}

extension BlockBuilder {
  /// `[B, S, heads·D]` to `[B, heads, S, D]`: a view.
  mutating func split(
    _ name: String, _ x: TensorID, heads: Int
  ) throws(UserError) -> TensorID {
    let shape = block[x].shape
    let parted = try viewed(
      name + ".heads", x, shape.dropLast() + [heads, (shape.last ?? 1) / heads])
    let rank = shape.count + 1
    var order = Array(0..<rank)
    order.swapAt(rank - 3, rank - 2)
    return try apply(name + ".split", .permute(order), parted)
  }

  /// `[…, heads, S, D]` to `[…, S, heads·D]`, written out.
  mutating func join(_ name: String, _ x: TensorID) throws(UserError) -> TensorID {
    let rank = block[x].shape.count
    var order = Array(0..<rank)
    order.swapAt(rank - 3, rank - 2)
    let turned = try apply(name + ".turn", .permute(order), x)
    let written = try apply(name + ".rows", .contiguous, turned)
    let shape = block[written].shape
    return try viewed(name, written, shape.dropLast(2) + [shape[rank - 2] * shape[rank - 1]])
  }
}
