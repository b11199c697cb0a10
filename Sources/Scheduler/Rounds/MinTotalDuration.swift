/// Least makespan: everything that is there now is done as early as possible (Gavel's min total
/// duration, OSDI 2020, section 4.2), to 5 %. Of the allocations that end so early Gavel takes the
/// one that its solver returns, and so does this.
public struct MinTotalDuration: AllocationPolicy {
  /// `min-total-duration`.
  public static let name = "min-total-duration"
  /// At which ratio of its two bounds the bisection stops.
  private static let precision = 1.05
  /// Creates the policy.
  public init() {}

  /// Fractions with which all jobs end within 5 % of the earliest common time.
  public mutating func allocation(_ state: RoundState) -> [[Double]] {
    // Gavel's bounds, in seconds.
    var (low, high) = (100.0, 1_000_000.0)
    var best = Self.trial(high, state)
    while best == nil, high < 1e15 {
      (low, high) = (high, 10 * high)
      best = Self.trial(high, state)
    }
    while Self.precision * low < high {
      let middle = (low + high) / 2
      if let found = Self.trial(middle, state) {
        best = found
        high = middle
      } else {
        low = middle
      }
    }
    return best ?? LeastAttainedService.fractions(state)
  }

  /// Fractions with which all jobs end within `seconds`; nil when there are none.
  private static func trial(_ seconds: Double, _ state: RoundState) -> [[Double]]? {
    AllocationProgram(
      worth: state.jobs.map(\.stepsPerSecond), need: state.jobs.map { $0.remainingSteps / seconds },
      state
    ).reached()
  }
}
