/// Finish-time fairness (Mahajan et al., "Themis", NSDI 2020, in Gavel's heterogeneous form): makes
/// the largest ratio of a job's finish time to what it would be under an equal share as small as
/// possible.
public struct FinishTimeFairness: AllocationPolicy {
  /// `finish-time-fairness`.
  public static let name = "finish-time-fairness"
  /// What each job would have taken so far with its equal share, in seconds.
  private var isolatedSeconds: [Int: Double] = [:]
  /// Steps left and isolated throughput when last asked.
  private var before: [Int: (steps: Double, speed: Double)] = [:]

  /// Creates the policy.
  public init() {}

  /// The fractions at the least worst ratio, found by bisection to a part in 1e-4.
  public mutating func allocation(_ state: RoundState) -> [[Double]] {
    let isolated = Self.isolatedThroughputs(state)
    let ages = state.jobs.map { state.now - $0.submit }
    let fairEnds = state.jobs.indices.map { fairEnd(of: state.jobs[$0], isolated[$0]) }
    for (job, speed) in zip(state.jobs, isolated) {
      before[job.number] = (job.remainingSteps, speed)
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

  /// Seconds from submission to end under an equal share: what the steps made so far would have
  /// taken, at the share of that time, and what is left at today's.
  private mutating func fairEnd(of job: RoundJob, _ speed: Double) -> Double {
    if let last = before[job.number] {
      isolatedSeconds[job.number, default: 0] +=
        (last.steps - job.remainingSteps) / max(last.speed, 1e-12)
    }
    return isolatedSeconds[job.number, default: 0] + job.remainingSteps / max(speed, 1e-12)
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

  /// Steps per second of each job with an equal part of every kind of device.
  static func isolatedThroughputs(_ state: RoundState) -> [Double] {
    state.jobs.map { job in
      var parts = state.devices.map {
        Double($0) / Double(state.jobs.count) / Double(job.devices)
      }
      let sum = parts.reduce(0, +)
      if sum > 1 { parts = parts.map { $0 / sum } }
      return Dense.dot(job.stepsPerSecond, parts)
    }
  }
}
