/// Finish-time fairness (Mahajan et al., "Themis", NSDI 2020, in Gavel's heterogeneous form): makes
/// the largest ratio of a job's finish time to what it would be under an equal share as small as
/// possible.
public struct FinishTimeFairness: AllocationPolicy {
  /// `finish-time-fairness`.
  public static let name = "finish-time-fairness"
  /// Creates the policy.
  public init() {}

  /// The fractions at the least worst ratio, found by bisection to a part in 1e-4.
  public mutating func allocation(_ state: RoundState) -> [[Double]] {
    let isolated = MaxMinFairness.isolatedThroughputs(state)
    let ages = state.jobs.map { state.now - $0.submit }
    let fairEnds = state.jobs.indices.map {
      ages[$0] + state.jobs[$0].remainingSteps / max(isolated[$0], 1e-12)
    }
    var low = 0.0
    for (age, end) in zip(ages, fairEnds) { low = max(low, age / max(end, 1e-12)) }
    var high = max(2 * low, 1)
    var best = trial(high, state, ages, fairEnds)
    while best == nil, high < 1e9 {
      low = high
      high *= 2
      best = trial(high, state, ages, fairEnds)
    }
    while high - low > 1e-4 * high {
      let middle = (low + high) / 2
      if let found = trial(middle, state, ages, fairEnds) {
        best = found
        high = middle
      } else {
        low = middle
      }
    }
    return best ?? LeastAttainedService.fractions(state)
  }

  /// Fractions with which no job's ratio exceeds `ratio`; nil when there are none.
  private func trial(
    _ ratio: Double, _ state: RoundState, _ ages: [Double], _ fairEnds: [Double]
  ) -> [[Double]]? {
    var need: [Double] = []
    for (index, job) in state.jobs.enumerated() {
      let left = ratio * fairEnds[index] - ages[index]
      guard left > 0 else { return nil }
      need.append(job.remainingSteps / left)
    }
    // In parts of the fastest throughput, so that all jobs' numbers are of one size.
    var worth: [[Double]] = []
    for (index, job) in state.jobs.enumerated() {
      let fastest = max(job.stepsPerSecond.max() ?? 0, 1e-12)
      worth.append(job.stepsPerSecond.map { $0 / fastest })
      need[index] /= fastest
    }
    let solution = AllocationProgram(worth: worth, need: need, state).solved()
    return solution.level >= 1 ? solution.fractions : nil
  }
}
