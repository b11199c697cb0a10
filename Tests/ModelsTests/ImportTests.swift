import DataFormats
import Models
import Quantities
import TestSupport
import Testing

@Suite("Import of Hugging Face configs and safetensors headers")
struct ImportTests {
  func model(_ config: String) throws -> ModelProfile {
    try ModelProfile(huggingFaceConfig: Array(config.utf8), file: "m/config.json")
  }

  /// Totals of the same configs in transformers 5.23.
  @Test(arguments: [
    ("{\"model_type\": \"bert\", \"architectures\": [\"BertForPreTraining\"]}", 110_106_428),
    ("{\"model_type\": \"bert\", \"architectures\": [\"BertModel\"]}", 109_482_240),
    ("{\"model_type\": \"gpt2\", \"architectures\": [\"GPT2LMHeadModel\"]}", 124_439_808),
    ("{\"model_type\": \"llama\", \"architectures\": [\"LlamaForCausalLM\"]}", 6_738_415_616),
    ("{\"model_type\": \"mistral\", \"architectures\": [\"MistralForCausalLM\"]}", 7_241_732_096),
    ("{\"model_type\": \"clip\", \"architectures\": [\"CLIPModel\"]}", 151_277_313),
    ("{\"model_type\": \"vit\", \"architectures\": [\"ViTModel\"]}", 86_389_248),
  ])
  func defaultsAreTheLibrarys(config: String, total: Int) throws {
    let model = try model(config)
    #expect(try model.parameterCount() == total)
    #expect(model.id == "m")
  }

  static let classes = [
    "BertForPreTraining": "bert", "BertForMaskedLM": "bert", "RobertaForMaskedLM": "roberta",
    "EsmForMaskedLM": "esm", "MegatronBertForPreTraining": "megatron-bert",
    "LlamaForCausalLM": "llama", "MistralForCausalLM": "mistral", "Qwen2ForCausalLM": "qwen2",
    "GPT2LMHeadModel": "gpt2",
  ]
  /// Records whose config is one of a known transformers class.
  static let records: [String] = {
    guard let folder = ValidationData.path("truth/truth"),
      let names = try? TestFile.names(in: folder)
    else { return [] }
    return names.filter { name in
      guard let record = try? ValidationData.json("truth/truth/" + name),
        let parts = record["impl"]?.string?.split(separator: "."), parts.count == 2
      else { return false }
      return parts[0] == "transformers" && classes[String(parts[1])] != nil
    }
  }()

