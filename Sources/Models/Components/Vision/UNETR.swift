import DataFormats
import Graph
import Quantities

/// A transformer over patches with a convolutional decoder on four of its depths (UNETR, arXiv
/// 2103.10504, as MONAI implements it), for images or volumes.
///
/// `{"kind": "unetr", "encoder": {"patches": {"image": [96, 96, 96], "patch": 16, "channels": 1,
/// "classTokens": 0}, "stack": {…}}, "features": 16, "classes": 14}`
struct UNETR: Component, VisionBackbone {
  static let kind = "unetr"

  /// Patches and layers.
  var tower: Tower
  /// How images enter.
  var input: PatchInput
  /// Channels at full resolution.
  var features: Int
  /// Classes of a place.
  var classes: Int

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: ["kind", "encoder", "features", "classes"])
    let encoder = try cursor.field("encoder")
    tower = try Tower(encoder)
    guard case .patches(let patches) = tower.input else {
      throw encoder.error("needs \"patches\"")
    }
    input = patches
    guard input.steps.allSatisfy({ $0 == 16 }), input.classTokens + input.registerTokens == 0 else {
      throw encoder.error("four doublings need patches of 16 and no class or register tokens")
    }
    guard tower.stack.layers >= 4 else { throw encoder.error("needs at least four layers") }
    features = try cursor.int("features", 16, in: 1...100_000)
    classes = try cursor.field("classes").int(in: 1...1_000_000)
  }

  var sample: SampleDefaults { imageSample }
  var extents: [Int] { input.extents }
  var imageChannels: Int { input.channels }
  var granularity: [Int] { input.steps }

  func features(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> VisionFeatures {
    try TowerBackbone(tower: tower, input: input).features(image, scope, into: &graph)
  }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let image = try images(scope, into: &graph)
    if scope.request.objective == .embedding {
      let pooled = try features(image, scope.part("encoder"), into: &graph).pooled
      return try ClassifierHead(classes: 0).build(pooled, scope, into: &graph)
    }
    let depths = try depths(image, scope.part("encoder"), into: &graph)
    let decoder = ConvolutionalDecoder(scope: scope.part("decoder"))
    var skips = [try decoder.skip("skip.0", image, to: features, into: &graph)]
    for level in 1..<4 {
      skips.append(
        try decoder.raised(
          "skip.\(level)", depths[level - 1], to: features << level, times: 4 - level,
          into: &graph))
    }
    var x = depths[3]
    for level in (0..<4).reversed() {
      x = try decoder.joined(
        "up.\(level)", x, skip: skips[level], to: features << level, into: &graph)
    }
    let logits = try decoder.output(x, classes: scope.request.classes ?? classes, into: &graph)
    return try SegmentationLoss.build(logits, scope, into: &graph)
  }

  /// Maps `[B, h, s/16…]` behind a quarter, a half, three quarters of the layers (one layer more,
  /// as MONAI counts them) and behind all.
  private func depths(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let request = scope.request
    let embedder = PatchEmbedder(
      input: input, stack: tower.stack, request: request, prefix: scope.prefix)
    var x = try embedder.build(image, into: &graph).hidden
    let places = embedder.grid(graph.shape(image))
    let ends = (1...3).map { tower.stack.layers * $0 / 4 + 1 } + [tower.stack.layers]
    var maps: [ValueID] = []
    var start = 0
    for end in ends {
      var stack = tower.stack
      stack.layers = end - start
      stack.finalNorm = end == tower.stack.layers && tower.stack.finalNorm
      x = try StackBuilder(stack: stack, request: request, prefix: scope.prefix)
        .build(x, into: &graph)
      start = end
      var block = scope.block("map")
      let rows = try block.input("rows", graph.shape(x))
      let columns = try block.reordered("columns", rows, [0, 2, 1])
      block.output(
        try block.reshaped("map", columns, [graph.shape(x)[0], tower.stack.hidden] + places))
      maps.append(try graph.call(block, [x])[0])
    }
    return maps
  }
}
