import Graph
import Quantities

/// One layer of SAM's image encoder: attention within windows or over the whole map, unfused, with
/// a relative position term for each dimension, then an MLP, and adapters.
struct SamLayer {
  let encoder: SamEncoder
  /// `[B, s…, h]`.
  let shape: [Int]
  let isGlobal: Bool
  /// Whether attention is one kernel, which reads the positions' terms as a bias.
  let isFused: Bool

  private var places: [Int] { Array(shape.dropFirst().dropLast()) }
  /// Places that attend to each other.
  var span: [Int] {
    isGlobal ? places : [Int](repeating: encoder.window, count: places.count)
  }
  private var geometry: WindowGeometry {
    WindowGeometry(extents: zip(places, span).map { ($0 + $1 - 1) / $1 * $1 }, window: span)
  }
  var headSize: Int { encoder.hidden / encoder.heads }

  /// Heads of one kernel that takes the positions as a bias.
  private var fusedGeometry: AttentionGeometry {
    var geometry = AttentionGeometry(
      queryHeads: encoder.heads, keyValueHeads: encoder.heads, headSize: headSize, causal: false)
    geometry.bias = true
    return geometry
  }

  func build(_ scope: BuildScope) throws(UserError) -> BlockBuilder {
    var block = scope.block("layer." + (isGlobal ? "global" : "windowed"))
    block.markLayer()
    block.markPacked()
    let width = encoder.hidden
    let x = try block.input("hidden", shape)
    var attended = try windowed(
      try block.layerNorm("attention.norm", x, epsilon: encoder.epsilon), &block)
    if encoder.adapter == .bottleneck {
      attended = try bottleneck("adapter.attention", attended, &block)
    }
    let middle = try block.apply("attention.sum", .add, x, attended)
    let normed = try block.layerNorm("mlp.norm", middle, epsilon: encoder.epsilon)
    let mapped = try block.perceptron("mlp", normed, inner: 4 * width, to: width, .gelu)
    var sum = try block.apply("mlp.sum", .add, middle, mapped)
    switch encoder.adapter {
    case .bottleneck:
      let beside = try bottleneck("adapter.mlp", normed, &block)
      sum = try block.apply("adapter.mlp.sum", .add, sum, beside)
    case .convolution:
      sum = try block.apply("adapter.sum", .add, sum, try convolutional(middle, &block))
    case nil: break
    }
    block.output(sum)
    return block
  }

  private func windowed(
    _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    guard !isGlobal else {
      let rows = try block.reshaped("rows", x, [shape[0], geometry.places, encoder.hidden])
      return try block.reshaped("map", try attention(rows, &block), shape)
    }
    var map = x
    for (axis, pair) in zip(geometry.extents, places).enumerated() where pair.0 > pair.1 {
      map = try block.apply(
        "pad.\(axis)", .pad(axis: axis + 1, before: 0, after: pair.0 - pair.1), map)
    }
    let rows = try geometry.partition("windows", map, &block)
    map = try geometry.joined("map", try attention(rows, &block), &block)
    for (axis, pair) in zip(geometry.extents, places).enumerated() where pair.0 > pair.1 {
      map = try block.apply("crop.\(axis)", .slice(axis: axis + 1, start: 0, count: pair.1), map)
    }
    return map
  }

  private func attention(
    _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let (width, heads) = (encoder.hidden, encoder.heads)
    let q = try block.linear("attention.query", x, to: width, bias: true, .attention)
    let k = try block.linear("attention.key", x, to: width, bias: true, .attention)
    let v = try block.linear("attention.value", x, to: width, bias: true, .attention)
    let queries = try block.splitHeads("attention.query", q, heads: heads)
    if isFused {
      let mixed = try block.apply(
        "attention", .attention(fusedGeometry), q, k, v, try positionBias(queries, &block))
      return try block.linear("attention.output", mixed, to: width, bias: true, .attention)
    }
    let keys = try block.splitHeads("attention.key", k, heads: heads)
    let values = try block.splitHeads("attention.value", v, heads: heads)
    let scaled = try block.apply(
      "attention.scale", .scale(1 / Double(headSize).squareRoot()), queries)
    var scores = try block.apply("attention.scores", .batchedMatmul(.right), scaled, keys)
    scores = try withPositions(scores, queries, &block)
    let shares = try block.apply("attention.softmax", .softmax, scores)
    let mixed = try block.apply("attention.mixed", .batchedMatmul(.none), shares, values)
    let joined = try block.joinHeads("attention", mixed)
    return try block.linear("attention.output", joined, to: width, bias: true, .attention)
  }

  private func bottleneck(
    _ name: String, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let width = encoder.hidden
    let down = try block.linear(name + ".down", x, to: width / 4, bias: true, .adapter)
    let active = try block.apply(name + ".activation", .activation(.gelu), down)
    let up = try block.linear(name + ".up", active, to: width, bias: true, .adapter)
    return try block.apply(name + ".skip", .add, x, up)
  }

  /// SAM-Med2D's adapter: channels weighted by their means, then down and up by convolutions.
  private func convolutional(
    _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let width = encoder.hidden
    let gamma = try block.parameter("adapter.norm.weight", [width], .adapter)
    let beta = try block.parameter("adapter.norm.bias", [width], .adapter)
    let normed = try block.apply(
      "adapter.norm", .layerNorm(epsilon: encoder.epsilon), x, gamma, beta)
    let map = try block.channelsFirst("adapter.map", normed)
    let axes = Array(2..<shape.count)
    let means = try block.apply("adapter.mean", .reduce(.mean, axes: axes), map)
    let down = try block.linear("adapter.channel.down", means, to: width / 4, bias: false, .adapter)
    let active = try block.apply("adapter.channel.relu", .activation(.relu), down)
    let up = try block.linear("adapter.channel.up", active, to: width, bias: false, .adapter)
    let gate = try block.apply("adapter.channel.gate", .activation(.sigmoid), up)
    let wide = try block.reshaped(
      "adapter.channel.wide", gate, [shape[0], width] + axes.map { _ in 1 })
    let weighted = try block.apply("adapter.channel", .multiply, map, wide)
    let count = axes.count
    var y = try block.spatialConvolution(
      "adapter.down", weighted, to: width, kernel: [Int](repeating: 3, count: count),
      ConvolutionGeometry(dimensions: count, stride: 2, padding: 1), bias: false, role: .adapter)
    y = try block.apply("adapter.down.relu", .activation(.relu), y)
    y = try block.spatialConvolution(
      "adapter.up", y, to: width, kernel: [Int](repeating: 4, count: count),
      ConvolutionGeometry(dimensions: count, stride: 2, padding: 1, transposed: true), bias: false,
      role: .adapter)
    y = try block.apply("adapter.up.relu", .activation(.relu), y)
    let sum = try block.apply("adapter.skip", .add, map, y)
    return try block.channelsLast("adapter.last", sum)
  }
}
