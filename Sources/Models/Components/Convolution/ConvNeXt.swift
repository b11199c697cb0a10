import DataFormats
import Graph
import Quantities

/// ConvNeXt (Liu et al., arXiv 2201.03545): depth-wise 7×7 convolutions, each before a two-layer
/// MLP over channels, with layer norm and a learned scale.
///
/// `{"kind": "convnext", "image": [224, 224], "depths": [3, 3, 9, 3],
/// "features": [96, 192, 384, 768], "classes": 1000}`
struct ConvNeXt: PooledNetwork {
  static let kind = "convnext"

  var input: ImageInput
  /// Blocks of each stage.
  var depths: [Int]
  /// Channels of each stage.
  var features: [Int]
  /// Extent of the first patches.
  var patch: Int
  /// Extent of the depth-wise kernel.
  var kernel: Int
  var classes: Int

  init(_ cursor: JSONCursor) throws(JSONError) {
    let own: Set<String> = ["kind", "depths", "features", "patch", "kernel", "classes"]
    try cursor.refuseUnknownKeys(known: own.union(ImageInput.keys))
    input = try ImageInput(cursor)
    depths = try cursor.field("depths").ints(count: 1...8, in: 1...1000)
    features = try cursor.field("features").ints(count: depths.count...depths.count)
    patch = try cursor.int("patch", 4, in: 1...256)
    kernel = try cursor.int("kernel", 7, in: 1...101)
    classes = try cursor.int("classes", 0, in: 0...100_000_000)
  }

  /// Image → one embedding `[B, C]`: the normalised mean of the last map.
  func pooled<F: Flow>(_ image: F.Value, _ flow: inout F) throws(UserError) -> F.Value {
    let map = try self.map(image, &flow)
    return try flow.step("pool", map) { (block, x) throws(UserError) in
      try block.layerNorm("norm", try block.globalMean("pool", x[0]), epsilon: 1e-6)
    }
  }

  /// Image → the last feature map.
  func map<F: Flow>(_ image: F.Value, _ flow: inout F) throws(UserError) -> F.Value {
    var x = image
    for (stage, channels) in features.enumerated() {
      let name = "stage\(stage + 1)"
      let extents = [Int](repeating: stage == 0 ? patch : 2, count: input.dimensions)
      x = try flow.step(name + ".down", x) { (block, x) throws(UserError) in
        var y = x[0]
        if stage > 0 { y = try normed(&block, y) }
        y = try block.convolution("down", y, to: channels, .patches(extents), bias: true)
        return stage == 0 ? try normed(&block, y) : y
      }
      x = try flow.step(name + ".block", count: depths[stage], x) { (block, x) throws(UserError) in
        try residual(&block, x[0], channels)
      }
    }
    return x
  }

  /// Layer norm over the channels of each position.
  private func normed(
    _ block: inout BlockBuilder, _ x: TensorID
  ) throws(UserError) -> TensorID {
    let y = try block.layerNorm("norm", try block.channelsLast("norm.last", x), epsilon: 1e-6)
    return try channelsFirst(&block, "norm.first", y)
  }

  private func channelsFirst(
    _ block: inout BlockBuilder, _ name: String, _ x: TensorID
  ) throws(UserError) -> TensorID {
    let rank = block.block[x].shape.count
    return try block.apply(name, .permute([0, rank - 1] + Array(1..<(rank - 1))), x)
  }

  private func residual(
    _ block: inout BlockBuilder, _ x: TensorID, _ channels: Int
  ) throws(UserError) -> TensorID {
    block.markLayer()
    let depthwise = Kernel.same(kernel, dimensions: input.dimensions, groups: channels)
    var y = try block.convolution("depthwise", x, to: channels, depthwise, bias: true)
    y = try block.layerNorm("norm", try block.channelsLast("last", y), epsilon: 1e-6)
    y = try block.linear("mlp.up", y, to: 4 * channels, bias: true, .mlp)
    y = try block.apply("mlp.act", .activation(.gelu), y)
    y = try block.linear("mlp.down", y, to: channels, bias: true, .mlp)
    let scale = try block.parameter("scale.weight", [channels], .other)
    y = try block.apply("scale", .scaleColumns, y, scale)
    return try block.apply("residual", .add, x, try channelsFirst(&block, "first", y))
  }
}
