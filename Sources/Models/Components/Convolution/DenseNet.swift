import DataFormats
import Graph
import Quantities

/// A densely connected network (Huang et al., arXiv 1608.06993, table 1) over images or volumes.
///
/// `{"kind": "densenet", "image": [224, 224], "depths": [6, 12, 24, 16], "growth": 32,
/// "stem": 64, "classes": 1000}`
struct DenseNet: PooledNetwork {
  static let kind = "densenet"

  var input: ImageInput
  /// Layers of each dense block.
  var depths: [Int]
  /// Channels that a layer adds.
  var growth: Int
  /// Channels of the stem.
  var stem: Int
  /// Channels of a layer's 1×1 convolution, in multiples of `growth`.
  var bottleneck: Int
  var classes: Int
  var contrast: ViewContrast?

  private let norm = FeatureNorm(.batch)

  init(_ cursor: JSONCursor) throws(JSONError) {
    let own: Set<String> = [
      "kind", "depths", "growth", "stem", "bottleneck", "classes", "contrast",
    ]
    try cursor.refuseUnknownKeys(known: own.union(ImageInput.keys))
    input = try ImageInput(cursor)
    depths = try cursor.field("depths").ints(count: 1...8, in: 1...1000)
    growth = try cursor.int("growth", 32, in: 1...10_000)
    stem = try cursor.int("stem", 2 * growth, in: 1...10_000)
    bottleneck = try cursor.int("bottleneck", 4, in: 1...64)
    classes = try cursor.int("classes", 0, in: 0...100_000_000)
    contrast = try cursor.optional("contrast").map { (cursor) throws(JSONError) in
      try ViewContrast(cursor)
    }
  }

  /// Image → one embedding `[B, C]`.
  func pooled<F: Flow>(_ image: F.Value, _ flow: inout F) throws(UserError) -> F.Value {
    let map = try self.map(image, &flow)
    return try flow.step("pool", map) { (block, x) throws(UserError) in
      let y = try block.apply("act", .activation(.relu), x[0])
      return try block.globalMean("pool", y)
    }
  }

  /// Image → the last feature map, normalised.
  func map<F: Flow>(_ image: F.Value, _ flow: inout F) throws(UserError) -> F.Value {
    let dimensions = input.dimensions
    var x = try flow.step("stem", image) { (block, x) throws(UserError) in
      let y = try block.unit(
        "stem", x[0], to: stem, .same(7, dimensions: dimensions, stride: 2), norm, .relu)
      let pooling = WindowPooling(
        .maximum, window: filled(3), stride: filled(2), padding: filled(1))
      return try block.applyAll("pool", .poolWindows(pooling), [y])[0]
    }
    for (index, depth) in depths.enumerated() {
      x = try flow.step("dense\(index + 1)", x) { (block, x) throws(UserError) in
        try dense(&block, x[0], depth)
      }
      guard index + 1 < depths.count else { break }
      x = try flow.step("transition\(index + 1)", x) { (block, x) throws(UserError) in
        try transition(&block, x[0])
      }
    }
    return try flow.step("norm", x) { (block, x) throws(UserError) in
      try block.featureNorm("norm", x[0], norm)
    }
  }

  private func filled(_ extent: Int) -> [Int] { [Int](repeating: extent, count: input.dimensions) }

  /// Layers that each read everything before them.
  private func dense(
    _ block: inout BlockBuilder, _ x: TensorID, _ depth: Int
  ) throws(UserError) -> TensorID {
    block.markLayer()
    var features = [x]
    for layer in 1...depth {
      let name = "layer\(layer)"
      var y = x
      if features.count > 1 {
        y = try block.applyAll(name + ".features", .concatenate(axis: 1), features)[0]
      }
      y = try preactivated(&block, name + ".1", y, to: bottleneck * growth, kernel: 1)
      features.append(try preactivated(&block, name + ".2", y, to: growth, kernel: 3))
    }
    return try block.applyAll("features", .concatenate(axis: 1), features)[0]
  }

  private func transition(
    _ block: inout BlockBuilder, _ x: TensorID
  ) throws(UserError) -> TensorID {
    let channels = max(1, block.block[x].shape[1] / 2)
    let y = try preactivated(&block, "transition", x, to: channels, kernel: 1)
    return try block.apply("pool", .poolWindows(WindowPooling(.mean, window: filled(2))), y)
  }

  private func preactivated(
    _ block: inout BlockBuilder, _ name: String, _ x: TensorID, to channels: Int, kernel: Int
  ) throws(UserError) -> TensorID {
    var y = try block.featureNorm(name + ".norm", x, norm)
    y = try block.apply(name + ".act", .activation(.relu), y)
    return try block.convolution(
      name + ".conv", y, to: channels, .same(kernel, dimensions: input.dimensions))
  }
}
