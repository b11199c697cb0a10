import CostModel
import DataFormats
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Validation
import Workloads

/// Readers on rows of the published form: what is complete becomes a run, what is not says why.
@Suite struct RowReaderTests {
  private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

  @Test func anUnknownSetIsLeftOut() throws {
    #expect(RowReader.read(try json(#"{"rows": [{"set": "x"}]}"#)).runs.isEmpty)
  }

  @Test(arguments: [
    ("dp4", 4, 1, 1, 1), ("tp4", 1, 4, 1, 4), ("pp4_1", 1, 1, 4, 4),
  ])
  func neuSightsCutsAreRead(
    option: String, data: Int, tensor: Int, pipeline: Int, micro: Int
  ) throws {
    let rows = RowReader.read(
      try json(
        """
        {"rows": [{"set": "neusight", "hardware": "NVIDIA_H100_80GB_HBM3", "n_gpus": 4,
        "model": "gpt2_large", "config": {"seq": "1024", "batch": "4", "mode": "train",
        "option": "\(option)"}, "measured": {"e2e_ms": 200.0},
        "predicted": {"neusight": 220.0}}]}
        """))
    let run = try #require(rows.runs.first)
    let cut = run.configuration.parallelism
    #expect([cut.data, cut.tensor, cut.pipeline] == [data, tensor, pipeline])
    #expect(run.configuration.microBatch == micro)
    #expect(run.measure == .passes)
    #expect(run.peerSeconds == 0.22)
  }

