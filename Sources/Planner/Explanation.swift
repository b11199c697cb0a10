import CostModel
import HardwareModel
import Quantities

/// One term behind a number: what it is, how it was computed, its value and where it came from.
public struct ExplainTerm: Sendable, Hashable {
  /// What the number is.
  public var quantity: String
  /// The formula in words of the field.
  public var formula: String
  /// The value with its unit.
  public var value: String
  /// Datasheet, measured, counted or assumed.
  public var source: String

  /// Creates a term.
  public init(_ quantity: String, _ formula: String, _ value: String, _ source: String) {
    self.quantity = quantity
    self.formula = formula
    self.value = value
    self.source = source
  }
}

extension PlanEstimate {
  /// The terms behind this estimate's numbers, in the order in which they are computed.
  public func explanation(_ request: PlanRequest) -> [ExplainTerm] {
    deviceTerms(request) + timeTerms(request) + memoryTerms(request) + energyTerms(request)
  }

  private func deviceTerms(_ request: PlanRequest) -> [ExplainTerm] {
    let device = request.cluster.device
    let peak = TimeModel(device: device).computePeak(precision.compute).value
    let share = (measuredShare * 1000).rounded() / 10
    let reached = (request.efficiency ?? device.efficiency ?? .assumed)
    let isFitted = device.kind == .gpu && device.rates.isEmpty
    let rates =
      isFitted
      ? reached.source
      : device.rates.isEmpty
        ? "roofline with assumed efficiencies (CostModel/Efficiency)"
        : "measured rates for \(share) % of the operators' time, roofline for the rest"
    let formula =
      isFitted
      ? "products by tiles, waves, depth, alignment; the rest bytes/(bandwidth·e); + launch"
      : "max(FLOP/(peak·e), bytes/(bandwidth·e)) + launch"
    var terms = [
      ExplainTerm(
        "dense peak", "\(precision.compute.rawValue)", Format.rate(FlopsPerSecond(peak)),
        device.source),
      ExplainTerm(
        "memory bandwidth", "one device", Format.rate(device.memoryBandwidth), device.source),
      ExplainTerm(
        "operator time", formula,
        "launch \(Format.seconds(device.launchOverhead))", rates),
    ]
    if let limit = device.maxPower?.value, let watts = reached.boostWatts, isFitted {
      terms.append(
        ExplainTerm(
          "clock under products",
          "power limit \(Format.significant(limit)) W / \(Format.significant(watts)) W at the boost"
            + " clock, ^0.55",
          Format.percent(reached.sustainedClock(limit: limit)), reached.source))
    }
    return terms + linkTerms(request.cluster) + stageTerms
  }

  /// What the stages of a pipeline hold.
  private var stageTerms: [ExplainTerm] {
    let cut = configuration.parallelism
    guard cut.pipeline > 1 else { return [] }
    let runs = cut.virtualStages > 1 ? ", in \(cut.virtualStages) runs of layers" : ""
    return stages.map {
      ExplainTerm(
        $0.name, "layers of a device" + runs, $0.contents,
        "one stack evenly, else so that the slowest stage is fastest")
    }
  }

  /// Links that more than one device has.
  private func linkTerms(_ cluster: Cluster) -> [ExplainTerm] {
    var terms: [ExplainTerm] = []
    if cluster.devicesPerNode > 1 {
      terms.append(
        ExplainTerm(
          "link in a node", "alpha–beta, ring", Self.words(cluster.intraNode), cluster.source))
    }
    if cluster.nodes > 1 {
      terms.append(
        ExplainTerm(
          "link between nodes", "alpha–beta, per device", Self.words(cluster.interNode),
          cluster.source))
    }
    return terms
  }

  private static func words(_ link: Link) -> String {
    "\(Format.rate(link.bandwidth)), \(Format.seconds(link.latency))"
  }

