import DataFormats
import Graph
import Quantities

/// What a stage of a U-shaped network is made of.
enum UNetBlock: String, Sendable, Hashable, CaseIterable {
  /// Convolution, norm, activation, each after the other.
  case plain
  /// Two convolutions beside a shortcut.
  case residual
}

/// The side that goes down.
struct UNetEncoder: Sendable, Hashable {
  /// How a stage begins.
  enum Down: String, Sendable, Hashable, CaseIterable {
    /// The first convolution has the stride.
    case stride
    /// Maximum of windows.
    case maximum
    /// Mean of windows.
    case mean
  }

  let style: ConvolutionStyle
  /// Channels of each convolution (plain) or block (residual), stage by stage.
  var features: [[Int]]
  var block: UNetBlock
  var shortcut: ResidualShortcut
  var kernels: [[Int]]
  var strides: [[Int]]
  var down: Down
  /// Channels of a convolution in front of the first stage; nil for none.
  var stem: Int?

  init(_ cursor: JSONCursor, _ style: ConvolutionStyle) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "features", "block", "blocks", "shortcut", "kernels", "strides", "down", "stem",
    ])
    self.style = style
    let dimensions = style.dimensions
    block = try cursor.optional("block")?.word(UNetBlock.self) ?? .plain
    shortcut = try cursor.optional("shortcut")?.word(ResidualShortcut.self) ?? .pooled
    features = try cursor.field("features").stages(blocks: cursor.optional("blocks"))
    let stages = features.count
    guard stages >= 2 else { throw try cursor.field("features").error("needs two stages or more") }
    kernels = try cursor.stageExtents("kernels", 3, stages: stages, dimensions: dimensions)
    strides = try cursor.stageExtents("strides", 2, stages: stages, dimensions: dimensions)
    if !cursor.has("strides") { strides[0] = strides[0].map { _ in 1 } }
    down = try cursor.optional("down")?.word(Down.self) ?? .stride
    stem = try cursor.optional("stem")?.int(in: 1...100_000)
  }

  /// What each extent of the input must be a multiple of, so that skipped maps fit.
  var multiples: [Int] {
    (0..<style.dimensions).map { axis in
      strides.reduce(1) { min(1 << 30, $0 * $1[axis]) }
    }
  }

  /// The largest of `multiples`.
  var multiple: Int { multiples.max() ?? 1 }

  /// Image → the map of each stage, the finest first.
  func maps<F: Flow>(_ image: F.Value, _ flow: inout F) throws(UserError) -> [F.Value] {
    var x = image
    if let stem {
      x = try flow.step("encoder.stem", x) { (block, x) throws(UserError) in
        try style.unit(&block, "stem", x[0], to: stem, kernels[0])
      }
    }
    var maps: [F.Value] = []
    for stage in features.indices {
      x = try self.stage(stage, x, &flow)
      maps.append(x)
    }
    return maps
  }

  private func stage<F: Flow>(
    _ stage: Int, _ x: F.Value, _ flow: inout F
  ) throws(UserError) -> F.Value {
    let name = "encoder.stage\(stage + 1)"
    let (kernel, stride) = (kernels[stage], strides[stage])
    var x = x
    if down != .stride, stride.contains(where: { $0 > 1 }) {
      let kind: WindowPooling.Kind = down == .maximum ? .maximum : .mean
      x = try flow.step(name + ".down", x) { (block, x) throws(UserError) in
        try block.applyAll("pool", .poolWindows(WindowPooling(kind, window: stride)), x)[0]
      }
    }
    let step = down == .stride ? stride : stride.map { _ in 1 }
    return try StageBuilder(style: style, block: block, shortcut: shortcut, kernel: kernel)
      .build(name, x, features[stage], stride: step, &flow)
  }
}

/// The side that goes up.
struct UNetDecoder: Sendable, Hashable {
  /// How extents grow.
  enum Up: String, Sendable, Hashable, CaseIterable {
    /// A transposed convolution as large as its stride.
    case transposed
    /// Nearest neighbours, then a 1×1 convolution.
    case nearest
    /// Linear interpolation, then a 1×1 convolution.
    case linear
    /// Linear interpolation alone.
    case interpolated
  }

  let style: ConvolutionStyle
  /// Channels of each convolution or block, from the coarsest stage on.
  var features: [[Int]]
  var block: UNetBlock
  var shortcut: ResidualShortcut
  var up: Up
  /// Channels behind each upsampling, from the coarsest on.
  var upFeatures: [Int]
  var kernels: [[Int]]
  var strides: [[Int]]

