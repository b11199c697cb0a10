import DataFormats
import Graph
import Quantities

/// SAM's prompt encoder and two-way mask decoder (arXiv 2304.02643, appendix A), in two or three
/// dimensions.
struct SamDecoder: Sendable, Hashable {
  /// Width of tokens and of the image's embedding.
  var hidden = 256
  /// Two-way layers.
  var layers = 2
  /// Heads.
  var heads = 8
  /// Inner width of the layers' MLP.
  var intermediate = 2048
  /// Masks of a prompt.
  var masks = 4
  /// Tokens of a prompt: two corners of a box.
  var promptTokens = 2
  /// Learned kinds of points: clicks (2) and corners of boxes (2).
  var pointKinds = 4
  /// Whether the prompt encoder is not trained (MedSAM).
  var frozenPrompt = false
  /// Dimensions of a mask that is a prompt; nil for the image's.
  var maskDimensions: Int?
  /// Whether the norm between upscalings is over channels and places at once (SegVol).
  var wholeNorm = false
  /// Whether the text's embedding is compared with each place (SegVol).
  var textSimilarity = false

  static let keys: Set<String> = [
    "kind", "hidden", "layers", "heads", "intermediate", "masks", "promptTokens", "pointKinds",
    "frozenPrompt", "maskDimensions", "wholeNorm", "textSimilarity", "grid",
  ]

