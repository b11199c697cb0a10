import DataFormats
import Graph
import Quantities

/// A promptable segmenter (SAM, arXiv 2304.02643): the image encoder runs once an image, the prompt
/// encoder and the mask decoder once a prompt.
///
/// `{"kind": "sam", "encoder": {"image": 1024, …}, "decoder": {"frozenPrompt": true}}`
struct Sam: Component, VisionBackbone {
  static let kind = "sam"

  /// Embeds images.
  var encoder: SamImagePart
  /// Embeds the prompt's text, if it may have one.
  var text: SamText?
  /// Encodes prompts and draws masks.
  var decoder: SamDecoder

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: ["kind", "encoder", "decoder", "text"])
    encoder = try SamImagePart(cursor.field("encoder"))
    text = try cursor.optional("text").map { (cursor) throws(JSONError) in try SamText(cursor) }
    decoder = SamDecoder()
    decoder.hidden = encoder.channels
    if let own = try cursor.optional("decoder") {
      decoder = try SamDecoder(own)
      if !own.has("hidden") { decoder.hidden = encoder.channels }
      guard decoder.hidden == encoder.channels else {
        throw own.error("its width must be the encoder's \(encoder.channels)")
      }
    }
    guard decoder.hidden % (2 * decoder.heads) == 0, decoder.hidden % 8 == 0 else {
      throw cursor.error("\(decoder.heads) heads do not divide half of \(decoder.hidden)")
    }
  }

  var sample: SampleDefaults {
    var sample = imageSample
    sample.prompts = 1
    sample.sequence = text?.sequence
    return sample
  }
  var extents: [Int] { encoder.extents }
  var imageChannels: Int { encoder.imageChannels }
  var granularity: [Int] { encoder.granularity }

  func features(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> VisionFeatures {
    try encoder.features(image, scope.part("encoder"), into: &graph)
  }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let request = scope.request
    let image = try images(scope, into: &graph)
    var embedding = try encoder.encode(image, scope.part("encoder"), into: &graph)
    if request.objective == .embedding, !request.withLoss { return [embedding] }
    guard request.objective == .supervised else {
      throw scope.fault(
        "objective", "a promptable segmenter is not made for \(request.objective.rawValue)",
        remedy: "use supervised, or embedding to infer")
    }
    embedding = try each(embedding, "embedding", scope, into: &graph)
    var words: ValueID?
    if let text {
      words = try each(
        try text.embed(to: decoder.hidden, scope, into: &graph), "text", scope, into: &graph)
    }
    let results = try decoder.build(embedding, text: words, scope, into: &graph)
    guard request.withLoss else { return [results.masks, results.quality] }
    return try Self.loss(results.masks, request.spatial, scope, into: &graph)
  }

  /// An image's value repeated for each of its prompts.
  private func each(
    _ value: ValueID, _ name: String, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let prompts = scope.request.prompts
    guard prompts > 1 else { return value }
    let shape = graph.shape(value)
    var block = scope.block("prompts." + name)
    let x = try block.input(name, shape)
    let copies = try block.apply(
      "copies", .expand(axes: [1], extents: [prompts], mean: false), x)
    block.output(try block.reshaped("each", copies, [shape[0] * prompts] + shape.dropFirst()))
    return try graph.call(block, [value])[0]
  }

  /// Dice and binary cross-entropy of the mask, drawn at the image's size.
  private static func loss(
    _ masks: ValueID, _ extents: [Int], _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let shape = Array(graph.shape(masks).prefix(2)) + extents
    var block = scope.block("loss")
    var x = try block.input("masks", graph.shape(masks))
    if graph.shape(masks) != shape {
      x = try block.apply("resized", .resample(to: extents, .linear), x)
    }
    let target = try block.input("labels", shape)
    let dice = try block.apply("dice", .elementLoss(.diceCrossEntropy), x, target)
    let entropy = try block.apply("entropy", .elementLoss(.binaryCrossEntropy), x, target)
    block.output(try block.apply("sum", .add, dice, entropy))
    return try graph.call(block, [masks, try scope.input("labels", shape, nil, &graph)])
  }
}

/// SAM's prompt encoder and mask decoder on image embeddings that are given: what a click costs.
///
/// `{"kind": "sam-decoder", "grid": [64, 64]}`
struct SamMaskDecoder: Component {
  static let kind = "sam-decoder"

  /// Prompts and masks.
  var decoder: SamDecoder
  /// Extents of the image's embedding.
  var grid: [Int]

  init(_ cursor: JSONCursor) throws(JSONError) {
    decoder = try SamDecoder(cursor)
    let field = try cursor.field("grid")
    grid = try field.numbers(in: 1...100_000)
    guard (2...3).contains(grid.count) else { throw field.error("needs two or three extents") }
  }

  var sample: SampleDefaults { SampleDefaults() }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    let embedding = try scope.input(
      "embedding", [scope.request.batch, decoder.hidden] + grid, nil, &graph)
    let results = try decoder.build(embedding, scope, into: &graph)
    guard scope.request.withLoss else { return [results.masks, results.quality] }
    let shape = graph.shape(results.masks)
    var block = scope.block("loss")
    let x = try block.input("masks", shape)
    let target = try block.input("labels", shape)
    block.output(try block.apply("loss", .elementLoss(.diceCrossEntropy), x, target))
    return try graph.call(block, [results.masks, try scope.input("labels", shape, nil, &graph)])
  }
}
