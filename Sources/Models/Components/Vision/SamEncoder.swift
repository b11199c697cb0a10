import DataFormats
import Graph
import Quantities

/// What an adaptation of SAM puts into each layer beside the frozen parts.
enum LayerAdapter: String, Sendable, Hashable, CaseIterable {
  /// Two bottleneck perceptrons of a quarter of the width, behind attention and beside the MLP
  /// (Medical SAM Adapter, arXiv 2304.12620).
  case bottleneck
  /// Channel attention and a strided convolution with its adjoint, beside the MLP (SAM-Med2D,
  /// arXiv 2308.16184).
  case convolution
}

/// SAM's image encoder (arXiv 2304.02643): a ViT whose layers attend within windows, but for a few
/// that see everything, with decomposed relative positions, and a convolutional neck. Two or three
/// dimensions (SAM-Med3D, arXiv 2310.15161).
struct SamEncoder: Sendable, Hashable, VisionBackbone {
  /// Extents that the model was made for.
  var extents: [Int]
  /// Colours, or modalities of a volume.
  var channels: Int
  /// Edge of a patch.
  var patch: Int
  /// Width of the residual stream.
  var hidden: Int
  /// Number of layers.
  var layers: Int
  /// Heads.
  var heads: Int
  /// Edge of a window.
  var window: Int
  /// Layers that see everything.
  var globalLayers: [Int]
  /// Channels behind the neck.
  var neck: Int
  /// What an adaptation adds to each layer.
  var adapter: LayerAdapter?
  /// Added to the variance.
  let epsilon = 1e-6

  static let keys: Set<String> = [
    "kind", "image", "volume", "channels", "patch", "hidden", "layers", "heads", "window",
    "globalLayers", "neck", "adapter",
  ]

  init(_ cursor: JSONCursor) throws(JSONError) {
    if let volume = try cursor.optional("volume") {
      extents = try volume.numbers(count: 3, in: 1...100_000)
    } else {
      let edge = try cursor.field("image").int(in: 1...100_000)
      extents = [edge, edge]
    }
    channels = try cursor.int("channels", 3, in: 1...10_000)
    let size = try cursor.optional("patch")
    let edge = try size?.int(in: 1...100_000) ?? 16
    patch = edge
    guard extents.allSatisfy({ $0 % edge == 0 }) else {
      throw (size ?? cursor).error("extents of \(extents) are no multiples of a patch of \(edge)")
    }
    hidden = try cursor.field("hidden").int(in: 1...100_000_000)
    layers = try cursor.field("layers").int(in: 1...10_000)
    let field = try cursor.field("heads")
    heads = try field.int(in: 1...100_000)
    guard hidden % heads == 0 else {
      throw field.error("\(heads) heads do not divide a width of \(hidden)")
    }
    window = try cursor.int("window", 14, in: 1...100_000)
    globalLayers = try cursor.field("globalLayers").numbers(in: 0...layers - 1)
    neck = try cursor.int("neck", 256)
    adapter = try cursor.optional("adapter")?.word(LayerAdapter.self)
  }

  var imageChannels: Int { channels }
  var granularity: [Int] { [Int](repeating: patch, count: extents.count) }
  /// Number of spatial dimensions.
  var dimensions: Int { extents.count }
  /// Patches along each dimension of the images that the model was made for.
  var grid: [Int] { extents.map { $0 / patch } }

  /// `[B, C, s…]` to `[B, neck, s/patch…]`.
  func encode(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var value = try embedded(image, scope, into: &graph)
    let shape = graph.shape(value)
    func layer(isGlobal: Bool) throws(UserError) -> BlockBuilder {
      try SamLayer(
        encoder: self, shape: shape, isGlobal: isGlobal,
        isFused: scope.request.code == .transformers
      ).build(scope)
    }
    let near = try layer(isGlobal: false)
    let far = try layer(isGlobal: true)
    var layer = 0
    while layer < layers {
      let isGlobal = globalLayers.contains(layer)
      var end = layer + 1
      while end < layers, globalLayers.contains(end) == isGlobal { end += 1 }
      value = try graph.call(isGlobal ? far : near, count: end - layer, [value])[0]
      layer = end
    }
    var block = scope.block("neck")
    let hidden = try block.input("hidden", shape)
    let map = try block.channelsFirst("map", hidden)
    block.output(try block.segmenterNeck(map, to: neck, epsilon: epsilon))
    return try graph.call(block, [value])[0]
  }

