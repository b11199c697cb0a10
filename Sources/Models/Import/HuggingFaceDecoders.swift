import DataFormats
import Graph

/// Decoders apart from LLaMA's and GPT-2's.
extension HuggingFaceConfig {
  /// A decoder's tower from its stack and input; the head follows from `architectures`.
  func decoder(
    _ stack: TransformerStack, _ input: TokenInput, tied: Bool, headBias: Bool = false
  ) throws(JSONError) -> Tower {
    var stack = stack
    stack.causal = true
    var input = input
    input.sequence = min(input.context, 4096)
    var heads = Heads()
    heads.pool = .last
    if !head.hasSuffix("Model") || head.contains("LMHead") {
      var language = LanguageHead(.linear)
      language.tied = try cursor.bool("tie_word_embeddings", tied)
      language.bias = headBias
      heads.language = language
    }
    return Tower(input: .tokens(input), stack: stack, heads: heads)
  }

  private func tokens(_ vocabulary: Int, context: String, _ length: Int) throws(JSONError)
    -> TokenInput
  {
    TokenInput(
      vocabulary: try int("vocab_size", vocabulary), context: try int(context, length))
  }

  private func rotary(_ stack: inout TransformerStack, _ fallback: Double) throws(JSONError) {
    let keys = ["rope_theta", "rotary_emb_base"]
    let field = try keys.first { cursor.has($0) }.map { key throws(JSONError) in
      try cursor.field(key)
    }
    stack.rotaryBase = try field?.double(in: 1...1e12) ?? fallback
  }

  /// Elements of a head that are rotated: a share of it.
  private func rotatedShare(
    _ stack: TransformerStack, _ keys: [String], _ fallback: Double
  ) throws(JSONError) -> Int {
    let key = keys.first { cursor.has($0) }
    let share = try key.map { key throws(JSONError) in
      try cursor.field(key).double(in: 0.001...1)
    }
    return max(2, Int(Double(stack.headSize) * (share ?? fallback)) / 2 * 2)
  }

  /// `n_embd`, `n_layer` and `n_head` with an inner width of 4·h unless given.
  private func gptStack(
    layers: Int, hidden: Int, heads: Int,
    keys: (String, String, String) = ("n_layer", "n_embd", "n_head")
  ) throws(JSONError) -> TransformerStack {
    let width = try int(keys.1, hidden)
    let number = try int(keys.2, heads)
    guard width % number == 0 else {
      throw cursor.error("\(number) heads (\(keys.2)) do not divide a width of \(width)")
    }
    var stack = TransformerStack(
      layers: try int(keys.0, layers), hidden: width, heads: number,
      intermediate: try int("n_inner", 4 * width))
    stack.epsilon = try cursor.optional("layer_norm_epsilon")?.double(in: 0...1) ?? 1e-5
    stack.finalNorm = true
    return stack
  }

  func gptj() throws(JSONError) -> Tower {
    var stack = try gptStack(layers: 28, hidden: 4096, heads: 16)
    stack.normPosition = .parallel
    stack.activation = try activation("activation_function", .geluTanh)
    stack.queryKeyValueBias = false
    stack.outputBias = false
    stack.fusedAttention = false
    stack.rotaryBase = 10000
    stack.rotaryDimensions = min(try int("rotary_dim", 64), stack.headSize)
    return try decoder(
      stack, try tokens(50400, context: "n_positions", 2048), tied: false, headBias: true)
  }

  /// `GPTNeoForCausalLM`: layers that see all and layers with a window, in turn.
  func gptNeo() throws(JSONError) -> Tower {
    var stack = try gptStack(
      layers: 24, hidden: 2048, heads: 16, keys: ("num_layers", "hidden_size", "num_heads"))
    stack.intermediate = try int("intermediate_size", 4 * stack.hidden)
    stack.activation = try activation("activation_function", .geluTanh)
    stack.queryKeyValueBias = false
    stack.fusedAttention = false
    let window = try int("window_size", 256)
    var kinds = ["global", "local"]
    if let groups = try cursor.optional("attention_types"),
      let first = try groups.elements().first
    {
      kinds = []
      guard let words = try first.elements().first else {
        throw first.error("names no kinds of attention")
      }
      for item in try words.elements() { kinds.append(try item.string()) }
      guard (1...1000).contains(kinds.count) else { throw words.error("names no kinds") }
    }
    stack.windowCycle = kinds.map { $0 == "local" ? window : 0 }
    var input = try tokens(50257, context: "max_position_embeddings", 2048)
    input.positions = input.context
    return try decoder(stack, input, tied: true)
  }

