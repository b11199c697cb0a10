import CostModel
import HardwareModel
import JobStore
import Models
import Planner
import Quantities
import Reports

/// The demonstration's tables, for the terminal and for the page.
enum DemoTables {
  /// What each model costs on no particular hardware.
  static func costs(_ costs: [DemoCosts]) -> TextTable {
    var table = TextTable(columns: [
      .text("model"), .text("family"), .number("parameters"), .text("sample"),
      .number("forward"), .number("training"), .number("inference memory"),
      .number("training memory"),
    ])
    for cost in costs {
      table.row([
        cost.model.id, cost.model.family.rawValue,
        Format.count(cost.training.cost.parameters.total), sample(cost),
        Format.flops(cost.inference.cost.flops.forward),
        Format.flops(cost.training.cost.flops.step),
        Format.bytes(cost.inference.memory.estimate().peakBytes),
        Format.bytes(cost.training.memory.estimate().peakBytes),
      ])
    }
    table.note = "FLOPs and peak memory of one sample in bf16; one multiply-add is 2 FLOP."
    return table
  }

  private static func sample(_ cost: DemoCosts) -> String {
    var parts: [String] = []
    if let patch = cost.model.patchInput {
      parts.append("\(patch.image)x\(patch.image) image")
    }
    if let tokens = cost.demo.sequence { parts.append("\(tokens) tokens") }
    return parts.joined(separator: " + ")
  }

  /// The best plan of each model on each cluster.
  static func plans(_ costs: [DemoCosts]) -> TextTable {
    var table = TextTable(columns: [
      .text("model"), .text("on"), .text("plan"), .text("format"), .number("step"),
      .number("samples/s"), .number("MFU"), .number("memory"), .text("of"),
    ])
    for cost in costs {
      for planned in cost.plans {
        guard let plan = planned.best else {
          table.row([cost.model.id, planned.cluster.name, planned.refusal] + blanks(6))
          continue
        }
        table.row([
          cost.model.id, planned.cluster.name, words(plan), plan.precision.word,
          Format.seconds(plan.stepSeconds), Format.significant(plan.samplesPerSecond),
          Format.percent(plan.mfu), Format.bytes(plan.peakBytes),
          Format.bytes(planned.cluster.device.memoryBytes),
        ])
      }
    }
    table.note =
      "Best plan for one update of \(DemoCosts.globalBatch) samples. MFU: share of the devices' "
      + "peak that the model's own FLOPs use; predictions from measured rates here, from "
      + "datasheets elsewhere."
    return table
  }

  private static func blanks(_ count: Int) -> [String] { Array(repeating: "", count: count) }

  /// A plan in the field's words: `16 replicas, ZeRO 1, micro-batch 16 × 1`.
  private static func words(_ plan: PlanEstimate) -> String {
    let cut = plan.configuration
    var parts: [String] = []
    if cut.parallelism.data > 1 { parts.append("\(cut.parallelism.data) replicas") }
    if cut.parallelism.zeroStage > 0 { parts.append("ZeRO \(cut.parallelism.zeroStage)") }
    parts.append("micro-batch \(cut.microBatch) × \(cut.accumulation)")
    if cut.recompute == .full { parts.append("full recompute") }
    return parts.joined(separator: ", ")
  }

  /// Each job: where and when it ran, predicted against measured.
  static func outcomes(_ result: DemoResult) -> TextTable {
    var table = TextTable(columns: [
      .text("job"), .text("what"), .text("cpus"), .number("memory"), .number("start"),
      .number("predicted"), .number("measured"), .number("error"),
    ])
    for outcome in result.report.outcomes {
      table.row(
        [
          outcome.id, outcome.summary,
          outcome.placement.map { JobOutcome.ranges($0.cpus) } ?? "-",
          outcome.placement.map { Format.bytes($0.memoryBytes) } ?? "-",
          outcome.startSeconds.map { Format.seconds($0) } ?? outcome.state.rawValue,
          outcome.predictedSeconds.map { Format.seconds($0) } ?? "-",
          outcome.measuredSeconds.map { Format.seconds($0) } ?? "-",
          DemoRun.error(outcome).map { Format.percent($0) } ?? "-",
        ], kind: outcome.state == .done ? .plain : .warning)
    }
    if let mean = result.meanError {
      table.row(
        ["mean error", "", "", "", "", "", "", Format.percent(mean)], kind: .total)
    }
    table.note = "Error: |predicted − measured| / measured, of the job's passes after one warm-up."
    return table
  }
}
