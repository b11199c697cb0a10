import DataFormats
import Graph
import Quantities

/// The noise predictor of latent diffusion (diffusers' `UNet2DConditionModel`): residual blocks
/// that know the time step, and transformer layers that read a text.
///
/// `{"kind": "denoising-unet", "latent": [64, 64], "features": [320, 640, 1280, 1280],
/// "heads": 8, "context": 768}`. A request's image is in positions of the latent.
struct DenoisingUNet: Component {
  static let kind = "denoising-unet"

  /// Channels of the latent.
  var channels: Int
  /// Extents of the latent as published.
  var latent: [Int]
  /// Channels of each stage.
  var features: [Int]
  /// Residual blocks of a stage down; a stage up has one more.
  var blocks: Int
  /// Heads of each stage's attention; 0 for a stage without.
  var heads: [Int]
  /// Width of the text's embedding.
  var context: Int
  /// Tokens of the text.
  var contextLength: Int
  /// Transformer layers behind each residual block.
  var transformerLayers: Int
  /// Whether tokens enter and leave by linear layers (Stable Diffusion 2), not by convolutions.
  var linearProjection: Bool
  /// Denoising steps of a sampling.
  var steps: Int
  /// Whether sampling predicts with and without the text (arXiv 2207.12598).
  var guidance: Bool

