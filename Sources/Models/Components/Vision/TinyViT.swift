import DataFormats
import Graph
import Quantities

/// TinyViT (arXiv 2207.10666): a stage of inverted bottlenecks, then stages of attention within
/// windows with a convolution behind it, as timm and MobileSAM run them.
///
/// `{"kind": "tiny-vit", "image": 224, "features": [64, 128, 160, 320], "depths": [2, 2, 6, 2],
/// "heads": [2, 4, 5, 10], "windows": [7, 7, 14, 7], "classes": 1000}`; MobileSAM's has
/// `"strides": [2, 2, 1]` between the stages and a `"neck"` of 256 channels.
struct TinyViT: Component, VisionBackbone {
  static let kind = "tiny-vit"

  /// Extents that the model was made for.
  var extents: [Int]
  /// Colours.
  var imageChannels: Int
  /// Channels of each stage.
  var features: [Int]
  /// Layers of each stage.
  var depths: [Int]
  /// Heads of each stage; the first has none.
  var heads: [Int]
  /// Edge of a window in each stage.
  var windows: [Int]
  /// Strides between the stages.
  var strides: [Int]
  /// Classes of the model itself; 0 without.
  var classes: Int
  /// Channels behind a segmenter's neck; nil without.
  var neck: Int?
  /// Added to the variance.
  let epsilon = 1e-5

