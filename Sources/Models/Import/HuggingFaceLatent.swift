import DataFormats
import Graph

/// DeepSeek-V2 and V3: latent attention, experts that every token visits, and first layers without
/// experts (transformers 5.24, models/deepseek_v2 and deepseek_v3).
extension HuggingFaceConfig {
  func deepseek() throws(JSONError) -> Tower {
    let isThird = type == "deepseek_v3"
    let usual =
      isThird
      ? (layers: 61, hidden: 7168, heads: 128, intermediate: 18432)
      : (layers: 32, hidden: 4096, heads: 32, intermediate: 11008)
    var stack = try stack(
      layers: usual.layers, hidden: usual.hidden, heads: usual.heads,
      intermediate: usual.intermediate, epsilon: 1e-6)
    llamaLike(&stack)
    stack.causal = true
    stack.outputBias = try cursor.bool("attention_bias", false)
    stack.mlpBias = try cursor.bool("mlp_bias", false)
    stack.activation = try activation("hidden_act", .silu)
    stack.rotaryBase = try cursor.optional("rope_theta")?.double(in: 1...1e12) ?? 10000
    // A config that says null has no latent of queries; one that says nothing the usual.
    let isNull = cursor.value["q_lora_rank"]?.isNull ?? false
    let latent = LatentAttention(
      keyValueRank: try int("kv_lora_rank", 512),
      queryRank: isNull ? nil : try int("q_lora_rank", 1536),
      rotated: try int("qk_rope_head_dim", 64), plain: try int("qk_nope_head_dim", 128),
      value: try int("v_head_dim", 128))
    stack.latent = latent
    stack.headSize = latent.headSize
    try mix(&stack, isThird)
    let input = TokenInput(
      vocabulary: try int("vocab_size", isThird ? 129_280 : 102_400),
      context: try int("max_position_embeddings", isThird ? 4096 : 2048))
    return try decoder(stack, input, tied: false)
  }

  private func mix(_ stack: inout TransformerStack, _ isThird: Bool) throws(JSONError) {
    if let every = try cursor.optional("moe_layer_freq"), try every.int(in: 1...100_000) != 1 {
      throw every.error("only layers that all have experts are known, found every n-th")
    }
    let experts = try int("n_routed_experts", isThird ? 256 : 64)
    var mixture = Mixture(
      experts: experts, active: min(experts, try int("num_experts_per_tok", isThird ? 8 : 6)))
    mixture.shared =
      try cursor.optional("n_shared_experts")?.int(in: 0...10_000)
      ?? (isThird ? 1 : 2)
    mixture.denseLayers =
      try cursor.optional("first_k_dense_replace")?.int(in: 0...100_000)
      ?? (isThird ? 3 : 0)
    mixture.denseIntermediate = stack.intermediate
    stack.intermediate = try int("moe_intermediate_size", isThird ? 2048 : 1407)
    stack.mixture = mixture
  }
}
