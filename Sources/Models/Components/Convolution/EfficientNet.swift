import DataFormats
import Graph
import Quantities

/// EfficientNet (Tan & Le, arXiv 1905.11946): inverted bottlenecks with squeeze and excitation,
/// scaled in width and depth from the base network of table 1.
///
/// `{"kind": "efficientnet", "image": [224, 224], "width": 1.0, "depth": 1.0, "classes": 1000}`
struct EfficientNet: PooledNetwork {
  static let kind = "efficientnet"

  /// Blocks of one stage of the base network.
  private struct Stage {
    var expansion: Int
    var channels: Int
    var layers: Int
    var stride: Int
    var kernel: Int
  }

  /// Table 1 of the paper, stages 2 to 8.
  private static let base = [
    Stage(expansion: 1, channels: 16, layers: 1, stride: 1, kernel: 3),
    Stage(expansion: 6, channels: 24, layers: 2, stride: 2, kernel: 3),
    Stage(expansion: 6, channels: 40, layers: 2, stride: 2, kernel: 5),
    Stage(expansion: 6, channels: 80, layers: 3, stride: 2, kernel: 3),
    Stage(expansion: 6, channels: 112, layers: 3, stride: 1, kernel: 5),
    Stage(expansion: 6, channels: 192, layers: 4, stride: 2, kernel: 5),
    Stage(expansion: 6, channels: 320, layers: 1, stride: 1, kernel: 3),
  ]

  var input: ImageInput
  var width: Double
  var depth: Double
  var classes: Int

  private let norm = FeatureNorm(.batch)

  init(_ cursor: JSONCursor) throws(JSONError) {
    let own: Set<String> = ["kind", "width", "depth", "classes"]
    try cursor.refuseUnknownKeys(known: own.union(ImageInput.keys))
    input = try ImageInput(cursor)
    width = try cursor.optional("width")?.double(in: 0.01...100) ?? 1
    depth = try cursor.optional("depth")?.double(in: 0.01...100) ?? 1
    classes = try cursor.int("classes", 0, in: 0...100_000_000)
  }

  /// Channels at a width, rounded to the nearest multiple of 8 that loses less than a tenth.
  private func scaled(_ channels: Int) -> Int {
    let exact = Double(channels) * width
    let rounded = max(8, Int(exact + 4) / 8 * 8)
    return Double(rounded) < 0.9 * exact ? rounded + 8 : rounded
  }

  /// Layers at a depth, rounded up.
  private func layers(_ count: Int) -> Int {
    let exact = Double(count) * depth
    let whole = Int(exact)
    return Double(whole) < exact ? whole + 1 : whole
  }

  /// Image → one embedding `[B, C]`.
  func pooled<F: Flow>(_ image: F.Value, _ flow: inout F) throws(UserError) -> F.Value {
    let dimensions = input.dimensions
    var x = try flow.step("stem", image) { (block, x) throws(UserError) in
      try block.unit(
        "stem", x[0], to: scaled(32), .same(3, dimensions: dimensions, stride: 2), norm, .silu)
    }
    for (index, stage) in Self.base.enumerated() {
      let name = "stage\(index + 1)"
      x = try flow.step(name + ".first", x) { (block, x) throws(UserError) in
        try inverted(&block, x[0], stage, stride: stage.stride)
      }
      let more = layers(stage.layers) - 1
      guard more > 0 else { continue }
      x = try flow.step(name + ".block", count: more, x) { (block, x) throws(UserError) in
        try inverted(&block, x[0], stage, stride: 1)
      }
    }
    let last = 4 * scaled(320)
    return try flow.step("top", x) { (block, x) throws(UserError) in
      let y = try block.unit(
        "top", x[0], to: last, .same(1, dimensions: dimensions), norm, .silu)
      return try block.globalMean("pool", y)
    }
  }

  private func inverted(
    _ block: inout BlockBuilder, _ x: TensorID, _ stage: Stage, stride: Int
  ) throws(UserError) -> TensorID {
    block.markLayer()
    let dimensions = input.dimensions
    let inputs = block.block[x].shape[1]
    let channels = scaled(stage.channels)
    let point = Kernel.same(1, dimensions: dimensions)
    var y = x
    // Widened in multiples of 8, as torchvision does (an exact multiple already).
    let inner = inputs * stage.expansion
    if inner != inputs { y = try block.unit("expand", y, to: inner, point, norm, .silu) }
    let depthwise = Kernel.same(
      stage.kernel, dimensions: dimensions, stride: stride, groups: inner)
    y = try block.unit("depthwise", y, to: inner, depthwise, norm, .silu)
    y = try excited(&block, y, squeeze: max(1, inputs / 4))
    y = try block.unit("project", y, to: channels, point, norm, nil)
    guard stride == 1, inputs == channels else { return y }
    return try block.apply("residual", .add, y, x)
  }

  /// Channels weighted by what their means say (Hu et al., arXiv 1709.01507).
  private func excited(
    _ block: inout BlockBuilder, _ x: TensorID, squeeze: Int
  ) throws(UserError) -> TensorID {
    let shape = block.block[x].shape
    let point = Kernel.same(1, dimensions: input.dimensions)
    let mean = try block.globalMean("squeeze", x)
    let ones = shape.dropFirst(2).map { _ in 1 }
    var y = try block.apply("squeeze.map", .cast, mean, shape: Array(shape.prefix(2)) + ones)
    y = try block.convolution("squeeze.down", y, to: squeeze, point, bias: true)
    y = try block.apply("squeeze.act", .activation(.silu), y)
    y = try block.convolution("squeeze.up", y, to: shape[1], point, bias: true)
    y = try block.apply("squeeze.gate", .activation(.sigmoid), y)
    return try block.apply("excite", .multiply, x, y)
  }
}
