public import Scheduler

/// When and where a job ran.
public struct ScheduleRecord: Sendable, Hashable {
  /// Position in the trace.
  public var number: Int
  /// Name in the trace.
  public var id: String
  /// Submission, in seconds.
  public var submit: Double
  /// Start, in seconds.
  public var start: Double
  /// End, in seconds.
  public var end: Double
  /// Cores held.
  public var cores: Int
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
  /// The jobs refused.
  public var refused: [RefusedJob]
  /// Why jobs were left waiting, over all scheduling passes.
  public var deferrals: DeferralCounts
  /// Events handled.
  public var events: Int
  /// Means over the schedule.
  public var metrics: ScheduleMetrics
}

/// Replays a trace in virtual time.
///
/// - Parameters:
///   - jobs: The trace; `job.number` must be the position.
///   - resources: What there is to give out.
///   - policy: The rule.
///   - keepsPlacements: Whether the schedule tells where each job ran; without it a trace of
///     millions of jobs needs far less memory.
/// - Returns: The schedule, refusals and metrics; the same input gives the same result.
public func simulate(
  _ jobs: [TraceJob], on resources: Resources, policy: any SchedulingPolicy,
  keepsPlacements: Bool = true
) -> SimulationResult {
  var numbered = jobs
  for index in numbered.indices { numbered[index].job.number = index }
  var engine = SchedulerEngine(
    resources: resources, policy: policy, endsByEstimate: true,
    now: numbered.map(\.job.submit).min() ?? 0)
  var world = VirtualBackEnd(jobs: numbered, keepsPlacements: keepsPlacements)
  let events = engine.drive(&world)
  let schedule = world.records.sorted { $0.number < $1.number }
  return SimulationResult(
    schedule: schedule, refused: world.refusals, deferrals: engine.deferrals, events: events,
    metrics: ScheduleMetrics(schedule, cores: resources.total.cores))
}
