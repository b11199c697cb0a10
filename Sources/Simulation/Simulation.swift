public import Scheduler

/// When and where a job ran.
public struct ScheduleRecord: Sendable, Hashable {
  /// Position in the trace.
  public var number: Int
  /// Name in the trace.
  public var id: String
  /// Submission, in seconds.
  public var submit: Double
  /// Start, in seconds; of the last attempt if it was interrupted.
  public var start: Double
  /// End, in seconds.
  public var end: Double
  /// Cores held.
  public var cores: Int
  /// The smallest tier that held all of it (see `Placement.span`).
  public var span: Int
  /// What it held; no shares when placements are not kept.
  public var placement: Placement
}

/// A job that could never run.
public struct RefusedJob: Sendable, Hashable {
  /// Position in the trace.
  public var number: Int
  /// Name in the trace.
  public var id: String
  /// Why.
  public var refusal: Refusal
}

/// What a simulation gave.
public struct SimulationResult: Sendable {
  /// One record per job that ran, in the trace's order.
  public var schedule: [ScheduleRecord]
  /// Every attempt in the order of starting; more than one for a job that was interrupted or lost.
  public var attempts: [ScheduleRecord]
  /// The jobs refused.
  public var refused: [RefusedJob]
  /// Jobs that had to wait, by what held them up on submission.
  public var deferrals: DeferralCounts
  /// Events handled.
  public var events: Int
  /// Means over the schedule.
  public var metrics: ScheduleMetrics
  /// How often a node failed.
  public var failures = 0
  /// Core-seconds of work lost with failed nodes.
  public var lostCoreSeconds = 0.0
  /// How often a job was interrupted for a more important one.
  public var preemptions = 0
}

/// How a simulation is run.
public struct SimulationSettings: Sendable {
  /// Whether the schedule tells where each job ran; without it a trace of millions of jobs needs
  /// far less memory.
  public var keepsPlacements = true
  /// Mean time between failures of a node and to its repair, in seconds; nil for none.
  public var failures: (meanUp: Double, meanDown: Double)?
  /// The seed of the failures.
  public var seed: UInt64 = 0
  /// Whether more important jobs interrupt those that allow it.
  public var preempts = false
  /// Whether jobs may run longer than their estimates, which no trace file can say: then a job is
  /// free no earlier than it has ended.
  public var jobsMayOutlast = false
  /// The defaults.
  public init() {}
}

/// Replays a trace in virtual time.
///
/// - Parameters:
///   - jobs: The trace; `job.number` must be the position.
///   - resources: What there is to give out.
///   - policy: The rule.
/// - Returns: The schedule, refusals and metrics; the same input gives the same result.
public func simulate(
  _ jobs: [TraceJob], on resources: Resources, policy: any SchedulingPolicy,
  _ settings: SimulationSettings = SimulationSettings()
) -> SimulationResult {
  var numbered = jobs
  for index in numbered.indices {
    numbered[index].job.number = index
    // No job may outlast its estimate wherever it is placed: reservations rest on it.
    if numbered[index].job.hasTraits, let slowest = numbered[index].job.traits.spreadSpeeds.min() {
      numbered[index].job.estimateSeconds /= min(1, slowest)
    }
  }
  let start = numbered.map(\.job.submit).min() ?? 0
  var engine = scheduler(resources, policy, settings, start)
  let faults = settings.failures.map {
    FaultProcess(
      nodes: resources.nodes.count, meanUp: $0.meanUp, meanDown: $0.meanDown, seed: settings.seed,
      start: start)
  }
  var world = VirtualBackEnd(
    jobs: numbered, keepsPlacements: settings.keepsPlacements, faults: faults)
  let events = engine.drive(&world)
  let schedule = last(world.records, count: jobs.count)
  return SimulationResult(
    schedule: schedule, attempts: world.records, refused: world.refusals,
    deferrals: engine.deferrals, events: events,
    metrics: ScheduleMetrics(
      schedule, cores: resources.total.cores, users: numbered.map(\.job.user),
      unfinishedCoreSeconds: world.unfinishedCoreSeconds),
    failures: world.failures, lostCoreSeconds: world.lostCoreSeconds,
    preemptions: world.preemptions)
}

/// One engine for nodes that are alike, one for each set of equal ones otherwise.
private func scheduler(
  _ resources: Resources, _ policy: any SchedulingPolicy, _ settings: SimulationSettings,
  _ start: Double
) -> any Scheduling {
  guard Set(resources.nodes.map(\.labels)).count < 2 else {
    return PartitionedScheduler(
      resources: resources, policy: { policy }, endsByEstimate: !settings.jobsMayOutlast,
      now: start,
      preemptsByPriority: settings.preempts)
  }
  var engine = SchedulerEngine(
    resources: resources, policy: policy, endsByEstimate: !settings.jobsMayOutlast, now: start)
  engine.preemptsByPriority = settings.preempts
  return engine
}

/// Replays a trace without failures or interruptions.
public func simulate(
  _ jobs: [TraceJob], on resources: Resources, policy: any SchedulingPolicy,
  keepsPlacements: Bool
) -> SimulationResult {
  var settings = SimulationSettings()
  settings.keepsPlacements = keepsPlacements
  return simulate(jobs, on: resources, policy: policy, settings)
}

/// The last record of each job, in the trace's order.
private func last(_ records: [ScheduleRecord], count: Int) -> [ScheduleRecord] {
  var places = [Int](repeating: -1, count: count)
  for (place, record) in records.enumerated() { places[record.number] = place }
  return places.filter { $0 >= 0 }.map { records[$0] }
}
