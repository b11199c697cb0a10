/// Where a job stands.
public enum JobState: String, Sendable, Hashable, CaseIterable {
  /// It waits for its turn.
  case queued
  /// It runs.
  case running
  /// It ended well.
  case done
  /// It ended with an error; `reason` says which.
  case failed
  /// It can never run here; `reason` says which limit.
  case refused
  /// A user cancelled it.
  case cancelled
  /// Its `hfm run` was stopped or killed; running again resumes it.
  case interrupted

  /// Whether nothing more will happen to it without a new `hfm run`.
  public var isSettled: Bool { self != .queued && self != .running }
}

/// One job as the ledger holds it, with its latest run.
public struct LedgerJob: Sendable, Hashable {
  /// The user's name for it.
  public var id: String
  /// What it is, as text; the ledger only compares it.
  public var specification: String
  /// Where it stands.
  public var state: JobState
  /// Why it failed, was refused or cancelled; empty otherwise.
  public var reason: String
  /// Predicted run time in seconds; nil before an estimate was made.
  public var predictedSeconds: Double?
  /// Measured run time of the latest run in seconds; nil while there is none.
  public var measuredSeconds: Double?
  /// NUMA nodes of the latest run.
  public var numaNodes: [Int]
  /// Hardware threads of the latest run.
  public var cpus: [Int]
  /// Bytes set aside for the latest run; nil before one.
  public var memoryBytes: Int?
  /// When it was submitted, in seconds since 1970.
  public var submitTime: Double
  /// When the latest run started, in seconds since 1970.
  public var startTime: Double?
  /// When the latest run ended, in seconds since 1970.
  public var endTime: Double?
  /// How often it was started.
  public var runs: Int
}

/// What a run was given.
public struct RunPlacement: Sendable, Hashable {
  /// NUMA nodes.
  public var numaNodes: [Int]
  /// Hardware threads.
  public var cpus: [Int]
  /// Bytes set aside.
  public var memoryBytes: Int
  /// Creates a placement.
  public init(numaNodes: [Int], cpus: [Int], memoryBytes: Int) {
    self.numaNodes = numaNodes
    self.cpus = cpus
    self.memoryBytes = memoryBytes
  }
}
