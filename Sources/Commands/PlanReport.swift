import CostModel
import DataFormats
import HardwareModel
import Planner
import Quantities

/// A search's plans as a table and as JSON.
struct PlanReport {
  let result: PlanResult
  let request: PlanRequest
  let trains: Bool
  let seconds: Double

  func json(explain: Bool) -> JSONValue {
    let search = result.search
    return .object([
      ("cluster", .string(request.cluster.id)),
      ("plans", .array(result.plans.map { json($0, explain: explain) })),
      (
        "search",
        .object([
          ("configurations", .number(search.configurations)),
          ("feasible", .number(search.feasible)), ("seconds", .number(seconds)),
          (
            "refusals",
            .object(search.refusals.map { ($0.reason.rawValue, .number($0.count)) })
          ),
        ])
      ),
    ])
  }

  func json(_ plan: PlanEstimate, explain: Bool) -> JSONValue {
    let cut = plan.configuration
    var members: [(String, JSONValue)] = [
      ("parallelism", json(cut.parallelism)), ("devices", .number(plan.devices)),
      ("globalBatch", .number(cut.globalBatch)), ("microBatch", .number(cut.microBatch)),
      ("accumulation", .number(cut.accumulation)),
      ("recompute", .string(cut.recompute.rawValue)), ("dtype", .string(plan.precision.word)),
      ("stepSeconds", .number(plan.stepSeconds)),
      ("breakdown", json(plan.breakdown)),
      ("samplesPerSecond", .number(plan.samplesPerSecond)), ("mfu", .number(plan.mfu)),
      ("hfu", .number(plan.hfu)),
      ("modelFlopsPerSecondPerDevice", .number(plan.modelFlopsPerSecondPerDevice)),
      ("memory", memory(plan)), ("steps", .number(plan.steps)),
      ("totalSeconds", .number(plan.totalSeconds)), ("deviceHours", .number(plan.deviceHours)),
      ("energyJoules", plan.energy.map { .number($0.value) } ?? .null),
      ("co2Grams", plan.co2Grams.map { .number($0) } ?? .null),
      ("cost", plan.cost.map { .number($0) } ?? .null),
    ]
    if explain {
      let terms = plan.explanation(request)
      members.append(("explain", .array(terms.map(ExplainText.json))))
    }
    return .object(members)
  }

  private func json(_ cut: Parallelism) -> JSONValue {
    .object([
      ("data", .number(cut.data)), ("tensor", .number(cut.tensor)),
      ("pipeline", .number(cut.pipeline)), ("virtualStages", .number(cut.virtualStages)),
      ("context", .number(cut.context)), ("expert", .number(cut.expert)),
      ("zeroStage", .number(cut.zeroStage)), ("sequenceParallel", .bool(cut.sequenceParallel)),
    ])
  }

  private func json(_ parts: StepBreakdown) -> JSONValue {
    .object([
      ("forwardSeconds", .number(parts.forward)), ("backwardSeconds", .number(parts.backward)),
      ("recomputeSeconds", .number(parts.recompute)),
      ("optimizerSeconds", .number(parts.optimizer)),
      ("exposedCommunicationSeconds", .number(parts.exposedCommunication)),
      ("communicationSeconds", .number(parts.communication)),
    ])
  }

  private func memory(_ plan: PlanEstimate) -> JSONValue {
    let own = [
      ("kvCacheBytes", JSONValue.number(plan.kvCacheBytes)),
      ("peakBytes", .number(plan.peakBytes)),
      ("usableBytes", .number(MemoryReserve.usable(request.cluster.device))),
    ]
    // The plan's peak holds the cache as well, so it stands in for the estimate's.
    return .object(plan.memory.json.filter { $0.0 != "peakBytes" } + own)
  }

  func lines(explain: Bool) -> [String] {
    let search = result.search
    let refused = search.refusals.map { "\($0.count) \($0.reason.words)" }
    var lines = trains ? training : inference
    lines.append("")
    lines.append(
      "\(search.configurations) configurations, \(search.feasible) fit"
        + (refused.isEmpty ? "" : " (\(refused.joined(separator: ", ")))")
        + "; searched in \(Format.seconds(seconds))")
    lines += trains ? Self.trainingWords : Self.inferenceWords
    if explain, let best = result.plans.first {
      lines += ["", "the first plan:"] + ExplainText.lines(best.explanation(request))
    }
    return lines
  }

  private static let trainingWords = [
    "ZeRO: what the devices share out (1 optimizer states, 2 and gradients, 3 and parameters);",
    "micro: samples of one pass on a device; accum: passes before an update; step: one update;",
    "MFU, HFU: FLOP/s of the model, and with recomputation, over the devices' peak;",
    "total: all updates (--steps, --samples, --tokens; default one). CO2e needs --grams-per-kwh,",
    "cost --price-per-device-hour.",
  ]

  private static let inferenceWords = [
    "batch: samples of one pass on a replica; latency: time of one pass; MFU: FLOP/s over the",
    "peak; total: all batches (--steps, --samples, --tokens; default one). CO2e needs",
    "--grams-per-kwh, cost --price-per-device-hour.",
  ]

  private var training: [String] {
    var table = AlignedTable(
      head: [
        "devices", "ZeRO", "micro", "accum", "recompute", "step", "samples/s", "MFU", "HFU",
        "peak memory", "total", "device h", "energy", "CO2e", "cost",
      ], rightAligned: [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
    table.rows = result.plans.map { plan in
      let cut = plan.configuration
      return [
        String(plan.devices), String(cut.parallelism.zeroStage), String(cut.microBatch),
        String(cut.accumulation), cut.recompute.rawValue, Format.seconds(plan.stepSeconds),
        Format.fixed(plan.samplesPerSecond, 1), Format.percent(plan.mfu),
        Format.percent(plan.hfu), Format.bytes(plan.peakBytes),
      ] + totals(plan)
    }
    return table.lines
  }

  private var inference: [String] {
    var table = AlignedTable(
      head: [
        "replicas", "batch", "latency", "samples/s", "MFU", "peak memory", "total", "device h",
        "energy", "CO2e", "cost",
      ], rightAligned: Set(0...10))
    table.rows = result.plans.map { plan in
      [
        String(plan.devices), String(plan.configuration.microBatch),
        Format.seconds(plan.stepSeconds), Format.fixed(plan.samplesPerSecond, 1),
        Format.percent(plan.mfu), Format.bytes(plan.peakBytes),
      ] + totals(plan)
    }
    return table.lines
  }

  private func totals(_ plan: PlanEstimate) -> [String] {
    [
      Format.seconds(plan.totalSeconds), Format.significant(plan.deviceHours),
      plan.energy.map { Format.energy($0) } ?? "–",
      plan.co2Grams.map { Format.grams($0) } ?? "–",
      plan.cost.map { Format.fixed($0, 2) } ?? "–",
    ]
  }
}
