import CostModel
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Workloads

/// DeepSeek-V2 and V3 and Qwen3's mixtures, against transformers 5.24: parameters of its modules,
/// FLOPs as PyTorch's FlopCounterMode counts them with eager attention and experts.
@Suite struct LatentAttentionTests {
  static let small = """
    "vocab_size": 1000, "hidden_size": 256, "intermediate_size": 704,
    "moe_intermediate_size": 160, "num_attention_heads": 8, "max_position_embeddings": 512
    """
  static let latent = """
    "num_hidden_layers": 4, "num_key_value_heads": 8, "n_routed_experts": 8,
    "num_experts_per_tok": 3, "kv_lora_rank": 96, "qk_rope_head_dim": 16,
    "qk_nope_head_dim": 32, "v_head_dim": 24
    """
  static let second = """
    {"model_type": "deepseek_v2", "architectures": ["DeepseekV2ForCausalLM"], \(small), \(latent),
     "q_lora_rank": null, "n_shared_experts": 2, "first_k_dense_replace": 1}
    """
  static let biased = """
    {"model_type": "deepseek_v2", "architectures": ["DeepseekV2ForCausalLM"], \(small), \(latent),
     "q_lora_rank": 112, "n_shared_experts": 2, "first_k_dense_replace": 1,
     "attention_bias": true}
    """
  static let third = """
    {"model_type": "deepseek_v3", "architectures": ["DeepseekV3ForCausalLM"], \(small), \(latent),
     "q_lora_rank": 112, "n_shared_experts": 1, "first_k_dense_replace": 2,
     "num_nextn_predict_layers": 1}
    """
  static let qwen = """
    {"model_type": "qwen3_moe", "architectures": ["Qwen3MoeForCausalLM"], \(small),
     "num_hidden_layers": 3, "num_key_value_heads": 4, "head_dim": 64, "num_experts": 8,
     "num_experts_per_tok": 2}
    """

  static func profile(_ config: String) throws -> ModelProfile {
    try ModelProfile(huggingFaceConfig: Array(config.utf8), file: "m/config.json")
  }

  static func workload(
    _ model: ModelProfile, _ task: WorkloadTask = .pretrain, batch: Int = 2,
    sequence: Int? = 64, past: Int = 0
  ) throws -> Workload {
    var request = WorkloadRequest(
      task: task, batch: batch, sequence: sequence, precision: .bf16)
    request.past = past
    return try Workload(model, request)
  }

  @Test(arguments: [
    (second, 5_624_448, 939_524_096, 2_818_572_288),
    (biased, 5_520_320, 912_261_120, 2_736_783_360),
    (third, 4_582_464, 829_947_904, 2_489_843_712), (qwen, 4_649_088, 608_174_080, 1_824_522_240),
  ])
  func countsAreThoseOfTransformers(
    config: String, parameters: Int, forward: Int, step: Int
  ) throws {
    let model = try Self.profile(config)
    #expect(try model.parameterCount() == parameters)
    let cost = try StepProfile(Self.workload(model)).cost
    #expect(cost.flops.forward == forward)
    #expect(cost.flops.step == step)
  }

  /// transformers' modules on the meta device; DeepSeek states 15.7B, 236B and 671B.
  @Test(arguments: [
    (
      """
      {"model_type": "deepseek_v2", "architectures": ["DeepseekV2ForCausalLM"],
       "vocab_size": 102400, "hidden_size": 2048, "intermediate_size": 10944,
       "moe_intermediate_size": 1408, "num_hidden_layers": 27, "num_attention_heads": 16,
       "n_shared_experts": 2, "n_routed_experts": 64, "num_experts_per_tok": 6,
       "q_lora_rank": null, "first_k_dense_replace": 1}
      """, 15_706_484_224
    ),
    (
      """
      {"model_type": "deepseek_v2", "architectures": ["DeepseekV2ForCausalLM"],
       "vocab_size": 102400, "hidden_size": 5120, "intermediate_size": 12288,
       "moe_intermediate_size": 1536, "num_hidden_layers": 60, "num_attention_heads": 128,
       "n_shared_experts": 2, "n_routed_experts": 160, "num_experts_per_tok": 6,
       "first_k_dense_replace": 1}
      """, 235_741_434_880
    ),
    (
      """
      {"model_type": "deepseek_v3", "architectures": ["DeepseekV3ForCausalLM"]}
      """, 671_026_404_352
    ),
  ])
  func publishedModelsHaveTheirParameters(config: String, parameters: Int) throws {
    #expect(try Self.profile(config).parameterCount() == parameters)
  }

  /// arXiv 2405.04434, table 1: (d_c + d_h^R)·l elements a token, here (96 + 16)·4, of two bytes.
  @Test func theCacheHoldsTheLatent() throws {
    let model = try Self.profile(Self.second)
    let profile = try StepProfile(Self.workload(model, .infer))
    #expect(profile.memory.kvCacheBytesPerToken == (96 + 16) * 4 * 2)
    let step = try StepProfile(Self.workload(model, .infer, batch: 1, sequence: 1, past: 63))
    #expect(step.cost.flops.forward > 0)
  }

  /// Heads, experts and stages divide the work; latents are made on every device or gathered.
  @Test func aPlanCutsHeadsAndExperts() throws {
    let model = try Self.profile(Self.third)
    func estimate(_ tensor: Int, _ expert: Int) throws -> PlanEstimate {
      var configuration = Configuration(
        parallelism: Parallelism(), microBatch: 2, accumulation: 4, recompute: .none)
      configuration.parallelism.data = 8 / tensor
      configuration.parallelism.tensor = tensor
      configuration.parallelism.expert = expert
      configuration.parallelism.sequenceParallel = tensor > 1
      let link = Link(name: "l", bandwidth: BytesPerSecond(1e11), latency: Seconds(1e-6))
      let cluster = Cluster(
        id: "c", name: "c", device: try HardwareCatalogue.builtIn().device("h100-80gb-sxm"),
        devicesPerNode: 8, nodes: 1, intraNode: link, interNode: link, source: "made up")
      var request = PlanRequest(cluster: cluster, globalBatch: 64, precision: .bf16)
      request.stack = .megatron
      let estimator = PlanEstimator(try StepProfile(Self.workload(model)), request)
      return try #require(estimator.estimate(configuration))
    }
    let (one, cut, spread) = (try estimate(1, 1), try estimate(4, 1), try estimate(1, 8))
    #expect(cut.memory.parametersBytes < one.memory.parametersBytes * 2 / 3)
    #expect(cut.breakdown.tensor > 0)
    #expect(spread.memory.parametersBytes < one.memory.parametersBytes)
    #expect(spread.breakdown.expert > 0)
  }

  @Test(arguments: [
    ("\"v_head_dim\": 24", "\"v_head_dim\": 0", "v_head_dim"),
    ("\"first_k_dense_replace\": 1", "\"moe_layer_freq\": 2", "moe_layer_freq"),
  ])
  func faultyConfigsAreNamed(old: String, new: String, key: String) throws {
    let text = Self.second.split(separator: old, omittingEmptySubsequences: false)
      .joined(separator: new)
    let message = errorText { _ = try Self.profile(text) }
    #expect(message?.contains(key) == true, "\(message ?? "no error")")
  }
}
