import DataFormats
import Graph
import Quantities

/// U-shaped networks (Ronneberger et al., arXiv 1505.04597) over images or volumes: stages of
/// convolutions that go down, and stages that go up and read the skipped maps.
///
/// One description covers the plain and residual nnU-Net (arXiv 1809.10486, 2404.09556), STU-Net
/// (arXiv 2304.06716), MONAI's BasicUNet and Models Genesis (arXiv 1908.06912):
///
/// `{"kind": "unet", "volume": [128, 128, 128], "channels": 1, "classes": 2,
/// "encoder": {"features": [32, 64, …], "blocks": 2}, "decoder": {"blocks": 2}}`
///
/// With `"adapts": true` the stages follow the extents that a workload gives, as nnU-Net's planner
/// lays them (`UNetEncoder.adapted`).
struct UNet: Component {
  static let kind = "unet"

  var input: ImageInput
  /// Classes (or channels) of the result.
  var classes: Int
  var encoder: UNetEncoder
  var decoder: UNetDecoder
  /// Whether every stage of the decoder has a result and a loss.
  var deepSupervision: Bool
  /// Whether values are predicted (restoration), not classes.
  var regression: Bool
  /// Whether the stages follow the extents.
  var adapts: Bool

  init(_ cursor: JSONCursor) throws(JSONError) {
    let own: Set<String> = [
      "kind", "classes", "encoder", "decoder", "norm", "groups", "groupSize", "activation", "bias",
      "deepSupervision", "regression", "adapts",
    ]
    try cursor.refuseUnknownKeys(known: own.union(ImageInput.keys))
    input = try ImageInput(cursor, channels: 1)
    classes = try cursor.field("classes").int(in: 1...100_000)
    let style = try ConvolutionStyle(cursor, dimensions: input.dimensions)
    encoder = try UNetEncoder(cursor.field("encoder"), style)
    decoder = try UNetDecoder(cursor.field("decoder"), style, encoder)
    deepSupervision = try cursor.bool("deepSupervision", false)
    regression = try cursor.bool("regression", false)
    adapts = try cursor.bool("adapts", false)
    input.multiple = encoder.multiple
  }

  var sample: SampleDefaults {
    var sample = input.sample
    if input.dimensions > 1 { sample.multiples = adapts ? [] : encoder.multiples }
    return sample
  }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    try scope.refuse([.supervised, .embedding])
    let request = scope.request
    if adapts, request.spatial != input.extents {
      var other = self
      other.encoder = try encoder.adapted(to: request.spatial, scope)
      other.decoder = decoder.adapted(to: other.encoder)
      (other.adapts, other.input.extents) = (false, request.spatial)
      return try other.build(scope, into: &graph)
    }
    let image = try input.value(scope, &graph)
    if request.objective == .embedding {
      return try scope.flow(into: &graph) { (flow) throws(UserError) in
        let maps = try encoder.maps(image, &flow)
        let pooled = try flow.step("pool", maps[maps.count - 1]) { (block, x) throws(UserError) in
          try block.globalMean("pool", x[0])
        }
        return try scope.with(request).embeddingLoss(pooled, &flow.graph)
      }
    }
    let results = try scope.flow(into: &graph) { (flow) throws(UserError) in
      try self.results(image, &flow, classes: request.classes ?? classes, all: request.trains)
    }
    return regression
      ? try scope.regression(results, .squared, into: &graph)
      : try scope.segmentation(results, into: &graph)
  }

  /// Image → maps of classes, the finest first; with `all`, one a scale where supervised deeply.
  func results<F: Flow>(
    _ image: F.Value, _ flow: inout F, classes: Int, all: Bool
  ) throws(UserError) -> [F.Value] {
    let scales = try decoder.maps(try encoder.maps(image, &flow), &flow)
    let point = Kernel.same(1, dimensions: input.dimensions)
    var results: [F.Value] = []
    for (index, map) in scales.reversed().enumerated() where index == 0 || deepSupervision {
      let name = index == 0 ? "head" : "head.\(index)"
      guard index == 0 || all else {
        try unused(name, flow.channels(map), classes, &flow, behind: &results)
        continue
      }
      results.append(
        try flow.step(name, map) { (block, x) throws(UserError) in
          try block.convolution("classifier", x[0], to: classes, point, bias: true, .head)
        })
    }
    return results
  }

  /// A result that only training reads: its parameters exist, its product is not computed.
  private func unused<F: Flow>(
    _ name: String, _ channels: Int, _ classes: Int, _ flow: inout F,
    behind results: inout [F.Value]
  ) throws(UserError) {
    guard let last = results.last else { return }
    let kernel = [Int](repeating: 1, count: input.dimensions)
    results[results.count - 1] = try flow.step(name, last) { (block, x) throws(UserError) in
      _ = try block.parameter("classifier.weight", [classes, channels] + kernel, .head)
      _ = try block.parameter("classifier.bias", [classes], .head)
      return try block.apply("result", .detach, x[0])
    }
  }
}

extension BuildScope {
  /// An embedding as the result, or with a loss as in `classify` without classes.
  func embeddingLoss(
    _ features: ValueID, _ graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    var request = request
    request.classes = nil
    return try with(request).classify(features, classes: 0, into: &graph)
  }
}