  @Test(.enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"), arguments: records)
  func recordedConfigs(name: String) throws {
    let record = try ValidationData.json("truth/truth/" + name)
    let head = try #require(record["impl"]?.string).dropFirst("transformers.".count)
    guard case .object(var members) = record["config"]?.content else { return }
    members.append(.init("model_type", .string(Self.classes[String(head)] ?? "")))
    members.append(.init("architectures", .array([.string(String(head))])))
    let model = try model(JSONValue(.object(members)).text())
    #expect(try model.parameterCount() == record["params"]?["total"]?.int)
  }

  @Test(arguments: [
    ("{}", "model_type"), ("{\"model_type\": \"mamba\"}", "unknown model type \"mamba\""),
    ("{\"model_type\": \"bert\", \"hidden_size\": -4}", "hidden_size"),
    ("{\"model_type\": \"bert\", \"hidden_size\": 770}", "do not divide"),
    ("{\"model_type\": \"llama\", \"num_key_value_heads\": 5}", "must divide"),
    ("[1, 2]", "expected an object"), ("{\"model_type\": ", "not valid JSON"),
  ])
  func faultyConfigs(config: String, wanted: String) {
    let text = errorText { _ = try model(config) }
    #expect(text?.contains(wanted) == true, "\(text ?? "no error")")
  }

  // MARK: safetensors

  static func file(_ header: String, length: UInt64? = nil) -> [UInt8] {
    let size = length ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * UInt64($0))) } + Array(header.utf8)
  }

  static func header(_ tensors: [(String, [Int])]) -> String {
    var offset = 0
    let members = tensors.map { name, shape -> (String, JSONValue) in
      let end = offset + shape.reduce(2, *)
      defer { offset = end }
      return (
        name,
        .object([
          ("dtype", .string("BF16")), ("shape", .array(shape.map { .number($0) })),
          ("data_offsets", .array([.number(offset), .number(end)])),
        ])
      )
    }
    return JSONValue.object(members).text(pretty: false)
  }

  @Test func llamaFromNamesAndShapes() throws {
    var tensors: [(String, [Int])] = [
      ("model.embed_tokens.weight", [1000, 256]), ("model.norm.weight", [256]),
      ("lm_head.weight", [1000, 256]),
    ]
    for layer in 0..<3 {
      let p = "model.layers.\(layer)."
      tensors += [
        (p + "self_attn.q_proj.weight", [256, 256]), (p + "self_attn.k_proj.weight", [128, 256]),
        (p + "self_attn.v_proj.weight", [128, 256]), (p + "self_attn.o_proj.weight", [256, 256]),
        (p + "mlp.gate_proj.weight", [688, 256]), (p + "mlp.up_proj.weight", [688, 256]),
        (p + "mlp.down_proj.weight", [256, 688]), (p + "input_layernorm.weight", [256]),
        (p + "post_attention_layernorm.weight", [256]),
      ]
    }
    let model = try ModelProfile(
      safetensorsHeader: Self.file(Self.header(tensors)), file: "x/model.safetensors")
    guard case .single(let tower) = model.architecture else { return #expect(Bool(false)) }
    #expect(tower.stack.layers == 3 && tower.stack.hidden == 256)
    #expect(tower.stack.intermediate == 688 && tower.stack.keyValueHeads == 1)
    #expect(try model.parameterCount() == model.storedParameters)
    #expect(model.assumptions.contains { $0.contains("heads") })
    #expect(model.id == "x")
  }

  /// torchvision's counts of parameters: ResNet-50 and ResNeXt-50 (32 groups of 4).
  @Test(arguments: [(1, 64, 25_557_032), (32, 4, 25_028_904)])
  func residualNetworkHeader(groups: Int, groupWidth: Int, parameters: Int) throws {
    var tensors: [(String, [Int])] = [
      ("conv1.weight", [64, 3, 7, 7]), ("fc.weight", [1000, 2048]), ("fc.bias", [1000]),
    ]
    func norm(_ name: String, _ channels: Int) {
      for kind in ["weight", "bias", "running_mean", "running_var"] {
        tensors.append((name + "." + kind, [channels]))
      }
    }
    norm("bn1", 64)
    var inputs = 64
    for (stage, depth) in [3, 4, 6, 3].enumerated() {
      let (inner, outputs) = ((64 << stage) * groupWidth / 64 * groups, 256 << stage)
      for index in 0..<depth {
        let p = "layer\(stage + 1).\(index)."
        tensors += [
          (p + "conv1.weight", [inner, inputs, 1, 1]),
          (p + "conv2.weight", [inner, inner / groups, 3, 3]),
          (p + "conv3.weight", [outputs, inner, 1, 1]),
        ]
        for (name, channels) in [("bn1", inner), ("bn2", inner), ("bn3", outputs)] {
          norm(p + name, channels)
        }
        if index == 0 {
          tensors.append((p + "downsample.0.weight", [outputs, inputs, 1, 1]))
          norm(p + "downsample.1", outputs)
        }
        inputs = outputs
      }
    }
    let model = try ModelProfile(
      safetensorsHeader: Self.file(Self.header(tensors)), file: "x/resnet.safetensors")
    #expect(try model.parameterCount() == parameters)
    #expect(model.storedParameters == parameters)
    #expect(model.assumptions.count == 1, "\(model.assumptions)")
  }

  @Test(arguments: [
    ([1, 2, 3], "only 3 bytes"), (file("{}", length: UInt64.max), "not possible"),
    (file("{}", length: 500), "cut off"), (file("{\"a\": 1}"), "expected an object"),
    (file("{}"), "no model that is known"),
    (
      file("{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 4]}}"),
      "takes 8 bytes"
    ),
    (
      file(
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [9223372036854775807, 3], "
          + "\"data_offsets\": [0, 4]}}"), "overflows"
    ),
  ])
  func damagedHeaders(bytes: [UInt8], wanted: String) {
    let text = errorText {
      _ = try ModelProfile(safetensorsHeader: bytes, file: "w.safetensors")
    }
    #expect(text?.contains(wanted) == true, "\(text ?? "no error")")
  }
}
