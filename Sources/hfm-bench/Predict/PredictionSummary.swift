import HardwareModel
import Quantities

/// What all passes of `hfm-bench predict` say together.
struct PredictionSummary {
  let records: [PredictionRecord]
  /// Mean absolute errors of calibrations on operators held out; none for joined files.
  var operatorErrors: [Double] = []

  /// Calibrations further apart than this say that the machine's own speed moved.
  private static let mostDrift = 0.1

  var rows: [BenchmarkRow] { classes + circumstances + groups + errors }

  private func row(_ figure: String, _ values: [Double], median: Bool = false) -> BenchmarkRow? {
    values.isEmpty
      ? nil
      : BenchmarkRow(
        contender: "all models", figure: figure, unit: "%",
        values: [
          median ? values.median : values.reduce(0, +) / Double(values.count)
        ])
  }

  /// Predicted over measured time by class of operator, each pass weighing the same.
  private var classes: [BenchmarkRow] {
    OperatorClass.allCases.compactMap { kind in
      let shares = records.map { record in
        let all = record.kernels.reduce(0) { $0 + $1.measured }
        let own = record.kernels.filter { $0.operatorClass == kind }
        guard all > 0 else { return (0.0, 0.0) }
        return (
          own.reduce(0) { $0 + $1.measured } / all, own.reduce(0) { $0 + $1.predicted } / all
        )
      }
      let (measured, predicted) = shares.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
      guard measured > 0 else { return nil }
      let share = Format.fixed(100 * measured / Double(records.count), 1)
      return BenchmarkRow(
        contender: "all models", figure: "\(kind.rawValue), \(share) % of the time",
        unit: "predicted/measured", values: [predicted / measured])
    }
  }

  /// What else a reader must know to judge the errors.
  private var circumstances: [BenchmarkRow] {
    let missing = (records.map(\.run.cases).max() ?? 0) - records.count
    return [
      row(
        "how far a run's calibrations differ for a pass", records.map { 100 * $0.drift }),
      row(
        "spread of a measurement: p90 over median",
        records.map { 100 * ($0.seconds.quantile(0.9) / $0.median - 1) }),
      row("other programs' share of the processors", records.map { 100 * $0.run.others }),
      row("held-out operators of \(operatorErrors.count) calibrations", operatorErrors),
    ].compactMap { $0 } + [
      BenchmarkRow(
        contender: "all models",
        figure: "cases of all parts that are not among them: other parts, "
          + "too much memory, no kernel, no time left",
        unit: "workloads", values: [Double(missing)])
    ]
  }

  /// By task and format, length, kind of network, part, and whether anyone looked at the model.
  private var groups: [BenchmarkRow] {
    let parts = Set(records.map(\.run.part)).sorted {
      ($0.count, $0) < ($1.count, $1)
    }
    return group { "\($0.task) in \($0.type)" }
      + group {
        $0.median < 0.01 ? "below 10 ms" : $0.median < 0.1 ? "10 to 100 ms" : "above 100 ms"
      }
      + group { $0.hasConvolutions ? "networks with convolutions" : "other networks" }
      + group {
        PredictionRecord.examined.contains($0.model)
          ? "models looked at while terms were chosen" : "models not looked at"
      }
      + (parts.count > 1 ? group { "part \($0.run.part)" } : [])
  }

  private func group(_ key: (PredictionRecord) -> String) -> [BenchmarkRow] {
    let found = Dictionary(grouping: records, by: key)
    return found.keys.sorted { ($0.count, $0) < ($1.count, $1) }.flatMap { name in
      errors(found[name] ?? [], "\(name)")
    }
  }

  private func errors(_ records: [PredictionRecord], _ name: String) -> [BenchmarkRow] {
    let models = Set(records.map(\.model)).count
    return [
      row(
        "\(name): mean absolute error, \(records.count) of \(models) models",
        records.map { abs($0.error) }),
      row("\(name): median of the absolute errors", records.map { abs($0.error) }, median: true),
      row("\(name): mean of the errors with their signs", records.map(\.error)),
    ].compactMap { $0 }
  }

  /// Of all passes, and of those during which the machine held still.
  private var errors: [BenchmarkRow] {
    func percent(_ share: Double) -> String { "\(Format.fixed(100 * share, 0)) %" }
    let first = row("by the first calibration alone", records.map { abs($0.errorFirst) })
    return [first].compactMap { $0 }
      + errors(
        records.filter { $0.drift <= Self.mostDrift },
        "calibrations differ by at most \(percent(Self.mostDrift))")
      + errors(
        records.filter { !$0.isDisturbed },
        "others had at most \(percent(PredictionRecord.mostOthers)) of the processors")
      + errors(records, "all")
  }
}

extension PredictionRecord {
  /// Models whose kernels' times were looked at while the cost model's terms were chosen: all
  /// others are held out from that, too.
  static let examined: Set<String> = [
    "albert-base", "resnet152", "chexzero-b-16-320", "quiltnet", "albert-large", "adaptivesam",
    "resnet18", "aminobert", "cite", "quiltnet-b-16", "resnet34", "celllm", "clinical-bert",
    "clip-lung", "resnet50", "wide_resnet50_2", "clip-rn50", "clip-rn50-visual", "bert-base",
    "distilbert-base", "brow", "c2l-densenet121", "gin-5x300", "efficientnet_b0", "rnabert",
    "moleculestm-graph", "yolov8n", "pmc-clip", "prior", "resnext101_32x8d",
    "clip-rn101", "alphabert", "clip-rn50x4-visual", "geneformer", "hyenadna-tiny-1k-d256",
    "efficientnet_b4", "ghesu-resnet50w2", "lvm-med-resnet50", "flan-t5-base", "mmbert",
    "sam-mask-decoder", "segresnet", "resnet101", "coop-lvt", "hyenadna-tiny-1k",
    "hyenadna-small-32k", "hyenadna-large-1m", "etp-ecg-resnet18", "gin-5x300", "behrt", "utr-lm",
    "scbert", "efficientnet_b1", "efficientnet_b2", "esm2-8m", "splicebert", "c2l-resnet18",
    "tiny_vit_5m_224", "efficientnet_b3", "efficientnet_b5", "resnext50_32x4d",
  ]

  fileprivate var hasConvolutions: Bool {
    kernels.contains { $0.operatorClass == .convolution && $0.measured > 0 }
  }
}
