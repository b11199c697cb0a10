public import CostModel
import HardwareModel
public import Quantities

/// Searches configurations of one workload on one cluster.
///
/// Pure and deterministic: the same inputs give the same plans in the same order.
public struct PlanSearch {
  /// Counts a micro-batch of so many samples; called once per size, of several sizes at once where
  /// there are workers. `family` tells what sizes counted before say of this one; nil as long as
  /// these are too few.
  public typealias Source =
    @Sendable (_ microBatch: Int, _ family: StepFamily?) throws(UserError) -> StepProfile
  /// Told how far a search is, from 0 to 1; false ends it with the best plans so far.
  public typealias Progress = (_ done: Double, _ configurations: Int) -> Bool

  /// Runs a body for each index up to a count, in any order and at once as it likes, and returns
  /// the parts in the order of the indices.
  public typealias Workers = (_ count: Int, _ body: @escaping @Sendable (Int) -> SearchPart) ->
    [SearchPart]

  let request: PlanRequest
  let trains: Bool
  let source: Source
  /// Who visits; nil: the caller's thread alone. The result is the same either way.
  public var workers: Workers?
  /// Whether an error should tell what comes nearest; else a search that cannot fit ends sooner.
  public var explains = true

  /// Prepares a search.
  ///
  /// - Throws: `UserError` (.input) for dimensions and sizes out of range.
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
      let space = request.space
      if trains, let data = space.data?.first, let tensor = space.tensor?.first,
        let pipeline = space.pipeline?.first, let context = space.context?.first,
        Double(data) * Double(tensor) * Double(pipeline) * Double(context) != Double(devices)
      {
        throw UserError(
          .input, key: "--data",
          "\(data) replicas of \(tensor) x \(pipeline) x \(context) devices contradict "
            + "--devices \(devices)",
          remedy: "leave out one of them")
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

  /// Evaluates configurations and ranks those that fit.
  ///
  /// - Throws: `UserError` (.impossible) when none fits: it names the limit, by how much it is
  ///   exceeded, and the nearest plan that fits; `UserError` (.input) from the source.
  public func run(progress: Progress? = nil) throws(UserError) -> PlanResult {
    var known = CountedSizes()
    var outcome = try visitOffloading(request, progress, &known)
    if outcome.best.isEmpty, request.memoryRisk < 1, request.atMost == .infinity, !outcome.stopped,
      explains || mayHold(outcome)
    {
      // A plan that may not run is better than none.
      var bolder = request
      bolder.memoryRisk = 1
      outcome = try visitOffloading(bolder, progress, &known)
    }
    guard !outcome.best.isEmpty || request.atMost < .infinity || outcome.stopped else {
      guard explains else {
        throw UserError(.impossible, place: request.cluster.id, "no plan fits", remedy: "")
      }
      throw try impossible(outcome, &known)
    }
    var result = PlanResult(plans: outcome.plans(request.limit), search: outcome.summary)
    result.stopped = outcome.stopped
    return result
  }

  /// Whether the devices, with what the host lends each, could hold parameters and optimizer states
  /// spread over all of them: where they cannot, no cut fits, whatever is risked.
  private func mayHold(_ outcome: SearchOutcome) -> Bool {
    guard let memory = outcome.evaluators.values.first?.memoryModel else { return true }
    let states = Double(memory.parameters) + Double(memory.optimizer)
    let devices = Double(request.devices ?? request.cluster.deviceCount)
    return states / devices <= request.mostUsable + request.hostShare
  }

  /// Visits a request's space, and where nothing fits, once more with every offload that is open.
  private func visitOffloading(
    _ request: PlanRequest, _ progress: Progress?, _ known: inout CountedSizes
  ) throws(UserError) -> SearchOutcome {
    let outcome = try visit(request, progress, &known)
    guard outcome.best.isEmpty, request.space.offload == nil, trains, !outcome.stopped
    else { return outcome }
    var wider = request
    wider.space.offload = Offload.choices
    return try visit(wider, progress, &known)
  }

  /// Visits a request's space; `known` holds sizes that are counted, for further visits.
  private func visit(
    _ request: PlanRequest, _ progress: Progress?, _ known: inout CountedSizes
  ) throws(UserError) -> SearchOutcome {
    var walk = SearchWalk(
      request, trains: trains, source: source, progress: progress, workers: workers, known: known)
    try walk.run()
    known = walk.known
    return walk.outcome
  }

  // MARK: when nothing fits

  private func impossible(
    _ outcome: SearchOutcome, _ known: inout CountedSizes
  ) throws(UserError) -> UserError {
    if let missed = outcome.missed { return limits(missed.reason, missed.plan) }
    let usable = MemoryReserve.usable(request.cluster.device)
    guard let closest = outcome.closest else {
      let reasons = outcome.summary.refusals.map { "\($0.count) \($0.reason.words)" }
      let fitting = try nearest(&known)
      return UserError(
        .impossible, place: request.cluster.id,
        "no configuration is possible: \(reasons.joined(separator: ", "))" + host(outcome),
        remedy: fitting.map { "nearest that fits: \($0)" } ?? "change --global-batch or --devices")
    }
    let needed = closest.plan.peakBytes
    let nearest = try nearest(&known)
    let message =
      "no plan fits: the leanest needs \(Format.bytes(needed)) a device, "
      + "\(Format.bytes(max(0, needed - usable))) more than the \(Format.bytes(usable)) usable of "
      + "\(request.cluster.device.name)"
      + " (\(Format.bytes(request.cluster.device.memoryBytes)) less context and fragmentation)"
      + host(outcome)
    return UserError(
      .impossible, place: request.cluster.id, message,
      remedy: nearest.map { "nearest that fits: \($0)" }
        ?? "take devices with at least \(Format.bytes(needed)) usable memory")
  }

  /// What would fit the devices, and asks for more of the host; empty where nothing does.
  private func host(_ outcome: SearchOutcome) -> String {
    guard outcome.leastOnHost < 9e18 else { return "" }
    let (needed, share) = (Int(outcome.leastOnHost), Int(request.hostShare))
    return "; offloaded, the leanest needs \(Format.bytes(needed)) of the host for each device, "
      + "\(Format.bytes(max(0, needed - share))) more than its share, \(Format.bytes(share))"
      + (request.cluster.host == nil ? " (assumed)" : "")
  }

  /// Plans fit the memory, but none the deadline or the budget.
  private func limits(_ reason: Refusal, _ plan: PlanEstimate) -> UserError {
    let total = Format.seconds(plan.totalSeconds)
    let (key, message): (String, String)
    if reason == .deadline {
      let deadline = Format.seconds(request.deadlineSeconds ?? 0)
      (key, message) = ("--deadline", "no plan ends within \(deadline): the fastest takes \(total)")
    } else {
      let cost = Format.fixed(plan.cost ?? 0, 2)
      let budget = Format.fixed(request.budget ?? 0, 2)
      (key, message) = (
        "--budget", "no plan costs at most \(budget): the cheapest costs \(cost) and takes \(total)"
      )
    }
    return UserError(
      .impossible, place: request.cluster.id, key: key, message, remedy: "nearest: \(words(plan))")
  }

  /// The best plan with ever more of the user's choices given up, in words.
  private func nearest(_ known: inout CountedSizes) throws(UserError) -> String? {
    var wider = request
    wider.limit = 1
    wider.memoryRisk = 1
    wider.deadlineSeconds = nil
    wider.budget = nil
    let steps: [(inout PlanRequest) -> Void] = [
      { $0.space.microBatch = nil },
      {
        $0.space.recompute = nil
        $0.space.recomputeSpan = nil
      },
      { $0.space.zeroStage = nil },
      {
        $0.space.expert = nil
        $0.space.expertTensor = nil
      },
      {
        $0.space.context = nil
        $0.space.contextKind = nil
      },
      { $0.space.offload = Offload.choices },
      {
        $0.space.virtualStages = nil
        $0.space.data = nil
        $0.space.tensor = nil
        $0.space.pipeline = nil
        $0.devices = nil
      },
    ]
    // What has been visited and holds no plan: a choice that was open from the start opens nothing.
    var empty = [(request.space, request.devices)]
    if request.space.offload == nil, trains {
      empty.append((request.space, request.devices))
      empty[1].0.offload = Offload.choices
    }
    for step in steps {
      step(&wider)
      if empty.contains(where: { $0 == wider.space && $1 == wider.devices }) { continue }
      if let plan = try visit(wider, nil, &known).plans(1).first { return words(plan) }
      empty.append((wider.space, wider.devices))
    }
    return nil
  }

  private func words(_ plan: PlanEstimate) -> String {
    let cut = plan.configuration
    var text = "--devices \(plan.devices) --micro-batch \(cut.microBatch)"
    if cut.parallelism.tensor > 1 { text += " --tensor \(cut.parallelism.tensor)" }
    if cut.parallelism.pipeline > 1 { text += " --pipeline \(cut.parallelism.pipeline)" }
    if cut.parallelism.context > 1 { text += " --context \(cut.parallelism.context)" }
    if trains {
      text += " --zero \(cut.parallelism.zeroStage) --recompute \(cut.recompute.rawValue)"
      if let layers = cut.span.layers {
        text += " --recompute-layers \(layers) --recompute-rest \(cut.span.rest.rawValue)"
      }
      if cut.span.chunk > 1 { text += " --recompute-chunk \(cut.span.chunk)" }
    }
    if !cut.offload.isEmpty { text += " --offload \(cut.offload.words.joined(separator: ","))" }
    return text + " (\(Format.bytes(plan.peakBytes)) a device)"
  }
}

extension Offload {
  /// Every choice, least first.
  public static let choices: [Offload] = (0..<8).map { Offload(rawValue: $0) }
}

/// What one part of a search found, or counted to begin with; only the search can read it.
public struct SearchPart: Sendable {
  var outcome = SearchOutcome()
  var evaluator: Result<Evaluator, UserError>?
  /// What the evaluator was made of, where further sizes may follow from it.
  var profile: StepProfile?
}

/// A configuration that almost fits.
///
/// A class, since an estimate is large, and what a search has found is handed about.
final class NearMiss: Sendable {
  /// The limit that it misses, and by which figure it is the nearest.
  let reason: Refusal
  let figure: Double
  let plan: PlanEstimate

