import DataFormats
import Graph
import Models
import Planner
import Quantities
import Workloads

extension RowReader {
  // MARK: MLPerf Training

  private static let mlPerfSites: [(word: String, cluster: String)] = [
    ("H100-SXM", "dgx-h100-superpod"), ("H100 80GB HBM3", "dgx-h100-superpod"),
    ("H200", "dgx-h200"), ("B200-SXM", "dgx-b200-superpod"), ("GB200", "gb200-nvl72-superpod"),
    ("L40S", "hospital-4x4-l40s"),
  ]

  /// Why a benchmark's rows cannot be predicted.
  private static let mlPerfGaps = [
    "gpt3": "GPT-3 175B: the cut is not stated",
    "llama31_405b": "Llama 3.1 405B: the cut is not stated",
  ]

  /// Rates of MLPerf Training that the rules of a benchmark complete: Stable Diffusion trains the
  /// U-Net of version 2 on latents of 512 pixels, U-Net 3D takes crops of 128 voxels. The median of
  /// a submission's own reports.
  ///
  /// What NVIDIA submitted, and others took from it, is stated in its code
  /// (github.com/mlcommons/training_results_v4.0, NVIDIA/benchmarks): Stable Diffusion wholly in
  /// fp16, channels last, compiled by TorchInductor, as a CUDA graph
  /// (`stable_diffusion/implementations/nemo/conf/custom.yaml`: `precision`, `unet_precision`,
  /// `channels_last`, `inductor`, `capture_cudagraph_iters`); U-Net 3D with parameters and inputs
  /// cast to fp16 and channels last
  /// (`unet3d/implementations/eos_n96_ngc23.09_mxnet/config_DGXH100_96x8x1.sh`: `--static_cast`,
  /// `--fp16in`, `NHWC`). Gradients are of the parameters' format.
  static func mlPerf(_ row: Row, _ rows: inout PublishedRows) {
    let table = "MLPerf Training"
    if row.model == "llama2_70b_lora" { return lowRank(row, &rows) }
    if row.model == "bert" { return bert(row, &rows) }
    if let gap = mlPerfGaps[row.model] { return rows.skip(table, gap) }
    guard ["stable_diffusion", "unet3d"].contains(row.model) else {
      return rows.skip(table, "\(row.model): its recipe is not in the catalogue")
    }
    guard
      let (rate, cluster, devices, global, configuration) = dataParallel(
        row, &rows, "\(row.model): how samples are cut over devices is not stated")
    else { return }
    let diffuses = row.model == "stable_diffusion"
    let precision = half
    var request = WorkloadRequest(
      task: .pretrain, batch: global / devices, precision: precision,
      optimizer: diffuses ? .adamw : .momentum)
    if !diffuses { request.volume = [128, 128, 128] }
    var run = PublishedRun(
      table: table, group: "\(row.model) \(cluster)",
      label: "\(row.model) B\(global) on \(devices) \(cluster) (\(row.text("org")))",
      cluster: cluster, stack: diffuses ? "megatron-graphs" : "pytorch",
      model: .catalogue(diffuses ? "sd2-unet" : "nnunet-3d-fullres", request),
      precision: precision, configuration: configuration, seconds: Double(global) / rate,
      isFitted: false)
    run.gradientBytes = 2
    run.isChannelsLast = true
    run.statesMemory = false
    rows.runs.append(run)
  }

  /// Samples a second, cluster, devices, samples of a step and cut of a run by data alone; nil, and
  /// the reason noted, where one of them is not known.
  private static func dataParallel(
    _ row: Row, _ rows: inout PublishedRows, _ undivided: String
  ) -> (Double, String, Int, Int, Configuration)? {
    func skip(_ reason: String) { rows.skip("MLPerf Training", reason) }
    guard let rate = row.measured("throughput") else {
      skip("only the time to a target is stated")
      return nil
    }
    guard let site = mlPerfSites.first(where: { row.hardware.contains($0.word) }) else {
      skip("device not known here")
      return nil
    }
    guard let devices = row.devices, let global = row.config("global_batch"),
      global % devices == 0,
      let configuration = configuration(
        data: devices, tensor: 1, pipeline: 1, micro: global / devices, global: global,
        recompute: .none)
    else {
      skip(undivided)
      return nil
    }
    return (rate, site.cluster, devices, global, configuration)
  }

  // MARK: BERT

