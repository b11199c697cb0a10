import Graph
import Quantities

/// One layer of a Swin stage: attention within windows with a table of relative positions, as timm
/// and MONAI compute it (unfused: product, bias, mask, softmax, product), then an MLP.
struct SwinLayer {
  let body: SwinBody
  let stage: Int
  /// `[B, s…, C]`.
  let shape: [Int]
  /// Format of what flows from layer to layer; sums keep it.
  let format: DataType
  let shifted: Bool

  private var places: [Int] { Array(shape.dropFirst().dropLast()) }
  private var heads: Int { body.heads[stage] }
  private var width: Int { body.width(stage) }
  /// A window no larger than the map, which then is not shifted in that dimension.
  private var window: [Int] { places.map { min($0, body.window) } }
  private var shift: [Int] {
    places.map { shifted && $0 > body.window ? body.window / 2 : 0 }
  }
  /// Whether windows are shifted, and pairs from beyond an edge hidden.
  var isShifted: Bool { shift.contains { $0 > 0 } }
  private var geometry: WindowGeometry {
    WindowGeometry(
      extents: zip(places, window).map { ($0 + $1 - 1) / $1 * $1 }, window: window)
  }

  func build(_ scope: BuildScope) throws(UserError) -> BlockBuilder {
    var block = scope.block("layers.\(stage).block" + (isShifted ? ".shifted" : ""))
    block.markLayer()
    block.markPacked()
    let x = try block.input("hidden", shape, format)
    // What hides pairs: one for all layers of a stage, which makes it at each pass, or a constant.
    var mask: TensorID?
    if isShifted {
      let shape = [geometry.count, geometry.places, geometry.places]
      mask =
        body.storesMask
        ? try block.buffer("attention.mask", shape) : try block.input("mask", shape, .fp32)
    }
    let normed = try block.layerNorm("attention.norm", x, epsilon: body.epsilon)
    let attended = try windowed(normed, mask, &block)
    let middle = try block.apply("attention.sum", .add, x, attended, type: format)
    let second = try block.layerNorm("mlp.norm", middle, epsilon: body.epsilon)
    let mapped = try block.perceptron("mlp", second, inner: 4 * width, to: width, .gelu)
    block.output(try block.apply("mlp.sum", .add, middle, mapped, type: format))
    return block
  }

  /// The mask `[windows, places, places]` of a stage whose model computes it.
  func mask(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> ValueID {
    var block = scope.block("layers.\(stage).mask")
    let count = geometry.places
    let regions = try block.buffer("regions", [geometry.count, count], .fp32)
    let pairs = try block.apply(
      "mask", .expand(axes: [2], extents: [count], mean: false), regions, type: .fp32)
    block.output(pairs)
    return try graph.call(block, [])[0]
  }

  private func windowed(
    _ x: TensorID, _ mask: TensorID?, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    var map = x
    for (axis, pair) in zip(geometry.extents, places).enumerated() where pair.0 > pair.1 {
      map = try block.apply(
        "pad.\(axis)", .pad(axis: axis + 1, before: 0, after: pair.0 - pair.1), map)
    }
    if isShifted { map = try block.apply("shift", .roll([0] + shift.map { -$0 } + [0]), map) }
    let rows = try geometry.partition("windows", map, &block)
    map = try geometry.joined("map", try attention(rows, mask, &block), &block)
    if isShifted { map = try block.apply("shift.back", .roll([0] + shift + [0]), map) }
    for (axis, pair) in zip(geometry.extents, places).enumerated() where pair.0 > pair.1 {
      map = try block.apply("crop.\(axis)", .slice(axis: axis + 1, start: 0, count: pair.1), map)
    }
    return map
  }

  private func attention(
    _ x: TensorID, _ mask: TensorID?, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let q = try block.linear("attention.query", x, to: width, bias: true, .attention)
    let k = try block.linear("attention.key", x, to: width, bias: true, .attention)
    let v = try block.linear("attention.value", x, to: width, bias: true, .attention)
    let size = Double(width / heads)
    let scaled = try block.apply("attention.scale", .scale(1 / size.squareRoot()), q)
    let queries = try block.splitHeads("attention.query", scaled, heads: heads)
    let keys = try block.splitHeads("attention.key", k, heads: heads)
    let values = try block.splitHeads("attention.value", v, heads: heads)
    var scores = try block.apply("attention.scores", .batchedMatmul(.right), queries, keys)
    // A sum is as wide as the wider of its terms: the table in mixed precision, MONAI's mask
    // always.
    scores = try block.apply(
      "attention.bias.sum", .add, scores, try positions(&block), type: block.precision.parameters)
    if let mask { scores = try masked(scores, mask, &block) }
    var shares = try block.apply("attention.softmax", .softmax, scores)
    let compute = block.precision.compute
    if block.block[shares].dataType != compute {
      shares = try block.apply(
        "attention.shares", .cast, shares, shape: block.shape(shares), type: compute)
    }
    let mixed = try block.apply("attention.mixed", .batchedMatmul(.none), shares, values)
    let joined = try block.joinHeads("attention", mixed)
    return try block.linear("attention.output", joined, to: width, bias: true, .attention)
  }

  /// Rows of the table for each pair of places: `[H, N, N]`.
  private func positions(_ block: inout BlockBuilder) throws(UserError) -> TensorID {
    let count = geometry.places
    var rows = 1
    for _ in places { rows *= 2 * body.window - 1 }
    let table = try block.parameter("attention.positions.weight", [rows, heads], .attention)
    let index = try block.buffer("attention.positions.index", [count * count], .int32)
    let looked = try block.apply("attention.positions", .embedding, index, table)
    let pairs = try block.reshaped("attention.positions.pairs", looked, [count, count, heads])
    return try block.reordered("attention.bias", pairs, [2, 0, 1])
  }

  /// Hides pairs that the shift brought into one window.
  private func masked(
    _ scores: TensorID, _ mask: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let (windows, count) = (geometry.count, geometry.places)
    let shape = block.shape(scores)
    let apart = try block.reshaped(
      "attention.scores.windows", scores, [shape[0] / windows, windows] + shape.dropFirst())
    let wide = try block.reshaped("attention.mask.heads", mask, [windows, 1, count, count])
    let width = body.storesMask ? block.precision.parameters : .fp32
    let sum = try block.apply("attention.mask.sum", .add, apart, wide, type: width)
    return try block.reshaped("attention.scores.masked", sum, shape)
  }
}
