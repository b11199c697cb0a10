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
  /// Jain's index of the users' mean bounded slowdowns (Jain, Chiu and Hawe, DEC TR-301, 1984): 1
  /// when all users fare alike, 1/n when one alone suffers.
  public var fairness: Double
  /// The worst ratio of a job's time from submission to end to what it would be if the machine were
  /// shared equally by demand (Mahajan et al., NSDI 2020): above 1 it fared worse than that.
  public var worstFinishTimeRatio: Double
  /// Core-seconds idle while a job waited, over core-seconds there were within the makespan.
  public var fragmentation: Double
  /// Core-seconds in use.
  public var busyCoreSeconds: Double
  /// Core-seconds idle within the makespan.
  public var idleCoreSeconds: Double

  /// Computes the means of a schedule on a number of cores; all zero for an empty schedule.
  ///
  /// - Parameters:
  ///   - users: The user of each job, by its position in the trace.
  ///   - unfinishedCoreSeconds: Core-seconds in use beside those of the schedule: of attempts that
  ///     were interrupted or lost.
  public init(
    _ schedule: [ScheduleRecord], cores: Int, users: [Int] = [], unfinishedCoreSeconds: Double = 0
  ) {
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
    let used =
      schedule.reduce(0) { $0 + Double($1.cores) * ($1.end - $1.start) } + unfinishedCoreSeconds
    let capacity = Double(cores) * makespanSeconds
    utilization = capacity > 0 ? used / capacity : 0
    busyCoreSeconds = used
    idleCoreSeconds = max(0, capacity - used)
    fairness = Self.jainIndex(schedule, users)
    let load = LoadCurve(schedule, cores: cores)
    worstFinishTimeRatio = schedule.map(load.finishTimeRatio).max() ?? 0
    fragmentation = capacity > 0 ? load.idleWhileWaiting / capacity : 0
  }

  private static func slowdown(_ record: ScheduleRecord) -> Double {
    max(1, (record.end - record.submit) / max(record.end - record.start, 10))
  }

  private static func jainIndex(_ schedule: [ScheduleRecord], _ users: [Int]) -> Double {
    var sums: [Int: (total: Double, count: Int)] = [:]
    for record in schedule {
      let user = users.indices.contains(record.number) ? users[record.number] : 0
      let old = sums[user] ?? (0, 0)
      sums[user] = (old.total + slowdown(record), old.count + 1)
    }
    // In order of users, so that the sum is the same in every run.
    let means = sums.sorted { $0.key < $1.key }.map { $0.value.total / Double($0.value.count) }
    let squares = means.reduce(0) { $0 + $1 * $1 }
    let sum = means.reduce(0, +)
    return squares > 0 ? sum * sum / (Double(means.count) * squares) : 0
  }
}

/// Demand over time: who is there, running or waiting.
private struct LoadCurve {
  private var times: [Double] = []
  /// Integral of max(1, demand / cores) up to each time.
  private var integrals: [Double] = []
  private(set) var idleWhileWaiting = 0.0

  init(_ schedule: [ScheduleRecord], cores: Int) {
    var changes: [(time: Double, demand: Int, busy: Int, waiting: Int)] = []
    changes.reserveCapacity(3 * schedule.count)
    for record in schedule {
      changes.append((record.submit, record.cores, 0, 1))
      changes.append((record.start, 0, record.cores, -1))
      changes.append((record.end, -record.cores, -record.cores, 0))
    }
    changes.sort { $0.time < $1.time }
    var (demand, busy, waiting, integral) = (0, 0, 0, 0.0)
    var last = changes.first?.time ?? 0
    for change in changes {
      let span = change.time - last
      if span > 0 {
        integral += span * max(1, Double(demand) / Double(max(1, cores)))
        if waiting > 0 { idleWhileWaiting += span * Double(max(0, cores - busy)) }
      }
      last = change.time
      if times.last == last {
        integrals[integrals.count - 1] = integral
      } else {
        times.append(last)
        integrals.append(integral)
      }
      demand += change.demand
      busy += change.busy
      waiting += change.waiting
    }
  }

  /// A job's time in the system over its run time at the mean load while it was there.
  func finishTimeRatio(_ record: ScheduleRecord) -> Double {
    let stay = record.end - record.submit
    let run = record.end - record.start
    guard stay > 0, run > 0 else { return 0 }
    let load = (integral(record.end) - integral(record.submit)) / stay
    return stay / (run * load)
  }

  private func integral(_ time: Double) -> Double {
    var (low, high) = (0, times.count)
    while low < high {
      let middle = (low + high) / 2
      if times[middle] < time { low = middle + 1 } else { high = middle }
    }
    return low < integrals.count ? integrals[low] : 0
  }
}
