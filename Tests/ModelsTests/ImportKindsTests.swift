import DataFormats
import Models
import Quantities
import TestSupport
import Testing

@Suite("Import: every kind of config, timm's names")
struct ImportKindsTests {
  static func model(_ config: String, file: String = "m/config.json") throws -> ModelProfile {
    try ModelProfile(configOrProfile: Array(config.utf8), file: file)
  }

  /// A config of a type with its class; totals as the published models have them (transformers'
  /// `num_parameters` of the class with that config, 5.24; the models' cards).
  static let totals: [(type: String, head: String, rest: String, total: Int)] = [
    ("gptj", "GPTJForCausalLM", "", 6_050_882_784),
    ("gpt_neox", "GPTNeoXForCausalLM", "", 20_554_567_680),
    ("opt", "OPTForCausalLM", "", 125_239_296),
    (
      "bloom", "BloomForCausalLM", ", \"n_layer\": 24, \"n_head\": 16, \"hidden_size\": 1024",
      559_214_592
    ),
    ("falcon", "FalconForCausalLM", "", 6_921_720_704),
    ("phi", "PhiForCausalLM", "", 1_418_270_720),
    ("mixtral", "MixtralForCausalLM", "", 46_702_792_704),
    (
      "gemma", "GemmaForCausalLM",
      ", \"hidden_size\": 2048, \"intermediate_size\": 16384, \"num_hidden_layers\": 18, "
        + "\"num_attention_heads\": 8, \"num_key_value_heads\": 1", 2_506_172_416
    ),
    (
      "gemma2", "Gemma2ForCausalLM",
      ", \"hidden_size\": 3584, \"intermediate_size\": 14336, \"num_hidden_layers\": 42, "
        + "\"num_attention_heads\": 16, \"num_key_value_heads\": 8", 9_241_705_984
    ),
    (
      "phi3", "Phi3ForCausalLM",
      ", \"hidden_size\": 3072, \"intermediate_size\": 8192, \"num_attention_heads\": 32, "
        + "\"vocab_size\": 32064, \"sliding_window\": 2047", 3_821_079_552
    ),
    ("qwen", "QWenLMHeadModel", "", 7_721_324_544),
    ("baichuan", "BaiChuanForCausalLM", "", 7_000_559_616),
    (
      "chatglm", "ChatGLMModel",
      ", \"padded_vocab_size\": 65024, \"multi_query_attention\": true, \"seq_length\": 32768",
      5_977_245_696
    ),
    ("t5", "T5ForConditionalGeneration", "", 60_506_624),
    ("bart", "BartForConditionalGeneration", "", 406_291_456),
    ("albert", "AlbertModel", "", 222_595_584),
    ("biogpt", "BioGptForCausalLM", "", 346_763_264),
    ("resnet", "ResNetForImageClassification", ", \"num_labels\": 1000", 25_557_032),
    (
      "deberta", "DebertaForMaskedLM",
      ", \"vocab_size\": 50265, \"relative_attention\": true, \"type_vocab_size\": 0, "
        + "\"position_biased_input\": false, \"pos_att_type\": [\"c2p\", \"p2c\"]", 139_244_121
    ),
    (
      "deberta-v2", "DebertaV2ForMaskedLM",
      ", \"relative_attention\": true, \"position_buckets\": 256, \"type_vocab_size\": 0, "
        + "\"norm_rel_ebd\": \"layer_norm\", \"share_att_key\": true, "
        + "\"position_biased_input\": false, \"pos_att_type\": \"p2c|c2p\"", 880_002_660
    ),
    ("longformer", "LongformerForMaskedLM", "", 130_775_610),
    ("big_bird", "BigBirdForMaskedLM", "", 128_111_286),
    ("distilbert", "DistilBertForMaskedLM", "", 66_985_530),
    ("distilbert", "DistilBertForSequenceClassification", "", 66_955_010),
    ("electra", "ElectraForPreTraining", "", 13_549_057),
    ("electra", "ElectraForMaskedLM", "", 13_546_682),
    ("qwen2", "Qwen2ForCausalLM", "", 12_049_846_272),
    ("qwen3", "Qwen3ForCausalLM", "", 12_049_461_248),
    ("gemma", "GemmaForCausalLM", "", 8_537_680_896),
    ("gemma2", "Gemma2ForCausalLM", "", 2_614_341_888),
    ("gemma3_text", "Gemma3ForCausalLM", "", 2_628_658_432),
    ("gpt_bigcode", "GPTBigCodeForCausalLM", "", 111_446_784),
    ("gpt_neo", "GPTNeoForCausalLM", "", 1_315_575_808),
    ("convnext", "ConvNextForImageClassification", ", \"num_labels\": 1000", 28_589_128),
    ("vit_mae", "ViTMAEForPreTraining", "", 111_907_840),
    ("swin", "SwinForImageClassification", ", \"num_labels\": 1000", 28_288_354),
  ]