  @Test(arguments: [
    (#""model": "bert", "n_gpus": 5"#, "does not divide"),
    (#""model": "gpt3", "n_gpus": 8"#, "cut"),
    (#""model": "unet3d", "n_gpus": 768"#, "cut over devices"),
  ])
  func mlPerfSaysWhatIsMissing(fields: String, word: String) throws {
    let rows = RowReader.read(
      try json(
        """
        {"rows": [{"set": "mlperf_training", "hardware": "NVIDIA H100-SXM5-80GB", \(fields),
        "config": {"global_batch": 84}, "measured": {"throughput": 100.0}}]}
        """))
    #expect(rows.runs.isEmpty)
    #expect(rows.skipped.first?.reason.contains(word) == true)
  }

  /// Two numbers of one cell belong to two formats, in the order that the key names them.
  @Test func aCellOfTwoFormatsIsTakenApart() throws {
    let rows = ExampleRows.read(
      try json(
        """
        [{"headings": ["BERT", "Training performance", "DGX A100 40GB"],
        "row": {"GPUs": 8, "Sequence Length": 128,
        "Batch size / GPU: mixed precision, TF32": "64  32",
        "Gradient Accumulation: mixed precision, TF32": "16  32", "Throughput - mixed precision":
        2048, "Throughput - TF32": 1024}, "source": "x: TensorFlow/LanguageModeling/BERT/README"}]
        """))
    #expect(rows.runs.map(\.configuration.microBatch) == [64, 32])
    #expect(rows.runs.map(\.configuration.accumulation) == [16, 32])
    #expect(rows.runs.map(\.precision.compute) == [.fp16, .tf32])
    #expect(rows.runs.compactMap(\.seconds) == [4, 8])
  }

  /// A rate without a batch: the fastest batch that fits is chosen; the rate is what is held.
  @Test func aRateWithoutABatchIsPredicted() throws {
    let rows = CatalogueRows.vision(
      try json(
        """
        {"runs": [{"id": "x", "arch": "clip_vit_b32", "usable_for_validation": true,
        "hardware": {"accelerator": "NVIDIA A100", "memory_gb": 80, "count": 8},
        "work": {"resolution": [224, 224]}, "time": {"throughput_samples_per_s": 400.0},
        "precision": "amp fp16", "parallelism": "DDP"}]}
        """))
    let run = try #require(rows.runs.first)
    let predictor = RunPredictor(try HardwareCatalogue.builtIn())
    let report = try ValidationReport(rows, predictor)
    let line = try #require(report.lines.first)
    #expect(line.fits)
    #expect(line.estimate.configuration.microBatch > 1)
    let rate = Double(run.configuration.globalBatch) / line.predictedSeconds
    #expect(abs(rate / line.estimate.samplesPerSecond - 1) < 1e-9)
  }

  /// The container says which release of Megatron-Bridge ran; its fused kernels of experts are for
  /// MXFP8 and came in June 2026 (release notes of 0.5.1).
  @Test(arguments: [
    ("26.04.01 NeMo Container", "MXFP8", "megatron"),
    ("26.06 NeMo Container", "MXFP8", "megatron-2026"),
    ("26.08 NeMo Container", "BF16", "megatron"), ("26.06 NeMo Container", "FP8", "megatron"),
  ])
  func theContainerSaysTheRelease(container: String, format: String, stack: String) throws {
    let rows = RowReader.read(
      try json(
        """
        {"rows": [{"set": "megatron_bridge", "hardware": "DGX-GB300", "n_gpus": 8,
        "model": "Qwen3_30B_a3B", "config": {"phase": "Pre-Training", "container": "\(container)",
        "precision": "\(format)", "seq": 4096, "global_batch": 512, "micro_batch": 8, "tp": 1,
        "pp": 1, "cp": 1, "ep": 8}, "measured": {"tokens_per_s_per_gpu": 44544}}]}
        """))
    #expect(try #require(rows.runs.first).stack == stack)
  }

  /// MaxText's tables state a slice and a rate, its scripts the rest: `v5p/32b.sh` has 6 samples a
  /// chip, tensor parallelism of 4 and scale 32, whose weights are the 32 billion of its name.
  @Test(arguments: [
    ("TPU v5p", "32B", "1x v5p-128", 328.0, 64, 4, 31.4e9),
    ("TPU v5p", "512B", "1x v5p-1024", 294.0, 512, 8, 499e9),
    ("TPU v4", "22B", "1x v4-128", 156.0, 64, 1, 22.1e9),
  ])
  func aSliceOfTPUsIsRead(
    chip: String, model: String, place: String, rate: Double, chips: Int, tensor: Int,
    parameters: Double
  ) throws {
    let rows = RowReader.read(
      try json(
        """
        {"rows": [{"set": "maxtext_tpu", "config": {"headings":
        ["High Performance Model Configs on \(chip)", "\(model) model"],
        "row": {"Hardware": "\(place)", "TFLOP/sec/chip": \(rate)}}, "measured": {}}]}
        """))
    let run = try #require(rows.runs.first)
    let cut = run.configuration.parallelism
    #expect(cut.devices == chips && cut.tensor == tensor && cut.zeroStage == 3)
    guard case .decoder(let shape) = run.model else {
      Issue.record("not a decoder")
      return
    }
    let counted = Double(try shape.model.parameterCount())
    #expect(abs(counted / parameters - 1) < 0.02, "\(counted)")
    // 6 FLOP a parameter and token are most of a step, attention and the table the rest.
    let tokens = Double(run.configuration.globalBatch * shape.sequence)
    let flops = (run.seconds ?? 0) * rate * 1e12 * Double(chips)
    #expect((0.98...1.12).contains(flops / (6 * counted * tokens)))
  }

  @Test(arguments: ["2x v5p-128", "4x A3 (h100-80gb-8)"])
  func slicesWhoseLinksAreNotStatedAreLeftOut(place: String) throws {
    let rows = RowReader.read(
      try json(
        """
        {"rows": [{"set": "maxtext_tpu", "config": {"headings": ["Configs on TPU v5p", "32B model"],
        "row": {"Hardware": "\(place)", "TFLOP/sec/chip": 300}}, "measured": {}}]}
        """))
    #expect(rows.runs.isEmpty && rows.skipped.count == 1)
  }

  /// MoCo 2 sees one view of an image as query and one as key: half of version 3's step.
  @Test func aStepOfMoCo2HasOneQueryAnImage() throws {
    let rows = CatalogueRows.vision(
      try json(
        """
        {"runs": [{"id": "x", "arch": "moco_resnet50", "usable_for_validation": true,
        "hardware": {"accelerator": "NVIDIA V100", "count": 8}, "precision": "fp32",
        "work": {"resolution": [224, 224], "global_batch": 256, "samples_seen": 256000},
        "time": {"wall_clock_hours": 1.0}}]}
        """))
    let run = try #require(rows.runs.first)
    #expect(run.configuration.microBatch == 32)
    guard case .catalogue(_, let request) = run.model else {
      Issue.record("not a model of the catalogue")
      return
    }
    #expect(request.batch == 16)
  }

  /// A text whose length is not stated cannot be timed.
  @Test func aModelOfImagesAndTextNeedsALength() throws {
    let rows = CatalogueRows.vision(
      try json(#"{"runs": [{"arch": "llava_1_5_7b", "usable_for_validation": true}]}"#))
    #expect(rows.runs.isEmpty)
    #expect(rows.skipped.first?.reason.contains("mean length") == true)
  }

  /// NVIDIA's code of round 4.0 names its cuts (config_DGXH100_8x8x1xtp4pp1cp2.sh); another number
  /// of devices or another round states none.
  @Test(arguments: [
    ("NVIDIA H100-SXM5-80GB", 64, "v4.0", [4, 2, 8]),
    ("NVIDIA H200-SXM5-141GB", 8, "v4.0", [2, 1, 4]),
    ("NVIDIA H100-SXM5-80GB", 16, "v4.0", []), ("NVIDIA H100-SXM5-80GB", 64, "v4.1", []),
  ])
  func cutsOfLoRAAreThoseOfTheSubmission(
    hardware: String, devices: Int, round: String, cut: [Int]
  ) throws {
    let rows = RowReader.read(
      try json(
        """
        {"rows": [{"set": "mlperf_training", "hardware": "\(hardware)", "n_gpus": \(devices),
        "model": "llama2_70b_lora", "config": {"round": "\(round)", "global_batch": 8},
        "measured": {"throughput": 2.0}}]}
        """))
    let found = rows.runs.first.map { $0.configuration.parallelism }
    #expect(found.map { [$0.tensor, $0.context, $0.data] } ?? [] == cut)
    #expect(rows.runs.allSatisfy { !$0.isFitted && $0.table == "LoRA" })
    #expect(rows.skipped.contains { $0.reason.contains("context parallel") } == cut.isEmpty)
  }

  /// NVIDIA's run on 434 nodes computes in fp16, as one CUDA graph; its other ones in fp8. All
  /// share their updates within a node (--distributed_lamb).
  @Test(arguments: [(3472, 13_888, "megatron-graphs", true), (8, 768, "megatron", false)])
  func bertAtScaleRunsAsItsConfigurationSays(
    devices: Int, batch: Int, stack: String, isHalf: Bool
  ) throws {
    let rows = RowReader.read(
      try json(
        """
        {"rows": [{"set": "mlperf_training", "hardware": "NVIDIA H100-SXM5-80GB",
        "n_gpus": \(devices), "model": "bert", "config": {"global_batch": \(batch)},
        "measured": {"throughput": 100.0}}]}
        """))
    let run = try #require(rows.runs.first)
    #expect(run.stack == stack)
    #expect((run.precision.compute == .fp16) == isHalf)
    #expect(run.configuration.parallelism.shardGroup == .node)
  }

  /// `moe_a2a_overlap` and the dispatcher of Megatron-Bridge's configurations.
  @Test(
    arguments: [
      ("DeepSeekV3", "DGX-B200", 8, 2, true, nil), ("DeepSeekV3", "DGX-B200", 16, 1, false, nil),
      ("Qwen3_235B_a22B", "DGX-H100", 8, 4, true, false),
      ("Qwen3_235B_a22B", "DGX-GB200", 8, 3, nil, nil),
    ] as [(String, String, Int, Int, Bool?, Bool?)])
  func dispatchersAreThoseOfTheConfigurations(
    model: String, hardware: String, stages: Int, chunks: Int, overlaps: Bool?, once: Bool?
  ) throws {
    let rows = RowReader.read(
      try json(
        """
        {"rows": [{"set": "megatron_bridge", "hardware": "\(hardware)", "n_gpus": 256,
        "model": "\(model)", "config": {"phase": "Pre-Training", "container": "26.04",
        "precision": "MXFP8", "seq": 4096, "global_batch": 4096, "micro_batch": 1, "tp": 1,
        "pp": \(stages), "cp": 1, "vp": \(chunks), "ep": 8},
        "measured": {"tokens_per_s_per_gpu": 3000}}]}
        """))
    let run = try #require(rows.runs.first)
    #expect(run.overlapsExperts == overlaps && run.sendsRowsOnce == once)
  }

  /// DeepSeek-V3 has 671 billion parameters, Kimi K2 about 1,040 (their model cards).
  @Test(arguments: [("DeepSeekV3 (w/o MTP)", 671e9), ("Kimi_K2", 1.04e12)])
  func latentAttentionAndSharedExpertsAreRead(model: String, parameters: Double) throws {
    let rows = RowReader.read(
      try json(
        """
        {"rows": [{"set": "megatron_bridge", "hardware": "DGX-GB300", "n_gpus": 256,
        "model": "\(model)", "config": {"phase": "Pre-Training", "container": "26.04",
        "precision": "MXFP8", "seq": 4096, "global_batch": 4096, "micro_batch": 1, "tp": 1,
        "pp": 2, "cp": 1, "vp": 8, "ep": 32}, "measured": {"tokens_per_s_per_gpu": 5000}}]}
        """))
    let run = try #require(rows.runs.first)
    guard case .decoder(let shape) = run.model else {
      Issue.record("not a decoder")
      return
    }
    let request = WorkloadRequest(task: .infer, batch: 1, sequence: 16)
    let counted = try GraphCost(inference: Workload(shape.model, request).forward)
      .parameters.total
    #expect(abs(Double(counted) / parameters - 1) < 0.02, "\(counted)")
  }

  /// Mosaic's configurations cut a batch of 2,048 into passes of 16.
  @Test(arguments: [(8, 16), (64, 2), (128, 1)])
  func passesOfStableDiffusionAreThoseOfItsConfiguration(devices: Int, passes: Int) throws {
    let rows = CatalogueRows.vision(
      try json(
        """
        {"runs": [{"id": "mosaic_x", "arch": "stable_diffusion_v2_unet",
        "usable_for_validation": true, "precision": "amp fp16", "parallelism": "FSDP/DDP",
        "hardware": {"accelerator": "NVIDIA A100", "count": \(devices)},
        "work": {"resolution": [256, 256]}, "time": {"throughput_samples_per_s": 1000.0}}]}
        """))
    let configuration = try #require(rows.runs.first).configuration
    #expect(configuration.microBatch == 16 && configuration.accumulation == passes)
  }
}
