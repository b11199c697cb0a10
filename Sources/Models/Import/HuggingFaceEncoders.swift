import DataFormats
import Graph

/// Encoders beside BERT's plain relatives: other attention, other names, other tasks.
extension HuggingFaceConfig {
  /// `DebertaForMaskedLM` (the first version): positions have products of their own.
  func deberta() throws(JSONError) -> Tower {
    var tower = try positionless(layers: 12, hidden: 768, heads: 12, vocabulary: 50265)
    // Queries and values have biases of their own, keys none.
    tower.stack.keyBias = false
    tower.stack.packsProjections = true
    tower.stack.disentangled = Disentangled(
      span: try relativeSpan(), sharedProducts: false, norm: false)
    return tower
  }

  /// `DebertaV2ForMaskedLM` (versions 2 and 3): positions pass the content's products.
  func debertaV2() throws(JSONError) -> Tower {
    var tower = try positionless(layers: 24, hidden: 1536, heads: 24, vocabulary: 128100)
    if let size = try cursor.optional("conv_kernel_size"), try size.int(in: 0...1000) > 0 {
      throw try cursor.field("conv_kernel_size").error(
        "a convolution beside the first layer is not known")
    }
    guard try cursor.bool("share_att_key", true) else {
      throw try cursor.field("share_att_key").error(
        "positions with products of their own are known of \"deberta\" only")
    }
    let buckets = try cursor.optional("position_buckets")?.int(in: -1...1_000_000) ?? -1
    tower.stack.disentangled = Disentangled(
      span: buckets > 0 ? buckets : try relativeSpan(),
      norm: try cursor.optional("norm_rel_ebd")?.string().contains("layer_norm") ?? false)
    return tower
  }

  /// DeBERTa's layers and tokens, whose positions are relative.
  private func positionless(
    layers: Int, hidden: Int, heads: Int, vocabulary: Int
  ) throws(JSONError) -> Tower {
    var stack = try stack(
      layers: layers, hidden: hidden, heads: heads, intermediate: 4 * hidden, epsilon: 1e-7)
    stack.activation = try activation("hidden_act", .gelu)
    stack.normPosition = .post
    guard try cursor.bool("relative_attention", true) else {
      throw try cursor.field("relative_attention").error(
        "DeBERTa without relative positions is not known")
    }
    if let field = try cursor.optional("pos_att_type") {
      let words =
        try field.value.array == nil
        ? field.string().split(separator: "|").map(String.init) : names(field)
      guard Set(words) == ["c2p", "p2c"] else {
        throw field.error("only scores of both kinds, c2p and p2c, are known")
      }
    }
    var input = TokenInput(
      vocabulary: try int("vocab_size", vocabulary),
      context: try int("max_position_embeddings", 512))
    if try cursor.bool("position_biased_input", true) {
      input.positions = input.context
    }
    input.tokenTypes = try cursor.optional("type_vocab_size")?.int(in: 0...1_000_000) ?? 0
    input.norm = true
    input.sequence = min(input.context, 512)
    var heads = try encoderHeads()
    if head.hasSuffix("Model") || head.isEmpty { heads.pooler = false }
    heads.nextSentence = false
    return Tower(input: .tokens(input), stack: stack, heads: heads)
  }

  private func names(_ field: JSONCursor) throws(JSONError) -> [String] {
    var words: [String] = []
    for item in try field.elements() { words.append(try item.string()) }
    return words
  }

  private func relativeSpan() throws(JSONError) -> Int {
    let span = try cursor.optional("max_relative_positions")?.int(in: -1...1_000_000) ?? -1
    return span > 0 ? span : try int("max_position_embeddings", 512)
  }

  /// `LongformerForMaskedLM` with one window in all layers; no token sees all unless the profile
  /// says so.
  func longformer() throws(JSONError) -> Tower {
    var tower = try roberta()
    var window = 512
    if case .tokens(var input) = tower.input {
      input.vocabulary = try int("vocab_size", 30522)
      tower.input = .tokens(input)
    }
    if let field = try cursor.optional("attention_window") {
      if field.value.array == nil {
        window = try field.int(in: 2...1_000_000)
      } else {
        var windows: Set<Int> = []
        for item in try field.elements() { windows.insert(try item.int(in: 2...1_000_000)) }
        guard windows.count == 1, let only = windows.first else {
          throw field.error("windows that differ from layer to layer are not known")
        }
        window = only
      }
      guard window % 2 == 0 else { throw field.error("a window has two equal sides") }
    }
    tower.stack.sliding = SlidingWindow(window: window)
    if case .tokens(var input) = tower.input {
      input.context = input.context / window * window
      input.sequence = max(window, min(input.context, 4096))
      tower.input = .tokens(input)
    }
    return tower
  }

  /// `BigBirdForMaskedLM`, which holds a pooler though it predicts tokens.
  func bigBird() throws(JSONError) -> Tower {
    var tower = try bert()
    tower.stack.activation = try activation("hidden_act", .geluTanh)
    if case .tokens(var input) = tower.input {
      input.vocabulary = try int("vocab_size", 50358)
      tower.input = .tokens(try positions(input, default: 4096, offset: 0))
    }
    tower.heads.pooler = true
    if try cursor.optional("attention_type")?.string() ?? "block_sparse" == "block_sparse" {
      tower.stack.blockSparse = BlockSparse(
        block: try int("block_size", 64), random: try int("num_random_blocks", 3))
    }
    return tower
  }

  /// `DistilBertForMaskedLM`.
  func distilbert() throws(JSONError) -> Tower {
    let width = try int("dim", 768)
    let number = try int("n_heads", 12)
    guard width % number == 0 else {
      throw cursor.error("\(number) heads (n_heads) do not divide a width of \(width)")
    }
    var stack = TransformerStack(
      layers: try int("n_layers", 6), hidden: width, heads: number,
      intermediate: try int("hidden_dim", 3072))
    stack.activation = try activation("activation", .gelu)
    stack.normPosition = .post
    stack.epsilon = 1e-12
    var input = TokenInput(vocabulary: try int("vocab_size", 30522), context: 1)
    input.norm = true
    input = try positions(input, default: 512, offset: 0)
    var heads = try encoderHeads()
    heads.nextSentence = false
    heads.pooler = heads.classes > 0
    return Tower(input: .tokens(input), stack: stack, heads: heads)
  }

  /// `ElectraForMaskedLM` (the generator) or `ElectraForPreTraining` (the discriminator).
  func electra() throws(JSONError) -> Architecture {
    var stack = try stack(
      layers: 12, hidden: 256, heads: 4, intermediate: 1024, epsilon: 1e-12)
    stack.activation = try activation("hidden_act", .gelu)
    stack.normPosition = .post
    var input = TokenInput(vocabulary: try int("vocab_size", 30522), context: 1)
    input.tokenTypes = try int("type_vocab_size", 2)
    input.norm = true
    let width = try int("embedding_size", 128)
    if width != stack.hidden { input.width = width }
    input = try positions(input, default: 512, offset: 0)
    var heads = try encoderHeads()
    heads.nextSentence = false
    guard head.isEmpty || head.contains("PreTraining") else {
      heads.pooler = heads.classes > 0
      return .single(Tower(input: .tokens(input), stack: stack, heads: heads))
    }
    let part = TransformerPart(input: .tokens(input), stack: stack, heads: Heads())
    let reference = StreamReference(part: "discriminator")
    return .component(
      AnyComponent(
        Composite(
          parts: [CompositePart(name: "discriminator", body: .transformer(part))],
          losses: [CompositeLoss(kind: .replacedTokens, of: [reference])],
          embedding: [reference], images: nil)))
  }
}