  init(_ reason: Refusal, _ figure: Double, _ plan: PlanEstimate) {
    (self.reason, self.figure, self.plan) = (reason, figure, plan)
  }
}

/// What a walk has found.
struct SearchOutcome {
  /// A configuration that fits, by rank.
  struct Candidate {
    var configuration: Configuration
    var execution: ExecutionChoice?
    var key: RankKey
  }

  var best: [Candidate] = []
  /// The configuration that misses the memory by least.
  var closest: NearMiss?
  /// The nearest that fits the memory and misses a limit.
  var missed: NearMiss?
  /// Bytes on the host for each device of what fits the devices, and no host: the least.
  var leastOnHost = Double.infinity
  var feasible = 0
  var refused: [Int] = [Int](repeating: 0, count: Refusal.allCases.count)
  var stopped = false
  /// Evaluators by micro-batch size.
  var evaluators: [Int: Evaluator] = [:]

  mutating func refuse(_ reason: Refusal, _ count: Int = 1) { refused[reason.position] += count }

  /// Configurations that the memory may do for, whatever else is against them.
  var inMemory: Int {
    let reasons: [Refusal] = [.slower, .deadline, .budget, .needless]
    return reasons.reduce(feasible) { $0 + refused[$1.position] }
  }

  /// Configurations visited.
  var visited: Int { feasible + refused.reduce(0, +) }