  init() {}

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: Self.keys)
    hidden = try cursor.int("hidden", hidden, in: 1...1_000_000)
    layers = try cursor.int("layers", layers, in: 1...1000)
    heads = try cursor.int("heads", heads, in: 1...10_000)
    guard hidden % (2 * heads) == 0, hidden % 8 == 0 else {
      throw cursor.error("\(heads) heads do not divide half of a width of \(hidden)")
    }
    intermediate = try cursor.int("intermediate", intermediate)
    masks = try cursor.int("masks", masks, in: 1...100_000)
    promptTokens = try cursor.int("promptTokens", promptTokens, in: 1...100_000)
    pointKinds = try cursor.int("pointKinds", pointKinds, in: 2...100)
    frozenPrompt = try cursor.bool("frozenPrompt", false)
    maskDimensions = try cursor.optional("maskDimensions")?.int(in: 2...3)
    wholeNorm = try cursor.bool("wholeNorm", false)
    textSimilarity = try cursor.bool("textSimilarity", false)
  }

  /// Masks `[B, 1, 4·s…]` and their quality `[B, masks]` for as many prompts as image embeddings
  /// `[B, hidden, s…]`.
  ///
  /// - Parameter text: an embedding of the prompt's text, `[B, hidden]`, if it has one.
  func build(
    _ embedding: ValueID, text: ValueID? = nil, _ scope: BuildScope,
    into graph: inout GraphBuilder
  ) throws(UserError) -> (masks: ValueID, quality: ValueID) {
    let shape = graph.shape(embedding)
    let places = Array(shape.dropFirst(2))
    let prompts = try prompt(shape[0], places, scope.part("prompt"), into: &graph)
    let part = scope.part("decoder")
    var block = part.block("tokens")
    let map = try block.input("embedding", shape)
    let sparse = try block.input("prompt", graph.shape(prompts.sparse))
    let dense = try block.input("dense", graph.shape(prompts.dense))
    let quality = try block.parameter("quality.token", [1, hidden], .embedding)
    let tokens = try block.parameter("mask.tokens", [masks, hidden], .embedding)
    let own = try block.apply("own", .concatenate(axis: 0), quality, tokens)
    let each = try block.repeated("each", own, samples: shape[0])
    var inputs = [embedding, prompts.sparse, prompts.dense]
    var parts = [each, sparse]
    if let text {
      let words = try block.input("text", graph.shape(text))
      parts.append(try block.reshaped("text.token", words, [shape[0], 1, hidden]))
      inputs.append(text)
    }
    block.output(try block.applyAll("tokens", .concatenate(axis: 1), parts)[0])
    let sum = try block.apply("dense.sum", .add, map, dense)
    let flat = try block.reshaped("flat", sum, [shape[0], hidden, places.reduce(1, *)])
    block.output(try block.apply("rows", .permute([0, 2, 1]), flat))
    let start = try graph.call(block, inputs)
    let layer = SamTwoWayLayer(decoder: self, scope: part)
    let ends = try layer.stack(
      queries: start[0], keys: start[1], positions: prompts.positions, into: &graph)
    return try results(ends, textSimilarity ? text : nil, places, part, into: &graph)
  }

  /// Encodes boxes: tokens `[B, tokens, h]`, a dense term `[h, 1…]`, positions `[places, h]`.
  private func prompt(
    _ batch: Int, _ places: [Int], _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> (sparse: ValueID, dense: ValueID, positions: ValueID) {
    let rank = places.count
    var block = scope.block("embeddings")
    let rows = batch * promptTokens
    let points = try block.input("points", [rows, rank])
    let compute = block.precision.compute
    let gaussian = try block.buffer("gaussian", [rank, hidden / 2], compute)
    let kinds = try block.parameter("points.weight", [pointKinds, hidden], .embedding)
    _ = try block.parameter("points.none", [1, hidden], .embedding)
    let phases = try Self.waves("points", points, gaussian, &block)
    let tokens = try block.reshaped("tokens", phases, [batch, promptTokens, hidden])
    let used = min(promptTokens, pointKinds)
    var shift = try block.apply(
      "kinds", .slice(axis: 0, start: pointKinds - used, count: used), kinds)
    if used < promptTokens {
      shift = try block.apply("kind", .slice(axis: 0, start: 0, count: 1), kinds)
    }
    var sparse = try block.apply("sparse", .add, tokens, shift)
    try Self.maskConvolutions(hidden, maskDimensions ?? rank, &block)
    let none = try block.parameter("mask.none", [hidden], .embedding)
    var dense = try block.reshaped("dense", none, [hidden] + places.map { _ in 1 })
    let coordinates = try block.buffer("grid", [places.reduce(1, *), rank], compute)
    let positions = try Self.waves("positions", coordinates, gaussian, &block)
    if frozenPrompt {
      sparse = try block.apply("sparse.detached", .detach, sparse)
      dense = try block.apply("dense.detached", .detach, dense)
    }
    block.output(sparse)
    block.output(dense)
    block.output(positions)
    let input = try scope.input("points", [rows, rank], nil, &graph)
    let outputs = try graph.call(block, [input])
    return (outputs[0], outputs[1], outputs[2])
  }

  /// Sine and cosine of random products of coordinates.
  private static func waves(
    _ name: String, _ points: TensorID, _ gaussian: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let phases = try block.apply(name + ".phases", .matmul(.none), points, gaussian)
    let sine = try block.apply(name + ".sine", .activation(.sine), phases)
    let cosine = try block.apply(name + ".cosine", .activation(.sine), phases)
    return try block.apply(name + ".waves", .concatenate(axis: 1), sine, cosine)
  }

  /// Weights that encode a mask as prompt: there, but not used by boxes and points.
  private static func maskConvolutions(
    _ hidden: Int, _ rank: Int, _ block: inout BlockBuilder
  ) throws(UserError) {
    let two = [Int](repeating: 2, count: rank)
    let shapes: [[Int]] = [
      [4, 1] + two, [4], [4], [4], [16, 4] + two, [16], [16], [16],
      [hidden, 16] + two.map { _ in 1 }, [hidden],
    ]
    for (index, shape) in shapes.enumerated() {
      _ = try block.parameter("mask.convolution.\(index)", shape, .convolution)
    }
  }

  private func results(
    _ ends: [ValueID], _ text: ValueID?, _ places: [Int], _ scope: BuildScope,
    into graph: inout GraphBuilder
  ) throws(UserError) -> (masks: ValueID, quality: ValueID) {
    let map = try upscaled(ends[1], places, scope, into: &graph)
    let batch = graph.shape(ends[0])[0]
    var block = scope.block("masks")
    let tokens = try block.input("tokens", graph.shape(ends[0]))
    let features = try block.input("map", graph.shape(map))
    let fine = places.map { 4 * $0 }
    let flat = try block.reshaped("flat", features, [batch, hidden / 8, fine.reduce(1, *)])
    var weights: [TensorID] = []
    for mask in 0..<masks {
      let token = try block.apply("token.\(mask)", .pool(.token(1 + mask)), tokens)
      let row = try Self.threeLayers(
        "hyper.\(mask)", token, inner: hidden, to: hidden / 8, .mlp, &block)
      weights.append(try block.reshaped("hyper.\(mask).row", row, [batch, 1, hidden / 8]))
    }
    let hyper = try block.applyAll("hyper", .concatenate(axis: 1), weights)[0]
    var products = try block.apply("products", .batchedMatmul(.none), hyper, flat)
    if let text {
      let words = try block.input("text", graph.shape(text))
      let narrow = try block.linear("text.align", words, to: hidden / 8, bias: true, .projection)
      let row = try block.reshaped("text.row", narrow, [batch, 1, hidden / 8])
      let similar = try block.apply("text.similarity", .batchedMatmul(.none), row, flat)
      products = try block.apply("text.sum", .add, products, similar)
    }
    let all = try block.reshaped("all", products, [batch, masks] + fine)
    block.output(try block.apply("first", .slice(axis: 1, start: 0, count: 1), all))
    let token = try block.apply("quality.token", .pool(.token(0)), tokens)
    block.output(try Self.threeLayers("quality", token, inner: 256, to: masks, .head, &block))
    let outputs = try graph.call(block, [ends[0], map] + (text.map { [$0] } ?? []))
    return (outputs[0], outputs[1])
  }

  /// Image rows `[B, places, h]` as a map `[B, h/8, 4·s…]`.
  private func upscaled(
    _ image: ValueID, _ places: [Int], _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let batch = graph.shape(image)[0]
    var upscale = scope.block("upscaling")
    let rows = try upscale.input("rows", graph.shape(image))
    let columns = try upscale.apply("columns", .permute([0, 2, 1]), rows)
    var x = try upscale.reshaped("map", columns, [batch, hidden] + places)
    for (index, width) in [hidden / 4, hidden / 8].enumerated() {
      x = try upscale.spatialConvolution(
        "up.\(index)", x, to: width, kernel: places.map { _ in 2 },
        ConvolutionGeometry(dimensions: places.count, stride: 2, transposed: true), bias: true)
      if index == 0 { x = try upscalingNorm(x, &upscale) }
      x = try upscale.apply("activation.\(index)", .activation(.gelu), x)
    }
    upscale.output(x)
    return try graph.call(upscale, [image])[0]
  }

  private func upscalingNorm(
    _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    guard wholeNorm else { return try block.channelLayerNorm("norm", x, epsilon: 1e-6) }
    let shape = block.shape(x)
    let rows = try block.reshaped("norm.rows", x, [shape[0], shape.dropFirst().reduce(1, *)])
    return try block.reshaped(
      "norm.map", try block.layerNorm("norm", rows, epsilon: 1e-5), shape)
  }

  private static func threeLayers(
    _ name: String, _ x: TensorID, inner: Int, to outputs: Int, _ role: ParameterRole,
    _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    var y = x
    for (index, size) in [inner, inner, outputs].enumerated() {
      if index > 0 { y = try block.apply("\(name).relu.\(index)", .activation(.relu), y) }
      y = try block.linear("\(name).\(index)", y, to: size, bias: true, role)
    }
    return y
  }
}
