/// A running job: where it is and when it is expected to end.
public struct RunningJob: Sendable, Hashable {
  /// The job.
  public var job: Job
  /// When it started, in seconds.
  public var start: Double
  /// What it holds.
  public var placement: Placement
  /// When it was asked to have given its resources back; nil when nobody asked.
  public internal(set) var yieldsBy: Double?
  /// When its estimate runs out, or when it was asked to make room, in seconds.
  public var estimatedEnd: Double { yieldsBy ?? (start + job.estimateSeconds) }

  init(job: Job, start: Double, placement: Placement) {
    self.job = job
    self.start = start
    self.placement = placement
  }

  /// What it will give back, and when.
  var release: ClusterState.Release {
    ClusterState.Release(time: estimatedEnd, amounts: job.demand, number: job.number)
  }
}

/// What a policy decides on: time, free totals, the waiting and the running.
///
/// Policies only read it; the engine alone changes it, by carrying out decisions.
public struct ClusterState: Sendable {
  /// An expected release of cores and bytes.
  public struct Release: Sendable, Hashable {
    /// When, in seconds.
    public var time: Double
    /// How much.
    public var amounts: Amounts
    /// The job that gives it back; negative for a node under repair.
    public var number: Int
  }

  /// Now, in seconds.
  public internal(set) var now: Double
  /// Everything there is.
  public let capacity: Amounts
  /// What is free now.
  public internal(set) var free: Amounts
  /// Waiting jobs in queue order.
  public internal(set) var queue = JobQueue()
  /// Waiting jobs by the policy's rank, equal ranks in queue order; empty for a policy without one.
  public internal(set) var ranked = JobQueue()
  /// Expected releases by time, then job number; times may lie in the past for jobs that outlast
  /// their estimate.
  public internal(set) var releases = ReleaseTimeline()

  init(capacity: Amounts, now: Double) {
    self.capacity = capacity
    self.free = capacity
    self.now = now
  }

  /// When a release is expected, seen from now: a job that outlasted its estimate is given a tenth
  /// of the overrun more, and at least a second.
  public func expectedTime(of release: Release) -> Double {
    if release.time > now { return release.time }
    return now + max(1, (now - release.time) / 10)
  }

  /// Releases whose time has passed, with the times at which they are expected now.
  var overdue: [Release] {
    releases.lazy.prefix { $0.time <= now }.map {
      Release(time: expectedTime(of: $0), amounts: $0.amounts, number: $0.number)
    }
  }
}

extension RandomAccessCollection where Index == Int {
  /// The first position whose element is past the border; elements must be partitioned by it.
  func partitionPoint(_ isPast: (Element) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if isPast(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
