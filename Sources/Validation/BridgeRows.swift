import DataFormats
import Models
import Planner
import Quantities

extension RowReader {
  // MARK: Megatron-Bridge

  private static let llamas: [String: DecoderShape] = [
    "LLAMA3_8B": llama(32, 4096, 32, 14_336), "LLAMA3_70B": llama(80, 8192, 64, 28_672),
    "LLAMA3.1_405B": llama(126, 16_384, 128, 53_248),
  ]

  /// Llama 3 (arXiv 2407.21783, table 3): 8 key and value heads, 128,256 tokens.
  static func llama(
    _ layers: Int, _ hidden: Int, _ heads: Int, _ intermediate: Int, sequence: Int = 8192
  ) -> DecoderShape {
    var shape = DecoderShape(
      layers: layers, hidden: hidden, heads: heads, sequence: sequence, vocabulary: 128_256)
    shape.keyValueHeads = 8
    shape.intermediate = intermediate
    shape.isLlama = true
    shape.untied = true
    return shape
  }

  /// Mixtures of experts by their configurations: Qwen3 (Hugging Face Qwen/Qwen3-30B-A3B and
  /// Qwen/Qwen3-235B-A22B, config.json), gpt-oss (openai/gpt-oss-120b). gpt-oss attends to 128
  /// tokens in every second layer; the whole sequence is counted.
  private static let mixtures: [String: DecoderShape] = [
    "Qwen3_30B_a3B": mixture(48, 2048, 32, 4, headSize: 128, 768, 151_936, of: 128, active: 8),
    "Qwen3_235B_a22B": mixture(94, 4096, 64, 4, headSize: 128, 1536, 151_936, of: 128, active: 8),
    "GPT OSS 120B": mixture(36, 2880, 64, 8, headSize: 64, 2880, 201_088, of: 128, active: 4),
    "DeepSeekV3": deepSeek(62), "DeepSeekV3 (w/o MTP)": deepSeek(61), "Kimi_K2": kimi,
  ]

  /// DeepSeek-V3 by its configuration (Hugging Face deepseek-ai/DeepSeek-V3, config.json). Its
  /// module that predicts a second token is one more layer; its logits are not counted.
  private static func deepSeek(_ layers: Int) -> DecoderShape {
    var shape = mixture(
      layers, 7168, 128, 128, headSize: 192, 2048, 129_280, of: 256, active: 8)
    shape.latent = LatentAttention(
      keyValueRank: 512, queryRank: 1536, rotated: 64, plain: 128, value: 128)
    shape.mixture?.shared = 1
    shape.mixture?.denseLayers = 3
    shape.mixture?.denseIntermediate = 18_432
    return shape
  }

  /// Kimi K2 (Hugging Face moonshotai/Kimi-K2-Base, config.json): DeepSeek-V3 with half the heads,
  /// more experts, one layer without and one prediction.
  private static var kimi: DecoderShape {
    var shape = deepSeek(61)
    shape.heads = 64
    shape.keyValueHeads = 64
    shape.vocabulary = 163_840
    shape.mixture?.count = 384
    shape.mixture?.denseLayers = 1
    return shape
  }

  static func mixture(
    _ layers: Int, _ hidden: Int, _ heads: Int, _ keyValueHeads: Int, headSize: Int,
    _ intermediate: Int, _ vocabulary: Int, of experts: Int, active: Int
  ) -> DecoderShape {
    var shape = llama(layers, hidden, heads, intermediate, sequence: 4096)
    shape.keyValueHeads = keyValueHeads
    shape.headSize = headSize
    shape.vocabulary = vocabulary
    shape.mixture = DecoderShape.Experts(count: experts, active: active)
    return shape
  }

