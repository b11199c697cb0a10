public import DataFormats
import Models
import Planner
import Quantities

/// Reads `megatron_golden.json`: Megatron-LM's continuous integration, each run with its full
/// configuration and the memory that PyTorch allocated at most.
public enum GoldenReader {
  /// Plain decoders of the file.
  public static func read(_ document: JSONValue) -> PublishedRows {
    var rows = PublishedRows()
    for row in document.array ?? [] { read(row, &rows) }
    return rows
  }

  private static let table = "Megatron golden"
  private static let clusters = [
    "A100": "dgx-a100-80gb", "H100": "dgx-h100", "GB200": "gb200-nvl72-superpod",
  ]

  /// Keys of what has no model here.
  private static let unknown = [
    "num-distributed-optimizer-instances", "moe-layer-freq", "moe-pad-expert-input-to-capacity",
    "cuda-graph-impl", "inference-max-seq-length",
    "recompute-modules", "cpu-offloading", "decoder-first-pipeline-num-layers", "fp8-format",
    "optimizer-cpu-offload", "num-virtual-stages-per-pipeline-rank", "use-megatron-fsdp",
    "use-torch-fsdp2", "use-custom-fsdp", "data-parallel-sharding-strategy", "fim-data",
    "mtp-num-layers", "hybrid-override-pattern", "pipeline-model-parallel-layout",
  ]

  private static func read(_ row: JSONValue, _ rows: inout PublishedRows) {
    guard let model = row["model"]?.string, ["gpt", "moe", "mixtral"].contains(model),
      let config = row["config"],
      let peak = row["measured"]?["mem_max_allocated_bytes_last"]?.double
    else { return rows.skip(table, "no decoder, or no memory measured") }
    func number(_ key: String) -> Int? { config[key]?.int }
    func isOn(_ key: String) -> Bool { config[key]?.bool == true }
    if let key = unknown.first(where: { config[$0] != nil }) {
      return rows.skip(table, "\(key) is not modelled")
    }
    guard let layers = number("num-layers"), let hidden = number("hidden-size"),
      let heads = number("num-attention-heads"), let sequence = number("seq-length"),
      let micro = number("micro-batch-size"), let global = number("global-batch-size"),
      let cluster = clusters[row["hardware"]?.string ?? ""]
    else { return rows.skip(table, "incomplete") }
    var shape = DecoderShape(
      layers: layers, hidden: hidden, heads: heads, sequence: sequence,
      vocabulary: number("vocab-size") ?? 50_304)
    shape.keyValueHeads = isOn("group-query-attention") ? number("num-query-groups") : nil
    shape.intermediate = number("ffn-hidden-size")
    shape.isLlama = isOn("swiglu")
    shape.untied = isOn("untie-embeddings-and-output-weights")
    let (tensor, pipeline, context) = (
      number("tensor-model-parallel-size") ?? 1, number("pipeline-model-parallel-size") ?? 1,
      number("context-parallel-size") ?? 1
    )
    let devices = (row["nodes_gpus"]?[0]?.int ?? 1) * (row["nodes_gpus"]?[1]?.int ?? 8)
    let data = devices / (tensor * pipeline * context)
    guard data > 0, model == "gpt" || row["nodes_gpus"]?[0]?.int != nil else {
      return rows.skip(table, "number of devices is not stated")
    }
    if let fault = extend(&shape, config) { return rows.skip(table, fault) }
    let virtual =
      number("num-layers-per-virtual-pipeline-stage").map { layers / pipeline / $0 } ?? 1
    let recompute: RecomputeMode =
      config["recompute-granularity"]?.string == "full"
      ? .full : config["recompute-granularity"] == nil ? .none : .selective
    guard layers >= pipeline,
      var configuration = RowReader.configuration(
        data: data, tensor: tensor, pipeline: pipeline, virtualStages: virtual, context: context,
        micro: micro, global: global, recompute: recompute,
        zero: isOn("use-distributed-optimizer") ? 1 : 0, sequence: isOn("sequence-parallel"))
    else { return rows.skip(table, "batch does not divide") }
    configuration.parallelism.expert = number("expert-model-parallel-size") ?? 1
    if shape.mixture != nil {
      configuration.parallelism.expertTensor = number("expert-tensor-parallel-size") ?? tensor
    }
    let plain = ["unfused", "local"].contains(config["attention-backend"]?.string ?? "")
    var run = PublishedRun(
      table: table, group: "\(hidden)x\(layers)",
      label: "\(row["test_case"]?.string ?? "") \(row["hardware"]?.string ?? "")",
      cluster: cluster, stack: plain ? "megatron-2022" : "megatron", model: .decoder(shape),
      precision: Precision(parameters: .bf16, compute: .bf16), configuration: configuration,
      peakBytes: peak, isFitted: false)
    // Megatron's default is 0.1.
    run.dropout = (config["hidden-dropout"]?.double ?? 0.1) > 0
    // Megatron-LM logs what its last rank allocated (megatron/training/global_vars.py).
    run.peakIsOfLastStage = pipeline > 1
    rows.runs.append(run)
  }

  /// Adds a configuration's experts and latent attention to a shape; what is wrong with them, if
  /// anything is.
  private static func extend(_ shape: inout DecoderShape, _ config: JSONValue) -> String? {
    func number(_ key: String) -> Int? { config[key]?.int }
    if let experts = number("num-experts") {
      shape.mixture = DecoderShape.Experts(
        count: experts, active: number("moe-router-topk") ?? 2)
      shape.intermediate = number("moe-ffn-hidden-size") ?? shape.intermediate
      if let width = number("moe-shared-expert-intermediate-size") {
        guard let own = shape.intermediate, own > 0, width % own == 0 else {
          return "a shared expert of another width than the rest"
        }
        shape.mixture?.shared = width / own
      }
    }
    if config["multi-latent-attention"]?.bool == true {
      guard let keyValueRank = number("kv-lora-rank"), let rotated = number("qk-pos-emb-head-dim"),
        let plain = number("qk-head-dim"), let value = number("v-head-dim")
      else { return "widths of latent attention are not stated" }
      shape.latent = LatentAttention(
        keyValueRank: keyValueRank, queryRank: number("q-lora-rank"), rotated: rotated,
        plain: plain, value: value)
    }
    return nil
  }
}
