import DataFormats
import Graph
import Quantities

/// Residual encoder and decoder with additive skips (Myronenko, arXiv 1810.11654; MONAI's
/// `SegResNet`): pre-activated blocks with group norm, strided convolutions down, a 1×1 convolution
/// and linear interpolation up.
///
/// `{"kind": "segresnet", "volume": [128, 128, 128], "channels": 4, "classes": 3, "width": 16,
/// "down": [1, 2, 2, 4], "up": [1, 1, 1]}`
struct SegResNet: SegmentationNetwork {
  static let kind = "segresnet"

  var input: ImageInput
  var classes: Int
  /// Channels of the first stage; each further stage has twice as many.
  var width: Int
  /// Blocks of each stage down.
  var down: [Int]
  /// Blocks of each stage up.
  var up: [Int]
  var norm: FeatureNorm

  init(_ cursor: JSONCursor) throws(JSONError) {
    let own: Set<String> = ["kind", "classes", "width", "down", "up", "groups"]
    try cursor.refuseUnknownKeys(known: own.union(ImageInput.keys))
    input = try ImageInput(cursor, channels: 1)
    classes = try cursor.field("classes").int(in: 1...100_000)
    width = try cursor.int("width", 16, in: 1...10_000)
    down = try cursor.ints("down", [1, 2, 2, 4], count: 2...12)
    up = try cursor.ints(
      "up", down.dropLast().map { _ in 1 }, count: (down.count - 1)...(down.count - 1))
    let groups = try cursor.int("groups", 8, in: 1...10_000)
    guard width % groups == 0 else {
      throw try cursor.field("width").error("\(groups) groups do not divide \(width) channels")
    }
    norm = FeatureNorm(.group, groups: groups)
    input.multiple = 1 << (down.count - 1)
  }

  /// Image → map of classes of the same extents.
  func segmented<F: Flow>(
    _ image: F.Value, _ flow: inout F, classes: Int
  ) throws(UserError) -> F.Value {
    let dimensions = input.dimensions
    var x = try flow.step("stem", image) { (block, x) throws(UserError) in
      try block.convolution("stem", x[0], to: width, .same(3, dimensions: dimensions))
    }
    var skipped: [F.Value] = []
    for (stage, blocks) in down.enumerated() {
      let name = "down\(stage + 1)"
      if stage > 0 {
        skipped.append(x)
        x = try flow.step(name + ".stride", x) { (block, x) throws(UserError) in
          try block.convolution(
            "stride", x[0], to: width << stage, .same(3, dimensions: dimensions, stride: 2))
        }
      }
      x = try residual(name, blocks, x, &flow)
    }
    for (stage, blocks) in up.enumerated() {
      let name = "up\(stage + 1)"
      let skip = skipped[skipped.count - 1 - stage]
      let extents = flow.extents(skip)
      let channels = flow.channels(skip)
      x = try flow.step(name + ".resample", x, skip) { (block, x) throws(UserError) in
        let y = try block.convolution("up", x[0], to: channels, .same(1, dimensions: dimensions))
        let large = try block.apply("resample", .resample(to: extents, .linear), y)
        return try block.apply("skip", .add, large, x[1])
      }
      x = try residual(name, blocks, x, &flow)
    }
    return try flow.step("head", x) { (block, x) throws(UserError) in
      var y = try block.featureNorm("norm", x[0], norm)
      y = try block.apply("act", .activation(.relu), y)
      return try block.convolution(
        "classifier", y, to: classes, .same(1, dimensions: dimensions), bias: true, .head)
    }
  }

  /// Blocks of norm, activation, convolution, twice, beside the identity.
  private func residual<F: Flow>(
    _ name: String, _ count: Int, _ x: F.Value, _ flow: inout F
  ) throws(UserError) -> F.Value {
    try flow.step(name + ".block", count: count, x) { (block, x) throws(UserError) in
      block.markLayer()
      let channels = block.block[x[0]].shape[1]
      var y = x[0]
      for index in 1...2 {
        y = try block.featureNorm("norm\(index)", y, norm)
        y = try block.apply("act\(index)", .activation(.relu), y)
        y = try block.convolution(
          "conv\(index)", y, to: channels, .same(3, dimensions: input.dimensions))
      }
      return try block.apply("residual", .add, y, x[0])
    }
  }
}
