import Executor
import Glibc
import JobStore
import Quantities
import Scheduler
import Simulation

/// This machine as the scheduler's world: a real clock, a thread per running job, and every change
/// written to the ledger before it takes effect.
struct LocalBackEnd: BackEnd {
  typealias Failure = UserError

  struct Running {
    var run: Int
    /// As it was started: an elastic job's cores may be others than its file says.
    var job: Job
    var start: Double
    var cancellation: Cancellation
    var isCancelledByUser = false
    var isOverTime = false
    /// Whether it is to be set aside once it has made room.
    var isPausing = false
  }

  /// How often the ledger is asked for cancellations, in seconds.
  private static let pollInterval = 0.5

  /// The jobs; a service adds to them.
  var jobs: [PlannedJob] = []
  let ledger: Ledger
  let runner: any JobRunner
  let inbox: Inbox
  let console: Console
  private let began = ContinuousClock.now
  /// Positions in `jobs` still to be submitted, the next one last.
  var pending: [Int] = []
  var waiting: Set<Int> = []
  var running: [Int: Running] = [:]
  /// Users and arrays by number, as the scheduler knows them.
  var users: NameNumbers
  var arrays = NameNumbers()
  /// Jobs that a user set aside.
  var paused: Set<Int> = []
  private var lastPoll = 0.0
  /// Events for the scheduler that come before any other, the next one last.
  var urgent: [BackEndEvent] = []
  /// What could not be written because the disk was full or the like; tried again and again.
  var unwritten: [UnwrittenEnd] = []
  /// What interruptions were seen to cost here.
  var costs = InterruptionCosts()
  /// Tells of a job that can never run here, before it is taken; a service asks it.
  var refusal: @Sendable (Job) -> Refusal? = { _ in nil }
  /// Whether it stays when there is nothing to do, and takes requests.
  let isService: Bool
  /// Whether SIGINT or SIGTERM came, or a request to stop.
  private(set) var isInterrupted = false
  /// What became of each job, by position.
  var outcomes: [JobOutcome] = []

  init(
    ledger: Ledger, runner: any JobRunner, inbox: Inbox, console: Console,
    isService: Bool = false, users: NameNumbers = NameNumbers()
  ) {
    self.ledger = ledger
    self.runner = runner
    self.inbox = inbox
    self.console = console
    self.isService = isService
    self.users = users
  }

  /// Seconds since the start, on a clock that never jumps.
  var now: Double { (ContinuousClock.now - began) / .seconds(1) }

  /// Seconds since 1970, for the ledger.
  static var wallTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private var isIdle: Bool { waiting.isEmpty && running.isEmpty && pending.isEmpty }

  mutating func nextEvent(
    wakeAt: Double?
  ) throws(UserError) -> (time: Double, event: BackEndEvent)? {
    while true {
      if let event = urgent.popLast() { return (now, event) }
      if isInterrupted && running.isEmpty { return nil }
      if isIdle && !isService { return nil }
      if !isInterrupted, let next = pending.last, jobs[next].job.submit <= now {
        pending.removeLast()
        waiting.insert(next)
        let time = now
        return (time, .submit(jobs[next].submitted(at: time)))
      }
      if let wakeAt, wakeAt <= now, !isInterrupted { return (now, .timer) }
      if let event = try wait(wakeAt: wakeAt) { return (now, event) }
    }
  }

  /// Waits for a signal or until something is due; returns what the scheduler shall know.
  private mutating func wait(wakeAt: Double?) throws(UserError) -> BackEndEvent? {
    let arrival = pending.last.map { jobs[$0].job.submit } ?? .infinity
    let due = min(arrival, wakeAt ?? .infinity, lastPoll + Self.pollInterval)
    var event: BackEndEvent?
    switch inbox.next(within: isInterrupted ? Self.pollInterval : due - now) {
    case .ended(let number, let result): event = try finish(number, result)
    case .request(let call): serve(call)
    case .interrupted: try interrupt()
    case nil: break
    }
    if now >= lastPoll + Self.pollInterval {
      lastPoll = now
      writeAgain()
      try pollCancellations()
      stopOverdue()
    }
    return event
  }

  mutating func carryOut(_ decision: Decision, at now: Double) throws(UserError) {
    switch decision {
    case .refuse(let job, let refusal):
      waiting.remove(job.number)
      let reason = reason(of: refusal)
      try keepServing(jobs[job.number].id) { () throws(UserError) in
        try ledger.settle(jobs[job.number].id, as: .refused, reason: reason)
      }
      outcomes[job.number].settle(.refused, reason)
      console.note("\(jobs[job.number].id): refused: it \(reason)")
    case .preempt(let job):
      console.note("\(jobs[job.number].id): is asked to stop at its next step and make room")
      running[job.number]?.cancellation.requestYield(atOnce: false)
    // No node of this machine fails and leaves the rest alive.
    case .lose: break
    case .start(let job, let placement):
      guard !isInterrupted else { return }
      waiting.remove(job.number)
      try start(job, placement, at: now)
    }
  }

