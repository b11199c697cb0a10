import Glibc

/// Means over a schedule; waits and run times in seconds.
public struct ScheduleMetrics: Sendable, Hashable {
  /// Jobs that ran.
  public var jobs: Int
  /// From the first submission to the last end.
  public var makespanSeconds: Double
  /// Mean of start − submit.
  public var meanWaitSeconds: Double
  /// The least wait that 99 % of the jobs do not exceed (nearest rank).
  public var p99WaitSeconds: Double
  /// Mean job completion time: end − submit.
  public var meanJctSeconds: Double
  /// Mean of max(1, (wait + run) / max(run, 10 s)) (Feitelson et al., JSSPP 1997).
  public var meanBoundedSlowdown: Double
  /// Core-seconds used over core-seconds there were within the makespan.
  public var utilization: Double

  /// Computes the means of a schedule on a number of cores; all zero for an empty schedule.
  public init(_ schedule: [ScheduleRecord], cores: Int) {
    jobs = schedule.count
    let count = Double(max(1, schedule.count))
    let first = schedule.map(\.submit).min() ?? 0
    let last = schedule.map(\.end).max() ?? 0
    makespanSeconds = last - first
    let waits = schedule.map { $0.start - $0.submit }.sorted()
    meanWaitSeconds = waits.reduce(0, +) / count
    let rank = Int((0.99 * Double(waits.count)).rounded(.up))
    p99WaitSeconds = waits.isEmpty ? 0 : waits[max(0, rank - 1)]
    meanJctSeconds = schedule.reduce(0) { $0 + ($1.end - $1.submit) } / count
    meanBoundedSlowdown =
      schedule.reduce(0) { sum, record in
        sum + max(1, (record.end - record.submit) / max(record.end - record.start, 10))
      } / count
    let used = schedule.reduce(0) { $0 + Double($1.cores) * ($1.end - $1.start) }
    let capacity = Double(cores) * makespanSeconds
    utilization = capacity > 0 ? used / capacity : 0
  }
}
