import DataFormats
import Graph
import Quantities

/// A volumetric Swin encoder with a convolutional decoder (Swin UNETR, arXiv 2201.01266, as MONAI
/// implements it).
///
/// `{"kind": "swin-unetr", "volume": [96, 96, 96], "channels": 1, "embed": 48, "patch": 2,
/// "depths": [2, 2, 2, 2], "heads": [3, 6, 12, 24], "classes": 14}`
struct SwinUNETR: Component, VisionBackbone {
  static let kind = "swin-unetr"

  /// The encoder.
  var body: SwinBody
  /// Classes of a voxel.
  var classes: Int

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: SwinBody.keys.union(["classes", "version"]))
    body = try SwinBody(cursor)
    guard body.depths.count == 4, body.patch == 2 else {
      throw cursor.error("a Swin UNETR has four stages and a patch of 2")
    }
    body.stemNorm = false
    body.storesMask = false
    body.stageConvolution = try cursor.int("version", 1, in: 1...2) == 2
    classes = try cursor.field("classes").int(in: 1...1_000_000)
  }

  var sample: SampleDefaults { imageSample }
  var extents: [Int] { body.extents }
  var imageChannels: Int { body.channels }
  var granularity: [Int] { [Int](repeating: 32, count: body.dimensions) }

  /// The encoder alone, its last map pooled: what pre-training on volumes trains.
  func features(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> VisionFeatures {
    let maps = try body.maps(image, mergesAfter: true, scope.part("encoder"), into: &graph)
    let shape = graph.shape(maps[4])
    let width = shape[shape.count - 1]
    var block = scope.block("encoder.pool")
    let x = try block.input("hidden", shape)
    let rows = try block.reshaped(
      "rows", x, [shape[0], shape.dropFirst().dropLast().reduce(1, *), width])
    let normed = try block.plainLayerNorm("norm", rows, epsilon: body.epsilon)
    block.output(try block.apply("pool", .pool(.mean(from: 0)), normed))
    block.output(normed)
    let outputs = try graph.call(block, [maps[4]])
    return VisionFeatures(pooled: outputs[0], patches: outputs[1])
  }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let image = try images(scope, into: &graph)
    if scope.request.objective == .embedding {
      let pooled = try features(image, scope, into: &graph).pooled
      return try ClassifierHead(classes: 0).build(pooled, scope, into: &graph)
    }
    let maps = try body.maps(image, mergesAfter: true, scope.part("encoder"), into: &graph)
    var levels: [ValueID] = []
    for (level, map) in maps.enumerated() {
      levels.append(try normed(map, level, scope, into: &graph))
    }
    let decoder = ConvolutionalDecoder(scope: scope.part("decoder"))
    let width = body.embed
    let full = try decoder.skip("skip.0", image, to: width, into: &graph)
    var skips: [ValueID] = []
    for level in 0..<3 {
      skips.append(
        try decoder.skip("skip.\(level + 1)", levels[level], to: width << level, into: &graph))
    }
    skips.append(levels[3])
    var x = try decoder.skip("bottom", levels[4], to: width << 4, into: &graph)
    for level in (0..<4).reversed() {
      x = try decoder.joined(
        "up.\(level + 1)", x, skip: skips[level], to: width << level, into: &graph)
    }
    x = try decoder.joined("up.0", x, skip: full, to: width, into: &graph)
    let logits = try decoder.output(
      x, classes: scope.request.classes ?? classes, into: &graph)
    return try SegmentationLoss.build(logits, scope, into: &graph)
  }

  /// A map normalised without parameters, channels first.
  private func normed(
    _ map: ValueID, _ level: Int, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var block = scope.block("encoder.level.\(level)")
    let x = try block.input("map", graph.shape(map))
    let normed = try block.plainLayerNorm("norm", x, epsilon: body.epsilon)
    block.output(
      try block.apply("copy", .contiguous, try block.channelsFirst("first", normed)))
    return try graph.call(block, [map])[0]
  }
}
