import DataFormats
import Graph
import Quantities

/// One thing that a composite computes on its parts' values, with its loss.
struct CompositeLoss: Sendable, Hashable {
  /// What is computed.
  enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Two embeddings of each sample are told from those of the rest of the batch.
    case contrastive
    /// Each word of each text is compared with what it reads in each image (GLoRIA).
    case localContrastive = "local-contrastive"
    /// The next token at every position.
    case causalLanguage = "causal-lm"
    /// Masked tokens.
    case maskedLanguage = "masked-lm"
    /// Which tokens a generator has replaced (ELECTRA, arXiv 2003.10555, section 2).
    case replacedTokens = "replaced-tokens"
    /// Whether image and text belong together.
    case matching
    /// Pixels of patches.
    case reconstruction
    /// Two values are made equal.
    case agreement
    /// Classes.
    case supervised
  }

  var kind: Kind
  /// The values.
  var of: [StreamReference]
  /// Whether similarities are scaled by a learned temperature.
  var temperature = false
  /// Embeddings by momentum copies, in the order of `of`, that are compared with (MoCo, ALBEF);
  /// empty to compare the embeddings themselves.
  var keys: [StreamReference] = []
  /// Embeddings of earlier batches in a queue that are told apart too.
  var queue = 0
  /// Whether the copies' own similarities soften the targets (ALBEF, arXiv 2107.07651).
  var distill = false
  /// Classes of a head.
  var classes = 0
  /// Values predicted for each token (reconstruction).
  var width = 0
}

extension CompositeLoss {
  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "kind", "of", "temperature", "keys", "queue", "distill", "classes", "width",
    ])
    kind = try cursor.field("kind").word(Kind.self)
    let field = try cursor.field("of")
    of = try StreamReference.list(field)
    let wanted: Int =
      switch kind {
      case .contrastive, .localContrastive, .agreement: 2
      default: 1
      }
    guard of.count == wanted else {
      throw field.error("\(kind.rawValue) is of \(wanted) parts, found \(of.count)")
    }
    temperature = try cursor.bool("temperature", false)
    if let field = try cursor.optional("keys") {
      keys = try StreamReference.list(field)
      guard keys.count == 2 else { throw field.error("needs the copies of both parts") }
    }
    queue = try cursor.int("queue", 0, in: 0...100_000_000)
    distill = try cursor.bool("distill", false)
    classes = try cursor.int("classes", kind == .matching ? 2 : 0, in: 0...100_000_000)
    width = try cursor.int("width", 0, in: 0...100_000_000)
  }

  /// Every value that it needs.
  var references: [StreamReference] { of + keys }

  /// The objective that asks for this loss alone.
  var objective: Objective {
    switch kind {
    case .contrastive, .localContrastive, .agreement: .contrastive
    case .causalLanguage: .causalLanguage
    case .maskedLanguage, .replacedTokens: .maskedLanguage
    case .reconstruction: .mae
    case .matching, .supervised: .supervised
    }
  }
}
