import DataFormats
import Graph
import Quantities

/// What embeds a promptable segmenter's images: SAM's own encoder, a plain transformer over patches
/// (SegVol, arXiv 2311.13385), or a TinyViT (MobileSAM, arXiv 2306.14289).
enum SamImagePart: Sendable, Hashable, VisionBackbone {
  case windowed(SamEncoder)
  case plain(TowerBackbone)
  case tiny(TinyViT)

  init(_ cursor: JSONCursor) throws(JSONError) {
    if try cursor.optional("kind")?.string() == TinyViT.kind {
      let encoder = try TinyViT(cursor)
      guard encoder.neck != nil else { throw cursor.error("needs a \"neck\"") }
      self = .tiny(encoder)
      return
    }
    guard cursor.has("patches") else {
      try cursor.refuseUnknownKeys(known: SamEncoder.keys)
      self = .windowed(try SamEncoder(cursor))
      return
    }
    guard let backbone = TowerBackbone(try Tower(cursor)) else {
      throw cursor.error("needs \"patches\"")
    }
    self = .plain(backbone)
  }

  private var backbone: any VisionBackbone {
    switch self {
    case .windowed(let encoder): encoder
    case .plain(let backbone): backbone
    case .tiny(let encoder): encoder
    }
  }

  /// Channels of the embedding.
  var channels: Int {
    switch self {
    case .windowed(let encoder): encoder.neck
    case .plain(let backbone): backbone.tower.stack.hidden
    case .tiny(let encoder): encoder.outputChannels
    }
  }
  var extents: [Int] { backbone.extents }
  var imageChannels: Int { backbone.imageChannels }
  var granularity: [Int] { backbone.granularity }

  func features(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> VisionFeatures {
    try backbone.features(image, scope, into: &graph)
  }

  /// Images `[B, C, s…]` to `[B, channels, s/patch…]`.
  func encode(
    _ image: ValueID, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    switch self {
    case .windowed(let encoder): return try encoder.encode(image, scope, into: &graph)
    case .tiny(let encoder): return try encoder.encode(image, scope, into: &graph)
    case .plain(let backbone):
      let shape = graph.shape(image)
      let rows = try backbone.features(image, scope, into: &graph).patches
      var block = scope.block("map")
      let x = try block.input("rows", graph.shape(rows))
      let columns = try block.reordered("columns", x, [0, 2, 1])
      let places = zip(shape.dropFirst(2), backbone.granularity).map { $0 / $1 }
      block.output(try block.reshaped("map", columns, [shape[0], channels] + places))
      return try graph.call(block, [rows])[0]
    }
  }
}

/// A frozen text tower whose embedding, brought to the decoder's width, is part of the prompt.
struct SamText: Sendable, Hashable {
  /// Tokens and layers.
  var tower: Tower

  init(_ cursor: JSONCursor) throws(JSONError) {
    tower = try Tower(try PartReference.resolve(cursor))
    guard case .tokens = tower.input else { throw cursor.error("needs \"tokens\"") }
  }

  /// Tokens of a text when a workload gives none.
  var sequence: Int? {
    if case .tokens(let input) = tower.input { input.sequence } else { nil }
  }

  /// `[B, width]` for the request's texts.
  func embed(
    to width: Int, _ scope: BuildScope, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    let part = scope.part("text")
    let built = try TowerBuilder(tower: tower, request: scope.request, prefix: part.prefix)
      .build(into: &graph)
    var block = part.block("embedding")
    let shape = graph.shape(built.hidden)
    let hidden = try block.input("hidden", shape)
    var values = [built.hidden]
    var tokens: TensorID?
    if tower.heads.pool == .endOfText, let ids = built.tokens {
      tokens = try block.input("tokens", Array(shape.prefix(2)), .int32)
      values.append(ids)
    }
    let pooled = try block.pooled(hidden, tokens: tokens, tower, prefix: built.prefix)
    let frozen = try block.apply("frozen", .detach, pooled)
    block.output(try block.linear("align", frozen, to: width, bias: true, .projection))
    return try graph.call(block, values)[0]
  }
}