  private func embedded(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var block = scope.block("embeddings")
    let pixels = try block.input("image", graph.shape(image))
    let map = try block.patchMap(
      "patch", pixels, to: hidden, patch: granularity, bias: true)
    let table = try block.parameter("positions.weight", grid + [hidden], .embedding)
    let places = Array(block.shape(map).dropFirst().dropLast())
    let positions = try block.resized("positions", table, to: places)
    block.output(try block.apply("positions.sum", .add, map, positions))
    return try graph.call(block, [image])[0]
  }

  func features(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> VisionFeatures {
    let map = try encode(image, scope, into: &graph)
    let shape = graph.shape(map)
    var block = scope.block("pool")
    let x = try block.input("map", shape)
    let places = shape.dropFirst(2).reduce(1, *)
    let columns = try block.reshaped("columns", x, [shape[0], shape[1], places])
    let rows = try block.reordered("rows", columns, [0, 2, 1])
    block.output(try block.apply("pool", .pool(.mean(from: 0)), rows))
    block.output(rows)
    let outputs = try graph.call(block, [map])
    return VisionFeatures(pooled: outputs[0], patches: outputs[1])
  }
}

extension BlockBuilder {
  /// What brings a segmenter's map `[B, C, s…]` to the decoder's channels.
  mutating func segmenterNeck(
    _ map: TensorID, to channels: Int, epsilon: Double
  ) throws(UserError) -> TensorID {
    var x = try sameConvolution("convolution.0", map, to: channels, size: 1, bias: false)
    x = try channelLayerNorm("norm.0", x, epsilon: epsilon)
    x = try sameConvolution("convolution.1", x, to: channels, size: 3, bias: false)
    return try channelLayerNorm("norm.1", x, epsilon: epsilon)
  }

  /// A table of places `[s…, h]` resampled to other extents; the table itself where they are equal.
  mutating func resized(
    _ name: String, _ table: TensorID, to places: [Int]
  ) throws(UserError) -> TensorID {
    let shape = block[table].shape
    guard Array(shape.dropLast()) != places else { return table }
    let map = try reshaped(name + ".map", table, [1] + shape)
    let first = try reordered(name + ".first", map, [0, shape.count] + Array(1..<shape.count))
    let kind = OperatorKind.resample(to: places, places.count == 2 ? .cubic : .linear)
    let last = try channelsLast(name + ".last", try apply(name + ".resized", kind, first))
    return try reshaped(name + ".table", last, places + [shape[shape.count - 1]])
  }
}

/// SAM's image encoder alone: what embeds an image once for all its prompts.
///
/// `{"kind": "sam-encoder", "image": 1024, "hidden": 768, "layers": 12, "heads": 12,
/// "globalLayers": [2, 5, 8, 11]}`
struct SamImageEncoder: Component, VisionBackbone {
  static let kind = "sam-encoder"
  /// The encoder.
  var encoder: SamEncoder

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: SamEncoder.keys)
    encoder = try SamEncoder(cursor)
  }

  var sample: SampleDefaults { imageSample }
  var extents: [Int] { encoder.extents }
  var imageChannels: Int { encoder.channels }
  var granularity: [Int] { encoder.granularity }

  func features(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> VisionFeatures {
    try encoder.features(image, scope, into: &graph)
  }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    if scope.request.objective == .embedding, !scope.request.withLoss {
      return [try encoder.encode(try images(scope, into: &graph), scope, into: &graph)]
    }
    return try classifier(classes: 0, scope, into: &graph)
  }
}
