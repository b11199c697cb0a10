import DataFormats
import Graph
import Quantities

/// Masked autoencoding of images (arXiv 2111.06377): the encoder sees the visible patches only, a
/// narrow decoder all of them, and predicts the pixels of the hidden ones.
///
/// `{"kind": "mae", "encoder": {"patches": {…}, "stack": {…}}, "decoder": {"hidden": 512,
/// "layers": 8, "heads": 16}, "maskRatio": 0.75}`
struct MaskedAutoencoder: Component {
  static let kind = "mae"

  /// Patches and layers of the encoder.
  var encoder: Tower
  /// How images enter.
  var input: PatchInput
  /// Layers of the decoder.
  var decoder: TransformerStack
  /// Share of the patches that are hidden.
  var maskRatio: Double
  /// Whether positions are sines that are not trained.
  var fixedPositions = true

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "kind", "encoder", "decoder", "maskRatio", "fixedPositions",
    ])
    let part = try cursor.field("encoder")
    encoder = try Tower(part)
    guard case .patches(let patches) = encoder.input, patches.classTokens == 1,
      patches.registerTokens == 0
    else { throw part.error("needs \"patches\" with a class token and no registers") }
    input = patches
    var stack = try cursor.optional("decoder").map { (cursor) throws(JSONError) in
      try TransformerStack(cursor)
    }
    stack?.finalNorm = true
    stack?.packsProjections = true
    decoder = stack ?? Self.usualDecoder(encoder.stack)
    maskRatio = try cursor.optional("maskRatio")?.double(in: 0.01...0.99) ?? 0.75
    fixedPositions = try cursor.bool("fixedPositions", true)
  }

  /// Masked autoencoding of a tower with the decoder of the paper; nil for a tower without a class
  /// token.
  init?(pretraining tower: Tower) {
    guard case .patches(let patches) = tower.input, patches.classTokens == 1,
      patches.registerTokens == 0
    else { return nil }
    encoder = tower
    input = patches
    decoder = Self.usualDecoder(tower.stack)
    maskRatio = 0.75
  }

  /// 8 layers of width 512 with 16 heads (arXiv 2111.06377, section 4.1).
  private static func usualDecoder(_ encoder: TransformerStack) -> TransformerStack {
    var stack = TransformerStack(layers: 8, hidden: 512, heads: 16, intermediate: 2048)
    stack.epsilon = encoder.epsilon
    stack.packsProjections = encoder.packsProjections
    stack.finalNorm = true
    return stack
  }

  var sample: SampleDefaults {
    var sample = SampleDefaults()
    sample.spatial = input.extents
    sample.multiples = input.steps
    return sample
  }
  var likelyObjective: Objective { .mae }
  var wholeObjective: Objective? { .mae }

  /// Patches that the encoder sees of so many.
  func visible(_ patches: Int) -> Int { max(1, Int(Double(patches) * (1 - maskRatio))) }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    guard scope.request.objective == .mae else {
      guard let backbone = TowerBackbone(encoder) else { return [] }
      let image = try backbone.images(scope, into: &graph)
      let pooled = try backbone.features(image, scope.part("encoder"), into: &graph).pooled
      return try ClassifierHead(classes: 0).build(pooled, scope, into: &graph)
    }
    let request = scope.request
    let part = scope.part("encoder")
    let embedder = PatchEmbedder(
      input: input, stack: encoder.stack, request: request, prefix: part.prefix)
    let image = try scope.input("image", embedder.shape, nil, &graph)
    let count = embedder.grid(embedder.shape).reduce(1, *)
    var stack = encoder.stack
    stack.finalNorm = true
    let seen = try StackBuilder(stack: stack, request: request, prefix: part.prefix).build(
      try visibleRows(image, count, embedder, part, into: &graph), into: &graph)
    let drawn = try StackBuilder(
      stack: decoder, request: request, prefix: scope.part("decoder").prefix
    ).build(try allRows(seen, count, scope.part("decoder"), into: &graph), into: &graph)
    return try prediction(drawn, image, scope.part("decoder"), into: &graph)
  }

  /// A table of positions that is stored but, where fixed, not trained.
  private func positions(
    _ rows: Int, _ width: Int, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let table = try block.parameter("positions.weight", [rows, width], .embedding)
    return fixedPositions ? try block.apply("positions.fixed", .detach, table) : table
  }

  /// The class token and the visible patches, `[B, 1 + visible, h]`.
  private func visibleRows(
    _ image: ValueID, _ count: Int, _ embedder: PatchEmbedder, _ scope: BuildScope,
    into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let batch = scope.request.batch
    let width = encoder.stack.hidden
    var block = scope.block("embeddings")
    let pixels = try block.input("image", graph.shape(image))
    let kept = try block.input("visible", [batch, visible(count)], .int32)
    let patches = try embedder.patches(pixels, &block)
    let table = try positions(1 + count, width, &block)
    let rows = try block.apply("positions.rows", .slice(axis: 0, start: 1, count: count), table)
    let sum = try block.apply("positions.sum", .add, patches, rows)
    let seen = try block.apply("seen", .gatherRows, sum, kept)
    let token = try block.parameter("class.token", [1, width], .embedding)
    let first = try block.apply("positions.class", .slice(axis: 0, start: 0, count: 1), table)
    let placed = try block.apply("class.sum", .add, token, first)
    block.output(try block.apply("class", .prependTokens, seen, placed))
    let ids = try scope.input("visible", [batch, visible(count)], .int32, &graph)
    return try graph.call(block, [image, ids])[0]
  }

  /// All places in their order, mask tokens at the hidden ones, `[B, 1 + N, h]`.
  private func allRows(
    _ seen: ValueID, _ count: Int, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let batch = scope.request.batch
    let width = decoder.hidden
    let known = visible(count)
    var block = scope.block("embeddings")
    let x = try block.input("seen", graph.shape(seen))
    let order = try block.input("order", [batch, count], .int32)
    let narrow = try block.linear("embed", x, to: width, bias: true, .projection)
    let mask = try block.parameter("mask.token", [width], .embedding)
    let masks = try block.apply(
      "masks", .expand(axes: [0, 1], extents: [batch, count - known], mean: false), mask)
    let own = try block.apply("class", .slice(axis: 1, start: 0, count: 1), narrow)
    let rest = try block.apply("rest", .slice(axis: 1, start: 1, count: known), narrow)
    let shuffled = try block.apply("shuffled", .concatenate(axis: 1), rest, masks)
    let sorted = try block.apply("sorted", .gatherRows, shuffled, order)
    let rows = try block.apply("rows", .concatenate(axis: 1), own, sorted)
    let table = try positions(1 + count, width, &block)
    block.output(try block.apply("positions.sum", .add, rows, table))
    let ids = try scope.input("order", [batch, count], .int32, &graph)
    return try graph.call(block, [seen, ids])[0]
  }

  /// Pixels of each patch, and the loss against those of the image.
  private func prediction(
    _ drawn: ValueID, _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let shape = graph.shape(image)
    let rows = graph.shape(drawn)
    let pixels = input.steps.reduce(input.channels, *)
    var block = scope.block("prediction")
    let x = try block.input("rows", rows)
    let all = try block.linear("pixels", x, to: pixels, bias: true, .head)
    let guess = try block.apply(
      "patches", .slice(axis: 1, start: 1, count: rows[1] - 1), all)
    guard scope.request.withLoss else {
      block.output(guess)
      return try graph.call(block, [drawn])
    }
    let source = try block.input("image", shape)
    let cells = zip(shape.dropFirst(2), input.steps).flatMap { [$0 / $1, $1] }
    let cut = try block.reshaped("target.cut", source, [shape[0], shape[1]] + cells)
    let axes = input.steps.indices
    let order = [0] + axes.map { 2 + 2 * $0 } + axes.map { 3 + 2 * $0 } + [1]
    let sorted = try block.reordered("target.order", cut, order)
    let target = try block.reshaped("target", sorted, [shape[0], rows[1] - 1, pixels])
    block.output(try block.apply("loss", .elementLoss(.squared), guess, target))
    return try graph.call(block, [drawn, image])
  }
}
