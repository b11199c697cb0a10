import DataFormats
import Graph

/// Largest width, depth or table that a profile may state.
private let extents = 1...100_000_000

extension JSONCursor {
  func int(_ key: String, _ fallback: Int, in range: ClosedRange<Int> = extents)
    throws(JSONError) -> Int
  {
    try optional(key)?.int(in: range) ?? fallback
  }

  func bool(_ key: String, _ fallback: Bool) throws(JSONError) -> Bool {
    try optional(key)?.bool() ?? fallback
  }
}

extension Architecture {
  init(_ cursor: JSONCursor) throws(JSONError) {
    if cursor.has("kind") {
      self = .component(try ComponentRegistry.read(cursor))
      return
    }
    guard cursor.has("vision") || cursor.has("text") else {
      self = .single(try Tower(cursor))
      return
    }
    try cursor.refuseUnknownKeys(known: ["vision", "text", "projection", "temperature"])
    let projection = try cursor.field("projection")
    try projection.refuseUnknownKeys(known: ["vision", "text"])
    self = .dual(
      DualEncoder(
        vision: try Tower(cursor.field("vision")), text: try Tower(cursor.field("text")),
        visionProjection: try Projection(projection.field("vision")),
        textProjection: try Projection(projection.field("text")),
        temperature: try cursor.bool("temperature", true)))
  }
}

extension Projection {
  init(_ cursor: JSONCursor) throws(JSONError) {
    sizes = []
    for item in try cursor.elements() { sizes.append(try item.int(in: extents)) }
  }
}

extension Tower {
  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: ["tokens", "patches", "stack", "heads"])
    switch (try cursor.optional("tokens"), try cursor.optional("patches")) {
    case (let tokens?, nil): input = .tokens(try TokenInput(tokens))
    case (nil, let patches?): input = .patches(try PatchInput(patches))
    default: throw cursor.error("needs either \"tokens\" or \"patches\"")
    }
    let field = try cursor.field("stack")
    stack = try TransformerStack(field)
    // timm's and segment-anything's layers do; text models say it.
    if case .patches = input { stack.packsProjections = try field.bool("packsProjections", true) }
    heads =
      try cursor.optional("heads").map { cursor throws(JSONError) in try Heads(cursor) }
      ?? Heads()
  }
}

extension TokenInput {
  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "vocabulary", "positions", "positionOffset", "tokenTypes", "tables", "width", "widthBias",
      "scale", "norm", "context", "sequence",
    ])
    vocabulary = try cursor.field("vocabulary").int(in: extents)
    positions = try cursor.int("positions", 0, in: 0...extents.upperBound)
    positionOffset = try cursor.int("positionOffset", 0, in: 0...max(0, positions - 1))
    tokenTypes = try cursor.int("tokenTypes", 0, in: 0...1000)
    for item in try cursor.optional("tables")?.elements() ?? [] {
      tables.append(try item.int(in: extents))
    }
    width = try cursor.optional("width")?.int(in: extents)
    widthBias = try cursor.bool("widthBias", true)
    scale = try cursor.optional("scale")?.double(in: 1e-6...1e6)
    norm = try cursor.bool("norm", false)
    if positions > 0 {
      let longest = positions - positionOffset
      context = try cursor.int("context", longest, in: 1...longest)
    } else {
      context = try cursor.field("context").int(in: extents)
    }
    sequence = try cursor.int("sequence", min(context, 2048), in: 1...context)
  }
}

extension PatchInput {
  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "image", "patch", "channels", "bias", "classTokens", "registerTokens", "positionOfClass",
      "positionOfRegisters", "positions", "maskToken", "norm",
    ])
    let whole = try cursor.field("image")
    let count = whole.value.array?.count ?? 2
    guard (2...3).contains(count) else { throw whole.error("needs two or three extents") }
    extents = try whole.lengths(dimensions: count)
    let size = try cursor.field("patch")
    steps = try size.lengths(dimensions: count)
    for (extent, step) in zip(extents, steps) where extent % step != 0 {
      throw size.error("an image of \(extent) pixels is no multiple of a patch of \(step)")
    }
    positions = try cursor.bool("positions", true)
    channels = try cursor.int("channels", 3, in: 1...10_000)
    bias = try cursor.bool("bias", true)
    classTokens = try cursor.int("classTokens", 1, in: 0...1)
    registerTokens = try cursor.int("registerTokens", 0, in: 0...1000)
    positionOfClass = try cursor.bool("positionOfClass", true)
    positionOfRegisters = try cursor.bool("positionOfRegisters", false)
    guard positionOfClass || !positionOfRegisters else {
      throw cursor.error("positionOfRegisters needs positionOfClass: the class token comes first")
    }
    maskToken = try cursor.bool("maskToken", false)
    norm = try cursor.bool("norm", false)
  }
}

extension Heads {
  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "pool", "poolNorm", "pooler", "poolerUsed", "language", "nextSentence", "contacts", "classes",
    ])
    pool = try cursor.optional("pool")?.word(PoolKind.self) ?? .first
    poolNorm = try cursor.bool("poolNorm", false)
    pooler = try cursor.bool("pooler", false)
    poolerUsed = try cursor.bool("poolerUsed", true)
    nextSentence = try cursor.bool("nextSentence", false)
    contacts = try cursor.bool("contacts", false)
    classes = try cursor.int("classes", 0, in: 0...extents.upperBound)
    guard let head = try cursor.optional("language") else { return }
    try head.refuseUnknownKeys(known: ["kind", "tied", "bias"])
    var language = LanguageHead(try head.field("kind").word(LanguageHeadKind.self))
    language.tied = try head.bool("tied", true)
    language.bias = try head.bool("bias", false)
    self.language = language
  }
}