  private func timeTerms(_ request: PlanRequest) -> [ExplainTerm] {
    let passes = configuration.accumulation
    let cut = configuration.parallelism
    let stack = request.stack
    var terms = [
      ExplainTerm(
        "forward", "micro-batches (\(passes)) · kernels of the busiest stage",
        Format.seconds(breakdown.forward), "counted"),
      ExplainTerm(
        "backward", "micro-batches (\(passes)) · kernels of the busiest stage",
        Format.seconds(breakdown.backward), "counted"),
      ExplainTerm(
        "recompute", "forward work repeated (\(configuration.span.words(configuration.recompute)))",
        Format.seconds(breakdown.recompute), "counted"),
      ExplainTerm(
        "optimizer", "parameters, gradients and states through memory; / data under ZeRO",
        Format.seconds(breakdown.optimizer), "counted"),
    ]
    func add(_ name: String, _ formula: String, _ seconds: Double, _ source: String) {
      guard seconds > 0 else { return }
      terms.append(ExplainTerm(name, formula, Format.seconds(seconds), source))
    }
    add(
      "packing", "updated weights of convolutions into their kernels' order", breakdown.packing,
      "counted")
    let fitted = "alpha–beta, \(stack.name)"
    add(
      "bubble", "(other stages' passes) / \(cut.virtualStages) virtual stages", breakdown.bubble,
      "schedule \(cut.schedule.rawValue)")
    add("tensor parallel", "sums over \(cut.tensor) devices", breakdown.tensor, fitted)
    add("context parallel", "\(cut.contextKind.rawValue) exchange", breakdown.context, fitted)
    add(
      "expert parallel",
      "all-to-all over \(cut.expert) devices; busiest \(Format.fixed(request.expertImbalance, 2))"
        + " of the mean's rows",
      breakdown.expert, fitted)
    add(
      "embeddings", "gathered from \(cut.data) replicas for the loss, and their gradients back",
      breakdown.embeddings, fitted)
    add("hand-overs", "2 · virtual stages · micro-batches · send", breakdown.pipeline, fitted)
    add("gradients", "what backward cannot hide", breakdown.gradients, fitted)
    add("parameters", "gathered, not hidden", breakdown.parameters, fitted)
    add("offload", "host link, not hidden", breakdown.offload, "host of the cluster profile")
    terms += loadingTerms(request)
    add("host", "clipping, logging, data of a step", breakdown.host, stack.name)
    terms += failureTerms
    terms.append(
      ExplainTerm(
        "all communication", "hidden or not", Format.seconds(breakdown.communication), fitted))
    terms.append(
      ExplainTerm(
        "MFU (model FLOPs utilization)", "model FLOP / (devices · peak · step)",
        "\(Format.flops(modelFlops)) in \(Format.seconds(stepSeconds)): \(Format.percent(mfu))",
        "counted"))
    terms.append(
      ExplainTerm(
        "HFU (hardware FLOPs utilization)", "the same with recomputed FLOP", Format.percent(hfu),
        "counted"))
    terms.append(dominant)
    terms.append(
      ExplainTerm(
        "90 % interval of the step", "prediction / (1 + spread) to · (1 + spread)",
        "\(Format.seconds(stepSeconds / (1 + basis.spread))) to "
          + "\(Format.seconds(stepSeconds * (1 + basis.spread)))", basis.label.rawValue))
    return terms
  }

  /// What checkpoints and failures take, where they are counted.
  private var failureTerms: [ExplainTerm] {
    guard let checkpointInterval else { return [] }
    let restart = Format.seconds(CheckpointModel.restart)
    return [
      ExplainTerm(
        "checkpoints",
        "one every \(Format.seconds(checkpointInterval)): √(2 · write · time between failures)",
        Format.seconds(breakdown.checkpoints), "Young 1974; host profile"),
      ExplainTerm(
        "failures", "half an interval repeated and \(restart) of restarting, each",
        Format.seconds(breakdown.failures), "Daly 2006; host profile"),
    ]
  }

  /// The part of the step that takes most.
  private var dominant: ExplainTerm {
    let parts = breakdown.parts.sorted { $0.seconds > $1.seconds }
    let first = parts.first ?? (name: "nothing", seconds: 0)
    let share = stepSeconds > 0 ? first.seconds / stepSeconds : 0
    return ExplainTerm(
      "what dominates", "largest part of the step",
      "\(first.name), \(Format.percent(share))", "breakdown")
  }

