import Models
import TestSupport
import Testing

@Suite("Import of multimodal configs")
struct MultimodalImportTests {
  func model(_ config: String) throws -> ModelProfile {
    try ModelProfile(huggingFaceConfig: Array(config.utf8), file: "m/config.json")
  }

  /// The published config of llava-hf/llava-1.5-7b-hf, whose weight files hold 7 063 427 072
  /// elements.
  static let llava = """
    {"model_type": "llava", "architectures": ["LlavaForConditionalGeneration"],
     "projector_hidden_act": "gelu", "vision_feature_layer": -2,
     "vision_feature_select_strategy": "default",
     "text_config": {"model_type": "llama", "architectures": ["LlamaForCausalLM"],
       "max_position_embeddings": 4096, "rms_norm_eps": 1e-05, "vocab_size": 32064},
     "vision_config": {"model_type": "clip_vision_model", "hidden_size": 1024, "image_size": 336,
       "intermediate_size": 4096, "num_attention_heads": 16, "num_hidden_layers": 24,
       "patch_size": 14, "projection_dim": 768, "vocab_size": 32000}}
    """

  /// Blip2Config's defaults beside OPT-2.7B: as transformers 5.23 builds it.
  static let blip2 = """
    {"model_type": "blip-2", "architectures": ["Blip2ForConditionalGeneration"],
     "text_config": {"model_type": "opt", "architectures": ["OPTForCausalLM"], "vocab_size": 50272,
       "hidden_size": 2560, "num_hidden_layers": 32, "ffn_dim": 10240, "num_attention_heads": 32,
       "word_embed_proj_dim": 2560, "max_position_embeddings": 2048}}
    """

  @Test(arguments: [
    (llava, 7_063_427_072, "llava-1.5-7b"), (blip2, 3_744_679_936, "blip2-opt-2.7b"),
  ])
  func countsAreThoseOfTheLibrary(config: String, total: Int, id: String) throws {
    let model = try model(config)
    #expect(try model.parameterCount() == total)
    #expect(model.family == .multimodal && model.objective == .causalLanguage)
    // The catalogue's own description is the same model.
    let own = try ModelCatalogue.builtIn.model(id)
    #expect(try own.parameterCount() == total)
    #expect(model.sample.images == 1 && model.sample.spatial == own.sample.spatial)
  }

  @Test(arguments: [
    ("\"clip_vision_model\"", "\"siglip_vision_model\"", "is not read here"),
    ("\"model_type\": \"llama\"", "\"model_type\": \"bert\"", "is no decoder"),
    ("\"model_type\": \"llama\"", "\"model_type\": \"mamba\"", "nearest is gpt2"),
    ("\"vision_feature_layer\": -2", "\"vision_feature_layer\": -99", "-24"),
    ("\"text_config\"", "\"words\"", "text_config"),
    ("\"model_type\": \"llava\"", "\"model_type\": \"llava_next\"", "nearest is llava"),
  ])
  func faultsAreNamed(old: String, new: String, wanted: String) {
    let text = errorText { _ = try model(Self.llava.replacing(old, with: new)) }
    #expect(text?.contains(wanted) == true, "\(text ?? "read")")
  }
}