  func gptNeoX() throws(JSONError) -> Tower {
    var stack = try stack(
      layers: 44, hidden: 6144, heads: 64, intermediate: 24576, epsilon: 1e-5)
    stack.normPosition = try cursor.bool("use_parallel_residual", true) ? .parallelApart : .pre
    stack.activation = try activation("hidden_act", .gelu)
    let bias = try cursor.bool("attention_bias", true)
    stack.queryKeyValueBias = bias
    stack.outputBias = bias
    try rotary(&stack, 10000)
    stack.packsProjections = true
    stack.rotaryDimensions = try rotatedShare(stack, ["rotary_pct", "partial_rotary_factor"], 0.25)
    stack.finalNorm = true
    return try decoder(
      stack, try tokens(50432, context: "max_position_embeddings", 2048), tied: false)
  }

  func bloom() throws(JSONError) -> Tower {
    let key = cursor.has("hidden_size") ? "hidden_size" : "n_embed"
    let number = cursor.has("num_attention_heads") ? "num_attention_heads" : "n_head"
    let layers = cursor.has("num_hidden_layers") ? "num_hidden_layers" : "n_layer"
    var stack = try gptStack(layers: 2, hidden: 64, heads: 8, keys: (layers, key, number))
    stack.activation = .geluTanh
    stack.packsProjections = true
    stack.alibi = true
    stack.fusedAttention = false
    var input = try tokens(250880, context: "seq_length", 2048)
    input.norm = true
    return try decoder(stack, input, tied: true)
  }

  func opt() throws(JSONError) -> Tower {
    var stack = try stack(
      layers: 12, hidden: 768, heads: 12, intermediate: 3072, epsilon: 1e-5)
    stack.intermediate = try int("ffn_dim", 3072)
    stack.activation = try activation("activation_function", .relu)
    guard try cursor.bool("do_layer_norm_before", true),
      try int("word_embed_proj_dim", stack.hidden) == stack.hidden
    else {
      throw try cursor.field("do_layer_norm_before").error(
        "OPT 350M's layout (norms behind, narrow table) is not known")
    }
    stack.finalNorm = true
    let bias = try cursor.bool("enable_bias", true)
    stack.queryKeyValueBias = bias
    stack.outputBias = bias
    stack.mlpBias = bias
    var input = try tokens(50272, context: "max_position_embeddings", 2048)
    input.positions = input.context + 2
    input.positionOffset = 2
    return try decoder(stack, input, tied: true)
  }

  func falcon() throws(JSONError) -> Tower {
    var stack = try stack(
      layers: 32, hidden: 4544, heads: 71, intermediate: 18176, epsilon: 1e-5)
    stack.intermediate = try int("ffn_hidden_size", 4 * stack.hidden)
    stack.epsilon = try cursor.optional("layer_norm_epsilon")?.double(in: 0...1) ?? 1e-5
    stack.packsProjections = true
    let isNew = try cursor.bool("new_decoder_architecture", false)
    if isNew {
      stack.keyValueHeads = try int("num_kv_heads", stack.heads)
    } else if try cursor.bool("multi_query", true) {
      stack.keyValueHeads = 1
    }
    guard stack.heads % stack.keyValueHeads == 0 else {
      throw cursor.error("num_kv_heads must divide the \(stack.heads) attention heads")
    }
    let parallel = try cursor.bool("parallel_attn", true)
    stack.normPosition = isNew ? .parallelApart : parallel ? .parallel : .pre
    let bias = try cursor.bool("bias", false)
    stack.queryKeyValueBias = bias
    stack.outputBias = bias
    stack.mlpBias = bias
    if try cursor.bool("alibi", false) { stack.alibi = true } else { try rotary(&stack, 10000) }
    stack.finalNorm = true
    return try decoder(
      stack, try tokens(65024, context: "max_position_embeddings", 2048), tied: true)
  }

