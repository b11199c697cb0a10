public import CostModel
import HardwareModel
public import Quantities

/// Searches configurations of one workload on one cluster.
///
/// Pure and deterministic: the same inputs give the same plans in the same order.
public struct PlanSearch {
  /// Counts a micro-batch of so many samples; called once per size.
  public typealias Source = (_ microBatch: Int) throws(UserError) -> StepProfile

  private let request: PlanRequest
  private let trains: Bool
  private let source: Source

  /// Prepares a search.
  ///
  /// - Throws: `UserError` (.input) for dimensions that are not covered and sizes out of range.
  public init(_ request: PlanRequest, trains: Bool, source: @escaping Source) throws(UserError) {
    try request.space.validate()
    if let devices = request.devices {
      guard devices >= 1, devices <= request.cluster.deviceCount else {
        throw UserError(
          .input, key: "--devices",
          "\(devices) devices are asked for, \(request.cluster.id) has "
            + "\(request.cluster.deviceCount)",
          remedy: "give 1 to \(request.cluster.deviceCount), or another --cluster")
      }
      if let data = request.space.data, trains, !data.contains(devices) {
        throw UserError(
          .input, key: "--data", "\(data[0]) replicas contradict --devices \(devices)",
          remedy: "each device is one replica: give one of both")
      }
    }
    if trains && request.globalBatch < 1 {
      throw UserError(
        .input, key: "--global-batch", "\(request.globalBatch) samples",
        remedy: "give at least 1")
    }
    self.request = request
    self.trains = trains
    self.source = source
  }

  /// Evaluates every configuration and ranks those that fit.
  ///
  /// - Throws: `UserError` (.impossible) when none fits: it names the limit, by how much it is
  ///   exceeded, and the nearest plan that fits; `UserError` (.input) from the source.
  public func run() throws(UserError) -> PlanResult {
    let outcome = try visit(request.space, request.devices)
    guard !outcome.fitting.isEmpty else { throw try impossible(outcome) }
    let best = outcome.fitting.sorted(by: precedes).prefix(max(1, request.limit))
    return PlanResult(plans: Array(best), search: outcome.summary)
  }

  // MARK: visiting

  private struct Outcome {
    var fitting: [PlanEstimate] = []
    /// The configuration that misses the memory by least.
    var closest: PlanEstimate?
    var visited = 0
    var refused: [Refusal: Int] = [:]

    var summary: SearchSummary {
      SearchSummary(
        configurations: visited, feasible: fitting.count,
        refusals: Refusal.allCases.compactMap { reason in
          refused[reason].map { SearchSummary.RefusalCount(reason: reason, count: $0) }
        })
    }
  }

  private func visit(_ space: SearchSpace, _ devices: Int?) throws(UserError) -> Outcome {
    let (allowed, refused) =
      trains
      ? space.configurations(
        devices: devices ?? request.cluster.deviceCount, exactly: devices != nil,
        globalBatch: request.globalBatch, trains: true)
      : space.inferenceConfigurations(devices: devices ?? request.cluster.deviceCount)
    var outcome = Outcome()
    outcome.refused = refused
    outcome.visited = allowed.count + refused.values.reduce(0, +)
    let usable = MemoryReserve.usable(request.cluster.device)
    let sizes = Set(allowed.map(\.microBatch)).sorted()
    for (position, size) in sizes.enumerated() {
      let evaluator = Evaluator(try source(size), request)
      var fits = false
      for configuration in allowed where configuration.microBatch == size {
        let estimate = evaluator.estimate(configuration)
        if estimate.peakBytes <= usable {
          outcome.fitting.append(estimate)
          fits = true
        } else {
          outcome.refused[.memory, default: 0] += 1
          if estimate.peakBytes < outcome.closest?.peakBytes ?? .max { outcome.closest = estimate }
        }
      }
      // Memory grows with the micro-batch: when nothing fits, nothing larger does.
      if !fits {
        let larger = Set(sizes[(position + 1)...])
        let skipped = allowed.count { larger.contains($0.microBatch) }
        if skipped > 0 { outcome.refused[.memory, default: 0] += skipped }
        break
      }
    }
    return outcome
  }

  /// Faster first; among equals fewer devices, less memory, simpler cut.
  private func precedes(_ left: PlanEstimate, _ right: PlanEstimate) -> Bool {
    func key(_ plan: PlanEstimate) -> [Double] {
      let cut = plan.configuration
      let speed = trains ? plan.stepSeconds : -plan.samplesPerSecond
      return [
        speed, Double(plan.devices), Double(plan.peakBytes), Double(cut.parallelism.zeroStage),
        cut.recompute == .full ? 1 : 0, Double(cut.microBatch),
      ]
    }
    return key(left).lexicographicallyPrecedes(key(right))
  }

  // MARK: when nothing fits

  private func impossible(_ outcome: Outcome) throws(UserError) -> UserError {
    let usable = MemoryReserve.usable(request.cluster.device)
    guard let closest = outcome.closest else {
      let reasons = outcome.summary.refusals.map { "\($0.count) \($0.reason.words)" }
      let known = try nearest()
      return UserError(
        .impossible, place: request.cluster.id,
        "no configuration is possible: \(reasons.joined(separator: ", "))",
        remedy: known.map { "nearest that fits: \($0)" } ?? "change --global-batch or --devices")
    }
    let needed = closest.peakBytes
    let nearest = try nearest()
    let message =
      "no plan fits: the leanest needs \(Format.bytes(needed)) a device, "
      + "\(Format.bytes(needed - usable)) more than the \(Format.bytes(usable)) usable of "
      + "\(request.cluster.device.name)"
      + " (\(Format.bytes(request.cluster.device.memoryBytes)) less context and fragmentation)"
    return UserError(
      .impossible, place: request.cluster.id, message,
      remedy: nearest.map { "nearest that fits: \($0)" }
        ?? "take devices with at least \(Format.bytes(needed)) usable memory")
  }

  /// The best plan with ever more of the user's choices given up, in words.
  private func nearest() throws(UserError) -> String? {
    var space = request.space
    var relaxations: [(SearchSpace, Int?)] = []
    space.microBatch = nil
    relaxations.append((space, request.devices))
    space.recompute = nil
    relaxations.append((space, request.devices))
    space.zeroStage = nil
    relaxations.append((space, request.devices))
    space.data = nil
    relaxations.append((space, nil))
    for (space, devices) in relaxations {
      if let plan = try visit(space, devices).fitting.min(by: precedes) { return words(plan) }
    }
    return nil
  }

  private func words(_ plan: PlanEstimate) -> String {
    let cut = plan.configuration
    return "--devices \(plan.devices) --micro-batch \(cut.microBatch)"
      + (trains
        ? " --zero \(cut.parallelism.zeroStage) --recompute \(cut.recompute.rawValue)" : "")
      + " (\(Format.bytes(plan.peakBytes)) a device)"
  }
}

extension SearchSpace {
  /// Configurations of inference: replicas that each run batches of one size.
  func inferenceConfigurations(
    devices: Int
  ) -> (allowed: [Configuration], refused: [Refusal: Int]) {
    var allowed: [Configuration] = []
    var refused: [Refusal: Int] = [:]
    for replicas in data ?? [devices] {
      guard replicas <= devices else {
        refused[.devices, default: 0] += 1
        continue
      }
      for batch in microBatch ?? (0...10).map({ 1 << $0 }) {
        var parallelism = Parallelism()
        parallelism.data = replicas
        allowed.append(
          Configuration(
            parallelism: parallelism, microBatch: batch, accumulation: 1, recompute: .none))
      }
    }
    return (allowed, refused)
  }
}
