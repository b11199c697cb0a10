/// One job as the scheduler sees it: what it asks for, never what it is.
public struct Job: Sendable, Hashable {
  /// Creation order and identity; callers keep their own names beside it.
  public var number: Int
  /// When it is submitted, in seconds on the driver's clock.
  public var submit: Double
  /// Higher runs earlier; 0 is usual.
  public var priority: Int
  /// Cores (or devices) that it holds while it runs; at least 1.
  public var cores: Int
  /// Memory that it holds while it runs, in bytes.
  public var memoryBytes: Int
  /// Its estimated run time in seconds, on `cores`.
  public var estimateSeconds: Double
  /// The part of the estimate in which it reads its state again after an interruption, which no
  /// number of devices makes shorter.
  public var resumeSeconds = 0.0
  /// How fast the nodes that it was given to run it, against those that its times are told for.
  public var speed = 1.0
  /// Whose job it is, as a number that the caller gives each user; shares are counted by it.
  public var user = 0
  /// What few jobs have; nil keeps the others small, of which there may be millions.
  private var box: TraitsBox?

  /// Creates a job.
  public init(
    number: Int, submit: Double, priority: Int = 0, cores: Int, memoryBytes: Int = 0,
    estimateSeconds: Double, traits: JobTraits = JobTraits()
  ) {
    self.number = number
    self.submit = submit
    self.priority = priority
    self.cores = cores
    self.memoryBytes = memoryBytes
    self.estimateSeconds = estimateSeconds
    self.traits = traits
  }

  /// Deadline, dependencies and whatever else is not a plain demand.
  public var traits: JobTraits {
    get { box?.traits ?? JobTraits() }
    set { box = newValue == JobTraits() ? nil : TraitsBox(traits: newValue) }
  }

  /// Whether it has traits beyond a plain demand; reading them costs more than asking this.
  public var hasTraits: Bool { box != nil }

  /// Queue order: higher priority, then earlier submission, then creation order.
  public func precedes(_ other: Job) -> Bool {
    if priority != other.priority { return priority > other.priority }
    if submit != other.submit { return submit < other.submit }
    return number < other.number
  }

  /// Cores, bytes and accelerators together.
  public var demand: Amounts {
    Amounts(cores: cores, bytes: memoryBytes, accelerators: box?.traits.accelerators ?? 0)
  }
}

/// Holds traits outside of the job, shared by its copies and never changed.
private final class TraitsBox: Sendable, Hashable {
  let traits: JobTraits
  init(traits: JobTraits) { self.traits = traits }
  static func == (left: TraitsBox, right: TraitsBox) -> Bool { left.traits == right.traits }
  func hash(into hasher: inout Hasher) { hasher.combine(traits) }
}

/// What a job may have beyond a plain demand.
public struct JobTraits: Sendable, Hashable {
  /// When it must have ended, in seconds on the driver's clock.
  public var deadline: Double?
  /// Numbers of the jobs that must have ended well before it may start.
  public var dependencies: [Int] = []
  /// The array that it is a task of.
  public var array: JobArray?
  /// The longest that it may run, in seconds; a back end ends it then.
  public var limitSeconds: Double?
  /// Set when it may be interrupted.
  public var preemption: Preemption?
  /// The range of devices that it can use; nil when only `cores` will do.
  public var elastic: ElasticRange?
  /// Labels that every node it runs on must have, such as `on-premise` for data that may not leave
  /// the house.
  public var requiredLabels: [String] = []
  /// GPUs or other accelerators that it holds beside its cores.
  public var accelerators = 0
  /// What it asks of memory and caches that others use too; nil when unknown.
  public var traffic: MemoryTraffic?
  /// How fast nodes with a label run it against those that its times are told for; 0 where it
  /// cannot run. Of several labels of a node the slowest counts.
  public var speeds: [LabelSpeed] = []
  /// Its speed by how many tiers more than it must its placement spans (`Placement.excessSpan`),
  /// against the speed that its times are told for; the last holds beyond it. Empty when it is the
  /// same everywhere.
  public var spreadSpeeds: [Double] = []
  /// Mean power that it draws while it runs, in watts.
  public var powerWatts: Double?

  /// No traits.
  public init() {}

  /// Its speed on a placement.
  public func speed(on placement: Placement) -> Double {
    spreadSpeeds.isEmpty
      ? 1 : spreadSpeeds[min(max(0, placement.excessSpan), spreadSpeeds.count - 1)]
  }
}

/// An array of like jobs, of which only some may run at once.
public struct JobArray: Sendable, Hashable {
  /// Which array; tasks of one array share it.
  public var id: Int
  /// How many of its tasks may wait for resources or run at the same time; at least 1.
  public var limit: Int
  /// Names an array.
  public init(id: Int, limit: Int) {
    self.id = id
    self.limit = limit
  }
}

/// How fast nodes with a label run a job.
public struct LabelSpeed: Sendable, Hashable {
  /// The nodes' label, such as their device's id.
  public var label: String
  /// Speed against the nodes that the job's times are told for.
  public var factor: Double
  /// Pairs a label with a speed.
  public init(label: String, factor: Double) {
    self.label = label
    self.factor = factor
  }
}

/// How a job can be interrupted.
public struct Preemption: Sendable, Hashable {
  /// Time to write its state, in seconds, during which it keeps its resources.
  public var checkpointSeconds: Double
  /// Time to be ready again, in seconds, added to what is left to run: to set up and to read its
  /// state.
  public var restoreSeconds: Double
  /// How many times as long as an interruption costs a job works before it may be interrupted:
  /// interruptions take at most a fifth of its time. Assumed.
  public static let leastWork = 4.0
  /// Costs of one interruption.
  public init(checkpointSeconds: Double, restoreSeconds: Double) {
    self.checkpointSeconds = checkpointSeconds
    self.restoreSeconds = restoreSeconds
  }
}
