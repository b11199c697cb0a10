import DataFormats
import Graph
import Quantities

/// Residual stages over signals, images or volumes (He et al., arXiv 1512.03385), with groups
/// (ResNeXt, arXiv 1611.05431), width (wide ResNet, arXiv 1605.07146), dilation (Med3D, arXiv
/// 1904.00625) and mean pooling in place of strides (CLIP, arXiv 2103.00020, section 2.3).
struct ResNetBody: Sendable, Hashable {
  /// How a residual block is made.
  enum BlockKind: String, Sendable, Hashable, CaseIterable {
    /// Two convolutions.
    case basic
    /// 1×1, 3×3, 1×1 with four times the channels at the end.
    case bottleneck
  }

  /// How the identity is brought to another shape.
  enum Shortcut: String, Sendable, Hashable, CaseIterable {
    /// Strided 1×1 convolution and norm.
    case convolution
    /// Strided sampling and zero channels (type A of the paper).
    case pad
    /// Mean pooling, then a 1×1 convolution and norm; strides of the blocks are pooled too.
    case pooled
  }

  /// How the image enters.
  struct Stem: Sendable, Hashable {
    /// Channels, convolution by convolution; the last is the body's input.
    var channels = [64]
    var kernel: [Int]
    var stride: [Int]
    /// What halves the extents behind the stem.
    var pool = WindowPooling.Kind?.some(.maximum)
  }

  /// Spatial dimensions.
  var dimensions: Int
  var stem: Stem
  var block = BlockKind.basic
  var depths: [Int]
  /// Channels of the first stage's 3×3 convolutions; each further stage has twice as many.
  var width = 64
  var groups = 1
  /// Channels of a group at `width` 64 (ResNeXt's d, or 128 in a wide ResNet).
  var groupWidth = 64
  var strides: [Int]
  var dilations: [Int]
  var shortcut = Shortcut.convolution
  /// Extent of a block's kernel.
  var kernel = 3
  /// How features are normalised.
  var norm = FeatureNorm(.batch)

  static let keys: Set<String> = [
    "block", "depths", "width", "groups", "groupWidth", "strides", "dilations", "shortcut",
    "kernel", "stem",
  ]

  init(_ cursor: JSONCursor, dimensions: Int) throws(JSONError) {
    self.dimensions = dimensions
    block = try cursor.field("block").word(BlockKind.self)
    depths = try cursor.field("depths").ints(count: 1...8, in: 1...1000)
    let stages = depths.count
    width = try cursor.int("width", 64, in: 1...100_000)
    groups = try cursor.int("groups", 1, in: 1...100_000)
    groupWidth = try cursor.int("groupWidth", 64, in: 1...100_000)
    if block == .basic, let field = try cursor.optional(groups > 1 ? "groups" : "groupWidth") {
      throw field.error("basic blocks have no groups; use bottleneck")
    }
    strides = try cursor.ints(
      "strides", [1] + [Int](repeating: 2, count: stages - 1), count: stages...stages, in: 1...16)
    dilations = try cursor.ints(
      "dilations", [Int](repeating: 1, count: stages), count: stages...stages, in: 1...64)
    shortcut = try cursor.optional("shortcut")?.word(Shortcut.self) ?? .convolution
    kernel = try cursor.int("kernel", 3, in: 1...101)
    stem = Stem(
      kernel: [Int](repeating: 7, count: dimensions),
      stride: [Int](repeating: 2, count: dimensions))
    guard let given = try cursor.optional("stem") else { return }
    try given.refuseUnknownKeys(known: ["channels", "kernel", "stride", "pool"])
    stem.channels = try given.ints("channels", [width])
    stem.kernel = try given.lengths("kernel", 7, dimensions: dimensions)
    stem.stride = try given.lengths("stride", 2, dimensions: dimensions)
    switch try given.optional("pool")?.string() ?? "maximum" {
    case "maximum": stem.pool = .maximum
    case "mean": stem.pool = .mean
    case "none": stem.pool = nil
    case let word:
      throw try given.field("pool").error(
        "unknown word \"\(word)\"; known are maximum, mean, none")
    }
  }

  /// Channels at the end of each stage.
  var stageChannels: [Int] {
    depths.indices.map { (width << $0) * (block == .bottleneck ? 4 : 1) }
  }

  /// Feature maps: the stem's before its pooling, then each stage's.
  func maps<F: Flow>(_ image: F.Value, _ flow: inout F) throws(UserError) -> [F.Value] {
    var x = try stem(image, &flow)
    var maps = [x]
    if stem.pool != nil { x = try pooled(x, &flow) }
    for stage in depths.indices {
      x = try self.stage(stage, x, &flow)
      maps.append(x)
    }
    return maps
  }