  /// Tokens of a sequence once padding is removed: at 512 half of Wikipedia's are padding, and
  /// removing it doubles the speed (arXiv 2107.02027, abstract).
  private static let unpaddedTokens = 256

  /// BERT large without padding, fused, in fp8 by the Transformer Engine where the card has it
  /// (`bert/implementations/eos_n8_ngc23.04_pytorch/config_DGXH100_8x8x72x1.sh` of round 4.0:
  /// `--unpad`, `--fused_…`, `--use_transformer_engine2`). On 434 nodes it computes in fp16, its
  /// step is one CUDA graph and the switches sum (`eos_n434_ngc23.09_pytorch`,
  /// `config_DGXH100_434x8x2x1_pack_clipafter.sh`: `--cuda_graph_mode 'full_iteration'`,
  /// `SBATCH_NETWORK=sharp`, no Transformer Engine). Updates are shared within a node
  /// (`run_and_time.sh`: `--distributed_lamb`, whose groups are nodes unless `--dwu-group-size`
  /// says otherwise).
  private static func bert(_ row: Row, _ rows: inout PublishedRows) {
    let table = "MLPerf Training"
    guard
      let (rate, cluster, devices, global, configuration) = dataParallel(
        row, &rows, "BERT: the batch does not divide")
    else { return }
    let isAtScale = devices == 3472
    let precision = isAtScale ? half : Precision(parameters: .fp16, compute: .fp8)
    let request = WorkloadRequest(
      task: .pretrain, batch: global / devices, sequence: unpaddedTokens, precision: precision,
      optimizer: .lamb)
    var run = PublishedRun(
      table: table, group: "bert \(cluster)",
      label: "bert B\(global) on \(devices) \(cluster) (\(row.text("org")))",
      cluster: cluster, stack: isAtScale ? "megatron-graphs" : "megatron",
      model: .catalogue("bert-large", request),
      precision: precision, configuration: configuration, seconds: Double(global) / rate,
      isFitted: false)
    run.configuration.parallelism.zeroStage = 1
    run.configuration.parallelism.shardGroup = .node
    run.gradientBytes = 2
    run.statesMemory = false
    rows.runs.append(run)
  }

  // MARK: Llama 2 70B with LoRA

  /// Tensor and context parallel sizes of round 4.0 by card and number of them, as the
  /// configurations are named (github.com/mlcommons/training_results_v4.0,
  /// NVIDIA/benchmarks/llama2_70b_lora/implementations/nemo/config_*.sh).
  private static let cuts: [(word: String, devices: Int, tensor: Int, context: Int)] = [
    ("H100-SXM", 8, 4, 1), ("H100-SXM", 64, 4, 2), ("H100-SXM", 1024, 4, 2), ("H200", 8, 2, 1),
    ("L40S", 64, 4, 2), ("L40S", 384, 4, 2),
  ]

  /// Packed sequences of 8,192 tokens, products in fp8, updates of rank 16 beside the products of
  /// attention (`conf/megatron_gpt_peft_tuning_config.yaml` there).
  private static func lowRank(_ row: Row, _ rows: inout PublishedRows) {
    let table = "LoRA"
    guard let rate = row.measured("throughput") else {
      return rows.skip(table, "only the time to a target is stated")
    }
    guard let site = mlPerfSites.first(where: { row.hardware.contains($0.word) }),
      let devices = row.devices, let global = row.config("global_batch"),
      row.text("round") == "v4.0",
      let cut = cuts.first(where: { row.hardware.contains($0.word) && $0.devices == devices }),
      let configuration = configuration(
        data: devices / (cut.tensor * cut.context), tensor: cut.tensor, pipeline: 1,
        context: cut.context, micro: 1, global: global, recompute: .none, sequence: true)
    else {
      return rows.skip(
        table, "Llama 2 70B LoRA: tensor and context parallel sizes are not stated")
    }
    var shape = llama(80, 8192, 64, 28_672)
    shape.vocabulary = 32_000
    shape.update = DecoderShape.LowRank(
      rank: 16, targets: ["query", "key", "value", "attention.output"])
    var run = PublishedRun(
      table: table, group: "\(row.model) \(site.cluster)",
      label: "\(row.model) B\(global) on \(devices) \(site.cluster) (\(row.text("org")))",
      cluster: site.cluster, stack: "megatron", model: .decoder(shape),
      precision: Precision(parameters: .bf16, compute: .fp8), configuration: configuration,
      seconds: Double(global) / rate, isFitted: false)
    run.statesMemory = false
    rows.runs.append(run)
  }
}