  func phi() throws(JSONError) -> Tower {
    var stack = try stack(
      layers: 24, hidden: 2048, heads: 32, intermediate: 8192, epsilon: 1e-5)
    stack.normPosition = .parallel
    stack.activation = try activation("hidden_act", .geluTanh)
    try rotary(&stack, 10000)
    stack.rotaryDimensions = try rotatedShare(stack, ["partial_rotary_factor"], 0.5)
    stack.finalNorm = true
    return try decoder(
      stack, try tokens(51200, context: "max_position_embeddings", 2048), tied: false,
      headBias: true)
  }

  /// Qwen's first generation (`intermediate_size` counts both input products).
  func qwen() throws(JSONError) -> Tower {
    var stack = try stack(
      layers: 32, hidden: 4096, heads: 32, intermediate: 22016, epsilon: 1e-6)
    stack.intermediate /= 2
    stack.epsilon = try cursor.optional("layer_norm_epsilon")?.double(in: 0...1) ?? 1e-6
    llamaLike(&stack)
    stack.packsProjections = true
    stack.queryKeyValueBias = true
    stack.rotaryBase = try cursor.optional("rotary_emb_base")?.double(in: 1...1e12) ?? 10000
    return try decoder(stack, try tokens(151936, context: "seq_length", 8192), tied: false)
  }

  /// Baichuan 1 and 2: 7B rotates, 13B lowers scores with the distance.
  func baichuan() throws(JSONError) -> Tower {
    var stack = try stack(
      layers: 32, hidden: 4096, heads: 32, intermediate: 11008, epsilon: 1e-6)
    llamaLike(&stack)
    stack.packsProjections = true
    if stack.hidden >= 5120 { stack.alibi = true } else { stack.rotaryBase = 10000 }
    let key = cursor.has("model_max_length") ? "model_max_length" : "max_position_embeddings"
    return try decoder(stack, try tokens(64000, context: key, 4096), tied: false)
  }

  /// ChatGLM 1 (`position_encoding_2d`), 2 and 3 (`multi_query_attention`).
  func chatglm() throws(JSONError) -> Tower {
    guard cursor.has("padded_vocab_size") else { return try firstChatglm() }
    var stack = try stack(
      layers: 28, hidden: 4096, heads: 32, intermediate: 13696, epsilon: 1e-5)
    stack.layers = try int("num_layers", 28)
    stack.intermediate = try int("ffn_hidden_size", 13696)
    llamaLike(&stack)
    stack.packsProjections = true
    stack.queryKeyValueBias = try cursor.bool("add_qkv_bias", true)
    if try cursor.bool("multi_query_attention", false) {
      stack.keyValueHeads = try int("multi_query_group_num", 2)
    }
    guard stack.heads % stack.keyValueHeads == 0 else {
      throw cursor.error("multi_query_group_num must divide the \(stack.heads) attention heads")
    }
    stack.rotaryBase = 10000
    stack.rotaryDimensions = max(2, stack.headSize / 2)
    let input = TokenInput(
      vocabulary: try int("padded_vocab_size", 65024), context: try int("seq_length", 8192))
    return try decoder(stack, input, tied: false)
  }

  private func firstChatglm() throws(JSONError) -> Tower {
    var stack = try stack(
      layers: 28, hidden: 4096, heads: 32, intermediate: 16384, epsilon: 1e-5)
    stack.layers = try int("num_layers", 28)
    stack.intermediate = try int("inner_hidden_size", 16384)
    stack.normPosition = .deep
    stack.packsProjections = true
    stack.residualScale = Double(2 * stack.layers).squareRoot()
    stack.activation = .geluTanh
    stack.fusedAttention = false
    stack.rotaryBase = 10000
    stack.rotaryAxes = 2
    stack.finalNorm = true
    return try decoder(
      stack, try tokens(150528, context: "max_sequence_length", 2048), tied: false)
  }

  /// RMS norms, SwiGLU, no biases.
  func llamaLike(_ stack: inout TransformerStack) {
    stack.norm = .rms
    stack.activation = .silu
    stack.gated = true
    stack.queryKeyValueBias = false
    stack.outputBias = false
    stack.mlpBias = false
    stack.finalNorm = true
  }
}
