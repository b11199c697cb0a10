import CostModel
public import HardwareModel
public import Models
public import Quantities
public import Workloads

/// Searches how devices of several kinds train one model together.
///
/// Three ways are held against each other. *Shares*: replicas of equal cut, on each kind with a
/// micro-batch, a recomputation and a number of passes of its own, so that all kinds end together
/// (load-balanced data parallelism; Jia et al., Whale, USENIX ATC 2022, section 3.5). *Stages*: a
/// pipeline whose stages hold as many layers as their card computes in time and can keep (Park et
/// al., HetPipe, USENIX ATC 2020, section 4). *Alone*: the best plan of each kind by itself.
public struct MixedSearch {
  let mixed: MixedCluster
  private(set) var request: PlanRequest
  private let source: PlanSearch.Source

  /// Prepares a search; `request.cluster` is not used.
  ///
  /// - Throws: `UserError` (.input) for inference, and for `--devices`.
  public init(
    _ model: ModelProfile, _ workload: WorkloadRequest, _ request: PlanRequest,
    _ mixed: MixedCluster
  ) throws(UserError) {
    guard workload.task != .infer else {
      throw UserError(
        .input, key: "--cluster", "replicas that serve do not wait for each other",
        remedy: "plan each kind of device by itself")
    }
    guard request.devices == nil else {
      throw UserError(
        .input, key: "--devices", "a mixed cluster is used by kinds, each as a whole",
        remedy: "leave it out")
    }
    try request.space.validate()
    self.mixed = mixed
    let prepared = try PlanSearch(model, workload, request)
    self.request = prepared.request
    source = prepared.source
    alone = try mixed.parts.map { part throws(UserError) in
      var one = request
      one.cluster = part
      one.limit = 1
      one.pricePerDeviceHour = request.pricePerDeviceHour ?? part.device.rentPerHour
      return try PlanSearch(model, workload, one)
    }
  }

  private let alone: [PlanSearch]

  /// Plans that fit, best first by the request's goal; those above its memory risk where there is
  /// no other.
  ///
  /// - Throws: `UserError` (.impossible) when none fits, (.input) from the workload.
  public func run() throws(UserError) -> [MixedPlan] {
    do {
      let plans = try visit()
      if !plans.contains(where: { $0.exceeds(request.memoryRisk) }) { return plans }
    } catch { guard error.kind == .impossible, request.memoryRisk < 1 else { throw error } }
    // A plan that may not run is better than none.
    var bolder = self
    bolder.request.memoryRisk = 1
    return try bolder.visit()
  }

  private func visit() throws(UserError) -> [MixedPlan] {
    var plans: [MixedPlan] = []
    var refusals: [String] = []
    for (part, search) in zip(mixed.parts, alone) {
      do {
        if let plan = try search.run().plans.first { plans.append(single(part, plan)) }
      } catch  where error.kind == .impossible {
        refusals.append(error.message)
      }
    }
    for size in sizes {
      guard let kinds = try kinds(size) else { break }
      plans += SharedReplicas(self, size, kinds).plans()
      plans += MixedPipeline(self, size, kinds).plans()
    }
    plans = kept(plans)
    let safe = plans.filter { !$0.exceeds(request.memoryRisk) }
    if !safe.isEmpty { plans = safe }
    guard !plans.isEmpty else {
      throw UserError(
        .impossible, place: mixed.id,
        "no plan over all kinds fits, and of each alone: " + refusals.joined(separator: "; "),
        remedy: "take fewer samples, more recomputation or cards with more memory")
    }
    return Array(plans.prefix(max(1, request.limit)))
  }

  /// Micro-batch sizes to try.
  private var sizes: [Int] {
    request.space.microBatch
      ?? SearchSpace.divisors(request.globalBatch, upTo: SearchSpace.largestMicroBatch)
  }

  /// What each kind of device needs for estimates of one micro-batch; nil where it is too large to
  /// be counted.
  private func kinds(_ size: Int) throws(UserError) -> [MixedKind]? {
    let profile: StepProfile
    do { profile = try source(size, nil) } catch {
      guard size > sizes.first ?? 1 else { throw error }
      return nil
    }
    return mixed.parts.map { part in
      var one = request
      one.cluster = mixed.seen(by: part)
      return MixedKind(part: part, evaluator: Evaluator(profile, one))
    }
  }

  /// Those within the limits, best first; of equal ones the simpler way.
  private func kept(_ plans: [MixedPlan]) -> [MixedPlan] {
    let within = plans.filter {
      $0.totalSeconds <= request.deadlineSeconds ?? .infinity
        && $0.cost ?? 0 <= request.budget ?? .infinity
    }
    return within.enumerated().sorted { left, right in
      let (a, b) = (goal(left.element), goal(right.element))
      return a != b ? a < b : left.offset < right.offset
    }.map(\.element)
  }

  private func goal(_ plan: MixedPlan) -> Double {
    switch request.goal {
    case .time: plan.totalSeconds
    case .deviceHours: plan.deviceHours
    case .cost: plan.cost ?? plan.deviceHours
    case .energy, .co2: plan.energy?.value ?? plan.deviceHours
    }
  }

  // MARK: plans

  private func single(_ part: Cluster, _ estimate: PlanEstimate) -> MixedPlan {
    let held = MixedPlan.Part(
      device: part.device, devices: estimate.devices, estimate: estimate,
      samples: request.globalBatch, busySeconds: estimate.breakdown.compute)
    return plan(.alone, [held], estimate.stepSeconds)
  }

  /// A plan with what it costs.
  func plan(_ way: MixedPlan.Way, _ parts: [MixedPlan.Part], _ seconds: Double) -> MixedPlan {
    var result = MixedPlan(
      way: way, parts: parts, stepSeconds: seconds, globalBatch: request.globalBatch,
      steps: request.steps)
    let total = result.totalSeconds
    var joules: Double? = mixed.hostPower.value * total
    var money: Double? = 0
    for part in mixed.parts {
      let working = parts.first { $0.device == part.device }
      let busy = seconds > 0 ? (working?.busySeconds ?? 0) / seconds : 0
      // A card that waits, or is left out of the job, still idles in its machine.
      let device = EnergyModel(device: part.device, mix: working?.estimate.mix)
        .energy(over: Seconds(total), busy: busy)
      joules = joules.flatMap { sum in
        device.map { sum + $0.value * Double(working?.devices ?? part.deviceCount) }
      }
      guard let working else { continue }
      let price = request.pricePerDeviceHour ?? part.device.rentPerHour
      money = money.flatMap { sum in
        price.map { sum + $0 * Double(working.devices) * total / 3600 }
      }
    }
    result.energy = joules.map { Joules($0 * request.powerUsageEffectiveness) }
    result.cost = money
    return result
  }

  /// Greatest number that divides all of some counts.
  static func common(_ counts: [Int]) -> Int {
    counts.reduce(0) { a, b in
      var (x, y) = (a, b)
      while y != 0 { (x, y) = (y, x % y) }
      return x
    }
  }
}

/// One kind of device with its estimates of one micro-batch.
struct MixedKind {
  let part: Cluster
  let evaluator: Evaluator

  var devices: Int { part.deviceCount }
  /// Bytes that a plan may use of one device.
  var usable: Double { evaluator.usable }
}
