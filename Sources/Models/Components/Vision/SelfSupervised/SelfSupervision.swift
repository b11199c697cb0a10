public import Graph
import Quantities

extension ModelProfile {
  /// The part that self-supervised objectives train; nil where the model has none.
  var visionBackbone: (any VisionBackbone)? {
    switch architecture {
    case .single(let tower): TowerBackbone(tower)
    case .component(let component): component.base as? any VisionBackbone
    default: nil
    }
  }
}

extension OperatorGraph {
  /// Parts that are averages of trained ones (DINO's teacher, MoCo's momentum encoder).
  static let copiedParts = ["teacher.", "momentum."]

  /// Parameters of parts that are averages of trained ones: held and run forward, not trained, and
  /// no part of the published model.
  public var copiedParameterCount: Int {
    calls.reduce(0) { sum, call in
      let block = blocks[call.block]
      guard Self.copiedParts.contains(where: block.name.hasPrefix) else { return sum }
      let own = block.parameters.filter { id in !call.tied.contains { $0.local == id } }
      return sum + own.reduce(0) { $0 + block[$1].count } * call.count
    }
  }
}

/// Pre-training of any vision backbone without labels: what a step computes beside the backbone
/// (further crops, a momentum copy, projection heads, a decoder).
struct SelfSupervision {
  let backbone: any VisionBackbone
  let recipe: PretrainingRecipe
  let scope: BuildScope

  /// Builds a step's forward pass and loss; nil when the request asks for none of these
  /// objectives or the model builds them itself.
  static func build(
    _ model: ModelProfile, _ request: GraphRequest, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID]? {
    guard request.withLoss, let backbone = model.visionBackbone else { return nil }
    let scope = BuildScope(model: model.id, prefix: "", request: request)
    if let resnet = backbone as? ResNet, resnet.contrast?.applies(request) == true { return nil }
    let method = SelfSupervision(backbone: backbone, recipe: model.pretraining, scope: scope)
    switch request.objective {
    case .dino: return try method.distillation(into: &graph)
    case .momentumContrast: return try method.momentum(into: &graph)
    case .simclr: return try method.pairs(into: &graph)
    case .maskedImage: return try method.maskedImage(into: &graph)
    case .mae:
      guard case .single(let tower) = model.architecture else { return nil }
      guard let autoencoder = MaskedAutoencoder(pretraining: tower) else {
        throw scope.fault(
          "objective", "mae needs a class token and no registers",
          remedy: "use masked-image, dino or supervised")
      }
      return try autoencoder.build(scope, into: &graph)
    default: return nil
    }
  }

  /// Extents of whole views: the request's where it differs from the model's own.
  var viewExtents: [Int] {
    let asked = scope.request.spatial
    return asked == backbone.extents ? recipe.globalSize ?? asked : asked
  }

  /// The scope of so many views of each sample with these extents.
  func scope(
    _ scope: BuildScope, views: Int, _ extents: [Int]
  ) throws(UserError) -> BuildScope {
    var request = scope.request
    let (batch, overflow) = request.batch.multipliedReportingOverflow(by: views)
    guard !overflow else {
      throw scope.fault("--batch", "\(request.batch) samples are too many", remedy: "give fewer")
    }
    for (axis, extent) in extents.enumerated() {
      let multiple = axis < backbone.granularity.count ? backbone.granularity[axis] : 1
      guard extents.count == backbone.extents.count, extent % multiple == 0 else {
        throw scope.fault(
          "pretraining", "crops of \(extents) do not fit this model",
          remedy: "make each extent a multiple of \(multiple)")
      }
    }
    request.batch = batch
    request.spatial = extents
    return scope.with(request)
  }

  /// Views as one graph input.
  func views(
    _ name: String, _ count: Int, _ extents: [Int], into graph: inout GraphBuilder
  ) throws(UserError) -> (scope: BuildScope, image: ValueID) {
    let views = try scope(scope, views: count, extents)
    let image = try scope.input(name, backbone.imageShape(views.request), nil, &graph)
    return (views, image)
  }

  /// Stops gradients: what is below is a copy that follows the trained weights by averaging.
  func stopped(
    _ values: [ValueID], _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    var block = scope.block("stop")
    for (index, value) in values.enumerated() {
      let x = try block.input("value.\(index)", graph.shape(value))
      block.output(try block.apply("stopped.\(index)", .detach, x))
    }
    return try graph.call(block, values)
  }

  /// A symmetric contrast of two views' embeddings within the batch, `[2B, d]` each.
  func contrast(
    _ queries: ValueID, _ keys: ValueID, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let shape = graph.shape(queries)
    let half = shape[0] / 2
    var block = scope.block("loss")
    let q = try block.input("queries", shape)
    let k = try block.input("keys", shape)
    var losses: [TensorID] = []
    for (index, other) in [1, 0].enumerated() {
      let own = try block.apply(
        "queries.\(index)", .slice(axis: 0, start: index * half, count: half), q)
      let partner = try block.apply(
        "keys.\(index)", .slice(axis: 0, start: other * half, count: half), k)
      let logits = try block.apply("logits.\(index)", .matmul(.right), own, partner)
      let labels = try block.input("labels.\(index)", [half], .int32)
      losses.append(try block.apply("loss.\(index)", .crossEntropy, logits, labels))
    }
    block.output(try block.apply("loss.sum", .add, losses[0], losses[1]))
    var values = [queries, keys]
    for index in 0..<2 { values.append(try scope.input("labels.\(index)", [half], .int32, &graph)) }
    return try graph.call(block, values)
  }
}
