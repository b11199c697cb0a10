import Graph
import Quantities

// Masked image modelling: the encoder sees all places, hidden ones as a mask token; one product
// predicts their pixels (SimMIM, arXiv 2111.09886) or words of a visual vocabulary (BEiT, arXiv
// 2106.08254).
extension SelfSupervision {
  func maskedImage(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let whole = try views("image", 1, viewExtents, into: &graph)
    let features = try backbone.features(whole.image, whole.scope, into: &graph)
    let shape = graph.shape(features.patches)
    var block = scope.block("prediction")
    let rows = try block.input("rows", shape)
    if recipe.vocabulary > 0 {
      let labels = try block.input("labels", [shape[0], shape[1]], .int32)
      let logits = try block.linear("words", rows, to: recipe.vocabulary, bias: true, .head)
      block.output(try block.apply("loss", .crossEntropy, logits, labels))
      let target = try scope.input("labels", [shape[0], shape[1]], .int32, &graph)
      return try graph.call(block, [features.patches, target])
    }
    let pixels = graph.shape(whole.image).dropFirst().reduce(1, *)
    let cell = max(1, pixels / shape[1])
    let guess = try block.linear("pixels", rows, to: cell, bias: true, .head)
    let target = try block.input("target", [shape[0], shape[1], cell])
    block.output(try block.apply("loss", .elementLoss(.absolute), guess, target))
    return try graph.call(
      block,
      [
        features.patches,
        try scope.input("target", [shape[0], shape[1], cell], nil, &graph),
      ])
  }
}
