import DataFormats
import Graph
public import Quantities

extension ModelProfile {
  /// Reads a Hugging Face `config.json` of one of the known model types.
  ///
  /// Keys that a config leaves out take the defaults of the `transformers` library; the head
  /// follows from `architectures`. What was assumed is in `assumptions`.
  ///
  /// - Throws: `UserError` that names file, line and key, or the model types that are known.
  public init(huggingFaceConfig bytes: [UInt8], file: String) throws(UserError) {
    do {
      self = try HuggingFaceConfig(JSONCursor(file: file, bytes: bytes)).profile()
    } catch {
      throw error.asUserError(
        remedy: "known model types are " + HuggingFaceConfig.known.joined(separator: ", "))
    }
    do {
      _ = try parameterCount()
    } catch {
      throw UserError(
        .input, place: file, error.description, remedy: "check the config's numbers")
    }
  }
}

/// A `config.json` on its way to a profile.
struct HuggingFaceConfig {
  static let known = [
    "bert", "megatron-bert", "roberta", "xlm-roberta", "camembert", "esm", "llama", "mistral",
    "qwen2", "gpt2", "vit", "dinov2", "clip",
  ]

  let cursor: JSONCursor
  let type: String
  let head: String
  private(set) var assumptions: [String] = []

  init(_ cursor: JSONCursor) throws(JSONError) {
    self.cursor = cursor
    let field = try cursor.field("model_type")
    type = try field.string()
    guard Self.known.contains(type) else {
      throw field.error("unknown model type \"\(type)\"")
    }
    let names = try cursor.optional("architectures")?.elements() ?? []
    if let first = names.first {
      head = try first.string()
    } else {
      head = ""
      assumptions.append("the config names no architectures: the pre-training head is assumed")
    }
  }

  func profile() throws(JSONError) -> ModelProfile {
    let architecture: Architecture
    switch type {
    case "bert", "megatron-bert": architecture = .single(try bert())
    case "roberta", "xlm-roberta", "camembert": architecture = .single(try roberta())
    case "esm": architecture = .single(try esm())
    case "llama", "mistral", "qwen2": architecture = .single(try llama())
    case "gpt2": architecture = .single(try gpt2())
    case "vit": architecture = .single(try vit())
    case "dinov2": architecture = .single(try dinov2())
    default: architecture = .dual(try clip())
    }
    var profile = ModelProfile(
      id: ModelProfile.id(ofFile: cursor.file), name: head.isEmpty ? type : head,
      family: architecture.likelyFamily, source: cursor.file,
      objective: architecture.likelyObjective, architecture: architecture)
    profile.assumptions = assumptions
    if try cursor.optional("sliding_window")?.value.int != nil {
      profile.assumptions.append("the sliding window is counted dense")
    }
    return profile
  }

  // MARK: words shared by several types

  /// A positive integer under a key, or the library's default.
  func int(_ key: String, _ fallback: Int, in cursor: JSONCursor? = nil) throws(JSONError) -> Int {
    try (cursor ?? self.cursor).optional(key)?.int(in: 1...1_000_000_000) ?? fallback
  }

  func activation(
    _ key: String, _ fallback: Activation, in cursor: JSONCursor? = nil
  ) throws(JSONError) -> Activation {
    guard let field = try (cursor ?? self.cursor).optional(key) else { return fallback }
    switch try field.string() {
    case "gelu": return .gelu
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast": return .geluTanh
    case "quick_gelu": return .quickGelu
    case "silu", "swish": return .silu
    case "relu": return .relu
    case "tanh": return .tanh
    default: throw field.error("unknown activation; known are gelu, gelu_new, silu, relu, tanh")
    }
  }

