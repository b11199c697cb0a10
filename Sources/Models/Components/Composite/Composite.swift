import DataFormats
import Graph
import Quantities

/// Named parts (towers, projectors, resamplers, poolers, decoders) whose values flow into each
/// other, and the losses on them: any multimodal model, described and not coded.
///
/// `{"kind": "composite", "parts": {"vision": {…}, "projector": {"kind": "projector", "from":
/// "vision", …}, "language": {…, "from": "projector"}}, "losses": [{"kind": "causal-lm", "of":
/// "language"}]}`
///
/// A part reads only parts above it. Its blocks are named after it (`vision.layer`), so that it can
/// be frozen by name. A part that no wanted loss needs is left out, unless it says `"always"`.
struct Composite: Sendable, Hashable {
  static let kind = "composite"

  /// In the order in which they are computed.
  var parts: [CompositePart] = []
  /// What is computed on them; their sum is the model's own objective.
  var losses: [CompositeLoss] = []
  /// Parts whose pooled values are the embedding.
  var embedding: [StreamReference] = []
  /// Images of a sample when a workload gives none; nil when a sample always holds one.
  var images: Int?
}

extension Composite: Component {
  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: ["kind", "parts", "losses", "embedding", "images"])
    for (name, value) in try cursor.field("parts").members() {
      let part = try CompositePart(name, value)
      for reference in part.references where !parts.contains(where: { $0.name == reference.part }) {
        throw value.error("reads \"\(reference.part)\", which is no part above it")
      }
      parts.append(part)
    }
    guard !parts.isEmpty else { throw try cursor.field("parts").error("needs at least one part") }
    for value in try cursor.optional("losses")?.elements() ?? [] {
      let loss = try CompositeLoss(value)
      try refuseUnknown(loss.references, value)
      losses.append(loss)
    }
    if let value = try cursor.optional("embedding") {
      embedding = try StreamReference.list(value)
      try refuseUnknown(embedding, value)
    }
    if let value = try cursor.optional("images") { images = try value.int(in: 1...100_000) }
    guard !losses.isEmpty || !embedding.isEmpty else {
      throw cursor.error("needs \"losses\" or an \"embedding\": nothing says what it computes")
    }
  }

  private func refuseUnknown(
    _ references: [StreamReference], _ cursor: JSONCursor
  ) throws(JSONError) {
    for reference in references where !parts.contains(where: { $0.name == reference.part }) {
      throw cursor.error("reads \"\(reference.part)\", which is no part of this model")
    }
  }

  var likelyFamily: ModelFamily { .multimodal }
  var likelyObjective: Objective { losses.first?.objective ?? .embedding }

  /// What the parts read: the text's lengths of the part that the losses predict, the image's of
  /// the first part that reads one.
  var sample: SampleDefaults {
    var sample = SampleDefaults()
    for part in parts { part.body.describe(&sample) }
    sample.images = images
    return sample
  }

  func build(_ scope: BuildScope, into graph: inout GraphBuilder) throws(UserError) -> [ValueID] {
    var builder = CompositeBuilder(composite: self, scope: scope)
    return try builder.build(into: &graph)
  }
}

/// A part of a composite.
struct CompositePart: Sendable, Hashable {
  /// Its name in the profile; its blocks are named `name.…`.
  var name: String
  /// Computed even where no loss needs it (as some implementations do).
  var always = false
  /// Passes through the part for one sample: views of an image, passages of a report.
  var passes = 1
  /// Whether its weights are a moving average of the trained ones, run forward only (MoCo,
  /// arXiv 1911.05722).
  var momentum = false
  /// What it computes.
  var body: PartBody
}

extension CompositePart {
  init(_ name: String, _ cursor: JSONCursor) throws(JSONError) {
    let resolved = try PartReference.resolve(cursor)
    self.name = name
    always = try resolved.bool("always", false)
    passes = try resolved.int("passes", 1, in: 1...1000)
    momentum = try resolved.bool("momentum", false)
    body = try PartBody(resolved)
  }

  /// Keys that every kind of part has.
  static let keys: Set<String> = ["kind", "always", "passes", "momentum"]

  /// The values that it reads.
  var references: [StreamReference] { body.references }
}

/// What a part computes.
enum PartBody: Sendable, Hashable {
  /// A stack of layers on tokens, patches, queries or other parts' values.
  case transformer(TransformerPart)
  /// Linear layers, on a sequence or on its pooled token.
  case projector(ProjectorPart)
  /// Latents that read a sequence (Flamingo's perceiver).
  case resampler(PerceiverPart)
  /// Queries that read a sequence once (CoCa).
  case attentionPool(AttentionPoolPart)
  /// The body of another kind of architecture.
  case component(BodyPart)

  init(_ cursor: JSONCursor) throws(JSONError) {
    guard let field = try cursor.optional("kind") else {
      self = .transformer(try TransformerPart(cursor))
      return
    }
    switch try field.string() {
    case "projector": self = .projector(try ProjectorPart(cursor))
    case "perceiver": self = .resampler(try PerceiverPart(cursor))
    case "attention-pool": self = .attentionPool(try AttentionPoolPart(cursor))
    default: self = .component(try BodyPart(cursor))
    }
  }

  var references: [StreamReference] {
    switch self {
    case .transformer(let part): part.from + (part.cross?.from ?? [])
    case .projector(let part): [part.from]
    case .resampler(let part): [part.from]
    case .attentionPool(let part): [part.from]
    case .component: []
    }
  }

  /// Adds what it reads from outside to a sample's description.
  func describe(_ sample: inout SampleDefaults) {
    switch self {
    case .transformer(let part): part.describe(&sample)
    case .component(let part): part.describe(&sample)
    default: break
    }
  }
}
