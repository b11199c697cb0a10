import Graph
public import Quantities

extension ModelProfile {
  /// Recovers a model from a `.safetensors` header: layers, widths and vocabulary from names and
  /// shapes, the exact number of stored parameters, and what had to be assumed (the number of
  /// heads where no shape tells it).
  ///
  /// - Throws: `UserError` for a damaged header or names of no known model.
  public init(
    safetensorsHeader bytes: [UInt8], file: String, fileBytes: Int? = nil
  ) throws(UserError) {
    try self.init(
      header: try SafetensorsHeader(bytes, file: file, fileBytes: fileBytes), file: file)
  }

  init(header: SafetensorsHeader, file: String) throws(UserError) {
    var reader = SafetensorsReader(header: header)
    guard let architecture = reader.architecture() else {
      throw UserError(
        .input, place: file, "its tensor names are of no model that is known here",
        remedy: "known are BERT, RoBERTa and ESM, LLaMA, Mixtral, GPT-2, GPT-NeoX, BLOOM, OPT, "
          + "T5, ResNet and timm's ViT; or give the model's config.json")
    }
    self.init(
      id: ModelProfile.id(ofFile: file), name: ModelProfile.id(ofFile: file),
      family: architecture.likelyFamily, source: file, objective: architecture.likelyObjective,
      architecture: architecture)
    storedParameters = header.parameterCount
    assumptions = reader.assumptions
    let built: Int
    do {
      built = try parameterCount()
    } catch {
      throw UserError(
        .input, place: file, "its shapes do not fit together: \(error.description)",
        remedy: "give the model's config.json")
    }
    if built != header.parameterCount {
      assumptions.append(
        "the architecture as understood has \(built) parameters, the file stores "
          + "\(header.parameterCount)")
    }
  }
}

/// Recognises an architecture by its tensors' names.
struct SafetensorsReader {
  let header: SafetensorsHeader
  var assumptions: [String] = []

  init(header: SafetensorsHeader) { self.header = header }

  mutating func architecture() -> Architecture? {
    if header.has("SelfAttention.q.weight") { return t5() }
    if header.isResNet { return resnet() }
    return tower().map { .single($0) }
  }

  private mutating func tower() -> Tower? {
    if header.has("embed_positions.weight"), header.has("fc1.weight") { return opt() }
    if header.has("word_embeddings_layernorm.weight") { return bloom() }
    if header.has("embed_in.weight") { return neoX() }
    if header.has("embeddings.word_embeddings.weight") { return bert() }
    if header.has("self_attn.q_proj.weight"), header.has("embed_tokens.weight") { return llama() }
    if header.has("wte.weight") || header.shape("wte.weight") != nil { return gpt2() }
    if header.has("patch_embed.proj.weight") { return vit() }
    return nil
  }

  /// A matrix's extents, or nil.
  func matrix(_ suffix: String) -> (rows: Int, columns: Int)? {
    guard let shape = header.shape(suffix), shape.count == 2, shape[0] > 0, shape[1] > 0 else {
      return nil
    }
    return (shape[0], shape[1])
  }

  /// Heads of 64, as most encoders have; stated, because no shape tells.
  mutating func assumedHeads(_ width: Int, size: Int) -> Int {
    let heads = width % size == 0 ? width / size : 1
    assumptions.append("heads of \(size) elements are assumed (\(heads) heads): no shape tells")
    return max(1, heads)
  }

  private mutating func bert() -> Tower? {
    guard let words = matrix("embeddings.word_embeddings.weight"),
      let up = matrix("intermediate.dense.weight")
    else { return nil }
    let layers = header.layers("encoder.layer.")
    guard layers > 0 else { return nil }
    var input = TokenInput(vocabulary: words.rows, context: 1026)
    var heads = Heads()
    heads.contacts = header.has("contact_head.regression.weight")
    let count: Int
    if let contacts = matrix("contact_head.regression.weight"), contacts.columns % layers == 0 {
      // One regression weight per layer and head.
      count = contacts.columns / layers
    } else {
      count = assumedHeads(words.columns, size: 64)
    }
    var stack = TransformerStack(
      layers: layers, hidden: words.columns, heads: count, intermediate: up.rows)
    let isPreNorm = header.has("attention.LayerNorm.weight") || header.has("attention.ln.weight")
    stack.normPosition = isPreNorm ? .pre : .post
    stack.finalNorm = isPreNorm
    // BERT's own; RoBERTa and ESM have 1e-5.
    if !isPreNorm, !header.has("lm_head.dense.weight") { stack.epsilon = 1e-12 }
    input.tokenTypes = matrix("token_type_embeddings.weight")?.rows ?? 0
    input.norm =
      header.has("embeddings.LayerNorm.weight") || header.has("embeddings.layer_norm.weight")
    if let table = matrix("position_embeddings.weight") {
      let isShifted = header.has("lm_head.dense.weight")
      input.positions = table.rows
      input.positionOffset = isShifted && table.rows > 2 ? 2 : 0
      input.context = table.rows - input.positionOffset
    } else {
      stack.rotaryBase = 10000
      assumptions.append("no position table: rotary positions of base 10000 are assumed")
    }
    input.sequence = min(input.context, 2048)
    heads.pooler = header.has("pooler.dense.weight")
    heads.nextSentence = header.has("seq_relationship.weight")
    if header.has("predictions.transform.dense.weight") || header.has("lm_head.dense.weight") {
      var language = LanguageHead(.transform)
      language.bias = true
      language.tied =
        matrix("predictions.decoder.weight") == nil && matrix("lm_head.decoder.weight") == nil
      heads.language = language
    }
    return Tower(input: .tokens(input), stack: stack, heads: heads)
  }