  /// Layers, width and heads under the keys that most configs use.
  func stack(
    layers: Int, hidden: Int, heads: Int, intermediate: Int, epsilon: Double,
    in cursor: JSONCursor? = nil
  ) throws(JSONError) -> TransformerStack {
    let width = try int("hidden_size", hidden, in: cursor)
    let number = try int("num_attention_heads", heads, in: cursor)
    guard width % number == 0 || self.cursor.has("head_dim") else {
      throw (cursor ?? self.cursor).error("\(number) heads do not divide a width of \(width)")
    }
    var stack = TransformerStack(
      layers: try int("num_hidden_layers", layers, in: cursor), hidden: width, heads: number,
      intermediate: try int("intermediate_size", intermediate, in: cursor))
    let source = cursor ?? self.cursor
    let key = source.has("layer_norm_eps") ? "layer_norm_eps" : "rms_norm_eps"
    stack.epsilon = try source.optional(key)?.double(in: 0...1) ?? epsilon
    return stack
  }

  // MARK: encoders

  private func bert() throws(JSONError) -> Tower {
    var stack = try stack(
      layers: 12, hidden: 768, heads: 12, intermediate: 3072, epsilon: 1e-12)
    stack.activation = try activation("hidden_act", .gelu)
    var input = TokenInput(vocabulary: try int("vocab_size", 30522), context: 1)
    input.tokenTypes = try int("type_vocab_size", 2)
    if type == "bert" {
      stack.normPosition = .post
      input.norm = true
    } else {
      stack.finalNorm = true
    }
    input = try positions(input, default: 512, offset: 0)
    return Tower(input: .tokens(input), stack: stack, heads: try encoderHeads())
  }

  private func roberta() throws(JSONError) -> Tower {
    var stack = try stack(
      layers: 12, hidden: 768, heads: 12, intermediate: 3072, epsilon: 1e-12)
    stack.activation = try activation("hidden_act", .gelu)
    stack.normPosition = .post
    var input = TokenInput(vocabulary: try int("vocab_size", 50265), context: 1)
    input.tokenTypes = try int("type_vocab_size", 2)
    input.norm = true
    let padding = try cursor.optional("pad_token_id")?.int(in: 0...100) ?? 1
    input = try positions(input, default: 512, offset: padding + 1)
    var heads = try encoderHeads()
    if head.isEmpty { heads.pooler = false }
    heads.nextSentence = false
    return Tower(input: .tokens(input), stack: stack, heads: heads)
  }

  private func esm() throws(JSONError) -> Tower {
    var stack = try stack(
      layers: 12, hidden: 768, heads: 12, intermediate: 3072, epsilon: 1e-12)
    stack.activation = try activation("hidden_act", .gelu)
    stack.finalNorm = true
    var input = TokenInput(vocabulary: try cursor.field("vocab_size").int(), context: 1)
    input.norm = try cursor.bool("emb_layer_norm_before", false)
    if try cursor.optional("position_embedding_type")?.string() == "rotary" {
      stack.rotaryBase = 10000
      input.context = try int("max_position_embeddings", 1026)
      input.sequence = min(input.context, 1024)
    } else {
      let padding = try cursor.optional("pad_token_id")?.int(in: 0...100) ?? 1
      input = try positions(input, default: 1026, offset: padding + 1)
    }
    var heads = try encoderHeads()
    if head.isEmpty { heads.pooler = false }
    heads.nextSentence = false
    heads.contacts = true
    return Tower(input: .tokens(input), stack: stack, heads: heads)
  }

  private func positions(
    _ input: TokenInput, default fallback: Int, offset: Int
  ) throws(JSONError) -> TokenInput {
    var input = input
    input.positions = try int("max_position_embeddings", fallback)
    guard input.positions > offset else {
      throw try cursor.field("max_position_embeddings").error(
        "must exceed the \(offset) rows before the first position")
    }
    input.positionOffset = offset
    input.context = input.positions - offset
    input.sequence = min(input.context, 2048)
    return input
  }

  /// Heads of BERT's relatives after the class that the config names.
  private func encoderHeads() throws(JSONError) -> Heads {
    var heads = Heads()
    let isModel = head.hasSuffix("Model")
    heads.pooler = isModel || head.isEmpty || head.contains("PreTraining")
    heads.nextSentence = head.isEmpty || head.contains("PreTraining")
    if head.contains("Classification") {
      heads.pooler = true
      heads.classes = try labels(2)
    } else if !isModel {
      var language = LanguageHead(.transform)
      language.tied = try cursor.bool("tie_word_embeddings", true)
      language.bias = true
      heads.language = language
    }
    return heads
  }

