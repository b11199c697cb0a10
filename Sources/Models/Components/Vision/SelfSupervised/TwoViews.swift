import Graph
import Quantities

// Two views of each sample: against a momentum encoder (MoCo v3, arXiv 2104.02057), or against all
// others of the batch (SimCLR, arXiv 2002.05709).
extension SelfSupervision {
  /// Both views pass the encoder, its projector and a predictor; both pass the momentum copy.
  func momentum(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let both = try views("views", 2, viewExtents, into: &graph)
    let inner = recipe.hidden ?? 4096
    let size = recipe.size ?? 256
    let features = try backbone.features(both.image, both.scope, into: &graph)
    let queries = try projected(
      "projector", features.pooled, [inner, inner, size], scope, into: &graph)
    let predicted = try normalized(
      try projected("predictor", queries, [inner, size], scope, into: &graph), scope, into: &graph)
    let copy = both.scope.part("momentum")
    let other = try backbone.features(both.image, copy, into: &graph)
    let keys = try projected("projector", other.pooled, [inner, inner, size], copy, into: &graph)
    let stopped = try stopped(
      [try normalized(keys, copy, into: &graph)], copy, into: &graph)
    return try contrast(predicted, stopped[0], into: &graph)
  }

  /// Both views pass the encoder and its projector; each is told from all other views.
  func pairs(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let both = try views("views", 2, viewExtents, into: &graph)
    let features = try backbone.features(both.image, both.scope, into: &graph)
    let width = graph.shape(features.pooled)[1]
    let projected = try normalized(
      try projected(
        "projector", features.pooled, [recipe.hidden ?? width, recipe.size ?? 128], scope,
        into: &graph), scope, into: &graph)
    let shape = graph.shape(projected)
    var block = scope.block("loss")
    let x = try block.input("embedding", shape)
    let labels = try block.input("labels", [shape[0]], .int32)
    let logits = try block.apply("logits", .matmul(.right), x, x)
    block.output(try block.apply("loss", .crossEntropy, logits, labels))
    return try graph.call(
      block, [projected, try scope.input("labels", [shape[0]], .int32, &graph)])
  }

  /// Linear layers without biases, each but the last with batch norm and ReLU.
  private func projected(
    _ name: String, _ x: ValueID, _ sizes: [Int], _ scope: BuildScope,
    into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var block = scope.block(name)
    var y = try block.input("features", graph.shape(x))
    for (index, size) in sizes.enumerated() {
      y = try block.linear("layer.\(index)", y, to: size, bias: false, .projection)
      guard index < sizes.count - 1 else { continue }
      y = try block.batchNorm("norm.\(index)", y, training: scope.request.withLoss)
      y = try block.apply("activation.\(index)", .activation(.relu), y)
    }
    block.output(y)
    return try graph.call(block, [x])[0]
  }

  private func normalized(
    _ x: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var block = scope.block("normalize")
    let y = try block.input("features", graph.shape(x))
    block.output(try block.apply("normalize", .l2Normalize, y))
    return try graph.call(block, [x])[0]
  }
}
