import Graph
import Quantities

/// A network of images that ends in one embedding: classified, embedded, or held against another
/// view of the same image.
protocol PooledNetwork: Component {
  var input: ImageInput { get }
  /// Width of the classifier; 0 for none.
  var classes: Int { get }
  /// Pre-training with two views, where the kind has one.
  var contrast: ViewContrast? { get }

  /// Images `[B, C, s…]` → embeddings `[B, C′]`.
  func pooled<F: Flow>(_ image: F.Value, _ flow: inout F) throws(UserError) -> F.Value
}

extension PooledNetwork {
  var contrast: ViewContrast? { nil }
  var sample: SampleDefaults { input.sample }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    try pooledResults(scope, into: &graph)
  }

  /// The graph's results: of two views, of a classifier, or the embeddings.
  func pooledResults(
    _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let embed = {
      (scope: BuildScope, image: ValueID, graph: inout GraphBuilder) throws(UserError) in
      try scope.flow(into: &graph) { (flow) throws(UserError) in try pooled(image, &flow) }
    }
    if let contrast, contrast.applies(scope.request) {
      return try contrast.build(scope, input, into: &graph, encoder: embed)
    }
    try scope.refuse([.supervised, .embedding])
    let features = try embed(scope, try input.value(scope, &graph), &graph)
    return try scope.classify(features, classes: classes, into: &graph)
  }
}

/// A network of images that gives a class to each pixel or voxel.
protocol SegmentationNetwork: Component {
  var input: ImageInput { get }
  /// The profile's number of classes; a request may ask for another.
  var classes: Int { get }

  /// Images `[B, C, s…]` → scores `[B, classes, s…]`.
  func segmented<F: Flow>(
    _ image: F.Value, _ flow: inout F, classes: Int
  ) throws(UserError) -> F.Value
}

extension SegmentationNetwork {
  var sample: SampleDefaults { input.sample }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    try scope.refuse([.supervised])
    let image = try input.value(scope, &graph)
    let map = try scope.flow(into: &graph) { (flow) throws(UserError) in
      try segmented(image, &flow, classes: scope.request.classes ?? classes)
    }
    return try scope.segmentation([map], into: &graph)
  }
}
