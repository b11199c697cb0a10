import DataFormats
import Graph
import Quantities

/// A part that is a stack of transformer layers: a tower of images or tokens, a language model that
/// reads other parts' values in front of its tokens or through cross-attention, queries that read
/// an image (BLIP-2's Q-Former, arXiv 2301.12597), or a fusion of several parts' sequences.
struct TransformerPart: Sendable, Hashable {
  /// What the stack starts from.
  enum Input: Sendable, Hashable {
    /// Token ids; `from` is put in front of them.
    case tokens(TokenInput)
    /// An image.
    case patches(PatchInput)
    /// A volume.
    case volume(VolumeInput)
    /// As many learned vectors; `from` is put in front of them.
    case queries(Int)
    /// `from`, one behind the other.
    case streams
  }

  /// Where a class token stands among text tokens (CoCa, arXiv 2205.01917).
  enum TextClass: String, Sendable, Hashable, CaseIterable {
    /// Behind the text.
    case append
    /// Behind the text, which gives up its last token for it.
    case replace
  }

  var input: Input
  var stack: TransformerStack
  var heads: Heads
  /// Sequences in front of tokens or queries, or all that enters.
  var from: [StreamReference] = []
  /// Other parts read by the layers.
  var cross: CrossAttention?
  /// The layer whose values are handed on, counted from the end (−2: the last but one); the layers
  /// behind it are computed all the same.
  var feature: Int?
  /// A class token among text.
  var textClass: TextClass?
  /// Rows of a table that tells the sequences of `from` apart; 0 without.
  var types = 0
  /// Whether queries or streams are normalised before the first layer.
  var inputNorm = false
  /// Rows of a position table for streams and queries; 0 without.
  var positions = 0
  /// Share of the patches that are hidden from the layers (MAE, arXiv 2111.06377).
  var maskRatio: Double?
  /// Whether hidden patches come back as mask tokens, each at its place.
  var unmask = false
  /// Whether the tokens' length is the request's target length.
  var target = false
  /// The part whose token table is this one's too (encoder and decoder of OFA or BART).
  var tableOf: String?
  /// Classes of the language head where no tokens enter.
  var vocabulary: Int?
}

extension TransformerPart {
  static let keys: Set<String> = [
    "tokens", "patches", "volume", "queries", "stack", "heads", "from", "cross", "feature",
    "textClass", "types", "inputNorm", "positions", "vocabulary",
    "maskRatio", "unmask", "target", "tableOf",
  ]

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: Self.keys.union(CompositePart.keys))
    let inputs = ["tokens", "patches", "volume", "queries"].filter(cursor.has)
    guard inputs.count <= 1 else {
      throw cursor.error("starts from \(inputs.joined(separator: " and ")); one of them must do")
    }
    if let field = try cursor.optional("from") { from = try StreamReference.list(field) }
    switch inputs.first {
    case "tokens": input = .tokens(try TokenInput(cursor.field("tokens")))
    case "patches": input = .patches(try PatchInput(cursor.field("patches")))
    case "volume": input = .volume(try VolumeInput(cursor.field("volume")))
    case "queries": input = .queries(try cursor.field("queries").int(in: 1...1_000_000))
    default:
      guard !from.isEmpty else {
        throw cursor.error("needs \"tokens\", \"patches\", \"volume\", \"queries\" or \"from\"")
      }
      input = .streams
    }
    let field = try cursor.field("stack")
    stack = try TransformerStack(field)
    if case .patches = input { stack.packsProjections = try field.bool("packsProjections", true) }
    heads = Heads()
    if let field = try cursor.optional("heads") { heads = try Heads(field) }
    cross = try cursor.optional("cross").map { field throws(JSONError) in
      try CrossAttention(field, stack: stack)
    }
    if let field = try cursor.optional("feature") {
      let layer = try field.int(in: -stack.layers ... -1)
      if layer < -1 { feature = layer }
    }
    textClass = try cursor.optional("textClass")?.word(TextClass.self)
    types = try cursor.int("types", 0, in: 0...1000)
    inputNorm = try cursor.bool("inputNorm", false)
    positions = try cursor.int("positions", 0, in: 0...100_000_000)
    if let field = try cursor.optional("maskRatio") {
      maskRatio = try field.double(in: 0.01...0.99)
      guard case .patches = input else { throw field.error("only patches are hidden") }
    }
    unmask = try cursor.bool("unmask", false)
    target = try cursor.bool("target", false)
    tableOf = try cursor.optional("tableOf")?.string()
    vocabulary = try cursor.optional("vocabulary")?.int(in: 1...100_000_000)
  }

  func describe(_ sample: inout SampleDefaults) {
    switch input {
    case .tokens(let tokens) where target: sample.targetSequence = tokens.sequence
    case .tokens(let tokens):
      // Several texts: the longest context bounds, the last part's length counts.
      sample.sequence = tokens.sequence
      sample.context = max(sample.context ?? 0, tokens.context)
    case .patches(let patches) where sample.spatial == nil:
      sample.spatial = patches.extents
      sample.multiples = patches.steps
    case .volume(let volume) where sample.spatial == nil:
      sample.spatial = volume.extents
      sample.multiples = volume.patch
    default: break
    }
  }
}

/// Volumes cut into patches: each patch's voxels in a row, a linear layer, positions.
struct VolumeInput: Sendable, Hashable {
  /// Extents of the volumes that the model was made for, in the model's own order.
  var extents: [Int]
  /// Extents of a patch.
  var patch: [Int]
  /// Colours.
  var channels: Int
  /// Whether voxels and the linear layer's result are normalised (lucidrains' vit_pytorch).
  var norms: Bool
  /// Rows of a position table for each axis, each a third of the width; empty for one row a patch.
  var tables: [Int]

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: ["extents", "patch", "channels", "norms", "tables"])
    func three(_ key: String) throws(JSONError) -> [Int] {
      let field = try cursor.field(key)
      var extents: [Int] = []
      for item in try field.elements() { extents.append(try item.int(in: 1...100_000)) }
      guard extents.count == 3 else { throw field.error("needs three extents") }
      return extents
    }
    extents = try three("extents")
    patch = try three("patch")
    guard zip(extents, patch).allSatisfy({ $0 % $1 == 0 }) else {
      throw try cursor.field("patch").error("\(extents) are no multiples of \(patch)")
    }
    channels = try cursor.int("channels", 1, in: 1...10_000)
    norms = try cursor.bool("norms", false)
    tables = cursor.has("tables") ? try three("tables") : []
  }
}
