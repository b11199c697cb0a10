import Graph
import Quantities

/// What a vision backbone makes of images.
struct VisionFeatures: Sendable {
  /// One embedding for each image, `[B, h]`.
  var pooled: ValueID
  /// Tokens of patches or places, `[B, N, h]`, without class or register tokens.
  var patches: ValueID
}

/// A part of a model that turns images or volumes into features: what self-supervised objectives
/// train, and what composites put a head or a decoder on.
protocol VisionBackbone: Sendable {
  /// Extents that the model was made for.
  var extents: [Int] { get }
  /// Channels of an image.
  var imageChannels: Int { get }
  /// Each extent must be a multiple of this.
  var granularity: [Int] { get }

  /// Shape of the images that a request asks for.
  func imageShape(_ request: GraphRequest) -> [Int]

  /// Turns a value of that shape into features.
  func features(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> VisionFeatures
}

extension VisionBackbone {
  /// What a sample is made of.
  var imageSample: SampleDefaults {
    var sample = SampleDefaults()
    sample.spatial = extents
    sample.multiples = granularity
    return sample
  }

  func imageShape(_ request: GraphRequest) -> [Int] {
    [request.batch, imageChannels] + request.spatial
  }

  /// The request's images as a graph input.
  func images(
    _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    try scope.input("image", imageShape(scope.request), nil, &graph)
  }

  /// The whole for the supervised and the embedding objective: features, then a product to classes.
  func classifier(
    classes own: Int, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let features = try features(
      try images(scope, into: &graph), scope, into: &graph)
    return try ClassifierHead(classes: own).build(features.pooled, scope, into: &graph)
  }
}

/// A product from pooled features to classes and its cross-entropy.
struct ClassifierHead: Sendable, Hashable {
  /// Classes of the model itself; 0 without.
  var classes: Int

  func build(
    _ pooled: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let request = scope.request
    switch request.objective {
    case .supervised, .embedding: break
    default:
      throw scope.fault(
        "objective", "this model is not made for \(request.objective.rawValue)",
        remedy: "use supervised or embedding")
    }
    var head = scope.block("head")
    var x = try head.input("pooled", graph.shape(pooled))
    var values = [pooled]
    let wanted = request.objective == .supervised ? request.classes ?? classes : 0
    if wanted > 0 { x = try head.linear("classifier", x, to: wanted, bias: true, .head) }
    if request.withLoss {
      let targets = try head.input("labels", [request.batch], .int32)
      values.append(try scope.input("labels", [request.batch], .int32, &graph))
      x = try head.apply("loss", .crossEntropy, x, targets)
    }
    if wanted == 0, !request.withLoss { return [pooled] }
    head.output(x)
    return try graph.call(head, values)
  }
}

/// A product of each place to classes has been made; compares it with a map of labels.
struct SegmentationLoss {
  /// Adds dice and cross-entropy over classes when the request asks for a loss.
  static func build(
    _ logits: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let request = scope.request
    guard request.objective == .supervised || !request.withLoss else {
      throw scope.fault(
        "objective", "this model is not trained for \(request.objective.rawValue)",
        remedy: "use supervised")
    }
    guard request.withLoss else { return [logits] }
    let shape = graph.shape(logits)
    var block = scope.block("loss")
    let prediction = try block.input("logits", shape)
    let target = try block.input("labels", shape)
    block.output(try block.apply("loss", .elementLoss(.diceCrossEntropy), prediction, target))
    return try graph.call(block, [logits, try scope.input("labels", shape, nil, &graph)])
  }
}