  init(
    _ cursor: JSONCursor, _ style: ConvolutionStyle, _ encoder: UNetEncoder
  ) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "features", "block", "blocks", "shortcut", "up", "upFeatures",
    ])
    self.style = style
    block = try cursor.optional("block")?.word(UNetBlock.self) ?? .plain
    shortcut = try cursor.optional("shortcut")?.word(ResidualShortcut.self) ?? encoder.shortcut
    let skipped = Array(encoder.features.dropLast().reversed().compactMap(\.last))
    let stages = skipped.count
    if let given = try cursor.optional("features") {
      features = try given.stages(blocks: cursor.optional("blocks"))
    } else {
      let blocks = try cursor.optional("blocks")?.blockCounts(stages) ?? skipped.map { _ in 2 }
      features = zip(skipped, blocks).map { [Int](repeating: $0, count: $1) }
    }
    guard features.count == stages else {
      throw cursor.error("needs \(stages) stages, one for each skipped map")
    }
    up = try cursor.optional("up")?.word(Up.self) ?? .transposed
    upFeatures = try cursor.ints("upFeatures", skipped, count: stages...stages)
    kernels = encoder.kernels
    strides = encoder.strides
  }

  /// The encoder's maps, the finest first → the decoder's, the coarsest first.
  func maps<F: Flow>(_ skipped: [F.Value], _ flow: inout F) throws(UserError) -> [F.Value] {
    var x = skipped[skipped.count - 1]
    var maps: [F.Value] = []
    for stage in features.indices {
      let level = skipped.count - 2 - stage
      let name = "decoder.stage\(stage + 1)"
      let joined = try self.joined(
        name + ".up", x, skipped[level], to: upFeatures[stage], strides[level + 1], &flow)
      let builder = StageBuilder(
        style: style, block: block, shortcut: shortcut, kernel: kernels[level])
      x = try builder.build(
        name, joined, features[stage], stride: kernels[level].map { _ in 1 }, &flow)
      maps.append(x)
    }
    return maps
  }

  /// The coarse map brought to the skipped map's extents and joined with it.
  private func joined<F: Flow>(
    _ name: String, _ x: F.Value, _ skip: F.Value, to channels: Int, _ stride: [Int],
    _ flow: inout F
  ) throws(UserError) -> F.Value {
    let extents = flow.extents(skip)
    let style = style
    let up = up
    return try flow.step(name, x, skip) { (block, x) throws(UserError) in
      var y = x[0]
      let point = Kernel.same(stride.map { _ in 1 })
      switch up {
      case .transposed:
        y = try block.convolution("up", y, to: channels, .spread(stride), bias: style.bias)
      case .nearest, .linear:
        y = try block.apply(
          "resample", .resample(to: extents, up == .nearest ? .nearest : .linear), y)
        y = try block.convolution("up", y, to: channels, point, bias: style.bias)
      case .interpolated:
        y = try block.apply("resample", .resample(to: extents, .linear), y)
      }
      return try block.applyAll("joined", .concatenate(axis: 1), [x[1], y])[0]
    }
  }
}

/// Builds the convolutions or residual blocks of one stage.
struct StageBuilder {
  let style: ConvolutionStyle
  let block: UNetBlock
  let shortcut: ResidualShortcut
  let kernel: [Int]

  /// One part for the plain convolutions; one a residual block, equal ones counted.
  func build<F: Flow>(
    _ name: String, _ x: F.Value, _ features: [Int], stride: [Int], _ flow: inout F
  ) throws(UserError) -> F.Value {
    let ones = stride.map { _ in 1 }
    guard block == .residual else {
      return try flow.step(name, x) { (block, x) throws(UserError) in
        block.markLayer()
        var y = x[0]
        for (index, channels) in features.enumerated() {
          y = try style.unit(
            &block, "conv\(index + 1)", y, to: channels, kernel,
            stride: index == 0 ? stride : ones)
        }
        return y
      }
    }
    let first = try flow.step(name + ".first", x) { (block, x) throws(UserError) in
      block.markLayer()
      return try style.residual(
        &block, x[0], to: features[0], kernel, stride: stride, opens: true, shortcut)
    }
    guard features.count > 1 else { return first }
    return try flow.step(name + ".block", count: features.count - 1, first) {
      (block, x) throws(UserError) in
      try style.residual(
        &block, x[0], to: features[0], kernel, stride: ones, opens: false, shortcut)
    }
  }
}

extension JSONCursor {
  /// Channels of each stage: lists, or one number a stage repeated as often as `blocks` says.
  fileprivate func stages(blocks: JSONCursor?) throws(JSONError) -> [[Int]] {
    let items = try elements()
    guard (1...16).contains(items.count) else {
      throw error("needs 1 to 16 stages, found \(items.count)")
    }
    let counts = try blocks?.blockCounts(items.count) ?? items.map { _ in 2 }
    var result: [[Int]] = []
    for (item, count) in zip(items, counts) {
      if item.value.array != nil {
        result.append(try item.ints(count: 1...64))
      } else {
        result.append([Int](repeating: try item.int(in: 1...100_000), count: count))
      }
    }
    return result
  }

  /// Blocks of each stage: a list, or one number for all.
  fileprivate func blockCounts(_ stages: Int) throws(JSONError) -> [Int] {
    guard value.array == nil else { return try ints(count: stages...stages, in: 1...256) }
    return [Int](repeating: try int(in: 1...256), count: stages)
  }

  /// Extents of each stage: a list of lists or numbers.
  fileprivate func stageExtents(
    _ key: String, _ fallback: Int, stages: Int, dimensions: Int
  ) throws(JSONError) -> [[Int]] {
    guard let field = try optional(key) else {
      let same = [Int](repeating: fallback, count: dimensions)
      return [[Int]](repeating: same, count: stages)
    }
    var result: [[Int]] = []
    for item in try field.elements() { result.append(try item.lengths(dimensions: dimensions)) }
    guard result.count == stages else {
      throw field.error("needs one entry for each of the \(stages) stages")
    }
    return result
  }
}