  private let norm = FeatureNorm(.batch)

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "kind", "image", "channels", "features", "depths", "heads", "windows", "strides", "classes",
      "neck",
    ])
    let edge = try cursor.int("image", 224, in: 1...100_000)
    extents = [edge, edge]
    imageChannels = try cursor.int("channels", 3, in: 1...10_000)
    features = try cursor.field("features").ints(count: 2...8)
    let count = features.count
    depths = try cursor.field("depths").ints(count: count...count)
    let field = try cursor.field("heads")
    heads = try field.ints(count: count...count)
    for (width, number) in zip(features, heads).dropFirst() where width % number != 0 {
      throw field.error("\(number) heads do not divide a width of \(width)")
    }
    windows = try cursor.field("windows").ints(count: count...count)
    strides = try cursor.ints(
      "strides", [Int](repeating: 2, count: count - 1), count: count - 1...count - 1, in: 1...8)
    classes = try cursor.int("classes", 0, in: 0...100_000_000)
    neck = try cursor.optional("neck")?.int(in: 1...1_000_000)
  }

  var sample: SampleDefaults { imageSample }
  var granularity: [Int] { extents.map { _ in 1 } }
  /// Channels of the map that it ends in.
  var outputChannels: Int { neck ?? features[features.count - 1] }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    if neck != nil, scope.request.objective == .embedding, !scope.request.withLoss {
      return [try encode(try images(scope, into: &graph), scope, into: &graph)]
    }
    return try classifier(classes: neck == nil ? classes : 0, scope, into: &graph)
  }

  /// `[B, C, s…]` to `[B, outputChannels, s′…]`, through the neck where there is one.
  func encode(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let map = try body(image, scope, into: &graph)
    guard let neck else { return map }
    var block = scope.block("neck")
    let x = try block.input("map", graph.shape(map))
    // MobileSAM keeps the classifier that the encoder was distilled from.
    if classes > 0 {
      try block.unusedNorm("head.norm", features[features.count - 1])
      try block.unusedLinear("classifier", from: features[features.count - 1], to: classes, .head)
    }
    block.output(try block.segmenterNeck(x, to: neck, epsilon: 1e-6))
    return try graph.call(block, [map])[0]
  }

  func features(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> VisionFeatures {
    let map =
      neck == nil
      ? try body(image, scope, into: &graph) : try encode(image, scope, into: &graph)
    var block = scope.block("pool")
    let x = try block.input("map", graph.shape(map))
    let mean = try block.globalMean("pool", x)
    block.output(
      neck == nil ? try block.layerNorm("head.norm", mean, epsilon: epsilon) : mean)
    block.output(try block.sequence("places", x))
    let outputs = try graph.call(block, [map])
    return VisionFeatures(pooled: outputs[0], patches: outputs[1])
  }

  // MARK: stages

  private func body(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    try scope.flow(into: &graph) { (flow) throws(UserError) in try stages(image, &flow) }
  }

  private func stages<F: Flow>(_ image: F.Value, _ flow: inout F) throws(UserError) -> F.Value {
    var x = try flow.step("stem", image) { (block, x) throws(UserError) in
      let half = Kernel.same(3, dimensions: 2, stride: 2)
      let y = try block.unit("stem.0", x[0], to: features[0] / 2, half, norm, .gelu)
      return try block.unit("stem.1", y, to: features[0], half, norm, nil)
    }
    x = try flow.step("stage0.block", count: depths[0], x) { (block, x) throws(UserError) in
      try inverted(&block, x[0])
    }
    for stage in features.indices.dropFirst() {
      x = try flow.step("stage\(stage).merge", x) { (block, x) throws(UserError) in
        try merged(&block, x[0], stage)
      }
      x = try flow.step(
        "stage\(stage).block", count: depths[stage], x
      ) { (block, x) throws(UserError) in
        try layer(&block, x[0], stage)
      }
    }
    return x
  }

  private func depthwise(_ channels: Int, stride: Int = 1) -> Kernel {
    .same(3, dimensions: 2, stride: stride, groups: channels)
  }

  /// An inverted bottleneck of four times the width with a residual.
  private func inverted(
    _ block: inout BlockBuilder, _ x: TensorID
  ) throws(UserError) -> TensorID {
    block.markLayer()
    let (width, point) = (features[0], Kernel.same(1, dimensions: 2))
    var y = try block.unit("expand", x, to: 4 * width, point, norm, .gelu)
    y = try block.unit("depthwise", y, to: 4 * width, depthwise(4 * width), norm, .gelu)
    y = try block.unit("project", y, to: width, point, norm, nil)
    return try block.apply(
      "activation", .activation(.gelu), try block.apply("residual", .add, y, x))
  }

  /// From one stage's channels and places to the next's.
  private func merged(
    _ block: inout BlockBuilder, _ x: TensorID, _ stage: Int
  ) throws(UserError) -> TensorID {
    let (width, point) = (features[stage], Kernel.same(1, dimensions: 2))
    var y = try block.unit("widen", x, to: width, point, norm, .gelu)
    y = try block.unit(
      "depthwise", y, to: width, depthwise(width, stride: strides[stage - 1]), norm, .gelu)
    return try block.unit("mix", y, to: width, point, norm, nil)
  }

  /// Attention within windows, a convolution, an MLP.
  private func layer(
    _ block: inout BlockBuilder, _ x: TensorID, _ stage: Int
  ) throws(UserError) -> TensorID {
    block.markLayer()
    block.markPacked()
    let width = features[stage]
    let places = try block.channelsLast("places", x)
    let attended = try windowed(&block, places, stage)
    let sum = try block.apply("attention.sum", .add, places, attended)
    let map = try block.channelsFirst("map", sum)
    let local = try block.unit("local", map, to: width, depthwise(width), norm, nil)
    let rows = try block.channelsLast("rows", local)
    let normed = try block.layerNorm("mlp.norm", rows, epsilon: epsilon)
    let mapped = try block.perceptron("mlp", normed, inner: 4 * width, to: width, .gelu)
    return try block.channelsFirst("output", try block.apply("mlp.sum", .add, rows, mapped))
  }

  /// Attention of each window's places, padded to whole windows: `[B, s…, C]`.
  private func windowed(
    _ block: inout BlockBuilder, _ x: TensorID, _ stage: Int
  ) throws(UserError) -> TensorID {
    let places = Array(block.shape(x).dropFirst().dropLast())
    let window = windows[stage]
    let whole = places.map { ($0 + window - 1) / window * window }
    let geometry = WindowGeometry(extents: whole, window: [window, window])
    var map = x
    for axis in 0..<2 where whole[axis] > places[axis] {
      map = try block.apply(
        "pad.\(axis)", .pad(axis: axis + 1, before: 0, after: whole[axis] - places[axis]), map)
    }
    let rows = try geometry.partition("windows", map, &block)
    let normed = try block.layerNorm("attention.norm", rows, epsilon: epsilon)
    map = try geometry.joined("windows.joined", try attention(&block, normed, stage), &block)
    for axis in 0..<2 where whole[axis] > places[axis] {
      map = try block.apply(
        "crop.\(axis)", .slice(axis: axis + 1, start: 0, count: places[axis]), map)
    }
    return map
  }

  private func attention(
    _ block: inout BlockBuilder, _ x: TensorID, _ stage: Int
  ) throws(UserError) -> TensorID {
    let (width, heads, window) = (features[stage], heads[stage], windows[stage])
    let q = try block.linear("attention.query", x, to: width, bias: true, .attention)
    let k = try block.linear("attention.key", x, to: width, bias: true, .attention)
    let v = try block.linear("attention.value", x, to: width, bias: true, .attention)
    // One bias a head for each pair of distances along both dimensions.
    let count = window * window
    let table = try block.parameter("attention.positions.weight", [count, heads], .attention)
    let index = try block.buffer("attention.positions.index", [count, count], .int32)
    let pairs = try block.apply("attention.positions", .embedding, index, table)
    let sorted = try block.reordered("attention.positions.bias", pairs, [2, 0, 1])
    let bias = try block.reshaped(
      "attention.positions.scores", sorted, [1, heads, count, count])
    var geometry = AttentionGeometry(
      queryHeads: heads, keyValueHeads: heads, headSize: width / heads, causal: false)
    geometry.bias = true
    let mixed = try block.apply("attention", .attention(geometry), q, k, v, bias)
    return try block.linear("attention.output", mixed, to: width, bias: true, .attention)
  }
}
