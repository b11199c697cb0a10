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
    let rates =
      device.rates.isEmpty
      ? "roofline with assumed efficiencies (CostModel/Efficiency)"
      : "measured rates for \(share) % of the operators' time, roofline for the rest"
    return [
      ExplainTerm("dense peak", "\(precision.compute.rawValue)", "\(peak) FLOP/s", device.source),
      ExplainTerm(
        "memory bandwidth", "one device", "\(device.memoryBandwidth.value) B/s", device.source),
      ExplainTerm(
        "operator time", "max(FLOP/(peak·e), bytes/(bandwidth·e)) + launch",
        "launch \(device.launchOverhead.value) s", rates),
      ExplainTerm(
        "link in a node", "alpha–beta, ring",
        Self.words(request.cluster.intraNode),
        request.cluster.source),
      ExplainTerm(
        "link between nodes", "alpha–beta, per device",
        Self.words(request.cluster.interNode),
        request.cluster.source),
    ]
  }

  private static func words(_ link: Link) -> String {
    "\(link.bandwidth.value) B/s, \(link.latency.value) s"
  }

  private func timeTerms(_ request: PlanRequest) -> [ExplainTerm] {
    let passes = configuration.accumulation
    return [
      ExplainTerm(
        "forward", "\(passes) micro-batches · sum of operator times", "\(breakdown.forward) s",
        "counted"),
      ExplainTerm(
        "backward", "\(passes) micro-batches · sum of operator times", "\(breakdown.backward) s",
        "counted"),
      ExplainTerm(
        "recompute", "forward of the repeated layers again", "\(breakdown.recompute) s", "counted"),
      ExplainTerm(
        "optimizer", "parameters, gradients and states through memory; / data under ZeRO",
        "\(breakdown.optimizer) s", "counted"),
      ExplainTerm(
        "communication",
        "2(n−1)/n · bytes / (\(Communication.linkEfficiency) · bandwidth) + latency",
        "\(breakdown.communication) s", "link efficiency assumed"),
      ExplainTerm(
        "exposed communication", "what backward cannot hide; at most \(Communication.overlap) can",
        "\(breakdown.exposedCommunication) s", "overlap assumed"),
      ExplainTerm(
        "MFU", "model FLOP / (devices · peak · step)",
        "\(modelFlops) / (\(devices) · peak · \(stepSeconds)) = \(mfu)", "counted"),
      ExplainTerm("HFU", "with recomputed FLOP", "\(hfu)", "counted"),
    ]
  }

  private func memoryTerms(_ request: PlanRequest) -> [ExplainTerm] {
    let device = request.cluster.device
    let stage = configuration.parallelism.zeroStage
    return [
      ExplainTerm(
        "parameters", stage >= 3 ? "1/data of all" : "all", "\(memory.parametersBytes) B",
        "counted"),
      ExplainTerm(
        "gradients", stage >= 2 ? "1/data of all" : "all", "\(memory.gradientsBytes) B", "counted"),
      ExplainTerm(
        "optimizer states", stage >= 1 ? "1/data of all" : "all", "\(memory.optimizerBytes) B",
        "counted"),
      ExplainTerm(
        "kept activations", "recompute \(configuration.recompute.rawValue)",
        "\(memory.activationsBytes) B", "liveness walk"),
      ExplainTerm(
        "temporaries at the peak", "in \(memory.peakPhase.rawValue)", "\(memory.temporaryBytes) B",
        "liveness walk"),
      ExplainTerm(
        "keys and values", "tokens · batch · bytes a token", "\(kvCacheBytes) B", "counted"),
      ExplainTerm(
        "usable memory", "capacity − context − \(MemoryReserve.fragmentation) fragmentation",
        "\(MemoryReserve.usable(device)) of \(device.memoryBytes) B", "reserve assumed"),
    ]
  }

  private func energyTerms(_ request: PlanRequest) -> [ExplainTerm] {
    let model = EnergyModel(device: request.cluster.device)
    guard let energy, let busy = model.busyPower, let idle = model.idlePower else {
      return [ExplainTerm("energy", "no power figure in the device profile", "–", "unknown")]
    }
    return [
      ExplainTerm(
        "energy", "devices · (busy \(busy.value) W · compute + idle \(idle.value) W · wait)",
        "\(energy.value) J", "busy = \(EnergyModel.busyShare) of maximum power, assumed")
    ]
  }
}
