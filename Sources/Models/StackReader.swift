import DataFormats
import Graph

extension TransformerStack {
  private static let keys: Set<String> = [
    "layers", "hidden", "heads", "keyValueHeads", "headSize", "intermediate", "norm", "normBias",
    "normPosition", "residualScale", "epsilon", "activation", "gated", "mixture",
    "queryKeyValueBias", "outputBias", "mlpBias", "mlpOutputBias", "causal", "window",
    "fusedAttention", "rotaryBase", "rotaryDimensions", "rotaryAxes", "alibi", "relativeBuckets",
    "relativeGrid", "keyBias", "windowCycle", "queryKeyNorm", "disentangled", "sliding",
    "packsProjections", "blockSparse", "sharedLayers", "layerScale", "spareNorm", "finalNorm",
    "latent",
  ]

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: Self.keys)
    let hidden = try cursor.field("hidden").int(in: 1...100_000_000)
    let number = try cursor.field("heads")
    self.init(
      layers: try cursor.field("layers").int(in: 1...100_000), hidden: hidden,
      heads: try number.int(in: 1...100_000),
      intermediate: try cursor.int("intermediate", 4 * hidden))
    if let size = try cursor.optional("headSize") {
      headSize = try size.int(in: 1...100_000_000)
    } else if hidden % heads != 0 {
      throw number.error("\(heads) heads do not divide a width of \(hidden); or give headSize")
    }
    if let grouped = try cursor.optional("keyValueHeads") {
      keyValueHeads = try grouped.int(in: 1...heads)
      guard heads % keyValueHeads == 0 else {
        throw grouped.error("must divide the \(heads) heads, found \(keyValueHeads)")
      }
    }
    try readNorms(cursor)
    try readMlp(cursor)
    try readAttention(cursor)
    sharedLayers = try cursor.bool("sharedLayers", false)
    layerScale = try cursor.bool("layerScale", false)
    spareNorm = try cursor.bool("spareNorm", false)
  }

  private mutating func readNorms(_ cursor: JSONCursor) throws(JSONError) {
    norm = try cursor.optional("norm")?.word(NormKind.self) ?? .layer
    normBias = try cursor.bool("normBias", true)
    normPosition = try cursor.optional("normPosition")?.word(NormPosition.self) ?? .pre
    residualScale = try cursor.optional("residualScale")?.double(in: 1e-3...1e3) ?? 1
    epsilon = try cursor.optional("epsilon")?.double(in: 0...1) ?? epsilon
    finalNorm = try cursor.bool("finalNorm", false)
  }

  private mutating func readMlp(_ cursor: JSONCursor) throws(JSONError) {
    activation = try cursor.optional("activation")?.word(Activation.self) ?? .gelu
    gated = try cursor.bool("gated", false)
    mlpBias = try cursor.bool("mlpBias", true)
    mlpOutputBias = try cursor.optional("mlpOutputBias")?.bool()
    guard let place = try cursor.optional("mixture") else { return }
    try place.refuseUnknownKeys(
      known: ["experts", "active", "shared", "denseLayers", "denseIntermediate"])
    let experts = try place.field("experts").int(in: 1...10_000)
    var read = Mixture(
      experts: experts, active: try place.field("active").int(in: 1...experts))
    read.shared = try place.optional("shared")?.int(in: 0...10_000) ?? 0
    read.denseLayers = try place.optional("denseLayers")?.int(in: 0...layers) ?? 0
    read.denseIntermediate = try place.int("denseIntermediate", intermediate)
    mixture = read
  }

  private mutating func readAttention(_ cursor: JSONCursor) throws(JSONError) {
    queryKeyValueBias = try cursor.bool("queryKeyValueBias", true)
    outputBias = try cursor.bool("outputBias", true)
    causal = try cursor.bool("causal", false)
    window = try cursor.optional("window")?.int(in: 1...1_000_000_000)
    if let cycle = try cursor.optional("windowCycle") {
      windowCycle = try cycle.ints(count: 1...1000, in: 0...1_000_000_000)
      guard window == nil else { throw cycle.error("give window or windowCycle, not both") }
    }
    packsProjections = try cursor.bool("packsProjections", false)
    queryKeyNorm = try cursor.bool("queryKeyNorm", false)
    fusedAttention = try cursor.bool("fusedAttention", true)
    rotaryBase = try cursor.optional("rotaryBase")?.double(in: 1...1e12)
    rotaryDimensions = try cursor.optional("rotaryDimensions")?.int(in: 1...headSize)
    rotaryAxes = try cursor.int("rotaryAxes", 1, in: 1...8)
    alibi = try cursor.bool("alibi", false)
    relativeBuckets = try cursor.optional("relativeBuckets")?.int(in: 1...1_000_000)
    try readEncoderAttention(cursor)
    try readLatent(cursor)
    keyBias = try cursor.optional("keyBias")?.bool()
    relativeGrid = try cursor.optional("relativeGrid")?.ints(count: 1...3)
    guard [alibi, relativeBuckets != nil, relativeGrid != nil].count(where: { $0 }) < 2 else {
      throw cursor.error("scores take one bias: alibi, relativeBuckets or relativeGrid")
    }
    guard windowCycle.isEmpty || !biased else {
      throw cursor.error("windowCycle takes no bias on the scores")
    }
  }

  private mutating func readLatent(_ cursor: JSONCursor) throws(JSONError) {
    guard let field = try cursor.optional("latent") else { return }
    let read = try LatentAttention(field)
    guard keyValueHeads == heads, !biased, !queryKeyNorm, blockSparse == nil, disentangled == nil,
      sliding == nil
    else {
      throw field.error("takes as many key/value heads as query heads, and no other pattern")
    }
    latent = read
    headSize = read.headSize
  }

  /// Patterns of attention that transformers computes as products of their own, in encoders.
  private mutating func readEncoderAttention(_ cursor: JSONCursor) throws(JSONError) {
    var named = 0
    func pattern(_ key: String) throws(JSONError) -> JSONCursor? {
      guard let field = try cursor.optional(key) else { return nil }
      named += 1
      guard !causal, keyValueHeads == heads else {
        throw field.error("needs an encoder with as many key/value heads as query heads")
      }
      guard named == 1 else {
        throw field.error("attention takes one of blockSparse, disentangled and sliding")
      }
      return field
    }
    blockSparse = try pattern("blockSparse").map { field throws(JSONError) in
      try BlockSparse(field)
    }
    disentangled = try pattern("disentangled").map { field throws(JSONError) in
      try Disentangled(field)
    }
    sliding = try pattern("sliding").map { field throws(JSONError) in try SlidingWindow(field) }
  }
}
