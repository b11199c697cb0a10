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
        result.plans += found.plans.map { VariantPlan(variant: variant, plan: $0) }
        result.search.add(found.search)
        result.stopped = found.stopped
      } catch  where error.kind == .impossible {
        refusal = refusal ?? error
      }
      keepBest(&result.plans)
      if result.stopped { break }
    }
    if result.plans.isEmpty, !result.stopped, let refusal { throw refusal }
    return result
  }

  /// The figure that a plan must reach to be among the best; none while there are too few.
  private func bound(_ plans: [VariantPlan]) -> Double {
    guard request.usesBounds, trains, request.goal == .time,
      plans.count >= request.limit, let last = plans.last
    else { return request.atMost }
    return min(request.atMost, last.plan.stepSeconds)
  }

  private func keepBest(_ plans: inout [VariantPlan]) {
    let ranked = plans.enumerated().sorted { left, right in
      let figures = [left, right].map { $0.element.plan.figure(request.goal, trains: trains) }
      return (figures[0], left.offset) < (figures[1], right.offset)
    }
    plans = ranked.prefix(max(1, request.limit)).map(\.element)
  }
}

extension PlanEstimate {
  /// What a goal makes least.
  func figure(_ goal: PlanGoal, trains: Bool) -> Double {
    guard trains else { return 1 / max(samplesPerSecond, .leastNormalMagnitude) }
    return switch goal {
    case .time: stepSeconds
    case .deviceHours: deviceHours
    case .energy, .co2: energy?.value ?? deviceHours
    case .cost: cost ?? deviceHours
    }
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
