/// A job that runs in rounds on devices of different kinds, and can be interrupted between rounds.
public struct RoundJob: Sendable, Hashable {
  /// Creation order and identity.
  public var number: Int
  /// When it was submitted, in seconds.
  public var submit: Double
  /// How many devices of one kind it needs at once.
  public var devices: Int
  /// Steps per second on that many devices, by kind; 0 where it cannot run.
  public var stepsPerSecond: [Double]
  /// Steps that it has still to make.
  public var remainingSteps: Double
  /// Its weight among the fair policies; 1 is usual.
  public var weight: Double

  /// Creates a job.
  public init(
    number: Int, submit: Double, devices: Int, stepsPerSecond: [Double], steps: Double,
    weight: Double = 1
  ) {
    self.number = number
    self.submit = submit
    self.devices = devices
    self.stepsPerSecond = stepsPerSecond
    remainingSteps = steps
    self.weight = weight
  }
}

/// What an allocation is computed from.
public struct RoundState: Sendable {
  /// Now, in seconds.
  public var now: Double
  /// Devices by kind.
  public var devices: [Int]
  /// Jobs not yet done, by number.
  public var jobs: [RoundJob]
  /// Collects the state.
  public init(now: Double, devices: [Int], jobs: [RoundJob]) {
    self.now = now
    self.devices = devices
    self.jobs = jobs
  }
}

/// Decides which fraction of the time each job shall spend on each kind of device (Narayanan et
/// al., "Heterogeneity-aware cluster scheduling policies for deep learning workloads", OSDI 2020).
public protocol AllocationPolicy: Sendable {
  /// The command line's word for it.
  static var name: String { get }
  /// Whether it takes all kinds of devices for equal.
  var isBlindToKinds: Bool { get }
  /// Whether its fractions are kept for a while, and jobs take turns accordingly; otherwise they
  /// are computed for each round.
  var keepsFractions: Bool { get }
  /// Fractions by job and kind: rows sum to at most 1, and no kind is given out more than it has.
  mutating func allocation(_ state: RoundState) -> [[Double]]
}

extension AllocationPolicy {
  /// It tells them apart.
  public var isBlindToKinds: Bool { false }
  /// They are kept.
  public var keepsFractions: Bool { true }
}