  private func memoryTerms(_ request: PlanRequest) -> [ExplainTerm] {
    let device = request.cluster.device
    let cut = configuration.parallelism
    func shared(from stage: Int) -> String {
      guard cut.zeroStage >= stage, cut.data * cut.context > 1 else { return "all" }
      return cut.shardGroup == .node ? "shared by the replicas of a node" : "1/data of all"
    }
    func part(_ name: String, _ formula: String, _ bytes: Int, _ atPeak: Int? = nil) -> ExplainTerm
    {
      let (all, now) = (Format.bytes(bytes), Format.bytes(atPeak ?? bytes))
      return ExplainTerm(name, formula + (now == all ? "" : "; \(now) at the peak"), all, "counted")
    }
    let buffers = part("buffers", "constants, scales of narrow matrices", memory.buffersBytes)
    let held = [part("parameters", shared(from: 3), memory.parametersBytes)]
    return held + (memory.buffersBytes > 0 ? [buffers] : []) + [
      part("gradients", shared(from: 2), memory.gradientsBytes, memory.gradientsAtPeakBytes),
      part("optimizer states", shared(from: 1), memory.optimizerBytes),
      part(
        "kept activations", "recompute \(configuration.span.words(configuration.recompute))",
        memory.activationsBytes, memory.activationsAtPeakBytes),
      ExplainTerm(
        "temporaries at the peak", "in \(memory.peakPhase.rawValue)",
        Format.bytes(memory.temporaryBytes),
        "liveness walk"),
      ExplainTerm(
        "keys and values", "tokens · batch · bytes a token", Format.bytes(kvCacheBytes), "counted"),
      ExplainTerm(
        "peak",
        "stage \(peakStage + 1) of \(configuration.parallelism.pipeline), in "
          + memory.peakPhase.rawValue,
        Format.bytes(peakBytes), "the parts above at the stage and moment that need most"),
      ExplainTerm(
        "host memory", "what is offloaded, for each device", Format.bytes(hostBytes), "counted"),
      ExplainTerm(
        "usable memory", "capacity − context − \(MemoryReserve.fragmentation) fragmentation",
        "\(Format.bytes(MemoryReserve.usable(device))) of \(Format.bytes(device.memoryBytes))",
        "reserve assumed"),
    ]
  }

  /// What the busy power stands on.
  private static func words(_ mix: PowerMix) -> String {
    "busy: products \(Format.percent(mix.products)), memory \(Format.percent(mix.memory)), "
      + "waiting \(Format.percent(mix.waiting)) of the time; fitted to measured steps"
  }

  private func energyTerms(_ request: PlanRequest) -> [ExplainTerm] {
    let model = EnergyModel(device: request.cluster.device)
    guard let energy, let busy = busyPower, let idle = model.idlePower else {
      return [ExplainTerm("energy", "no power figure in the device profile", "–", "unknown")]
    }
    let host =
      (request.cluster.host?.power.value ?? 0) / Double(max(1, request.cluster.devicesPerNode))
    var terms = [
      ExplainTerm(
        "energy",
        "devices · (busy \(Format.significant(busy.value)) W · compute"
          + " + idle \(Format.significant(idle.value)) W · wait"
          + " + host \(Format.significant(host)) W) · PUE "
          + Format.significant(request.powerUsageEffectiveness),
        Format.energy(energy),
        mix.map(Self.words) ?? "busy = \(EnergyModel.busyShare) of maximum power, assumed")
    ]
    func add(_ name: String, _ formula: String, _ value: String?, _ source: String) {
      if let value { terms.append(ExplainTerm(name, formula, value, source)) }
    }
    add(
      "CO2e of electricity",
      "energy · \(Format.significant(request.gramsPerKilowattHour ?? 0)) g/kWh",
      co2Grams.map { Format.grams($0) }, "--grid or --grams-per-kwh")
    add(
      "CO2e of manufacture", "the devices' share of a life of four years",
      embodiedGrams.map { Format.grams($0) }, request.cluster.device.source)
    add(
      "cost",
      "device hours · \(Format.significant(request.pricePerDeviceHour ?? 0)) an hour",
      cost.map { Format.fixed($0, 2) }, "--price-per-device-hour or the device's profile")
    return terms
  }
}