  /// Adds what another part of the search found, which comes later in its order.
  mutating func add(_ other: SearchOutcome) {
    best += other.best
    feasible += other.feasible
    for index in refused.indices { refused[index] += other.refused[index] }
    leastOnHost = min(leastOnHost, other.leastOnHost)
    if let found = other.missed, found.figure < missed?.figure ?? .infinity { missed = found }
    if let found = other.closest, found.plan.peakBytes < closest?.plan.peakBytes ?? .max {
      closest = found
    }
  }

  /// Keeps the best few and returns the worst goal among them.
  mutating func keepBest(_ limit: Int) -> Double {
    best.sort { $0.key < $1.key }
    if best.count > limit { best.removeLast(best.count - limit) }
    return best.last?.key.goal ?? .infinity
  }

  /// Estimates of the best.
  func plans(_ limit: Int) -> [PlanEstimate] {
    best.prefix(max(1, limit)).compactMap {
      evaluators[$0.configuration.microBatch]?.executing($0.execution).estimate($0.configuration)
    }
  }

  var summary: SearchSummary {
    SearchSummary(
      configurations: visited, feasible: feasible,
      refusals: Refusal.allCases.compactMap { reason in
        let count = refused[reason.position]
        return count > 0 ? SearchSummary.RefusalCount(reason: reason, count: count) : nil
      })
  }
}

extension Refusal {
  /// Place in `allCases`.
  var position: Int {
    switch self {
    case .devices: 0
    case .batch: 1
    case .sequence: 2
    case .layers: 3
    case .experts: 4
    case .network: 5
    case .memory: 6
    case .hostMemory: 7
    case .slower: 8
    case .deadline: 9
    case .budget: 10
    case .needless: 11
    case .heads: 12
    }
  }
}

/// The order of plans: the goal first; among equals fewer devices, less work where all wait for
/// data, less memory (and so the smaller risk of exceeding it), simpler cuts.
struct RankKey: Comparable {
  var goal: Double
  var devices: Double
  /// Seconds of a step before it waits for data.
  var work: Double
  var memory: Double
  var simplicity: Double

  static func < (left: RankKey, right: RankKey) -> Bool {
    if left.goal != right.goal { return left.goal < right.goal }
    if left.devices != right.devices { return left.devices < right.devices }
    if left.work != right.work { return left.work < right.work }
    if left.memory != right.memory { return left.memory < right.memory }
    return left.simplicity < right.simplicity
  }
}
