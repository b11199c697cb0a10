import Executor
import Glibc
import JobStore
import Quantities
import Scheduler

/// This machine as the scheduler's world: a real clock, a thread per running job, and every change
/// written to the ledger before it takes effect.
struct LocalBackEnd: BackEnd {
  typealias Failure = UserError

  private struct Running {
    var run: Int
    var start: Double
    var cancellation: Cancellation
    var isCancelledByUser = false
  }

  /// How often the ledger is asked for cancellations, in seconds.
  private static let pollInterval = 0.5

  private let jobs: [PlannedJob]
  private let ledger: Ledger
  private let runner: any JobRunner
  private let inbox: Inbox
  private let console: Console
  private let began = ContinuousClock.now
  /// Positions in `jobs` still to be submitted, the next one last.
  private var pending: [Int]
  private var waiting: Set<Int> = []
  private var running: [Int: Running] = [:]
  private var lastPoll = 0.0
  /// Jobs to withdraw from the scheduler, one per event.
  private var withdrawn: [Int] = []
  /// Whether SIGINT or SIGTERM came.
  private(set) var isInterrupted = false
  /// What became of each job, by position.
  private(set) var outcomes: [JobOutcome]

  init(
    _ jobs: [PlannedJob], ledger: Ledger, runner: any JobRunner, inbox: Inbox, console: Console
  ) {
    self.jobs = jobs
    self.ledger = ledger
    self.runner = runner
    self.inbox = inbox
    self.console = console
    pending = jobs.indices.sorted {
      (jobs[$0].job.submit, $0) > (jobs[$1].job.submit, $1)
    }
    outcomes = jobs.map { JobOutcome($0) }
  }

  private var now: Double { (ContinuousClock.now - began) / .seconds(1) }

  /// Seconds since 1970, for the ledger.
  static var wallTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  mutating func nextEvent(
    wakeAt: Double?
  ) throws(UserError) -> (time: Double, event: BackEndEvent)? {
    while true {
      if let number = withdrawn.popLast() { return (now, .withdraw(number)) }
      if isInterrupted && running.isEmpty { return nil }
      if waiting.isEmpty && running.isEmpty && pending.isEmpty { return nil }
      if !isInterrupted, let next = pending.last, jobs[next].job.submit <= now {
        pending.removeLast()
        waiting.insert(next)
        return (now, .submit(jobs[next].job))
      }
      if let wakeAt, wakeAt <= now, !isInterrupted { return (now, .timer) }
      if let number = try wait(wakeAt: wakeAt) { return (now, .end(number)) }
    }
  }

  /// Waits for a signal or until something is due; returns a job that ended.
  private mutating func wait(wakeAt: Double?) throws(UserError) -> Int? {
    let arrival = pending.last.map { jobs[$0].job.submit } ?? .infinity
    let due = min(arrival, wakeAt ?? .infinity, lastPoll + Self.pollInterval)
    switch inbox.next(within: isInterrupted ? Self.pollInterval : due - now) {
    case .ended(let number, let result): return try finish(number, result)
    case .interrupted: try interrupt()
    case nil: break
    }
    if now >= lastPoll + Self.pollInterval { try pollCancellations() }
    return nil
  }

  mutating func carryOut(_ decision: Decision, at now: Double) throws(UserError) {
    switch decision {
    case .refuse(let job, let refusal):
      waiting.remove(job.number)
      let reason = refusal.description
      try ledger.settle(jobs[job.number].id, as: .refused, reason: reason)
      outcomes[job.number].settle(.refused, reason)
      console.note("\(jobs[job.number].id): refused: it \(reason)")
    // Only asked of an engine that interrupts by priority.
    case .preempt: break
    case .start(let job, let placement):
      guard !isInterrupted else { return }
      waiting.remove(job.number)
      try start(job.number, placement, at: now)
    }
  }

  private mutating func start(
    _ number: Int, _ placement: Placement, at now: Double
  ) throws(UserError) {
    let planned = jobs[number]
    let place = RunPlacement(
      numaNodes: placement.numaNodes, cpus: placement.cpus, memoryBytes: placement.memoryBytes)
    let run = try ledger.begin(planned.id, on: place, at: Self.wallTime)
    let cancellation = Cancellation()
    running[number] = Running(run: run, start: now, cancellation: cancellation)
    outcomes[number].start(place, at: now)
    console.note(
      "\(planned.id): started on \(place.cpus.count) cores of NUMA node "
        + place.numaNodes.map(String.init).joined(separator: ", "))
    let (runner, inbox, specification) = (runner, inbox, planned.specification)
    let isStarted = DriverThread.start {
      let result = Result { try runner.run(specification, on: place, cancellation) }
      inbox.post(.ended(number, result))
    }
    if !isStarted {
      inbox.post(
        .ended(number, .failure(UserError(.run, "the system has no thread left for the job"))))
    }
  }

  private mutating func finish(
    _ number: Int, _ result: Result<JobMeasurement, any Error>
  ) throws(UserError) -> Int? {
    guard let ended = running.removeValue(forKey: number) else { return nil }
    let (state, reason) = verdict(ended, result)
    let measured = try? result.get()
    try ledger.finish(
      run: ended.run, state: state, reason: reason, measuredSeconds: measured?.seconds,
      at: Self.wallTime, measurements: measured?.details ?? [])
    outcomes[number].end(state, reason, measured: measured?.seconds, at: now)
    console.note("\(jobs[number].id): \(state.rawValue)" + (reason.isEmpty ? "" : ": \(reason)"))
    return number
  }

  private func verdict(
    _ ended: Running, _ result: Result<JobMeasurement, any Error>
  ) -> (JobState, String) {
    switch result {
    // A job that came through although it was asked to stop is done all the same.
    case .success: (.done, "")
    case .failure(let error):
      if ended.isCancelledByUser {
        (.cancelled, "cancelled by the user")
      } else if ended.cancellation.isCancelled {
        (.interrupted, "hfm run was interrupted")
      } else {
        (.failed, "\(error)")
      }
    }
  }

  /// Stops everything: running jobs are asked to end, the others keep for the next `hfm run`.
  private mutating func interrupt() throws(UserError) {
    guard !isInterrupted else { return }
    isInterrupted = true
    console.note("interrupted: stopping \(running.count) jobs (again to leave at once)")
    for number in running.keys.sorted() { running[number]?.cancellation.cancel() }
    for number in waiting.sorted() + pending.sorted() {
      try ledger.settle(jobs[number].id, as: .interrupted, reason: "hfm run was interrupted")
      outcomes[number].settle(.interrupted, "hfm run was interrupted")
    }
  }

  private mutating func pollCancellations() throws(UserError) {
    lastPoll = now
    for id in try ledger.cancellationRequests() {
      guard let number = jobs.firstIndex(where: { $0.id == id }) else { continue }
      if running[number] != nil {
        running[number]?.isCancelledByUser = true
        running[number]?.cancellation.cancel()
        continue
      }
      let reason = "cancelled by the user"
      try ledger.settle(id, as: .cancelled, reason: reason)
      outcomes[number].settle(.cancelled, reason)
      console.note("\(id): cancelled")
      if waiting.remove(number) != nil { withdrawn.append(number) }
      pending.removeAll { $0 == number }
    }
  }
}
