import CostModel
import DataFormats
import HardwareModel
import Planner
import Quantities

/// A search's plans as a table and as JSON.
struct PlanReport {
  let result: VariantSearch.Result
  /// The search that found them.
  let source: VariantSearch
  let cluster: Cluster
  let seconds: Double

  func json(explain: Bool) -> JSONValue {
    let search = result.search
    return .object([
      ("cluster", .string(cluster.id)), ("loading", PlanLoading.json(source.loading)),
      ("plans", .array(result.plans.map { json($0, explain: explain) })),
      (
        "search",
        .object([
          ("configurations", .number(search.configurations)),
          ("feasible", .number(search.feasible)), ("seconds", .number(seconds)),
          ("memoryRisk", .number(source.memoryRisk)),
          (
            "refusals",
            .object(search.refusals.map { ($0.reason.rawValue, .number($0.count)) })
          ),
        ])
      ),
    ])
  }

  func json(_ found: VariantPlan, explain: Bool) -> JSONValue {
    Self.json(found, source.request(found.variant), explain: explain)
  }

  /// A plan with what its step computes with.
  static func json(_ found: VariantPlan, _ request: PlanRequest, explain: Bool) -> JSONValue {
    let plan = PlanJSON(request: request).json(found.plan, explain: explain).object ?? []
    let variant = VariantOptions.words(found.variant).dropFirst().map { name, word in
      JSONValue.Member(VariantOptions.key(name), .string(word))
    }
    return JSONValue(.object(plan + variant))
  }

  func lines(explain: Bool) -> [String] {
    let search = result.search
    let refused = search.refusals.map { "\($0.count) \($0.reason.words)" }
    var lines = source.trains ? training : inference
    lines.append("")
    lines.append(
      "\(search.configurations) configurations, \(search.feasible) fit"
        + (refused.isEmpty ? "" : " (\(refused.joined(separator: ", ")))")
        + "; searched in \(Format.seconds(seconds))")
    lines += source.trains ? Self.trainingWords + [riskWords] : Self.inferenceWords
    if isMixed { lines += Self.variantWords }
    if let best = result.plans.first {
      lines += PlanLoading.lines(best.plan, source.request(best.variant))
    }
    if explain, let best = result.plans.first {
      let request = source.request(best.variant)
      lines += ["", "the first plan:"] + ExplainText.lines(best.plan.explanation(request))
    }
    return lines
  }

  /// Whether plans of several variants stand side by side.
  private var isMixed: Bool { source.variants.count > 1 }

  private static let variantWords = [
    "with: what the step computes with; a choice among formats and update rules may change what",
    "training converges to.",
  ]

  /// A table whose rows say which variant they are of, where there are several.
  private func table(
    _ head: [String], leftAligned: Set<Int>, _ row: (PlanEstimate) -> [String]
  ) -> [String] {
    let with = isMixed ? ["with"] : []
    let left = Set(leftAligned.map { $0 + with.count }).union(isMixed ? [0] : [])
    var table = AlignedTable(
      head: with + head, rightAligned: Set(0..<(with + head).count).subtracting(left))
    table.rows = result.plans.map { found in
      (isMixed ? [VariantOptions.label(found.variant, among: source.variants)] : [])
        + row(found.plan)
    }
    return table.lines
  }

  private static let trainingWords = [
    "cut: replicas (d), tensor (t, +s: norms too), context (c) and pipeline (p) parallel devices,",
    "v: stages a device, e: devices that experts are spread over, et: those that share each;",
    "ZeRO: what replicas share (1 optimizer states, 2 and gradients, 3 all);",
    "recompute: full 5: the first 5 layers of each stage (of each virtual one), the others none or",
    "as named; full by 4: 4 layers from one kept input;",
    "±: 90 % of runs lie within;",
    "micro: samples of one pass on a device; accum: passes before an update; step: one update;",
    "MFU, HFU: FLOP/s of the model, and with recomputation, over the devices' peak;",
    "total: all updates (--steps, --samples, --tokens; default one). CO2e is electricity's, by",
    "--grid or --grams-per-kwh (manufacture: --explain); cost needs --price-per-device-hour.",
  ]

  private var riskWords: String {
    "OOM: chance that the memory does not do, at most \(Format.percent(source.memoryRisk)) where a "
      + "plan keeps that (--memory-risk)."
  }

  private static let inferenceWords = [
    "batch: samples of one pass on a replica; latency: time of one pass; ±: 90 % of runs lie",
    "within; OOM: chance that the memory does not do; MFU: FLOP/s over the",
    "peak; total: all batches (--steps, --samples, --tokens; default one). CO2e is electricity's,",
    "by --grid or --grams-per-kwh (manufacture: --explain); cost needs --price-per-device-hour.",
  ]

  private var training: [String] {
    let head = [
      "devices", "cut", "ZeRO", "micro", "accum", "recompute", "step", "±", "samples/s", "MFU",
      "HFU", "peak memory", "OOM", "total", "device h", "energy", "CO2e", "cost",
    ]
    return table(head, leftAligned: [1, 5]) { plan in
      let cut = plan.configuration
      let spread = Format.percent(plan.basis.spread)
      return [
        String(plan.devices), Self.words(cut), String(cut.parallelism.zeroStage),
        String(cut.microBatch), String(cut.accumulation),
        cut.span.words(cut.recompute),
        Format.seconds(plan.stepSeconds), spread, Format.perSecond(plan.samplesPerSecond),
        Format.percent(plan.mfu), Format.percent(plan.hfu), Format.bytes(plan.peakBytes),
        Format.percent(plan.outOfMemoryProbability(cluster.device)),
      ] + totals(plan)
    }
  }

  /// A cut in few letters: `d4 t2+s p8 v3`.
  static func words(_ configuration: Configuration) -> String {
    let cut = configuration.parallelism
    var parts = ["d\(cut.data)"]
    if cut.tensor > 1 { parts.append("t\(cut.tensor)\(cut.sequenceParallel ? "+s" : "")") }
    if cut.context > 1 { parts.append("c\(cut.context) \(cut.contextKind.rawValue)") }
    if cut.expert > 1 { parts.append("e\(cut.expert)") }
    if cut.expertTensor > 1 { parts.append("et\(cut.expertTensor)") }
    if cut.pipeline > 1 { parts.append("p\(cut.pipeline)") }
    if cut.virtualStages > 1 { parts.append("v\(cut.virtualStages)") }
    if cut.schedule == .zeroBubble { parts.append("zero-bubble") }
    if cut.shardGroup == .node { parts.append("node shards") }
    if !configuration.offload.isEmpty {
      parts.append("offload " + configuration.offload.words.joined(separator: "+"))
    }
    return parts.joined(separator: " ")
  }

  private var inference: [String] {
    let head = [
      "devices", "cut", "batch", "latency", "±", "samples/s", "MFU", "peak memory", "OOM", "total",
      "device h", "energy", "CO2e", "cost",
    ]
    return table(head, leftAligned: [1]) { plan in
      [
        String(plan.devices), Self.words(plan.configuration),
        String(plan.configuration.microBatch),
        Format.seconds(plan.stepSeconds), Format.percent(plan.basis.spread),
        Format.perSecond(plan.samplesPerSecond), Format.percent(plan.mfu),
        Format.bytes(plan.peakBytes), Format.percent(plan.outOfMemoryProbability(cluster.device)),
      ] + totals(plan)
    }
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
