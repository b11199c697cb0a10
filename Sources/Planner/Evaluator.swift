import CostModel
import HardwareModel
import Quantities

/// Evaluates configurations of one micro-batch size; everything that does not depend on the cut
/// over devices is summed once.
struct Evaluator {
  private let request: PlanRequest
  private let profile: StepProfile
  private let communication: Communication
  private let energy: EnergyModel
  private let peak: Double
  private let forward: Double
  private let backward: Double
  private let recompute: Double
  private let optimizer: WorkTally
  private let time: TimeModel
  private let measuredShare: Double

  init(_ profile: StepProfile, _ request: PlanRequest) {
    self.profile = profile
    self.request = request
    communication = Communication(request.cluster)
    energy = EnergyModel(device: request.cluster.device)
    time = TimeModel(device: request.cluster.device)
    peak = time.computePeak(request.precision.compute).value
    forward = time.seconds(profile.cost.forward)
    backward = time.seconds(profile.cost.backward)
    recompute = time.seconds(profile.cost.recomputable)
    let gpu = request.cluster.device.kind == .gpu
    optimizer = gpu ? profile.cost.optimizer.fused : profile.cost.optimizer
    measuredShare = time.measuredShare(profile.cost.forward, profile.cost.backward)
  }

  /// The estimate, whether it fits or not.
  func estimate(_ configuration: Configuration) -> PlanEstimate {
    let breakdown = breakdown(configuration)
    let passes = Double(configuration.accumulation) * Double(configuration.parallelism.data)
    let cost = profile.cost
    let model = Double(cost.flops.step) * passes
    let repeated =
      configuration.recompute == .full ? Double(cost.recomputable.sum(\.modelFlops)) * passes : 0
    let capacity = breakdown.total * Double(configuration.parallelism.devices) * peak
    var estimate = PlanEstimate(
      configuration: configuration, precision: request.precision, breakdown: breakdown,
      memory: memory(configuration), kvCacheBytes: cacheBytes(configuration), modelFlops: model,
      hardwareFlops: model + repeated, mfu: capacity > 0 ? model / capacity : 0,
      hfu: capacity > 0 ? (model + repeated) / capacity : 0, steps: request.steps,
      measuredShare: measuredShare)
    let busy = breakdown.total > 0 ? breakdown.compute / breakdown.total : 0
    estimate.energy = energy.energy(over: Seconds(estimate.totalSeconds), busy: busy)
      .map { $0 * Double(estimate.devices) }
    if let joules = estimate.energy?.value, let intensity = request.gramsPerKilowattHour {
      estimate.co2Grams = joules / 3.6e6 * intensity
    }
    estimate.cost = request.pricePerDeviceHour.map { $0 * estimate.deviceHours }
    return estimate
  }

  private func memory(_ configuration: Configuration) -> MemoryEstimate {
    profile.memory.estimate(
      MemorySettings(
        recompute: configuration.recompute, zeroStage: configuration.parallelism.zeroStage,
        dataParallel: configuration.parallelism.data, optimizerKernel: request.optimizerKernel,
        accumulates: configuration.accumulation > 1))
  }

  private func cacheBytes(_ configuration: Configuration) -> Int {
    guard !profile.trains, request.cachedTokens > 0 else { return 0 }
    let (tokens, first) = request.cachedTokens.multipliedReportingOverflow(
      by: configuration.microBatch)
    let (bytes, second) = tokens.multipliedReportingOverflow(
      by: profile.memory.kvCacheBytesPerToken)
    return first || second ? .max : bytes
  }

  private func breakdown(_ configuration: Configuration) -> StepBreakdown {
    let passes = Double(configuration.accumulation)
    var result = StepBreakdown()
    result.forward = forward * passes
    result.backward = backward * passes
    result.recompute = configuration.recompute == .full ? recompute * passes : 0
    guard profile.trains else { return result }
    let ranks = configuration.parallelism.data
    let shares = configuration.parallelism.zeroStage >= 1 ? Double(ranks) : 1
    result.optimizer = time.seconds(optimizer) / shares
    communicate(configuration, &result)
    return result
  }

  /// Gradients (and under ZeRO parameters) between replicas. The last micro-batch's backward, and
  /// under ZeRO 2 and 3 every pass, hides up to `Communication.overlap` of its traffic.
  private func communicate(_ configuration: Configuration, _ result: inout StepBreakdown) {
    let ranks = configuration.parallelism.data
    guard ranks > 1 else { return }
    let passes = Double(configuration.accumulation)
    let gradients = profile.memory.gradients
    let parameters = profile.memory.parameters
    let lastBackward = backward + (configuration.recompute == .full ? recompute : 0)
    var traffic = 0.0
    var cover = 0.0
    switch configuration.parallelism.zeroStage {
    case 0:
      traffic = communication.allReduce(gradients, ranks: ranks)
      cover = lastBackward
    case 1:
      traffic = communication.reduceScatter(gradients, ranks: ranks)
      cover = lastBackward
    case 2:
      traffic = communication.reduceScatter(gradients, ranks: ranks) * passes
      cover = lastBackward * passes
    default:
      // Parameters are gathered for forward and again for backward.
      let gathers = 2 * communication.allGather(parameters, ranks: ranks)
      traffic = (gathers + communication.reduceScatter(gradients, ranks: ranks)) * passes
      cover = (forward + lastBackward) * passes
    }
    let hidden = min(traffic * Communication.overlap, cover)
    result.communication = traffic
    result.exposedCommunication = traffic - hidden
    if configuration.parallelism.zeroStage == 1 || configuration.parallelism.zeroStage == 2 {
      // Updated parameters are gathered after the update, hidden behind nothing.
      let gather = communication.allGather(gradients, ranks: ranks)
      result.communication += gather
      result.exposedCommunication += gather
    }
  }
}

extension TimeModel {
  /// Share of the seconds that come from measured curves.
  func measuredShare(_ tallies: WorkTally...) -> Double {
    guard !device.rates.isEmpty else { return 0 }
    var (measured, total) = (0.0, 0.0)
    for entry in tallies.flatMap(\.entries) {
      let seconds = Double(entry.count) * seconds(entry.cost)
      total += seconds
      if isMeasured(entry.cost) { measured += seconds }
    }
    return total > 0 ? measured / total : 0
  }
}
