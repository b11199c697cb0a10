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
        remedy: "known model types are "
          + HuggingFaceConfig.readers.map(\.type).joined(separator: ", "))
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
  /// What a config becomes, by `model_type`, in the order in which errors list them.
  static let readers:
    [(type: String, read: @Sendable (HuggingFaceConfig) throws(JSONError) -> Architecture)] = [
      ("bert", { config throws(JSONError) in .single(try config.bert()) }),
      ("megatron-bert", { config throws(JSONError) in .single(try config.bert()) }),
      ("roberta", { config throws(JSONError) in .single(try config.roberta()) }),
      ("xlm-roberta", { config throws(JSONError) in .single(try config.roberta()) }),
      ("camembert", { config throws(JSONError) in .single(try config.roberta()) }),
      ("esm", { config throws(JSONError) in .single(try config.esm()) }),
      ("deberta", { config throws(JSONError) in .single(try config.deberta()) }),
      ("deberta-v2", { config throws(JSONError) in .single(try config.debertaV2()) }),
      ("longformer", { config throws(JSONError) in .single(try config.longformer()) }),
      ("big_bird", { config throws(JSONError) in .single(try config.bigBird()) }),
      ("distilbert", { config throws(JSONError) in .single(try config.distilbert()) }),
      ("electra", { config throws(JSONError) in try config.electra() }),
      ("albert", { config throws(JSONError) in .single(try config.albert()) }),
      ("llama", { config throws(JSONError) in .single(try config.llama()) }),
      ("mistral", { config throws(JSONError) in .single(try config.llama()) }),
      ("mixtral", { config throws(JSONError) in .single(try config.llama()) }),
      ("qwen2", { config throws(JSONError) in .single(try config.llama()) }),
      ("qwen3", { config throws(JSONError) in .single(try config.llama()) }),
      ("qwen3_moe", { config throws(JSONError) in .single(try config.llama()) }),
      ("deepseek_v2", { config throws(JSONError) in .single(try config.deepseek()) }),
      ("deepseek_v3", { config throws(JSONError) in .single(try config.deepseek()) }),
      ("phi3", { config throws(JSONError) in .single(try config.llama()) }),
      ("gemma", { config throws(JSONError) in .single(try config.llama()) }),
      ("gemma2", { config throws(JSONError) in .single(try config.llama()) }),
      ("gemma3_text", { config throws(JSONError) in .single(try config.llama()) }),
      ("qwen", { config throws(JSONError) in .single(try config.qwen()) }),
      ("baichuan", { config throws(JSONError) in .single(try config.baichuan()) }),
      ("chatglm", { config throws(JSONError) in .single(try config.chatglm()) }),
      ("gpt2", { config throws(JSONError) in .single(try config.gpt2()) }),
      ("gpt_bigcode", { config throws(JSONError) in .single(try config.gpt2()) }),
      ("gpt_neo", { config throws(JSONError) in .single(try config.gptNeo()) }),
      ("gptj", { config throws(JSONError) in .single(try config.gptj()) }),
      ("gpt_neox", { config throws(JSONError) in .single(try config.gptNeoX()) }),
      ("biogpt", { config throws(JSONError) in .single(try config.biogpt()) }),
      ("bloom", { config throws(JSONError) in .single(try config.bloom()) }),
      ("opt", { config throws(JSONError) in .single(try config.opt()) }),
      ("falcon", { config throws(JSONError) in .single(try config.falcon()) }),
      ("phi", { config throws(JSONError) in .single(try config.phi()) }),
      ("t5", { config throws(JSONError) in try config.t5() }),
      ("mt5", { config throws(JSONError) in try config.t5() }),
      ("bart", { config throws(JSONError) in try config.bart() }),
      ("vit", { config throws(JSONError) in .single(try config.vit()) }),
      ("deit", { config throws(JSONError) in .single(try config.vit()) }),
      ("dinov2", { config throws(JSONError) in .single(try config.dinov2()) }),
      ("clip", { config throws(JSONError) in .dual(try config.clip()) }),
      ("llava", { config throws(JSONError) in try config.llava() }),
      ("blip-2", { config throws(JSONError) in try config.blip2() }),
      ("resnet", { config throws(JSONError) in try config.resnet() }),
      ("convnext", { config throws(JSONError) in try config.convnext() }),
      ("vit_mae", { config throws(JSONError) in try config.vitMae() }),
      ("swin", { config throws(JSONError) in try config.swin() }),
    ]

  /// Types that are not read: the nearest that is, and what of them is missing here.
  static let missing: [(type: String, nearest: String, lacks: String)] = [
    ("gemma3", "gemma3_text", "the image tower (give its text_config)"),
    ("qwen2_moe", "deepseek_v2", "a gate on the expert that every token visits"),
    ("deepseek_v32", "deepseek_v3", "an index that picks the keys of each query"),
    ("mpt", "bloom", "layer norms without shift in this importer"),
    ("mamba", "gpt2", "state spaces in place of attention"),
    ("rwkv", "gpt2", "recurrence in place of attention"),
    ("xlnet", "bert", "two streams of attention"),
    ("led", "bart", "attention in a window with global tokens"),
    ("pegasus", "bart", "positions without parameters"),
    ("whisper", "bart", "an input of sound"),
    ("llava_next", "llava", "images cut into tiles"),
    ("instructblip", "blip-2", "text beside the queries"),
    ("idefics", "llava", "gated readings of images (see the profile open-flamingo-9b)"),
    ("coca", "clip", "the decoder of captions (see the profile open-coca_vit-l-14)"),
    ("siglip", "clip", "a pooling head with attention"),
  ]

  /// Why a type is not read.
  static func refusal(_ type: String) -> String {
    if let entry = missing.first(where: { $0.type == type }) {
      return
        "unknown model type \"\(type)\": nearest is \(entry.nearest), missing is \(entry.lacks)"
    }
    let near = NearestNames.to(type, in: readers.map(\.type), count: 1)
    return "unknown model type \"\(type)\""
      + (near.first.map { ": nearest by name is \($0)" } ?? ": none that is near by name")
  }

  let cursor: JSONCursor
  let type: String
  let head: String
  private(set) var assumptions: [String] = []

  init(_ cursor: JSONCursor) throws(JSONError) {
    self.cursor = cursor
    let field = try cursor.field("model_type")
    let word = try field.string()
    type = word
    guard Self.readers.contains(where: { $0.type == word }) else {
      throw field.error(Self.refusal(word))
    }
    let names = try cursor.optional("architectures")?.elements() ?? []
    if let first = names.first {
      head = try first.string()
    } else {
      head = ""
      assumptions.append("the config names no architectures: the pre-training head is assumed")
    }
  }

  /// What the config describes, without where it came from.
  func architecture() throws(JSONError) -> Architecture {
    guard let reader = Self.readers.first(where: { $0.type == type }) else {
      throw cursor.error(Self.refusal(type))
    }
    return try reader.read(self)
  }

  func profile() throws(JSONError) -> ModelProfile {
    let architecture = try architecture()
    var profile = ModelProfile(
      id: ModelProfile.id(ofFile: cursor.file), name: head.isEmpty ? type : head,
      family: architecture.likelyFamily, source: cursor.file,
      objective: architecture.likelyObjective, architecture: architecture)
    profile.assumptions = assumptions
    var predicted = false
    for key in ["num_nextn_predict_layers", "num_mtp_layers"] {
      if try cursor.optional(key)?.value.int ?? 0 > 0 { predicted = true }
    }
    if predicted {
      profile.assumptions.append(
        "layers that predict further tokens are left out, as transformers leaves them out")
    }
    if try cursor.optional("sliding_window")?.value.int != nil {
      profile.assumptions.append(
        "scores outside the sliding window are counted, as PyTorch counts them")
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

  func bert() throws(JSONError) -> Tower {
    var stack = try stack(
      layers: 12, hidden: 768, heads: 12, intermediate: 3072, epsilon: 1e-12)
    stack.activation = try activation("hidden_act", .gelu)
    var input = TokenInput(vocabulary: try int("vocab_size", 30522), context: 1)
    input.tokenTypes = try int("type_vocab_size", 2)
    if type != "megatron-bert" {
      stack.normPosition = .post
      input.norm = true
    } else {
      stack.finalNorm = true
    }
    input = try positions(input, default: 512, offset: 0)
    return Tower(input: .tokens(input), stack: stack, heads: try encoderHeads())
  }

  func roberta() throws(JSONError) -> Tower {
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

  func positions(
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
  func encoderHeads() throws(JSONError) -> Heads {
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

  /// What transformers takes for the sizes that a config of LLaMA's relatives leaves out.
  private struct Sizes {
    var layers = 32
    var hidden = 4096
    var heads = 32
    var keyValueHeads: Int?
    var headSize: Int?
    var intermediate = 11008
    var vocabulary = 32000
    var context = 32768

    init(_ type: String) {
      switch type {
      case "llama": context = 2048
      case "mistral", "mixtral": (keyValueHeads, intermediate) = (8, 14336)
      case "qwen2", "qwen3":
        (intermediate, vocabulary) = (22016, 151936)
        headSize = type == "qwen3" ? 128 : nil
      case "qwen3_moe":
        (layers, hidden, heads, keyValueHeads, intermediate) = (24, 2048, 32, 4, 6144)
        vocabulary = 151936
      case "phi3": vocabulary = 32064
      case "gemma":
        (layers, hidden, heads, intermediate) = (28, 3072, 16, 24576)
        (headSize, vocabulary, context) = (256, 256000, 8192)
      default:
        (layers, hidden, heads, keyValueHeads, intermediate) = (26, 2304, 8, 4, 9216)
        (headSize, vocabulary, context) = (256, type == "gemma2" ? 256000 : 262208, 8192)
      }
    }
  }

  private func llama() throws(JSONError) -> Tower {
    let isMistral = type == "mistral" || type == "mixtral"
    let usual = Sizes(type)
    var stack = try stack(
      layers: usual.layers, hidden: usual.hidden, heads: usual.heads,
      intermediate: usual.intermediate, epsilon: 1e-6)
    if let size = usual.headSize { stack.headSize = size }
    stack.headSize = try int("head_dim", stack.headSize)
    stack.keyValueHeads = try int(
      "num_key_value_heads", min(usual.keyValueHeads ?? stack.heads, stack.heads))
    guard stack.keyValueHeads <= stack.heads, stack.heads % stack.keyValueHeads == 0 else {
      throw try cursor.field("num_key_value_heads").error(
        "must divide the \(stack.heads) attention heads")
    }
    llamaLike(&stack)
    stack.activation = try activation("hidden_act", type.hasPrefix("gemma") ? .geluTanh : .silu)
    if type == "gemma2" || type == "gemma3_text" { stack.normPosition = .sandwich }
    stack.queryKeyNorm = ["qwen3", "qwen3_moe", "gemma3_text"].contains(type)
    stack.packsProjections = type == "phi3"
    if type == "mixtral" {
      let experts = try int("num_local_experts", 8)
      stack.mixture = Mixture(
        experts: experts, active: min(experts, try int("num_experts_per_tok", 2)))
    }
    if type == "qwen3_moe" { try mixQwen(&stack) }
    let bias = try cursor.bool("attention_bias", false)
    stack.queryKeyValueBias = type == "qwen2" || bias
    stack.outputBias = type != "qwen2" && bias
    stack.mlpBias = try cursor.bool("mlp_bias", false)
    stack.causal = true
    stack.rotaryBase = try cursor.optional("rope_theta")?.double(in: 1...1e12) ?? 10000
    stack.windowCycle = try windowCycle()
    // Qwen2 and Qwen3 name a window that they do not use unless told so.
    if isMistral || type == "phi3", let window = try cursor.optional("sliding_window") {
      stack.window = try window.int(in: 1...1_000_000_000)
    }
    return try llamaTower(stack, usual)
  }

  /// Qwen3's experts, in every layer.
  private func mixQwen(_ stack: inout TransformerStack) throws(JSONError) {
    if let every = try cursor.optional("decoder_sparse_step"),
      try every.int(in: 1...100_000) != 1
    {
      throw every.error("only layers that all have experts are known")
    }
    if let plain = try cursor.optional("mlp_only_layers"), try !plain.elements().isEmpty {
      throw plain.error("only layers that all have experts are known")
    }
    let experts = try int("num_experts", 128)
    stack.mixture = Mixture(
      experts: experts, active: min(experts, try int("num_experts_per_tok", 8)))
    stack.intermediate = try int("moe_intermediate_size", 768)
  }

  /// Windows of Gemma's layers in turn: `layer_types`, or every second (2) and every sixth layer
  /// (3) without one.
  private func windowCycle() throws(JSONError) -> [Int] {
    guard type == "gemma2" || type == "gemma3_text" else { return [] }
    let window = try int("sliding_window", 4096)
    if let types = try cursor.optional("layer_types") {
      var windows: [Int] = []
      for item in try types.elements() {
        windows.append(try item.string() == "sliding_attention" ? window : 0)
      }
      guard !windows.isEmpty else { throw types.error("names no layers") }
      return windows
    }
    let every = try int("sliding_window_pattern", type == "gemma2" ? 2 : 6)
    return (1...min(every, 1000)).map { $0 == min(every, 1000) ? 0 : window }
  }

  private func llamaTower(
    _ stack: TransformerStack, _ usual: Sizes
  ) throws(JSONError) -> Tower {
    let isGemma = type.hasPrefix("gemma")
    let context = try int("max_position_embeddings", usual.context)
    var input = TokenInput(
      vocabulary: try int("vocab_size", usual.vocabulary), context: context)
    input.sequence = min(context, 4096)
    if isGemma { input.scale = Double(stack.hidden).squareRoot() }
    var heads = Heads()
    heads.pool = .last
    if !head.hasSuffix("Model") {
      var language = LanguageHead(.linear)
      language.tied = try cursor.bool("tie_word_embeddings", isGemma)
      heads.language = language
    }
    return Tower(input: .tokens(input), stack: stack, heads: heads)
  }

  func gpt2() throws(JSONError) -> Tower {
    let hidden = try int("n_embd", 768)
    let number = try int("n_head", 12)
    guard hidden % number == 0 else {
      throw cursor.error("\(number) heads (n_head) do not divide a width of \(hidden)")
    }
    var stack = TransformerStack(
      layers: try int("n_layer", 12), hidden: hidden, heads: number,
      intermediate: try int("n_inner", 4 * hidden))
    stack.activation = try activation("activation_function", .geluTanh)
    stack.packsProjections = true
    if type == "gpt_bigcode", try cursor.bool("multi_query", true) { stack.keyValueHeads = 1 }
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
  /// Reads a profile of ours, a Hugging Face config (it has the key `model_type`) or a timm config
  /// (its `architecture` is a name), whichever the file holds.
  ///
  /// - Throws: `UserError` that names file, line and key.
  public init(configOrProfile bytes: [UInt8], file: String) throws(UserError) {
    let cursor = try? JSONCursor(file: file, bytes: bytes)
    if cursor?.has("model_type") == true {
      try self.init(huggingFaceConfig: bytes, file: file)
    } else if cursor?.value["architecture"]?.string != nil {
      try self.init(timmConfig: bytes, file: file)
    } else {
      try self.init(parsing: bytes, file: file)
    }
  }
}