  private let norm = FeatureNorm(.group, groups: 32)

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "kind", "channels", "latent", "features", "blocks", "heads", "headSize", "attention",
      "context", "contextLength", "transformerLayers", "linearProjection", "steps", "guidance",
    ])
    channels = try cursor.int("channels", 4, in: 1...10_000)
    latent = try cursor.lengths("latent", 64, dimensions: 2)
    let widths = try cursor.field("features")
    features = try widths.ints(count: 2...8)
    for width in features where width % 32 != 0 {
      throw widths.error("\(width) channels do not split into 32 groups")
    }
    blocks = try cursor.int("blocks", 2, in: 1...64)
    let stages = features.count
    // By default the coarsest stage has no attention.
    let attends = try cursor.ints(
      "attention", [Int](repeating: 1, count: stages - 1) + [0], count: stages...stages, in: 0...1)
    if let size = try cursor.optional("headSize")?.int(in: 1...100_000) {
      heads = features.map { max(1, $0 / size) }
    } else {
      heads = [Int](repeating: try cursor.int("heads", 8, in: 1...10_000), count: stages)
    }
    for (width, count) in zip(features, heads) where width % count != 0 {
      throw cursor.error("\(count) heads do not divide a width of \(width)")
    }
    middleHeads = heads[stages - 1]
    heads = zip(heads, attends).map { $0 * $1 }
    context = try cursor.field("context").int(in: 1...100_000)
    contextLength = try cursor.int("contextLength", 77, in: 1...100_000)
    transformerLayers = try cursor.int("transformerLayers", 1, in: 1...100)
    linearProjection = try cursor.bool("linearProjection", false)
    steps = try cursor.int("steps", 50, in: 1...100_000)
    guidance = try cursor.bool("guidance", true)
  }

  /// Heads of the attention between the two sides.
  private var middleHeads: Int

  /// What each extent of the latent must be a multiple of.
  var multiple: Int { 1 << (features.count - 1) }

  var sample: SampleDefaults {
    var sample = SampleDefaults()
    sample.spatial = latent
    sample.multiples = [multiple, multiple]
    sample.sequence = contextLength
    sample.denoisingSteps = steps
    return sample
  }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    try scope.refuse([.diffusion, .generation])
    let request = scope.request
    let shape = [request.batch, channels] + request.spatial
    let noisy = try scope.input("latent", shape, nil, &graph)
    let text = try scope.input("context", [request.batch, request.sequence, context], nil, &graph)
    guard request.objective == .diffusion else {
      return [try sampled(noisy, text: text, scope, into: &graph)]
    }
    let time = try scope.input("time", [request.batch, features[0]], nil, &graph)
    let noise = try scope.flow(into: &graph) { (flow) throws(UserError) in
      try predicted(noisy, time: time, text: text, &flow)
    }
    return try scope.regression([noise], .squared, into: &graph)
  }

  /// Latents after `denoisingSteps` predictions: one block that repeats with shared parameters.
  ///
  /// With guidance each step predicts twice as many samples, with and without the text.
  func sampled(
    _ noise: ValueID, text: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let shape = graph.shape(noise)
    let copies = guidance ? 2 : 1
    var block = scope.block("denoiser")
    let x = try block.input("latent", shape)
    let textShape = graph.shape(text)
    let context = try block.input("context", textShape)
    let time = try block.input("time", [copies * shape[0], features[0]])
    let result: TensorID
    if guidance {
      let doubled = try block.applyAll("latent.doubled", .concatenate(axis: 0), [x, x])[0]
      let empty = try block.input("context.empty", textShape)
      let both = try block.applyAll("context.both", .concatenate(axis: 0), [context, empty])[0]
      var flow = BlockFlow(block: block)
      let predicted = try self.predicted(doubled, time: time, text: both, &flow)
      block = flow.block
      result = try guided(&block, x, predicted, shape[0])
    } else {
      var flow = BlockFlow(block: block)
      let predicted = try self.predicted(x, time: time, text: context, &flow)
      block = flow.block
      result = try block.apply("step", .add, x, try block.apply("scale", .scale(-1), predicted))
    }
    block.output(result)
    let finished = block.block
    let tied = finished.parameters.map {
      TiedParameter(local: $0, shared: graph.share($0, of: finished))
    }
    var values = [
      noise, text, try scope.input("time", [copies * shape[0], features[0]], nil, &graph),
    ]
    if guidance { values.append(try scope.input("context.empty", textShape, nil, &graph)) }
    return try graph.call(block, count: scope.request.denoisingSteps, values, tied: tied)[0]
  }

  private func guided(
    _ block: inout BlockBuilder, _ x: TensorID, _ predicted: TensorID, _ batch: Int
  ) throws(UserError) -> TensorID {
    let with = try block.apply("with", .slice(axis: 0, start: 0, count: batch), predicted)
    let without = try block.apply("without", .slice(axis: 0, start: batch, count: batch), predicted)
    let away = try block.apply("away", .scale(-1), without)
    let direction = try block.apply("direction", .add, with, away)
    let scaled = try block.apply("guidance", .scale(7.5), direction)
    let noise = try block.apply("noise", .add, without, scaled)
    return try block.apply("step", .add, x, try block.apply("scale", .scale(-1), noise))
  }

  /// Noisy latents, time features `[B, features[0]]` and a text `[B, T, context]` → the noise.
  func predicted<F: Flow>(
    _ noisy: F.Value, time: F.Value, text: F.Value, _ flow: inout F
  ) throws(UserError) -> F.Value {
    let three = Kernel.same(3, dimensions: 2)
    let width = features[0]
    let time = try flow.step("time", time) { (block, x) throws(UserError) in
      let y = try block.linear("time.1", x[0], to: 4 * width, bias: true, .embedding)
      let active = try block.apply("time.act", .activation(.silu), y)
      return try block.linear("time.2", active, to: 4 * width, bias: true, .embedding)
    }
    var x = try flow.step("stem", noisy) { (block, x) throws(UserError) in
      try block.convolution("stem", x[0], to: width, three, bias: true)
    }
    var skipped = [x]
    for stage in features.indices {
      for index in 1...blocks {
        let name = "down\(stage + 1).\(index)"
        x = try residual(name, [x], to: features[stage], time, &flow)
        x = try attended(name, x, text, heads[stage], &flow)
        skipped.append(x)
      }
      guard stage + 1 < features.count else { break }
      x = try flow.step("down\(stage + 1).stride", x) { (block, x) throws(UserError) in
        try block.convolution(
          "stride", x[0], to: features[stage], .same(3, dimensions: 2, stride: 2), bias: true)
      }
      skipped.append(x)
    }
    let top = features[features.count - 1]
    x = try residual("middle.1", [x], to: top, time, &flow)
    x = try attended("middle", x, text, middleHeads, &flow)
    x = try residual("middle.2", [x], to: top, time, &flow)
    for (index, stage) in features.indices.reversed().enumerated() {
      x = try up(index, stage, x, &skipped, time: time, text: text, &flow)
    }
    return try flow.step("head", x) { (block, x) throws(UserError) in
      var y = try block.featureNorm("norm", x[0], norm)
      y = try block.apply("act", .activation(.silu), y)
      return try block.convolution("noise", y, to: channels, three, bias: true, .head)
    }
  }

  private func up<F: Flow>(
    _ index: Int, _ stage: Int, _ x: F.Value, _ skipped: inout [F.Value], time: F.Value,
    text: F.Value, _ flow: inout F
  ) throws(UserError) -> F.Value {
    var x = x
    for layer in 1...(blocks + 1) {
      let name = "up\(index + 1).\(layer)"
      let skip = skipped.removeLast()
      x = try residual(name, [x, skip], to: features[stage], time, &flow)
      x = try attended(name, x, text, heads[stage], &flow)
    }
    guard stage > 0 else { return x }
    let extents = flow.extents(x).map { 2 * $0 }
    return try flow.step("up\(index + 1).resample", x) { (block, x) throws(UserError) in
      let large = try block.apply("resample", .resample(to: extents, .nearest), x[0])
      return try block.convolution(
        "conv", large, to: features[stage], .same(3, dimensions: 2), bias: true)
    }
  }

  private func residual<F: Flow>(
    _ name: String, _ inputs: [F.Value], to channels: Int, _ time: F.Value, _ flow: inout F
  ) throws(UserError) -> F.Value {
    try flow.step(name + ".residual", count: 1, inputs + [time]) { (block, x) throws(UserError) in
      var y = x[0]
      if x.count > 2 { y = try block.applyAll("joined", .concatenate(axis: 1), [y, x[1]])[0] }
      return [try block.diffusionResidual(y, to: channels, time: x[x.count - 1], norm)]
    }[0]
  }

  private func attended<F: Flow>(
    _ name: String, _ x: F.Value, _ text: F.Value, _ heads: Int, _ flow: inout F
  ) throws(UserError) -> F.Value {
    guard heads > 0 else { return x }
    return try flow.step(name + ".attention", x, text) { (block, x) throws(UserError) in
      try block.spatialTransformer(
        x[0], context: x[1], heads: heads, layers: transformerLayers,
        linearProjection: linearProjection, norm)
    }
  }
}
