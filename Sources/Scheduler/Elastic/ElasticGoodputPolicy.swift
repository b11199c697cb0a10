/// Elastic goodput: in rounds, devices are divided so that jobs are completed at the highest rate,
/// each running on as many as its predicted scaling curve makes worth while (after Pollux, Qiao et
/// al., OSDI 2021, and Sia, Jayaram Subramanya et al., SOSP 2023).
///
/// What devices are worth to a job is said by `GoodputShares`. Where rounds are shorter than what a
/// change costs, nobody is moved before it has worked as long as that.
public struct ElasticGoodputPolicy: SchedulingPolicy {
  /// `elastic-goodput`.
  public static let name = "elastic-goodput"

  private struct Run {
    var job: Job
    var start: Double
    /// Whether it was asked to give its devices back, to go on with others.
    var isLeaving = false
  }

  /// Seconds between two divisions of devices.
  private let roundSeconds: Double
  private var running: [Int: Run] = [:]
  /// Devices that the last division gave to jobs that do not run on them yet.
  private var targets: [Int: Int] = [:]
  private var worth = GoodputShares()
  private var lastDivision = -Double.infinity
  /// When the first of those that the last division spared may be moved.
  private var nextMove = Double.infinity
  /// Whether something happened that the last division does not know.
  private var isStale = false

  /// - Parameter roundSeconds: Seconds between two divisions of devices; 60 as in Sia.
  public init(roundSeconds: Double = 60) { self.roundSeconds = roundSeconds }

  /// Devices go where they are worth most.
  public var putsPriorityFirst: Bool { false }

  /// Divides devices when a round is over, interrupts jobs that get others, starts those that wait.
  public mutating func decide(
    _ state: ClusterState, on event: SchedulingEvent
  ) -> PolicyOutcome {
    note(event)
    // What is left of it joins the queue right after; until then its share would go to others.
    if case .yielded = event { return PolicyOutcome() }
    if state.now >= nextLook(state) { isStale = true }
    var outcome = PolicyOutcome()
    if isStale, state.now >= lastDivision + roundSeconds {
      divide(state, &outcome)
      lastDivision = state.now
      isStale = false
    }
    start(state, &outcome)
    let due = isStale ? state.now : nextLook(state)
    outcome.wakeAt = due < .infinity ? max(due, lastDivision + roundSeconds) : nil
    return outcome
  }

  private mutating func note(_ event: SchedulingEvent) {
    for ended in event.ended { running[ended.job.number] = nil }
    switch event {
    case .ended: isStale = true
    case .submitted(let job) where targets[job.number] == nil: isStale = true
    case .withdrawn(let job):
      targets[job.number] = nil
      isStale = true
    case .resized(let lost):
      for job in lost { targets[job.job.number] = nil }
      isStale = true
    default: break
    }
  }

  /// When to divide again even if nothing happens while others wait: when a job that was spared may
  /// be moved, or one has outlasted its estimate by a round.
  private func nextLook(_ state: ClusterState) -> Double {
    guard !state.queue.isEmpty else { return .infinity }
    return running.values.filter { !$0.isLeaving && Self.mayMove($0.job) }.reduce(nextMove) {
      min($0, max($1.start + $1.job.estimateSeconds, lastDivision) + roundSeconds)
    }
  }

  /// Until when a job is not moved.
  private func sparedUntil(_ run: Run) -> Double {
    guard let costs = run.job.traits.preemption,
      costs.checkpointSeconds + costs.restoreSeconds > roundSeconds
    else { return run.start }
    return run.job.sparedUntil(start: run.start, work: 1)
  }

  /// Divides all devices that are not bound anew.
  private mutating func divide(_ state: ClusterState, _ outcome: inout PolicyOutcome) {
    nextMove = .infinity
    var devices = state.free.cores
    var jobs: [(job: Job, isRunning: Bool)] = []
    for number in running.keys.sorted() {
      guard let run = running[number] else { continue }
      if GoodputShares.sizes(of: run.job).count < 2 || !Self.mayMove(run.job) { continue }
      let spared = sparedUntil(run)
      guard run.isLeaving || spared <= state.now else {
        nextMove = min(nextMove, spared)
        continue
      }
      var job = run.job
      job.estimateSeconds = GoodputShares.secondsLeft(
        job.estimateSeconds, after: state.now - run.start)
      // One that is leaving goes on with whatever it is given, as if it waited.
      jobs.append((job, !run.isLeaving))
      devices += job.cores
    }
    targets = [:]
    for job in state.queue { jobs.append((job, false)) }
    for ((job, isRunning), given) in zip(jobs, worth.shares(of: devices, among: jobs, state.now)) {
      if !isRunning {
        if given > 0 { targets[job.number] = given }
      } else if given != job.cores {
        targets[job.number] = given
        running[job.number]?.isLeaving = true
        worth.restarts[job.number, default: 0] += 1
        outcome.preemptions.append(job.number)
      }
    }
  }

  /// Starts what has devices coming, then divides what is left among those that wait.
  private mutating func start(_ state: ClusterState, _ outcome: inout PolicyOutcome) {
    var free = state.free
    var later: [Job] = []
    // Devices promised to jobs that wait for more, or are still leaving others, are kept for them.
    var promised = targets.reduce(0) { sum, target in
      running[target.key]?.isLeaving == true ? sum + target.value : sum
    }
    for job in state.queue {
      guard let size = targets[job.number], size > 0 else {
        later.append(job)
        continue
      }
      let sized = job.resized(to: size)
      if free.covers(sized.demand) {
        begin(sized, state.now, &free, &outcome)
      } else {
        promised += size
      }
    }
    guard free.cores > promised, !later.isEmpty else { return }
    let claims = later.map { worth.claim(of: $0, isRunning: false, state.now) }
    let sizes = DeviceDivision.divided(free.cores - promised, among: claims)
    for (job, size) in zip(later, sizes) where size > 0 {
      let sized = job.resized(to: size)
      if free.covers(sized.demand) { begin(sized, state.now, &free, &outcome) }
    }
  }

  private mutating func begin(
    _ job: Job, _ now: Double, _ free: inout Amounts, _ outcome: inout PolicyOutcome
  ) {
    free -= job.demand
    targets[job.number] = nil
    running[job.number] = Run(job: job, start: now)
    outcome.starts.append(job)
  }

  private static func mayMove(_ job: Job) -> Bool { job.traits.preemption != nil }
}
