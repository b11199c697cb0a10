import DataFormats
import Graph

/// Encoder-decoders, ALBERT and BioGPT.
extension HuggingFaceConfig {
  /// `T5ForConditionalGeneration` and its encoder alone.
  func t5() throws(JSONError) -> Architecture {
    let width = try int("d_model", 512)
    var stack = TransformerStack(
      layers: try int("num_layers", 6), hidden: width, heads: try int("num_heads", 8),
      intermediate: try int("d_ff", 2048))
    stack.headSize = try int("d_kv", 64)
    stack.norm = .rms
    stack.epsilon = try cursor.optional("layer_norm_epsilon")?.double(in: 0...1) ?? 1e-6
    let words = try cursor.optional("feed_forward_proj")?.string() ?? "relu"
    stack.gated = words.hasPrefix("gated-")
    stack.activation = stack.gated ? .geluTanh : words == "gelu" ? .gelu : .relu
    stack.queryKeyValueBias = false
    stack.outputBias = false
    stack.mlpBias = false
    stack.relativeBuckets = try int("relative_attention_num_buckets", 32)
    stack.finalNorm = true
    var tokens = TokenInput(
      vocabulary: try int("vocab_size", 32128), context: max(2048, try int("n_positions", 512)))
    tokens.sequence = 512
    if head.contains("EncoderModel") {
      var heads = Heads()
      heads.pool = .mean
      return .single(Tower(input: .tokens(tokens), stack: stack, heads: heads))
    }
    var decoder = stack
    decoder.layers = try int("num_decoder_layers", stack.layers)
    var model = EncoderDecoder(tokens: tokens, encoder: stack, decoder: decoder)
    model.targetSequence = 128
    model.tied = try cursor.bool("tie_word_embeddings", true)
    return .component(AnyComponent(model))
  }

  /// `BartForConditionalGeneration`.
  func bart() throws(JSONError) -> Architecture {
    let width = try int("d_model", 1024)
    func side(_ name: String) throws(JSONError) -> TransformerStack {
      let heads = try int(name + "_attention_heads", 16)
      guard width % heads == 0 else {
        throw cursor.error("\(heads) heads of the \(name) do not divide a width of \(width)")
      }
      var stack = TransformerStack(
        layers: try int(name + "_layers", 12), hidden: width, heads: heads,
        intermediate: try int(name + "_ffn_dim", 4096))
      stack.normPosition = .post
      stack.activation = try activation("activation_function", .gelu)
      return stack
    }
    var tokens = TokenInput(
      vocabulary: try int("vocab_size", 50265),
      context: try int("max_position_embeddings", 1024))
    tokens.positions = tokens.context + 2
    tokens.positionOffset = 2
    tokens.norm = true
    tokens.sequence = min(tokens.context, 512)
    var model = EncoderDecoder(
      tokens: tokens, encoder: try side("encoder"), decoder: try side("decoder"))
    model.biasBuffer = true
    return .component(AnyComponent(model))
  }

  func albert() throws(JSONError) -> Tower {
    var stack = try stack(
      layers: 12, hidden: 4096, heads: 64, intermediate: 16384, epsilon: 1e-12)
    stack.normPosition = .post
    stack.activation = try activation("hidden_act", .geluTanh)
    stack.sharedLayers = true
    guard try int("num_hidden_groups", 1) == 1, try int("inner_group_num", 1) == 1 else {
      throw cursor.error("several groups of shared layers are not known")
    }
    var input = TokenInput(vocabulary: try int("vocab_size", 30000), context: 1)
    input.tokenTypes = try int("type_vocab_size", 2)
    input.width = try int("embedding_size", 128)
    input.norm = true
    input = try positions(input, default: 512, offset: 0)
    return Tower(input: .tokens(input), stack: stack, heads: try encoderHeads())
  }

  func biogpt() throws(JSONError) -> Tower {
    var stack = try stack(
      layers: 24, hidden: 1024, heads: 16, intermediate: 4096, epsilon: 1e-12)
    stack.activation = try activation("hidden_act", .gelu)
    stack.causal = true
    stack.finalNorm = true
    var input = TokenInput(
      vocabulary: try int("vocab_size", 42384),
      context: try int("max_position_embeddings", 1024))
    input.positions = input.context + 2
    input.positionOffset = 2
    if try cursor.bool("scale_embedding", true) {
      input.scale = Double(stack.hidden).squareRoot()
    }
    input.sequence = input.context
    var heads = Heads()
    heads.pool = .last
    if !head.hasSuffix("Model") {
      var language = LanguageHead(.linear)
      language.tied = try cursor.bool("tie_word_embeddings", true)
      heads.language = language
    }
    return Tower(input: .tokens(input), stack: stack, heads: heads)
  }
}
