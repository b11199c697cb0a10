import HardwareModel
public import Models
public import Quantities
public import Workloads

/// A plan with the variant that it is of.
public struct VariantPlan: Sendable, Hashable {
  /// What the step computes with.
  public var variant: StepVariant
  /// The plan.
  public var plan: PlanEstimate
  /// Joins the two.
  public init(variant: StepVariant, plan: PlanEstimate) {
    self.variant = variant
    self.plan = plan
  }
}

/// Searches the cuts of each variant of a step and ranks all plans together.
///
/// Deterministic: equal plans stand in the order of their variants.
public struct VariantSearch: Sendable {
  private let model: ModelProfile
  private let workload: WorkloadRequest
  private let request: PlanRequest
  /// Whether plans are of training.
  public var trains: Bool { workload.task != .infer }
  /// Highest probability that a plan's memory does not do, as the request asks.
  public var memoryRisk: Double { request.memoryRisk }
  /// What a host does for each sample; nil where that is not known.
  public var loading: SampleLoading? { request.loading }
  /// What is tried, in this order.
  public let variants: [StepVariant]
  /// Plans of all variants, best first, and what the searches did together.
  public struct Result: Sendable {
    /// Plans that fit, best by the request's goal first.
    public var plans: [VariantPlan]
    /// The sum of all searches.
    public var search: SearchSummary
    /// Whether it was ended before it was done.
    public var stopped: Bool
  }

  /// Prepares a search; formats and update rule of `workload` and `request` are replaced.
  public init(
    _ model: ModelProfile, _ workload: WorkloadRequest, _ request: PlanRequest,
    _ space: VariantSpace
  ) {
    self.model = model
    self.workload = workload
    self.request = request
    variants = space.variants(on: [request.cluster.device], workload.task, request.stack)
  }

  /// The workload as a variant computes it.
  public func workload(_ variant: StepVariant) -> WorkloadRequest {
    var workload = workload
    workload.precision = variant.precision
    workload.optimizer = variant.optimizer
    return workload
  }

  /// The request as a variant computes it.
  public func request(_ variant: StepVariant) -> PlanRequest {
    var request = request
    request.precision = variant.precision
    request.stateBits = variant.stateBits
    request.stack.fusedAttention = variant.fusedAttention
    request.optimizerKernel = variant.optimizerKernel
    return request
  }

  /// Searches all variants.
  ///
  /// - Parameter workers: as `PlanSearch.workers`.
  /// - Throws: `UserError` as `PlanSearch.run`; (.impossible), of the first variant, when none has
  ///   a plan that fits.
  public func run(
    workers: PlanSearch.Workers? = nil, progress: PlanSearch.Progress? = nil
  ) throws(UserError) -> Result {
    var result = Result(
      plans: [], search: SearchSummary(configurations: 0, feasible: 0, refusals: []),
      stopped: false)
    var refusal: UserError?
    for (index, variant) in variants.enumerated() {
      var one = request(variant)
      one.atMost = bound(result.plans)
      let seen = result.search.configurations
      let share = 1 / Double(variants.count)
      if let missing = VariantSpace.refusal(
        of: variant.precision, on: request.cluster.device, workload.task)
      {
        refusal = refusal ?? missing
        continue
      }
      do {
        var search = try PlanSearch(model, workload(variant), one)
        search.workers = workers
        let found = try search.run { done, configurations in
          progress?((Double(index) + done) * share, seen + configurations) ?? true
        }
        let plans = ranked(found.plans).map { VariantPlan(variant: variant, plan: $0) }
        result.plans = merged(result.plans, plans)
        result.search.add(found.search)
        result.stopped = found.stopped
      } catch  where error.kind == .impossible {
        refusal = refusal ?? error
      }
      if result.stopped { break }
    }
    if result.plans.isEmpty, !result.stopped, let refusal { throw refusal }
    return result
  }

  /// The figure that a plan must reach to be among the best; none while there are too few, or
  /// while a safer one would be better whatever its figure.
  private func bound(_ plans: [VariantPlan]) -> Double {
    guard request.usesBounds, trains, request.goal == .time,
      plans.count >= request.limit, let last = plans.last, !exceedsRisk(last.plan)
    else { return request.atMost }
    return min(request.atMost, last.plan.stepSeconds)
  }

  /// Whether the memory may not do with more than the probability that is asked for.
  public func exceedsRisk(_ plan: PlanEstimate) -> Bool {
    plan.outOfMemoryProbability(request.cluster.device) > request.memoryRisk
  }

  /// One variant's plans, best first: the search's own order by time, where many may wait for the
  /// same data; energy and money are the estimates'.
  private func ranked(_ plans: [PlanEstimate]) -> [PlanEstimate] {
    guard request.goal != .time else { return plans }
    let figures = plans.map { $0.figure(request.goal, trains: trains) }
    return plans.indices.sorted { (figures[$0], $0) < (figures[$1], $1) }.map { plans[$0] }
  }

  /// The best of two lists, each in its order: earlier variants first among equals.
  private func merged(_ earlier: [VariantPlan], _ later: [VariantPlan]) -> [VariantPlan] {
    func comes(_ new: VariantPlan, before old: VariantPlan) -> Bool {
      let risks = (exceedsRisk(new.plan), exceedsRisk(old.plan))
      guard risks.0 == risks.1 else { return risks.1 }
      return new.plan.figure(request.goal, trains: trains)
        < old.plan.figure(request.goal, trains: trains)
    }
    var (old, new) = (earlier[...], later[...])
    var result: [VariantPlan] = []
    while result.count < max(1, request.limit), let first = old.first ?? new.first {
      guard let other = new.first else {
        result.append(old.removeFirst())
        continue
      }
      let isNew = old.isEmpty || comes(other, before: first)
      result.append(isNew ? new.removeFirst() : old.removeFirst())
    }
    return result
  }
}

extension PlanEstimate {
  /// What a goal makes least: of the job, or of a sample to be served.
  func figure(_ goal: PlanGoal, trains: Bool) -> Double {
    let whole =
      switch goal {
      case .time: stepSeconds
      case .deviceHours: deviceHours
      case .energy: energy?.value ?? deviceHours
      case .co2: co2Grams.map { $0 + (embodiedGrams ?? 0) } ?? energy?.value ?? deviceHours
      case .cost: cost ?? deviceHours
      }
    return trains ? whole : whole / Double(max(1, configuration.globalBatch))
  }
}

extension SearchSummary {
  /// Adds what another search did.
  mutating func add(_ other: SearchSummary) {
    configurations += other.configurations
    feasible += other.feasible
    refusals = Refusal.allCases.compactMap { reason in
      let count = (refusals + other.refusals).filter { $0.reason == reason }.map(\.count)
        .reduce(0, +)
      return count > 0 ? RefusalCount(reason: reason, count: count) : nil
    }
  }
}