  @Test(arguments: totals.indices)
  func publishedTotals(index: Int) throws {
    let item = Self.totals[index]
    let model = try Self.model(
      "{\"model_type\": \"\(item.type)\", \"architectures\": [\"\(item.head)\"]\(item.rest)}")
    #expect(try model.parameterCount() == item.total, "\(item.type)")
  }

  @Test(arguments: [
    ("qwen2_moe", "nearest is deepseek_v2, missing is a gate"),
    ("mamba", "missing is state spaces"), ("led", "nearest is bart"),
    ("llamas", "nearest by name is llama"), ("zzzzzz", "none that is near"),
  ])
  func unknownTypesNameTheNearest(type: String, wanted: String) {
    let text = errorText { _ = try Self.model("{\"model_type\": \"\(type)\"}") }
    #expect(text?.contains(wanted) == true, "\(text ?? "no error")")
    #expect(text?.contains("known model types are bert") == true)
  }

  /// Totals of timm 1.0 for its names.
  @Test(arguments: [
    ("timm:vit_base_patch16_224", 86_567_656), ("timm:deit_tiny_patch16_224", 5_717_416),
    ("timm:vit_base_patch16_384.augreg_in21k_ft_in1k", 86_859_496),
    ("timm:vit_base_patch32_224", 88_224_232),
    ("timm:swin_tiny_patch4_window7_224", 28_288_354), ("timm:resnet50.a1_in1k", 25_557_032),
    ("timm:swin_base_patch4_window12_384", 87_903_584), ("timm:densenet121", 7_978_856),
  ])
  func timmNames(name: String, total: Int) throws {
    #expect(try ModelProfile(timmName: name).parameterCount() == total)
  }

  /// Registers are tokens without positions; DINOv2's position table then leaves out the class.
  @Test func registersOfTimm() throws {
    let plain = try ModelProfile(timmName: "timm:vit_large_patch14_dinov2.lvd142m")
    let reg = try ModelProfile(timmName: "timm:vit_large_patch14_reg4_dinov2.lvd142m")
    #expect(try reg.parameterCount() == plain.parameterCount() + 4 * 1024 - 1024)
    #expect(reg.sample.spatial == [518, 518])
  }

  @Test(arguments: [
    "timm:vit_enormous_patch16_224", "timm:coatnet_0_rw_224", "timm:", "timm:vit_base_patch15_224",
  ])
  func unknownTimmNames(name: String) {
    let text = errorText { _ = try ModelProfile(timmName: name) }
    #expect(text?.contains("unknown timm name") == true, "\(text ?? "no error")")
  }

  /// UNI's config on the hub, without its preprocessing.
  @Test func timmConfig() throws {
    let model = try Self.model(
      """
      {"architecture": "vit_large_patch16_224", "num_classes": 0, "num_features": 1024,
       "global_pool": "token", "model_args": {"img_size": 224, "init_values": 1e-05,
       "num_classes": 0, "dynamic_img_size": true, "drop_rate": 0.1}}
      """, file: "uni/config.json")
    #expect(try model.parameterCount() == 303_350_784)
    #expect(model.id == "uni" && model.objective == .embedding)
    #expect(model.assumptions.contains { $0.contains("drop_rate") })
  }

  @Test(arguments: [
    (
      "{\"architecture\": \"vit_base_patch16_224\", \"model_args\": {\"img_size\": 225}}",
      "multiple"
    ),
    ("{\"architecture\": \"vit_base_patch16_224\", \"model_args\": {\"depth\": -1}}", "depth"),
    ("{\"architecture\": \"nonsense\"}", "unknown timm name"),
  ])
  func faultyTimmConfigs(config: String, wanted: String) {
    let text = errorText { _ = try Self.model(config) }
    #expect(text?.contains(wanted) == true, "\(text ?? "no error")")
  }
}