  static func bridge(_ row: Row, _ rows: inout PublishedRows) {
    let isMixture = mixtures[row.model] != nil
    let phase = row.text("phase")
    let adapts = phase.hasPrefix("LoRA")
    let table =
      adapts ? "LoRA" : isMixture ? "Megatron-Bridge experts" : "Megatron-Bridge"
    guard var shape = llamas[row.model] ?? mixtures[row.model] else {
      return rows.skip(
        table, "state-space layers, vision tower or tokens dropped: no model of it yet")
    }
    if adapts {
      // Megatron-Bridge, src/megatron/bridge/peft/lora.py: `dim` and `target_modules`.
      shape.update = DecoderShape.LowRank(rank: 32, targets: ["all"])
    }
    let format = row.text("precision")
    guard !format.contains("NVFP4") else { return rows.skip(table, "NVFP4: no such format here") }
    guard !format.isEmpty, let tensor = row.config("tp"), let pipeline = row.config("pp"),
      let context = row.config("cp"), let devices = row.devices,
      let global = row.config("global_batch"), let micro = row.config("micro_batch"),
      let rate = row.measured("tokens_per_s_per_gpu")
    else { return rows.skip(table, "format or cut is not stated") }
    shape.sequence = row.config("seq") ?? 8192
    let sharded = (row.config("fsdp") ?? 0) > 1
    let chunks = row.config("vp") ?? 1
    guard
      var configuration = configuration(
        data: devices / (tensor * pipeline * context), tensor: tensor, pipeline: pipeline,
        virtualStages: chunks, context: context, micro: micro, global: global,
        recompute: .none, zero: sharded ? 3 : 1, sequence: tensor > 1)
    else { return rows.skip(table, "batch does not divide") }
    if isMixture {
      guard let expert = row.config("ep") else { return rows.skip(table, "cut is not stated") }
      configuration.parallelism.expert = expert
    }
    let clusters = [
      "DGX-H100": "dgx-h100-superpod", "DGX-B200": "dgx-b200-superpod",
      "DGX-GB200": "gb200-nvl72-superpod", "DGX-GB300": "gb300-nvl72-superpod",
      "DGX-B300": "dgx-b300-superpod",
    ]
    guard let cluster = clusters[row.hardware] else { return rows.skip(table, "unknown system") }
    var run = PublishedRun(
      table: table, group: "\(row.model) \(row.hardware)",
      label: "\(row.model) \(row.hardware) \(format) t\(tensor) p\(pipeline) c\(context)"
        + " B\(global) on \(devices)",
      cluster: cluster, stack: release(row, format), model: .decoder(shape),
      precision: Precision(
        parameters: .bf16, compute: format.contains("FP8") ? .fp8 : .bf16),
      configuration: configuration,
      seconds: Double(global) * Double(shape.sequence) / (rate * Double(devices)),
      isFitted: !adapts && ["LLAMA3_70B", "Qwen3_30B_a3B"].contains(row.model))
    // Recomputation and offload are not stated.
    run.statesMemory = false
    dispatch(row, configuration.parallelism, &run)
    rows.runs.append(run)
  }

  /// How rows went to their experts, by the configurations behind the tables
  /// (github.com/NVIDIA-NeMo/Megatron-Bridge, `scripts/performance/configs/*/*_base_configs.py`):
  /// `moe_token_dispatcher_type` "alltoall" for Qwen3 235B on cards without a wider NVLink domain,
  /// `moe_a2a_overlap` on its H100 and for DeepSeek-V3.
  private static func dispatch(_ row: Row, _ cut: Parallelism, _ run: inout PublishedRun) {
    switch (row.model, row.hardware) {
    case ("Qwen3_235B_a22B", "DGX-H100"):
      run.sendsRowsOnce = false
      run.overlapsExperts = true
    case ("Qwen3_235B_a22B", "DGX-B200"), ("Qwen3_235B_a22B", "DGX-B300"):
      run.sendsRowsOnce = false
    case ("DeepSeekV3", _):
      // Those of one graph, and of B200 with eight stages; both interleave.
      let graphs = run.stack == "megatron-2026"
      run.overlapsExperts =
        cut.virtualStages > 1 && (graphs || run.cluster == "dgx-b200-superpod")
    default: break
    }
  }

  /// Fused kernels of experts in MXFP8 came with the container of June 2026.
  private static func release(_ row: Row, _ format: String) -> String {
    let month = row.text("container").prefix { $0.isNumber || $0 == "." }.split(separator: ".")
    let numbers = month.compactMap { Int($0) }
    guard numbers.count >= 2, format == "MXFP8" else { return "megatron" }
    return (numbers[0], numbers[1]) >= (26, 6) ? "megatron-2026" : "megatron"
  }
}
