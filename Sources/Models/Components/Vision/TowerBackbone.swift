import Graph
import Quantities

/// A transformer over patches as a vision backbone.
struct TowerBackbone: VisionBackbone, Hashable {
  /// Its layers and heads.
  var tower: Tower
  /// How images enter.
  var input: PatchInput

  /// The backbone of a tower that reads patches; nil for one that reads tokens.
  init?(_ tower: Tower) {
    guard case .patches(let input) = tower.input else { return nil }
    self.init(tower: tower, input: input)
  }

  init(tower: Tower, input: PatchInput) {
    self.tower = tower
    self.input = input
  }

  var extents: [Int] { input.extents }
  var imageChannels: Int { input.channels }
  var granularity: [Int] { input.steps }

  func features(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> VisionFeatures {
    let embedder = PatchEmbedder(
      input: input, stack: tower.stack, request: scope.request, prefix: scope.prefix)
    let embedded = try embedder.build(image, into: &graph)
    let hidden = try StackBuilder(
      stack: tower.stack, request: scope.request, prefix: scope.prefix
    ).build(embedded.hidden, into: &graph)
    let shape = graph.shape(hidden)
    var block = scope.block("pool")
    let x = try block.input("hidden", shape)
    block.output(try block.pooled(x, tokens: nil, tower, prefix: embedded.prefix))
    block.output(
      try block.apply(
        "patches",
        .slice(axis: 1, start: embedded.prefix, count: shape[1] - embedded.prefix), x))
    let outputs = try graph.call(block, [hidden])
    return VisionFeatures(pooled: outputs[0], patches: outputs[1])
  }
}
