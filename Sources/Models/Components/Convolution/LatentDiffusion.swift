import DataFormats
import Graph
import Quantities

/// Latent diffusion (Rombach et al., arXiv 2112.10752): a text encoder, an autoencoder and a noise
/// predictor.
///
/// `{"kind": "latent-diffusion", "autoencoder": {…}, "denoiser": {…}, "text": {…}}`. Objectives:
/// `diffusion`, one training step of the predictor on an encoded image and text, both frozen;
/// `generation`, images from texts in `denoisingSteps` steps.
struct LatentDiffusion: Component {
  static let kind = "latent-diffusion"

  var autoencoder: AutoencoderKL
  var denoiser: DenoisingUNet
  var text: Tower
  /// Whether the text encoder is trained too.
  var trainsText: Bool

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "kind", "autoencoder", "denoiser", "text", "trainsText",
    ])
    autoencoder = try AutoencoderKL(cursor.field("autoencoder"))
    let predictor = try cursor.field("denoiser")
    denoiser = try DenoisingUNet(predictor)
    text = try Tower(cursor.field("text"))
    trainsText = try cursor.bool("trainsText", false)
    guard case .tokens = text.input else {
      throw try cursor.field("text").error("reads tokens")
    }
    guard denoiser.context == text.stack.hidden else {
      throw predictor.error(
        "a context of \(denoiser.context) does not fit a text of width \(text.stack.hidden)")
    }
    guard denoiser.channels == autoencoder.latentChannels else {
      throw predictor.error(
        "\(denoiser.channels) channels do not fit a latent of \(autoencoder.latentChannels)")
    }
  }

  var sample: SampleDefaults {
    var sample = autoencoder.sample
    let multiple = autoencoder.factor * denoiser.multiple
    sample.multiples = [multiple, multiple]
    if case .tokens(let tokens) = text.input {
      sample.sequence = tokens.sequence
      sample.context = tokens.context
    }
    sample.denoisingSteps = denoiser.steps
    return sample
  }

  var likelyObjective: Objective { .diffusion }
  var inferenceObjective: Objective? { .generation }
  var likelyFamily: ModelFamily { .multimodal }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    try scope.refuse([.diffusion, .generation])
    let request = scope.request
    let tower = TowerBuilder(tower: text, request: request, prefix: scope.prefix + "text.")
    let context = try tower.build(into: &graph).hidden
    let latentShape =
      [request.batch, autoencoder.latentChannels]
      + request.spatial.map { $0 / autoencoder.factor }
    let parts = scope.part("autoencoder")
    let denoising = scope.part("denoiser")
    guard request.objective == .diffusion else {
      let noise = try denoising.input("noise", latentShape, nil, &graph)
      let latent = try denoiser.sampled(noise, text: context, denoising, into: &graph)
      let image = try autoencoder.decoded(latent, parts, &graph)
      return [try shelve(image, encoder: true, parts, &graph)]
    }
    let image = try autoencoder.input.value(scope, &graph)
    let sampling = try parts.input("noise", latentShape, nil, &graph)
    let latent = try autoencoder.encoded(image, noise: sampling, parts, &graph)
    let noise = try denoising.input("noise", latentShape, nil, &graph)
    let noisy = try mixed(latent, noise, denoising, &graph)
    let condition = trainsText ? context : try frozen(context, denoising, &graph)
    let time = try denoising.input("time", [request.batch, denoiser.features[0]], nil, &graph)
    let predicted = try denoising.flow(into: &graph) { (flow) throws(UserError) in
      try denoiser.predicted(noisy, time: time, text: condition, &flow)
    }
    let kept = try shelve(predicted, encoder: false, parts, &graph)
    return try denoising.regression([kept], .squared, into: &graph)
  }

  /// A latent and noise at the time's proportions; the autoencoder gets no gradient.
  private func mixed(
    _ latent: ValueID, _ noise: ValueID, _ scope: BuildScope, _ graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    try scope.flow(into: &graph) { (flow) throws(UserError) in
      try flow.step("noised", latent, noise) { (block, x) throws(UserError) in
        let fixed = try block.apply("latent", .detach, x[0])
        // The latent's scale in Stable Diffusion; the proportions vary with the step.
        let scaled = try block.apply("latent.scaled", .scale(0.18215), fixed)
        return try block.apply("noised", .add, scaled, x[1])
      }
    }
  }

  private func frozen(
    _ context: ValueID, _ scope: BuildScope, _ graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    try scope.flow(into: &graph) { (flow) throws(UserError) in
      try flow.step("context", context) { (block, x) throws(UserError) in
        try block.apply("context", .detach, x[0])
      }
    }
  }

  /// The side of the autoencoder that a pass does not run: its parameters belong to the model and
  /// lie in memory.
  private func shelve(
    _ value: ValueID, encoder: Bool, _ scope: BuildScope, _ graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let factor = autoencoder.factor
    var probe = BlockFlow(block: scope.block("probe"))
    if encoder {
      let image = try probe.block.input("image", [1, autoencoder.input.channels, factor, factor])
      _ = try autoencoder.moments(image, &probe)
    } else {
      let latent = try probe.block.input("latent", [1, autoencoder.latentChannels, 1, 1])
      _ = try autoencoder.image(latent, &probe)
    }
    let tensors = probe.block.block.parameters.map { probe.block.block[$0] }
    return try scope.flow(into: &graph) { (flow) throws(UserError) in
      try flow.step(encoder ? "encoder.shelved" : "decoder.shelved", value) {
        (block, x) throws(UserError) in
        for tensor in tensors {
          guard case .parameter(let role) = tensor.role else { continue }
          _ = try block.parameter(tensor.name, tensor.shape, role)
        }
        return x[0]
      }
    }
  }
}
