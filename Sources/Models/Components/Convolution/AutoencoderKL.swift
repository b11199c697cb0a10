import DataFormats
import Graph
import Quantities

/// The variational autoencoder of latent diffusion (diffusers' `AutoencoderKL`): an image to a
/// latent of an eighth of its extents, and back.
///
/// `{"kind": "autoencoder-kl", "image": [512, 512], "features": [128, 256, 512, 512],
/// "latentChannels": 4}`. Objectives: `reconstruction` (both ways), `embedding` (encode),
/// `generation` (decode).
struct AutoencoderKL: Component {
  static let kind = "autoencoder-kl"

  var input: ImageInput
  /// Channels of each stage.
  var features: [Int]
  /// Residual blocks of a stage of the encoder; the decoder has one more.
  var blocks: Int
  var latentChannels: Int

  private let norm = FeatureNorm(.group, groups: 32, epsilon: 1e-6)
  private let three = Kernel.same(3, dimensions: 2)
  private let point = Kernel.same(1, dimensions: 2)

  init(_ cursor: JSONCursor) throws(JSONError) {
    let own: Set<String> = ["kind", "features", "blocks", "latentChannels"]
    try cursor.refuseUnknownKeys(known: own.union(ImageInput.keys))
    input = try ImageInput(cursor)
    guard input.dimensions == 2 else { throw cursor.error("reads images only") }
    let widths = try cursor.field("features")
    features = try widths.ints(count: 2...8)
    for width in features where width % 32 != 0 {
      throw widths.error("\(width) channels do not split into 32 groups")
    }
    blocks = try cursor.int("blocks", 2, in: 1...64)
    latentChannels = try cursor.int("latentChannels", 4, in: 1...10_000)
    input.multiple = factor
  }

  /// How much smaller a latent's extents are.
  var factor: Int { 1 << (features.count - 1) }

