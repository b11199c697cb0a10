public import Quantities

/// Which parameters are fitted to which tables, in order: a device class first where the
/// software is plain, then the software on it, then sites.
public struct FitPlan {
  /// One fit.
  public struct Stage {
    /// Tables whose fitted halves are used.
    public var tables: [String]
    /// Keeps a run of them.
    public var keeps: (PublishedRun) -> Bool = { _ in true }
    /// What is fitted.
    public var parameters: [FitParameter]
  }

  /// The stages.
  public let stages: [Stage]

  /// The plan behind the shipped parameters.
  public static func shipped() -> FitPlan {
    func links(_ id: String) -> [FitParameter] {
      [FitParameter(.inside(id), prior: 0.3), FitParameter(.between(id), prior: 0.3)]
    }
    let a100 = "a100-80gb-sxm"
    let megatron = ["Megatron SC21 table 1", "Megatron SC21 table 2", "Korthikanti table 5"]
    return FitPlan(
      stages: [
        Stage(
          tables: megatron, keeps: { $0.stack != "deepspeed-zero3" },
          parameters: device(a100, [.matrix, .innerHalf, .waveHalf])
            + stack("megatron-2021", [.streaming]) + links("selene-a100")),
        Stage(
          tables: ["Korthikanti table 5"],
          parameters: stack("megatron-2022", [.streaming, .tensorOverlap])
            + [FitParameter(.stack("megatron-2022", .clock), prior: 0.1)]),
        Stage(
          tables: ["vTrain 2-8 GPUs", "vTrain 64-512 GPUs"],
          parameters: stack(
            "vtrain",
            [.hostPerKernel, .hostPerCollective, .hostBackward, .streaming, .handOver, .update])
            + links("vtrain-a100")),
        Stage(
          tables: ["BLOOM A100"],
          parameters: [FitParameter(.device(a100, .misalignment), prior: 0.3)]
            + stack("megatron-deepspeed", [.streaming, .clock]) + links("jean-zay-a100")),
        Stage(
          tables: ["Megatron SC21 table 2"], keeps: { $0.stack == "deepspeed-zero3" },
          parameters: stack("deepspeed-zero3", [.shardLinks, .streaming])),
        Stage(
          tables: ["llm-foundry"], keeps: { $0.cluster == "mosaicml-a100-80gb" },
          parameters: device(a100, [.attention, .attentionBackward])
            + stack("pytorch", [.streaming, .hostPerKernel, .shardInterference])
            + links("mosaicml-a100-80gb")),
        Stage(
          tables: ["llm-foundry"], keeps: { $0.cluster == "mosaicml-a100-40gb" },
          parameters: device(
            "a100-40gb-sxm", [.matrix, .innerHalf, .waveHalf, .attention, .attentionBackward])
            + links("mosaicml-a100-40gb")),
        Stage(
          tables: ["llm-foundry"], keeps: { $0.cluster == "mosaicml-h100" },
          parameters: device(
            "h100-80gb-sxm",
            [.matrix, .innerHalf, .waveHalf, .attention, .attentionBackward])
            + links("mosaicml-h100")),
        Stage(
          tables: ["Megatron-Bridge"],
          parameters: device("gb200", [.narrowMatrix])
            + device("gb300", [.narrowMatrix])
            + device("h100-80gb-sxm", [.narrowMatrix])
            + stack("megatron", [.tensorPipelined, .streaming, .attentionClock])),
        Stage(
          tables: ["Megatron-Bridge experts"], keeps: { $0.stack == "megatron" },
          parameters: stack("megatron", [.expertStreaming, .hostPerExpert])),
        Stage(
          tables: ["Megatron-Bridge experts"], keeps: { $0.stack == "megatron-2026" },
          parameters: stack("megatron-2026", [.expertStreaming])),
        Stage(
          tables: ["llm-foundry"], keeps: { $0.precision.compute == .fp8 },
          parameters: stack("pytorch", [.narrowClock])),
        Stage(
          tables: ["torchtitan"],
          parameters: device(
            "h100-96gb-500w", [.matrix, .narrowMatrix])),
      ] + healthcare)
  }

  /// Vision, bioinformatics and multimodal runs.
  private static var healthcare: [Stage] {
    [
      Stage(
        tables: ["timm RTX 3090"],
        parameters: device("rtx-3090", [.matrix, .innerHalf, .waveHalf])
          + stack("pytorch-2021", [.streaming, .transposes, .scores])),
      Stage(
        tables: ["nnU-Net"],
        parameters: stack("nnunet", [.streaming, .transposes, .convolution])),
      Stage(
        tables: ["own language", "own bioinformatics", "own vision", "own multimodal"],
        parameters: stack("pytorch-eager", [.streaming, .hostPerKernel, .convolution, .volumes])
          // Starts that kernels alone gave (scripts/gpu/operators.py).
          + [.transposes, .clock, .waves, .channelBlocks].map {
            FitParameter(.stack("pytorch-eager", $0), prior: 0.05)
          }),
      Stage(
        tables: ["vision", "multimodal"],
        parameters: stack("pytorch-2021-runs", [.waiting])),
    ]
  }

  private static func device(_ id: String, _ fields: [FitParameter.DeviceField]) -> [FitParameter] {
    fields.map { FitParameter(.device(id, $0)) }
  }
  private static func stack(_ word: String, _ fields: [FitParameter.StackField]) -> [FitParameter] {
    fields.map { FitParameter(.stack(word, $0)) }
  }

  /// Only the stages that use a table's rows.
  public func only(_ table: String) -> FitPlan {
    FitPlan(stages: stages.filter { $0.tables.contains(table) })
  }

  /// Runs every stage on the fitted halves.
  ///
  /// - Throws: `UserError` as `RunPredictor.estimate`.
  public func run(
    _ runs: [PublishedRun], _ predictor: RunPredictor, from start: Hypothesis
  ) throws(UserError) -> Hypothesis {
    var hypothesis = start
    for stage in stages {
      let chosen = runs.filter { $0.isFitted && stage.tables.contains($0.table) && stage.keeps($0) }
      guard !chosen.isEmpty else { continue }
      hypothesis = try ParameterFit(stage.parameters, chosen).run(predictor, from: hypothesis)
    }
    return hypothesis
  }
}