  private mutating func llama() -> Tower? {
    let router = matrix("block_sparse_moe.gate.weight")
    guard let words = matrix("embed_tokens.weight"), let query = matrix("self_attn.q_proj.weight"),
      let key = matrix("self_attn.k_proj.weight"),
      let gate = matrix("mlp.gate_proj.weight") ?? matrix("experts.0.w1.weight")
    else { return nil }
    let layers = header.layers("layers.")
    guard layers > 0 else { return nil }
    let heads = assumedHeads(query.rows, size: 128)
    var stack = TransformerStack(
      layers: layers, hidden: words.columns, heads: heads, intermediate: gate.rows)
    stack.headSize = query.rows / heads
    stack.keyValueHeads = stack.headSize > 0 ? max(1, key.rows / stack.headSize) : heads
    stack.norm = .rms
    stack.activation = .silu
    stack.gated = true
    stack.queryKeyValueBias = header.has("self_attn.q_proj.bias")
    stack.outputBias = header.has("self_attn.o_proj.bias")
    stack.mlpBias = header.has("mlp.gate_proj.bias")
    stack.causal = true
    stack.rotaryBase = 10000
    stack.finalNorm = true
    if let router {
      stack.mixture = Mixture(experts: router.rows, active: min(2, router.rows))
      assumptions.append("two experts for each token are assumed: no shape tells")
    }
    assumptions.append("a context of 4096 tokens and a rotary base of 10000 are assumed")
    let input = TokenInput(vocabulary: words.rows, context: 4096)
    var language = LanguageHead(.linear)
    language.tied = !header.has("lm_head.weight")
    var top = Heads()
    top.pool = .last
    top.language = language
    return Tower(input: .tokens(input), stack: stack, heads: top)
  }

  private mutating func gpt2() -> Tower? {
    guard let words = matrix("wte.weight"), let table = matrix("wpe.weight"),
      let up = matrix("mlp.c_fc.weight")
    else { return nil }
    let layers = header.layers("h.")
    guard layers > 0 else { return nil }
    var stack = TransformerStack(
      layers: layers, hidden: words.columns, heads: assumedHeads(words.columns, size: 64),
      // GPT-2 stores its matrices transposed.
      intermediate: up.columns)
    stack.activation = .geluTanh
    stack.causal = true
    stack.finalNorm = true
    var input = TokenInput(vocabulary: words.rows, context: table.rows)
    input.positions = table.rows
    var language = LanguageHead(.linear)
    language.tied = !header.has("lm_head.weight")
    var heads = Heads()
    heads.pool = .last
    heads.language = language
    return Tower(input: .tokens(input), stack: stack, heads: heads)
  }

  private mutating func vit() -> Tower? {
    guard let patch = header.shape("patch_embed.proj.weight"), patch.count == 4, patch[2] > 0,
      let table = header.shape("pos_embed"), table.count == 3, let up = matrix("mlp.fc1.weight"),
      let down = matrix("mlp.fc2.weight")
    else { return nil }
    let layers = header.layers("blocks.")
    guard layers > 0 else { return nil }
    let hasClass = header.has("cls_token")
    let root = { (tokens: Int) -> Int? in
      (1...4096).first { $0 * $0 == tokens }
    }
    let isWithClass = hasClass && root(table[1]) == nil
    guard let side = root(table[1] - (isWithClass ? 1 : 0)) else { return nil }
    var input = PatchInput(image: side * patch[2], patch: patch[2])
    input.channels = patch[1]
    input.bias = header.has("patch_embed.proj.bias")
    input.classTokens = hasClass ? 1 : 0
    input.positionOfClass = isWithClass
    input.registerTokens = header.shape("reg_token").flatMap { $0.count == 3 ? $0[1] : nil } ?? 0
    var stack = TransformerStack(
      layers: layers, hidden: patch[0], heads: assumedHeads(patch[0], size: 64),
      intermediate: down.columns)
    stack.gated = up.rows == 2 * down.columns
    if stack.gated { stack.activation = .silu }
    stack.queryKeyValueBias = header.has("attn.qkv.bias")
    stack.layerScale = header.has("ls1.gamma")
    stack.finalNorm = header.has("norm.weight")
    stack.epsilon = 1e-6
    var heads = Heads()
    heads.classes = matrix("head.weight")?.rows ?? 0
    heads.poolNorm = header.has("fc_norm.weight")
    heads.pool = heads.poolNorm || !hasClass ? .mean : .first
    return Tower(input: .patches(input), stack: stack, heads: heads)
  }
}
