import CostModel
import DataFormats
import HardwareModel
import Planner
import Quantities

/// Plans of a mixed cluster as a table and as JSON.
struct MixedReport {
  let plans: [MixedPlan]
  let mixed: MixedCluster
  let request: PlanRequest

  func lines(explain: Bool) -> [String] {
    var table = AlignedTable(
      head: [
        "how", "kind", "cut", "ZeRO", "micro", "accum", "samples", "layers", "recompute", "busy",
        "peak memory", "OOM", "step", "±", "samples/s", "total", "energy", "cost",
      ], rightAligned: Set(3...17).subtracting([7, 8]))
    for plan in plans {
      for (index, part) in plan.parts.enumerated() {
        table.rows.append(row(plan, part) + (index == 0 ? totals(plan) : Self.blank))
      }
    }
    var lines =
      table.lines + [
        "",
        "shares: each kind's replicas take samples of the batch by their speed; stages: a pipeline",
        "whose stages hold layers by their card's speed and memory; alone: the others idle. busy:",
        "share of the step in which a card computes; layers: of each stage of the kind. Links:",
        "\(mixed.between.name), the slowest counts for all.",
      ]
    if explain, let best = plans.first {
      for part in best.parts {
        var one = request
        one.cluster = mixed.seen(by: part.cluster(mixed))
        lines += ["", "the first plan, \(part.devices) x \(part.device.name):"]
        lines += ExplainText.lines(part.estimate.explanation(one))
      }
    }
    return lines
  }

  private static let blank = [String](repeating: "", count: 6)

  private func row(_ plan: MixedPlan, _ part: MixedPlan.Part) -> [String] {
    let configuration = part.estimate.configuration
    let busy = plan.stepSeconds > 0 ? part.busySeconds / plan.stepSeconds : 0
    return [
      plan.parts.first == part ? plan.way.rawValue : "", "\(part.devices) x \(part.device.id)",
      PlanReport.words(configuration), String(configuration.parallelism.zeroStage),
      String(configuration.microBatch), String(configuration.accumulation),
      String(part.samples),
      part.layers.isEmpty ? "even" : part.layers.map(String.init).joined(separator: "+"),
      configuration.span.words(configuration.recompute), Format.percent(busy),
      Format.bytes(part.estimate.peakBytes),
      Format.percent(part.estimate.outOfMemoryProbability(part.device)),
    ]
  }

  private func totals(_ plan: MixedPlan) -> [String] {
    [
      Format.seconds(plan.stepSeconds), Format.percent(plan.basis.spread),
      Format.perSecond(plan.samplesPerSecond), Format.seconds(plan.totalSeconds),
      plan.energy.map { Format.energy($0) } ?? "–", plan.cost.map { Format.fixed($0, 2) } ?? "–",
    ]
  }

  var json: JSONValue {
    .object([
      ("cluster", .string(mixed.id)), ("loading", PlanLoading.json(request.loading)),
      ("plans", .array(plans.map(json))),
    ])
  }

  private func json(_ plan: MixedPlan) -> JSONValue {
    .object([
      ("way", .string(plan.way.rawValue)), ("devices", .number(plan.devices)),
      ("globalBatch", .number(plan.globalBatch)), ("stepSeconds", .number(plan.stepSeconds)),
      ("stepLowSeconds", .number(plan.stepSeconds / (1 + plan.basis.spread))),
      ("stepHighSeconds", .number(plan.stepSeconds * (1 + plan.basis.spread))),
      ("basis", .string(plan.basis.label.rawValue)),
      ("samplesPerSecond", .number(plan.samplesPerSecond)), ("steps", .number(plan.steps)),
      ("totalSeconds", .number(plan.totalSeconds)), ("deviceHours", .number(plan.deviceHours)),
      ("energyJoules", plan.energy.map { .number($0.value) } ?? .null),
      ("cost", plan.cost.map { .number($0) } ?? .null),
      ("parts", .array(plan.parts.map(json))),
    ])
  }

  private func json(_ part: MixedPlan.Part) -> JSONValue {
    var one = request
    one.cluster = part.cluster(mixed)
    let shown = ["parallelism", "microBatch", "accumulation", "recompute", "breakdown", "memory"]
    let own = PlanJSON(request: one).json(part.estimate, explain: false).object ?? []
    return JSONValue(
      .object(
        [
          JSONValue.Member("device", .string(part.device.id)),
          JSONValue.Member("devices", .number(part.devices)),
          JSONValue.Member("samples", .number(part.samples)),
          JSONValue.Member("layers", .array(part.layers.map { .number($0) })),
          JSONValue.Member("busySeconds", .number(part.busySeconds)),
        ] + own.filter { shown.contains($0.key) }))
  }
}

extension MixedPlan.Part {
  /// The part of a mixed cluster that this is of.
  fileprivate func cluster(_ mixed: MixedCluster) -> Cluster {
    mixed.parts.first { $0.device == device } ?? Cluster(single: device)
  }
}
