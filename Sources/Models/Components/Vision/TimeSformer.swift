import DataFormats
import Graph
import Quantities

/// A video transformer with divided space-time attention (TimeSformer, arXiv 2102.05095; Endo-FM,
/// arXiv 2306.16741): each layer attends over time at each place, then over places in each frame.
///
/// `{"kind": "timesformer", "image": 224, "patch": 16, "frames": 8, "hidden": 768, "layers": 12,
/// "heads": 12}`
struct TimeSformer: Component, VisionBackbone {
  static let kind = "timesformer"

  /// How a frame enters.
  var input: PatchInput
  /// Frames that the model was made for.
  var frames: Int
  /// Width, depth, heads and MLP.
  var stack: TransformerStack
  /// Classes of the model's own head; 0 without.
  var classes: Int

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "kind", "image", "patch", "channels", "frames", "hidden", "layers", "heads", "classes",
    ])
    let edge = try cursor.field("image").int(in: 1...100_000)
    let size = try cursor.field("patch")
    let patch = try size.int(in: 1...edge)
    guard edge % patch == 0 else {
      throw size.error("an image of \(edge) pixels is no multiple of a patch of \(patch)")
    }
    input = PatchInput(image: edge, patch: patch)
    input.channels = try cursor.int("channels", 3, in: 1...10_000)
    frames = try cursor.field("frames").int(in: 1...100_000)
    let hidden = try cursor.field("hidden").int(in: 1...100_000_000)
    let number = try cursor.field("heads")
    let heads = try number.int(in: 1...100_000)
    guard hidden % heads == 0 else {
      throw number.error("\(heads) heads do not divide a width of \(hidden)")
    }
    stack = TransformerStack(
      layers: try cursor.field("layers").int(in: 1...100_000), hidden: hidden, heads: heads,
      intermediate: 4 * hidden)
    stack.epsilon = 1e-6
    stack.fusedAttention = false
    stack.packsProjections = true
    classes = try cursor.int("classes", 0, in: 0...100_000_000)
  }

  var sample: SampleDefaults {
    var sample = imageSample
    sample.frames = frames
    return sample
  }
  var extents: [Int] { input.extents }
  var imageChannels: Int { input.channels }
  var granularity: [Int] { input.steps }
  private var hidden: Int { stack.hidden }

  func imageShape(_ request: GraphRequest) -> [Int] {
    [request.batch, imageChannels, request.frames] + request.spatial
  }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    try classifier(classes: classes, scope, into: &graph)
  }

  /// Turns a value `[B, C, T, H, W]` into features.
  func features(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> VisionFeatures {
    let shape = graph.shape(image)
    let video = [shape[0], shape[2], shape[3] / input.patch * (shape[4] / input.patch)]
    let embedded = try self.embedded(image, video, scope, into: &graph)
    let layer = try self.layer(video, scope)
    let x = try graph.call(layer, count: stack.layers, [embedded])[0]
    var block = scope.block("norm")
    let rows = try block.input("hidden", graph.shape(x))
    let normed = try block.layerNorm("norm", rows, epsilon: stack.epsilon)
    block.output(try block.apply("pool", .pool(.token(0)), normed))
    block.output(
      try block.apply("patches", .slice(axis: 1, start: 1, count: video[1] * video[2]), normed))
    let outputs = try graph.call(block, [x])
    return VisionFeatures(pooled: outputs[0], patches: outputs[1])
  }

  /// Rows `[B, 1 + N·T, h]`: a class token, then each place's frames.
  private func embedded(
    _ image: ValueID, _ video: [Int], _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let shape = graph.shape(image)
    let (batch, times, places) = (video[0], video[1], video[2])
    var block = scope.block("embeddings")
    let pixels = try block.input("image", shape)
    let frames = try block.reshaped(
      "frames.rows", try block.reordered("frames", pixels, [0, 2, 1, 3, 4]),
      [batch * times, shape[1], shape[3], shape[4]])
    let embedder = PatchEmbedder(
      input: input, stack: stack, request: scope.request, prefix: scope.prefix)
    let grid = [shape[3] / input.patch, shape[4] / input.patch]
    let table = try embedder.positions(grid, prefix: 1, &block)
    let rows = try block.apply("positions.rows", .slice(axis: 0, start: 1, count: places), table)
    var x = try block.apply("positions.sum", .add, try embedder.patches(frames, &block), rows)
    x = try block.reshaped("places", x, [batch, times, places, hidden])
    x = try block.reordered("places.first", x, [0, 2, 1, 3])
    var instants = try block.parameter("times.weight", [self.frames, hidden], .embedding)
    if times != self.frames { instants = try block.resized("times", instants, to: [times]) }
    x = try block.apply("times.sum", .add, x, instants)
    x = try block.reshaped("rows", x, [batch, places * times, hidden])
    let token = try block.parameter("class.token", [1, hidden], .embedding)
    let first = try block.apply("positions.class", .slice(axis: 0, start: 0, count: 1), table)
    let placed = try block.apply("class.sum", .add, token, first)
    block.output(try block.apply("class", .prependTokens, x, placed))
    return try graph.call(block, [image])[0]
  }

  private func layer(_ video: [Int], _ scope: BuildScope) throws(UserError) -> BlockBuilder {
    let (batch, times, places) = (video[0], video[1], video[2])
    let count = places * times
    var block = scope.block("layer")
    let x = try block.input("hidden", [batch, 1 + count, hidden])
    let own = try block.apply("class", .slice(axis: 1, start: 0, count: 1), x)
    let rest = try block.apply("rest", .slice(axis: 1, start: 1, count: count), x)
    let timed = try temporal(rest, [batch, times, places], &block)
    let tokens = try block.apply(
      "class.frames", .expand(axes: [1], extents: [times], mean: false), own)
    let each = try block.reshaped("class.rows", tokens, [batch * times, 1, hidden])
    let apart = try block.reshaped("places", timed, [batch, places, times, hidden])
    let frames = try block.reshaped(
      "frames.rows", try block.reordered("frames", apart, [0, 2, 1, 3]),
      [batch * times, places, hidden])
    let joined = try block.apply("spatial.rows", .concatenate(axis: 1), each, frames)
    let normed = try block.layerNorm("spatial.norm", joined, epsilon: stack.epsilon)
    let seen = try attention("spatial", normed, &block)
    let token = try block.apply("spatial.class", .slice(axis: 1, start: 0, count: 1), seen)
    let split = try block.reshaped("spatial.class.frames", token, [batch, times, 1, hidden])
    let mean = try block.apply("spatial.class.mean", .reduce(.mean, axes: [1]), split)
    let others = try block.apply("spatial.rest", .slice(axis: 1, start: 1, count: places), seen)
    let back = try block.reshaped("spatial.frames", others, [batch, times, places, hidden])
    let sorted = try block.reshaped(
      "spatial.places", try block.reordered("spatial.order", back, [0, 2, 1, 3]),
      [batch, count, hidden])
    let before = try block.apply("before", .concatenate(axis: 1), own, timed)
    let change = try block.apply("change", .concatenate(axis: 1), mean, sorted)
    let middle = try block.apply("spatial.sum", .add, before, change)
    let second = try block.layerNorm("mlp.norm", middle, epsilon: stack.epsilon)
    let mapped = try block.perceptron(
      "mlp", second, inner: stack.intermediate, to: hidden, .gelu)
    block.output(try block.apply("mlp.sum", .add, middle, mapped))
    return block
  }

  /// Attention over each place's frames and a linear layer, added to rows `[B, N·T, h]`.
  private func temporal(
    _ rows: TensorID, _ video: [Int], _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let (batch, times, places) = (video[0], video[1], video[2])
    let apart = try block.reshaped("temporal.rows", rows, [batch * places, times, hidden])
    let normed = try block.layerNorm("temporal.norm", apart, epsilon: stack.epsilon)
    let mixed = try attention("temporal", normed, &block)
    let mapped = try block.linear("temporal.linear", mixed, to: hidden, bias: true, .attention)
    let flat = try block.reshaped("temporal.flat", mapped, [batch, places * times, hidden])
    return try block.apply("temporal.sum", .add, rows, flat)
  }

  private func attention(
    _ name: String, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let query = try block.linear(name + ".query", x, to: hidden, bias: true, .attention)
    let key = try block.linear(name + ".key", x, to: hidden, bias: true, .attention)
    let value = try block.linear(name + ".value", x, to: hidden, bias: true, .attention)
    let mixed = try block.apply(name, .attention(stack.geometry), query, key, value)
    return try block.linear(name + ".output", mixed, to: hidden, bias: true, .attention)
  }
}
