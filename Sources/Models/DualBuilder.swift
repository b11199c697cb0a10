import Graph
import Quantities

/// Builds an image tower and a text tower, their projections and the contrastive loss.
struct DualBuilder {
  let model: String
  let dual: DualEncoder
  let request: GraphRequest

  func build(into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let objective = request.objective
    guard objective == .contrastive || (objective == .embedding && !request.withLoss) else {
      throw UserError(
        .input, place: model, key: "objective",
        "a dual encoder is not trained for \(objective.rawValue)",
        remedy: "use contrastive, or embedding to infer")
    }
    let image = try embed(dual.vision, dual.visionProjection, "vision.", into: &graph)
    let text = try embed(dual.text, dual.textProjection, "text.", into: &graph)
    guard objective == .contrastive else { return [image, text] }
    var block = request.block("similarity")
    let shape = graph.graph.values[image.index].shape
    let images = try block.input("images", shape)
    let texts = try block.input("texts", shape)
    var logits = try block.apply("similarity", .matmul(.right), images, texts)
    if dual.temperature {
      let scale = try block.parameter("temperature", [], .other)
      logits = try block.apply("temperature.scale", .scaleByExponential, logits, scale)
    }
    block.output(request.withLoss ? try block.apply("loss", .contrastiveLoss, logits) : logits)
    return try graph.call(block, [image, text])
  }

  private func embed(
    _ tower: Tower, _ projection: Projection, _ prefix: String, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let built = try TowerBuilder(tower: tower, request: request, prefix: prefix)
      .build(into: &graph)
    var block = request.block(prefix + "projection")
    let shape = graph.graph.values[built.hidden.index].shape
    let hidden = try block.input("hidden", shape)
    var values = [built.hidden]
    var tokens: TensorID?
    if tower.heads.pool == .endOfText, let ids = built.tokens {
      tokens = try block.input("tokens", [request.batch, shape[1]], .int32)
      values.append(ids)
    }
    var x = try block.pooled(hidden, tokens: tokens, tower, prefix: built.prefix)
    if tower.heads.pooler {
      let pooled = try block.pooler(x)
      // Some encoders carry a pooler that their projection bypasses: computed, never trained.
      if tower.heads.poolerUsed { x = pooled }
    }
    for (index, size) in projection.sizes.enumerated() {
      if index > 0 { x = try block.apply("projection.gelu.\(index)", .activation(.gelu), x) }
      x = try block.linear("projection.\(index)", x, to: size, bias: false, .projection)
    }
    block.output(try block.apply("normalize", .l2Normalize, x))
    return try graph.call(block, values)[0]
  }
}
