import Glibc

/// Waiting jobs in queue order: higher priority, earlier submission, creation order. Insertion,
/// removal and the search for the next job that fits take logarithmic time.
public struct JobQueue: Sendable, RandomAccessCollection {
  private var tree = SummaryTree<WaitingJob>()

  /// An empty queue.
  public init() {}

  /// Always 0.
  public var startIndex: Int { 0 }
  /// The number of waiting jobs.
  public var endIndex: Int { tree.count }
  /// The job at a place in the queue.
  public subscript(_ position: Int) -> Job { tree[position].job }

  /// What insertions and removals have cost so far, in nodes of the tree.
  var work: Int { tree.work }

  /// How many jobs stand before a job's place.
  func position(of job: Job) -> Int {
    var count = 0
    let place = WaitingJob(job: job, rank: 0)
    tree.before({ $0.precedes(place) }) { count += $0.count }
    return count
  }

  /// Inserts a job at its place in queue order, or, given a `rank`, among those of the same rank:
  /// lower ranks come first.
  mutating func insert(_ job: Job, rank: Double = 0) {
    tree.insert(WaitingJob(job: job, rank: rank))
  }

  /// Removes a job that was inserted with the same `rank`, and tells whether it was there.
  @discardableResult
  mutating func remove(_ job: Job, rank: Double = 0) -> Bool {
    tree.remove(WaitingJob(job: job, rank: rank))
  }

  /// The first job from a position on that fits into `free` and may start under a reservation:
  /// it ends by `shadow` when started `now`, or takes only what is `extra`. Adds to `looked` how
  /// many stretches of the queue it looked at.
  func firstBackfill(
    from position: Int, free: Amounts, extra: Amounts, now: Double, shadow: Double,
    looked: inout Int
  ) -> (position: Int, job: Job)? {
    let query = BackfillQuery(free: free, extra: extra, now: now, shadow: shadow)
    guard
      let found = tree.first(
        from: position,
        mayHold: {
          looked += 1
          return query.mayMatch($0)
        }, matches: { query.matches($0) })
    else { return nil }
    return (found.rank, found.element.job)
  }
}

/// A job with its place in an order.
struct WaitingJob: SummaryTreeElement {
  var job: Job
  var rank: Double

  /// What is known of a stretch of the queue.
  struct Summary: Sendable {
    var count: Int
    var leastCores: Int
    var leastBytes: Int
    var leastAccelerators: Int
    /// The shortest estimate among jobs of each size class, in seconds, rounded down.
    var shortest: SIMD16<Float>
  }

  var identity: Int { job.number }

  func precedes(_ other: WaitingJob) -> Bool {
    rank != other.rank ? rank < other.rank : job.precedes(other.job)
  }

  var summary: Summary {
    var shortest = SIMD16<Float>(repeating: .infinity)
    shortest[Self.sizeClass(job.cores)] = Float(job.estimateSeconds).nextDown
    return Summary(
      count: 1, leastCores: job.cores, leastBytes: job.memoryBytes,
      leastAccelerators: job.demand.accelerators, shortest: shortest)
  }

  static func joined(_ left: Summary, _ right: Summary) -> Summary {
    Summary(
      count: left.count + right.count, leastCores: min(left.leastCores, right.leastCores),
      leastBytes: min(left.leastBytes, right.leastBytes),
      leastAccelerators: min(left.leastAccelerators, right.leastAccelerators),
      shortest: pointwiseMin(left.shortest, right.shortest))
  }

  /// The binary logarithm of the number of cores, at most 15.
  static func sizeClass(_ cores: Int) -> Int {
    min(15, Int.bitWidth - 1 - max(1, cores).leadingZeroBitCount)
  }
}

/// Which waiting job may jump ahead, asked of one job and of a stretch of the queue.
struct BackfillQuery {
  let free: Amounts
  let extra: Amounts
  let now: Double
  let shadow: Double
  /// The time until the shadow for size classes that may fit, less than any estimate for the
  /// others.
  let limits: SIMD16<Float>

  init(free: Amounts, extra: Amounts, now: Double, shadow: Double) {
    self.free = free
    self.extra = extra
    self.now = now
    self.shadow = shadow
    var limits = SIMD16<Float>(repeating: -.infinity)
    if free.cores > 0 {
      for size in 0...WaitingJob.sizeClass(free.cores) {
        limits[size] = Float(shadow - now).nextUp
      }
    }
    self.limits = limits
  }

  func mayMatch(_ summary: WaitingJob.Summary) -> Bool {
    guard summary.leastCores <= free.cores, summary.leastBytes <= free.bytes,
      summary.leastAccelerators <= free.accelerators
    else { return false }
    if summary.leastCores <= extra.cores, summary.leastBytes <= extra.bytes { return true }
    return any(summary.shortest .<= limits)
  }

  func matches(_ waiting: WaitingJob) -> Bool {
    let job = waiting.job
    return
      free.covers(job.demand) && (now + job.estimateSeconds <= shadow || extra.covers(job.demand))
  }
}