  private func stem<F: Flow>(_ image: F.Value, _ flow: inout F) throws(UserError) -> F.Value {
    try flow.step("stem", image) { (block, x) throws(UserError) in
      var y = x[0]
      for (index, channels) in stem.channels.enumerated() {
        let stride = index == 0 ? stem.stride : stem.stride.map { _ in 1 }
        y = try block.unit(
          "stem.\(index)", y, to: channels, .same(stem.kernel, stride: stride), norm, .relu)
      }
      return y
    }
  }

  private func pooled<F: Flow>(_ x: F.Value, _ flow: inout F) throws(UserError) -> F.Value {
    let kind = stem.pool ?? .maximum
    return try flow.step("stem.pool", x) { (block, x) throws(UserError) in
      let pooling =
        kind == .maximum
        ? WindowPooling(
          .maximum, window: filled(3), stride: filled(2), padding: filled(1))
        : WindowPooling(.mean, window: filled(2))
      return try block.applyAll("pool", .poolWindows(pooling), x)[0]
    }
  }

  private func filled(_ extent: Int) -> [Int] { [Int](repeating: extent, count: dimensions) }

  private func stage<F: Flow>(
    _ stage: Int, _ x: F.Value, _ flow: inout F
  ) throws(UserError) -> F.Value {
    let name = "stage\(stage + 1)"
    let first = try flow.step(name + ".first", x) { (block, x) throws(UserError) in
      try residual(&block, x[0], stage, stride: strides[stage])
    }
    guard depths[stage] > 1 else { return first }
    return try flow.step(name + ".block", count: depths[stage] - 1, first) {
      (block, x) throws(UserError) in try residual(&block, x[0], stage, stride: 1)
    }
  }

  private func residual(
    _ block: inout BlockBuilder, _ x: TensorID, _ stage: Int, stride: Int
  ) throws(UserError) -> TensorID {
    block.markLayer()
    block.markLayer()
    let planes = width << stage
    let channels = stageChannels[stage]
    let dilation = dilations[stage]
    let pools = shortcut == .pooled && stride > 1
    let step = pools ? 1 : stride
    var y = x
    switch self.block {
    case .basic:
      y = try block.unit("conv1", y, to: planes, spatial(step, dilation), norm, .relu)
      if pools { y = try meanPool(&block, "pool", y, stride) }
      y = try block.unit("conv2", y, to: planes, spatial(1, dilation), norm, nil)
    case .bottleneck:
      let inner = planes * groupWidth / 64 * groups
      y = try block.unit("conv1", y, to: inner, .same(1, dimensions: dimensions), norm, .relu)
      y = try block.unit(
        "conv2", y, to: inner, spatial(step, dilation, groups: groups), norm, .relu)
      if pools { y = try meanPool(&block, "pool", y, stride) }
      y = try block.unit("conv3", y, to: channels, .same(1, dimensions: dimensions), norm, nil)
    }
    let identity = try self.identity(&block, x, channels, stride)
    let sum = try block.apply("residual", .add, y, identity)
    return try block.apply("act", .activation(.relu), sum)
  }

  private func spatial(_ stride: Int, _ dilation: Int, groups: Int = 1) -> Kernel {
    .same(kernel, dimensions: dimensions, stride: stride, dilation: dilation, groups: groups)
  }

  private func meanPool(
    _ block: inout BlockBuilder, _ name: String, _ x: TensorID, _ stride: Int
  ) throws(UserError) -> TensorID {
    try block.apply(name, .poolWindows(WindowPooling(.mean, window: filled(stride))), x)
  }

  private func identity(
    _ block: inout BlockBuilder, _ x: TensorID, _ channels: Int, _ stride: Int
  ) throws(UserError) -> TensorID {
    let inputs = block.block[x].shape[1]
    guard stride > 1 || inputs != channels else { return x }
    switch shortcut {
    case .convolution:
      return try block.unit(
        "shortcut", x, to: channels, .same(1, dimensions: dimensions, stride: stride), norm, nil)
    case .pooled:
      let pooled = stride > 1 ? try meanPool(&block, "shortcut.pool", x, stride) : x
      return try block.unit(
        "shortcut", pooled, to: channels, .same(1, dimensions: dimensions), norm, nil)
    case .pad:
      var y = x
      if stride > 1 {
        let sampled = WindowPooling(.mean, window: filled(1), stride: filled(stride))
        y = try block.apply("shortcut.sample", .poolWindows(sampled), y)
      }
      guard channels > inputs else { return y }
      return try block.apply(
        "shortcut.pad", .pad(axis: 1, before: 0, after: channels - inputs), y)
    }
  }
}