  var sample: SampleDefaults { input.sample }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    try scope.refuse([.reconstruction, .embedding, .generation])
    let request = scope.request
    let latentShape = [request.batch, latentChannels] + request.spatial.map { $0 / factor }
    if request.objective == .generation {
      let latent = try scope.input("latent", latentShape, nil, &graph)
      return [try decoded(latent, scope, &graph)]
    }
    let image = try input.value(scope, &graph)
    if request.objective == .embedding {
      return [try encoded(image, noise: nil, scope, &graph)]
    }
    let noise = try scope.input("noise", latentShape, nil, &graph)
    let latent = try encoded(image, noise: noise, scope, &graph)
    let result = try decoded(latent, scope, &graph)
    return try scope.regression([result], .absolute, into: &graph)
  }

  /// Image → a sample of its latent, or the mean without noise.
  func encoded(
    _ image: ValueID, noise: ValueID?, _ scope: BuildScope, _ graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let part = scope.part("encoder")
    return try part.flow(into: &graph) { (flow) throws(UserError) in
      let moments = try self.moments(image, &flow)
      return try flow.step("latent", count: 1, [moments] + (noise.map { [$0] } ?? [])) {
        (block, x) throws(UserError) in
        let mean = try block.apply(
          "mean", .slice(axis: 1, start: 0, count: latentChannels), x[0])
        guard x.count > 1 else { return [mean] }
        let spread = try block.apply(
          "logVariance", .slice(axis: 1, start: latentChannels, count: latentChannels), x[0])
        let half = try block.apply("half", .scale(0.5), spread)
        let deviation = try block.apply("deviation", .activation(.exponential), half)
        let shift = try block.apply("shift", .multiply, x[1], deviation)
        return [try block.apply("sample", .add, mean, shift)]
      }[0]
    }
  }

  /// Latent → image.
  func decoded(
    _ latent: ValueID, _ scope: BuildScope, _ graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let part = scope.part("decoder")
    return try part.flow(into: &graph) { (flow) throws(UserError) in
      try image(latent, &flow)
    }
  }

  /// Image → mean and log variance, `2·latentChannels` channels.
  func moments<F: Flow>(_ image: F.Value, _ flow: inout F) throws(UserError) -> F.Value {
    var x = try flow.step("stem", image) { (block, x) throws(UserError) in
      try block.convolution("stem", x[0], to: features[0], three, bias: true)
    }
    for (stage, width) in features.enumerated() {
      x = try residuals("down\(stage + 1)", blocks, x, to: width, &flow)
      guard stage + 1 < features.count else { break }
      x = try flow.step("down\(stage + 1).stride", x) { (block, x) throws(UserError) in
        // Zeros on the far sides only.
        var y = try block.apply("pad.height", .pad(axis: 2, before: 0, after: 1), x[0])
        y = try block.apply("pad.width", .pad(axis: 3, before: 0, after: 1), y)
        let stride = Kernel(
          extents: [3, 3], geometry: ConvolutionGeometry(stride: [2, 2], padding: [0, 0]))
        return try block.convolution("stride", y, to: width, stride, bias: true)
      }
    }
    x = try middle(x, &flow)
    return try flow.step("moments", x) { (block, x) throws(UserError) in
      let y = try finished(&block, x[0], to: 2 * latentChannels)
      return try block.convolution("quantize", y, to: 2 * latentChannels, point, bias: true)
    }
  }

  /// Latent → image.
  func image<F: Flow>(_ latent: F.Value, _ flow: inout F) throws(UserError) -> F.Value {
    let top = features[features.count - 1]
    var x = try flow.step("stem", latent) { (block, x) throws(UserError) in
      let y = try block.convolution("quantize", x[0], to: latentChannels, point, bias: true)
      return try block.convolution("stem", y, to: top, three, bias: true)
    }
    x = try middle(x, &flow)
    for (index, width) in features.reversed().enumerated() {
      x = try residuals("up\(index + 1)", blocks + 1, x, to: width, &flow)
      guard index + 1 < features.count else { break }
      let extents = flow.extents(x).map { 2 * $0 }
      x = try flow.step("up\(index + 1).resample", x) { (block, x) throws(UserError) in
        let large = try block.apply("resample", .resample(to: extents, .nearest), x[0])
        return try block.convolution("conv", large, to: width, three, bias: true)
      }
    }
    return try flow.step("image", x) { (block, x) throws(UserError) in
      try finished(&block, x[0], to: input.channels)
    }
  }

  private func finished(
    _ block: inout BlockBuilder, _ x: TensorID, to channels: Int
  ) throws(UserError) -> TensorID {
    var y = try block.featureNorm("norm", x, norm)
    y = try block.apply("act", .activation(.silu), y)
    return try block.convolution("result", y, to: channels, three, bias: true)
  }

  /// Residual blocks; those after the first have equal shapes and are counted.
  private func residuals<F: Flow>(
    _ name: String, _ count: Int, _ x: F.Value, to channels: Int, _ flow: inout F
  ) throws(UserError) -> F.Value {
    let first = try flow.step(name + ".first", x) { (block, x) throws(UserError) in
      try block.diffusionResidual(x[0], to: channels, time: nil, norm)
    }
    guard count > 1 else { return first }
    return try flow.step(name + ".block", count: count - 1, first) {
      (block, x) throws(UserError) in
      try block.diffusionResidual(x[0], to: channels, time: nil, norm)
    }
  }

  /// Residual block, attention of one head over all positions, residual block.
  private func middle<F: Flow>(_ x: F.Value, _ flow: inout F) throws(UserError) -> F.Value {
    let width = flow.channels(x)
    let extents = flow.extents(x)
    let first = try flow.step("middle.1", x) { (block, x) throws(UserError) in
      try block.diffusionResidual(x[0], to: width, time: nil, norm)
    }
    let mixed = try flow.step("middle.attention", first) { (block, x) throws(UserError) in
      let normed = try block.featureNorm("norm", x[0], norm)
      var y = try block.apply("tokens.contiguous", .contiguous, block.sequence("tokens", normed))
      y = try block.diffusionAttention("attention", y, context: nil, heads: 1, bias: true)
      y = try block.apply("map.contiguous", .contiguous, block.image("map", y, extents))
      return try block.apply("residual", .add, y, x[0])
    }
    return try flow.step("middle.2", mixed) { (block, x) throws(UserError) in
      try block.diffusionResidual(x[0], to: width, time: nil, norm)
    }
  }
}
