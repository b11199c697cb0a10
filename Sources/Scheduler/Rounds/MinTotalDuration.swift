/// Least makespan: everything that is there now is done as early as possible (Gavel's min total
/// duration, OSDI 2020, section 4.2), to 5 %: among the allocations that end so early the one in
/// the middle, which leaves slack everywhere.
public struct MinTotalDuration: AllocationPolicy {
  /// `min-total-duration`.
  public static let name = "min-total-duration"
  /// How much longer than the least makespan the middle one may take, as a ratio.
  private static let precision = 1.05
  /// Creates the policy.
  public init() {}

  /// Fractions with which all jobs end within 5 % of the earliest common time.
  public mutating func allocation(_ state: RoundState) -> [[Double]] {
    // Level = an hour over the makespan: throughput × hour ≥ steps × level.
    let worth = state.jobs.map { job in
      job.stepsPerSecond.map { $0 * 3600 / max(job.remainingSteps, 1e-9) }
    }
    let program = AllocationProgram(worth: worth, state)
    let best = program.solved()
    guard best.level > 0 else { return best.fractions }
    return program.centred(level: 3600 / Self.bisected(3600 / best.level), below: best).fractions
  }

  /// The makespan at which a bisection from 100 s and 1,000,000 s stops, as Gavel's does: at most
  /// 5 % above the least.
  private static func bisected(_ least: Double) -> Double {
    var (low, high) = (100.0, 1_000_000.0)
    while high <= least { (low, high) = (high, 10 * high) }
    while precision * low < high {
      let middle = (low + high) / 2
      if middle > least { high = middle } else { low = middle }
    }
    return high
  }
}