  /// A refusal in words, with the names that its numbers stand for.
  private func reason(of refusal: Refusal) -> String {
    guard refusal.limit == .dependency, jobs.indices.contains(refusal.asked) else {
      return refusal.description
    }
    return "depends on \(jobs[refusal.asked].id), which did not end well"
  }

  private mutating func start(
    _ job: Job, _ placement: Placement, at now: Double
  ) throws(UserError) {
    let number = job.number
    let planned = jobs[number]
    let place = RunPlacement(
      numaNodes: placement.numaNodes, cpus: placement.cpus, memoryBytes: placement.memoryBytes)
    let run: Int
    do {
      run = try ledger.begin(planned.id, on: place, at: Self.wallTime)
    } catch {
      guard isService else { throw error }
      // Nothing starts that is not on record: it waits on, and is tried again in a while.
      console.warn("\(planned.id): cannot start: \(error)")
      waiting.insert(number)
      urgent.append(.yielded(number, remainingSeconds: job.estimateSeconds))
      DriverThread.pause()
      return
    }
    let cancellation = Cancellation(
      stepsBefore: planned.stepsDone, checkpoint: checkpoint(of: planned.id))
    running[number] = Running(run: run, job: job, start: now, cancellation: cancellation)
    outcomes[number].start(place, at: now)
    console.note(
      "\(planned.id): started on \(Format.count(place.cpus.count, "core")) of NUMA node "
        + place.numaNodes.map(String.init).joined(separator: ", ")
        + (planned.stepsDone > 0 ? ", after \(planned.stepsDone) steps kept" : ""))
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

  /// Beside the ledger, by the job's place in it, because names may hold anything.
  func checkpoint(of id: String) -> String {
    let name = id.utf8.map { String($0, radix: 16) }.joined()
    return "\(ledger.path).checkpoint-\(name.suffix(120))"
  }

  private mutating func finish(
    _ number: Int, _ result: Result<JobMeasurement, any Error>
  ) throws(UserError) -> BackEndEvent? {
    guard let ended = running.removeValue(forKey: number) else { return nil }
    if case .failure(let error) = result, let yielded = error as? JobYielded,
      !ended.isCancelledByUser
    {
      return try makeRoom(number, ended, yielded)
    }
    let (state, reason) = verdict(ended, result)
    let measured = try? result.get()
    if let times = measured?.times { costs.see(times) }
    try write(
      UnwrittenEnd(
        id: jobs[number].id, run: ended.run, state: state, reason: reason, measured: measured,
        time: Self.wallTime))
    outcomes[number].end(state, reason, measured: measured, at: now)
    if state == .cancelled { StepWork.remove(checkpoint(of: jobs[number].id)) }
    for note in measured?.resources?.notes ?? [] { console.warn("\(jobs[number].id): \(note)") }
    console.note("\(jobs[number].id): \(state.rawValue)" + (reason.isEmpty ? "" : ": \(reason)"))
    return state == .done ? .end(number) : .fail(number)
  }

  /// A job wrote its state and gave its cores back: it waits again, unless it is to be set aside.
  private mutating func makeRoom(
    _ number: Int, _ ended: Running, _ yielded: JobYielded
  ) throws(UserError) -> BackEndEvent {
    // Unwritten it costs the steps made, and only if this process is killed before the next change.
    try keepServing(jobs[number].id) { () throws(UserError) in
      try ledger.yield(
        jobs[number].id, run: ended.run, stepsDone: yielded.stepsDone,
        isPaused: ended.isPausing, measuredSeconds: yielded.seconds, at: Self.wallTime,
        measurements: yielded.times?.details ?? [])
    }
    let steps = yielded.stepsDone - ended.cancellation.stepsBefore
    jobs[number].learn(yielded.seconds, steps: steps, as: ended.job)
    jobs[number].stepsDone = yielded.stepsDone
    if let times = yielded.times {
      costs.see(times)
      // What it took this very job is known better than what it takes jobs of its size.
      jobs[number].setCosts(
        Preemption(
          checkpointSeconds: jobs[number].estimate.checkpointSeconds + times.checkpointSeconds,
          restoreSeconds: times.setupSeconds), isMeasured: true)
    }
    outcomes[number].keep(yielded)
    console.note("\(jobs[number].id): stopped after \(yielded.stepsDone) steps, its state is kept")
    if ended.isPausing {
      paused.insert(number)
      return .left(number)
    }
    if isInterrupted {
      try leave(number)
      return .left(number)
    }
    waiting.insert(number)
    return .yielded(
      number, remainingSeconds: jobs[number].remainingSeconds(as: ended.job),
      costs: jobs[number].job.traits.preemption)
  }

  private func verdict(
    _ ended: Running, _ result: Result<JobMeasurement, any Error>
  ) -> (JobState, String) {
    switch result {
    // A job that came through although it was asked to stop is done all the same.
    case .success: (.done, lateness(jobs[ended.job.number].job))
    case .failure(let error):
      if ended.isCancelledByUser {
        (.cancelled, "cancelled by the user")
      } else if ended.isOverTime {
        (.failed, "stopped at its time limit")
      } else if ended.cancellation.isCancelled {
        (.interrupted, "hfm run was interrupted")
      } else {
        (.failed, "\(error)")
      }
    }
  }

  /// By how much a job that ends now has missed its deadline, in words; empty when it has not.
  private func lateness(_ job: Job) -> String {
    guard let deadline = job.traits.deadline, now > deadline else { return "" }
    return "ended \(Format.fixed(now - deadline, 1)) s after its deadline"
  }

  /// Stops everything: running jobs stop at their next step and keep what they have made, the
  /// others keep for the next start.
  mutating func interrupt() throws(UserError) {
    guard !isInterrupted else { return }
    isInterrupted = true
    console.note(
      "interrupted: stopping \(Format.count(running.count, "job")) (again to leave at once)")
    for number in running.keys.sorted() { running[number]?.cancellation.requestYield(atOnce: true) }
    for number in waiting.sorted() + pending.sorted() { try leave(number) }
  }

  /// Writes to the ledger. A service outlasts a full disk: it says what could not be written, and
  /// the next one that opens the ledger finds the job as it was before.
  private func keepServing(
    _ id: String, _ write: () throws(UserError) -> Void
  ) throws(UserError) {
    do {
      try write()
    } catch {
      guard isService else { throw error }
      console.warn("\(id): its state cannot be written: \(error)")
    }
  }

  /// Leaves a job for the next start.
  private mutating func leave(_ number: Int) throws(UserError) {
    let reason = "hfm run was interrupted"
    try keepServing(jobs[number].id) { () throws(UserError) in
      try ledger.settle(jobs[number].id, as: .interrupted, reason: reason)
    }
    outcomes[number].settle(.interrupted, reason)
  }

  private mutating func pollCancellations() throws(UserError) {
    for id in try ledger.cancellationRequests() {
      guard let number = jobs.lastIndex(where: { $0.id == id }) else { continue }
      try cancel(number)
    }
  }

  /// Stops a running job, or takes a waiting one out.
  mutating func cancel(_ number: Int) throws(UserError) {
    if running[number] != nil {
      running[number]?.isCancelledByUser = true
      running[number]?.cancellation.cancel()
      return
    }
    let reason = "cancelled by the user"
    try ledger.settle(jobs[number].id, as: .cancelled, reason: reason)
    outcomes[number].settle(.cancelled, reason)
    console.note("\(jobs[number].id): cancelled")
    // Also one that the scheduler has not seen: others may wait for it.
    urgent.append(.withdraw(number))
    waiting.remove(number)
    pending.removeAll { $0 == number }
    paused.remove(number)
    StepWork.remove(checkpoint(of: jobs[number].id))
  }

  private mutating func stopOverdue() {
    for number in running.keys.sorted() {
      guard let limit = jobs[number].specification.fields.limitSeconds, let job = running[number],
        !job.isOverTime, now - job.start > limit
      else { continue }
      running[number]?.isOverTime = true
      job.cancellation.cancel()
    }
  }
}

/// A job's end that is not on record yet.
struct UnwrittenEnd {
  var id: String
  var run: Int
  var state: JobState
  var reason: String
  var measured: JobMeasurement?
  var time: Double
}

extension LocalBackEnd {
  private func record(_ end: UnwrittenEnd) throws(UserError) {
    try ledger.finish(
      run: end.run, state: end.state, reason: end.reason, measuredSeconds: end.measured?.seconds,
      at: end.time,
      measurements: (end.measured?.details ?? []) + (end.measured?.resources?.details ?? []))
  }

  /// Writes an end; a service that cannot keeps it and tries again.
  private mutating func write(_ end: UnwrittenEnd) throws(UserError) {
    do {
      try record(end)
    } catch {
      guard isService else { throw error }
      console.warn("\(end.id): its end cannot be written yet: \(error)")
      unwritten.append(end)
    }
  }

  private mutating func writeAgain() {
    while let end = unwritten.first {
      do {
        try record(end)
        unwritten.removeFirst()
        console.note("\(end.id): its end is on record now")
      } catch {
        return
      }
    }
  }
}
