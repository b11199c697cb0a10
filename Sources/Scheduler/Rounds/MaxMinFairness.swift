/// Least attained service over kinds of devices: the largest level that every job's normalised
/// throughput reaches (Gavel's max-min fairness, OSDI 2020, section 4.1). A job's throughput is
/// normalised by what it would make on a device drawn blindly.
public struct MaxMinFairness: AllocationPolicy {
  /// `max-min-fairness`.
  public static let name = "max-min-fairness"
  /// Creates the policy.
  public init() {}

  /// The fractions at the largest common level.
  public mutating func allocation(_ state: RoundState) -> [[Double]] {
    let worth = state.jobs.map { job in
      let scale = Double(job.devices) / job.weight / max(Self.blindThroughput(job, state), 1e-12)
      return job.stepsPerSecond.map { $0 * scale }
    }
    return AllocationProgram(worth: worth, state).solved().fractions
  }

  /// Steps per second on a device whose kind is drawn blindly.
  static func blindThroughput(_ job: RoundJob, _ state: RoundState) -> Double {
    Dense.dot(job.stepsPerSecond, state.devices.map(Double.init))
      / Double(max(1, state.devices.reduce(0, +)))
  }
}

/// Least attained service that takes all kinds of devices for equal: every job gets the same time,
/// those on fewer devices more.
public struct LeastAttainedService: AllocationPolicy {
  /// `least-attained-service`.
  public static let name = "least-attained-service"
  /// It does.
  public var isBlindToKinds: Bool { true }
  /// Creates the policy.
  public init() {}

  /// The fractions at the largest common time.
  public mutating func allocation(_ state: RoundState) -> [[Double]] { Self.fractions(state) }

  static func fractions(_ state: RoundState) -> [[Double]] {
    let worth = state.jobs.map { job in
      job.stepsPerSecond.map { _ in Double(job.devices) / job.weight }
    }
    return AllocationProgram(worth: worth, state).solved().fractions
  }
}

extension AllocationProgram {
  /// Over a state's devices; every job needs the same unless told otherwise.
  init(worth: [[Double]], need: [Double]? = nil, _ state: RoundState) {
    self.init(
      worth: worth, need: need ?? Array(repeating: 1, count: worth.count),
      devices: state.jobs.map { Double($0.devices) }, capacity: state.devices.map(Double.init))
  }
}