  func labels(_ fallback: Int) throws(JSONError) -> Int {
    if let names = try cursor.optional("id2label") { return max(1, try names.members().count) }
    return try int("num_labels", fallback)
  }

  // MARK: decoders

  private func llama() throws(JSONError) -> Tower {
    let grouped = type == "mistral" ? 8 : nil
    var stack = try stack(
      layers: 32, hidden: 4096, heads: 32, intermediate: type == "mistral" ? 14336 : 11008,
      epsilon: 1e-6)
    stack.headSize = try int("head_dim", stack.headSize)
    stack.keyValueHeads = try int("num_key_value_heads", grouped ?? stack.heads)
    guard stack.keyValueHeads <= stack.heads, stack.heads % stack.keyValueHeads == 0 else {
      throw try cursor.field("num_key_value_heads").error(
        "must divide the \(stack.heads) attention heads")
    }
    stack.norm = .rms
    stack.activation = try activation("hidden_act", .silu)
    stack.gated = true
    let bias = try cursor.bool("attention_bias", false)
    stack.queryKeyValueBias = type == "qwen2" || bias
    stack.outputBias = type != "qwen2" && bias
    stack.mlpBias = try cursor.bool("mlp_bias", false)
    stack.causal = true
    stack.rotaryBase = try cursor.optional("rope_theta")?.double(in: 1...1e12) ?? 10000
    stack.finalNorm = true
    let context = try int("max_position_embeddings", type == "llama" ? 2048 : 32768)
    var input = TokenInput(vocabulary: try int("vocab_size", 32000), context: context)
    input.sequence = min(context, 4096)
    var heads = Heads()
    heads.pool = .last
    if !head.hasSuffix("Model") {
      var language = LanguageHead(.linear)
      language.tied = try cursor.bool("tie_word_embeddings", false)
      heads.language = language
    }
    return Tower(input: .tokens(input), stack: stack, heads: heads)
  }

  private func gpt2() throws(JSONError) -> Tower {
    let hidden = try int("n_embd", 768)
    let number = try int("n_head", 12)
    guard hidden % number == 0 else {
      throw cursor.error("\(number) heads (n_head) do not divide a width of \(hidden)")
    }
    var stack = TransformerStack(
      layers: try int("n_layer", 12), hidden: hidden, heads: number,
      intermediate: try int("n_inner", 4 * hidden))
    stack.activation = try activation("activation_function", .geluTanh)
    stack.causal = true
    stack.finalNorm = true
    stack.epsilon = try cursor.optional("layer_norm_epsilon")?.double(in: 0...1) ?? 1e-5
    var input = TokenInput(vocabulary: try int("vocab_size", 50257), context: 1)
    input.positions = try int("n_positions", 1024)
    input.context = input.positions
    input.sequence = input.positions
    var heads = Heads()
    heads.pool = .last
    if !head.hasSuffix("Model") || head.contains("LMHead") {
      var language = LanguageHead(.linear)
      language.tied = try cursor.bool("tie_word_embeddings", true)
      heads.language = language
    }
    return Tower(input: .tokens(input), stack: stack, heads: heads)
  }
}

extension ModelProfile {
  /// Reads a profile of ours or a Hugging Face config, whichever the file holds: a config has
  /// the key `model_type`.
  ///
  /// - Throws: `UserError` that names file, line and key.
  public init(configOrProfile bytes: [UInt8], file: String) throws(UserError) {
    let isConfig = (try? JSONCursor(file: file, bytes: bytes))?.has("model_type") ?? false
    if isConfig {
      try self.init(huggingFaceConfig: bytes, file: file)
    } else {
      try self.init(parsing: bytes, file: file)
    }
  }
}
