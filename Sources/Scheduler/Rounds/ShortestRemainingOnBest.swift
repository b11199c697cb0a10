/// Shortest remaining time over kinds of devices, with the makespan guarded: in each round, pairs
/// of a job and a kind are taken by how much of the job's remaining time a device-second there
/// saves, so short jobs go first and each where it gains most; but a job whose own remaining time
/// is nearly all that the cluster's work will take runs before all others on its fastest kind.
///
/// The first rule is Smith's ratio for mean completion time (Smith, Naval Research Logistics
/// Quarterly 3, 1956) by kind; the second that of critical-path scheduling (Graham, 1969).
public struct ShortestRemainingOnBest: AllocationPolicy {
  /// `shortest-remaining`.
  public static let name = "shortest-remaining"
  /// It decides anew for each round.
  public var keepsFractions: Bool { false }
  /// The part of the least makespan from which on a job counts as critical.
  private let critical: Double

  /// - Parameter critical: The part of the least makespan from which on a job counts as critical.
  public init(critical: Double = 0.9) { self.critical = critical }

  /// Whole devices for the round's jobs.
  public mutating func allocation(_ state: RoundState) -> [[Double]] {
    var fractions = state.jobs.map { _ in state.devices.map { _ in 0.0 } }
    let best = state.jobs.map { $0.remainingSteps / max($0.stepsPerSecond.max() ?? 0, 1e-12) }
    let bound = Self.leastMakespan(state, best)
    var pairs: [(isCritical: Bool, key: Double, job: Int, kind: Int)] = []
    for (index, job) in state.jobs.enumerated() {
      let isCritical = best[index] >= critical * bound
      for kind in state.devices.indices where job.stepsPerSecond[kind] > 0 {
        let seconds = job.remainingSteps / job.stepsPerSecond[kind]
        // Device-seconds, times how much slower this kind is than the fastest.
        let key = isCritical ? seconds : seconds * seconds / best[index] * Double(job.devices)
        pairs.append((isCritical, key, index, kind))
      }
    }
    pairs.sort { left, right in
      if left.isCritical != right.isCritical { return left.isCritical }
      if left.key != right.key { return left.key < right.key }
      return (left.job, left.kind) < (right.job, right.kind)
    }
    var free = state.devices
    var placed: Set<Int> = []
    for pair in pairs where free[pair.kind] >= state.jobs[pair.job].devices {
      guard placed.insert(pair.job).inserted else { continue }
      free[pair.kind] -= state.jobs[pair.job].devices
      fractions[pair.job][pair.kind] = 1
    }
    return fractions
  }

  /// Neither less than the longest job on its fastest kind, nor than all work on all devices.
  private static func leastMakespan(_ state: RoundState, _ best: [Double]) -> Double {
    let work = state.jobs.indices.reduce(0) { $0 + best[$1] * Double(state.jobs[$1].devices) }
    return max(best.max() ?? 0, work / Double(max(1, state.devices.reduce(0, +))))
  }
}
