/// What woke the scheduler.
public enum SchedulingEvent: Sendable {
  /// A job joined the queue.
  case submitted(Job)
  /// A running job ended or was cancelled.
  case ended(RunningJob)
  /// A running job gave its resources back to make room; what is left of it joins the queue right
  /// after.
  case yielded(RunningJob)
  /// A waiting job was withdrawn.
  case withdrawn(Job)
  /// A node failed, with the jobs on it, or came back: reservations may rest on what is no longer
  /// so.
  case resized(lost: [RunningJob])
  /// A time that the policy asked for has come.
  case timer
}

/// What a policy wants done now.
public struct PolicyOutcome: Sendable {
  /// The waiting jobs to start, in the order of starting.
  public var starts: [Job] = []
  /// Numbers of running jobs to interrupt; those that do not allow it must not be named.
  public var preemptions: [Int] = []
  /// When to ask again even if nothing happens, in seconds; nil for never.
  public var wakeAt: Double?
  /// What choosing cost: stretches of the queue and expected releases looked at.
  public var looked = 0
  /// Nothing to do.
  public init() {}
}

/// A rule that chooses which waiting jobs start now. A value: the same states and events in the
/// same order give the same outcomes.
public protocol SchedulingPolicy: Sendable {
  /// The command line's word for it.
  static var name: String { get }
  /// A job's rank if `state.ranked` shall hold the waiting jobs in an order of the policy's own,
  /// lowest first; it must not change while the job waits. Nil for none.
  func rank(_ job: Job) -> Double?
  /// Whether what comes free goes to the first of the queue before others; only then is it of use
  /// to interrupt jobs for it.
  var putsPriorityFirst: Bool { get }
  /// Chooses; `state.queue` already holds a submitted job, and no longer an ended one.
  mutating func decide(_ state: ClusterState, on event: SchedulingEvent) -> PolicyOutcome
}

extension SchedulingPolicy {
  /// No order of its own.
  public func rank(_ job: Job) -> Double? { nil }
  /// It does.
  public var putsPriorityFirst: Bool { true }
}

/// What policies can be told beyond their name.
public struct PolicySettings: Sendable {
  /// Shares by user, for the fair ones; 1 for those not named.
  public var shares: [Int: Double] = [:]
  /// After how many seconds a use counts half, for fair share.
  public var halfLifeSeconds = 604_800.0
  /// Cost of a kilowatt-hour over time, for the carbon-aware one.
  public var curve = CarbonCurve.assumedSolarDay
  /// Core-seconds that users have used before, as they count at time 0, for fair share.
  public var pastCoreSeconds: [Int: Double] = [:]
  /// Seconds between two divisions of devices among elastic jobs.
  public var roundSeconds = 60.0
  /// The defaults.
  public init() {}
}

/// The policies that ship, by name.
public enum PolicyName: String, Sendable, Hashable, CaseIterable {
  /// First come, first served.
  case fcfs
  /// EASY backfilling.
  case easy
  /// Conservative backfilling.
  case conservative
  /// EASY backfilling, shortest estimate first.
  case easySJBF = "easy-sjbf"
  /// By (wait / estimate)³ × cores, with a reservation that nobody delays.
  case wfp
  /// Shortest job first, with a reservation.
  case sjf
  /// Earliest deadline first, with a reservation.
  case edf
  /// Least decayed use first, with a reservation.
  case fairShare = "fair-share"
  /// Least dominant share first, with a reservation.
  case drf
  /// Cleanest hour within the deadline, with reservations.
  case carbonAware = "carbon-aware"
  /// Devices divided among elastic jobs by predicted goodput.
  case elasticGoodput = "elastic-goodput"

  /// A fresh policy of this name.
  public func policy(_ settings: PolicySettings = PolicySettings()) -> any SchedulingPolicy {
    switch self {
    case .fcfs: FCFSPolicy()
    case .easy: EASYPolicy()
    case .conservative: ConservativePolicy()
    case .easySJBF: EASYSJBFPolicy()
    case .wfp: OrderedPolicy(WFPOrder())
    case .sjf: OrderedPolicy(SJFOrder())
    case .edf: OrderedPolicy(EDFOrder())
    case .fairShare:
      OrderedPolicy(
        FairShareOrder(
          shares: settings.shares, halfLifeSeconds: settings.halfLifeSeconds,
          pastCoreSeconds: settings.pastCoreSeconds))
    case .drf: OrderedPolicy(DRFOrder(shares: settings.shares))
    case .carbonAware: CarbonAwarePolicy(curve: settings.curve)
    case .elasticGoodput: ElasticGoodputPolicy(roundSeconds: settings.roundSeconds)
    }
  }
}
