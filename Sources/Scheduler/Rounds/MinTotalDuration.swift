/// Least makespan: everything that is there now is done as early as possible (Gavel's min total
/// duration, OSDI 2020, section 4.2).
public struct MinTotalDuration: AllocationPolicy {
  /// `min-total-duration`.
  public static let name = "min-total-duration"
  /// Creates the policy.
  public init() {}

  /// The fractions with which all jobs end at the earliest common time.
  public mutating func allocation(_ state: RoundState) -> [[Double]] {
    Self.solution(state).fractions
  }

  /// The fractions and the makespan in seconds from now.
  static func solution(_ state: RoundState) -> (fractions: [[Double]], makespan: Double) {
    // Level = an hour over the makespan: throughput × hour ≥ steps × level.
    let worth = state.jobs.map { job in
      job.stepsPerSecond.map { $0 * 3600 / max(job.remainingSteps, 1e-9) }
    }
    let solution = AllocationProgram(worth: worth, state).solved()
    return (solution.fractions, 3600 / max(solution.level, 1e-12))
  }
}
