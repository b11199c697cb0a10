/// A reservation for every job: the frame of the policies that promise each one a start.
///
/// A submitted job gets the start that the policy's rule finds best in what is free; when something
/// comes free, the waiting are asked again in queue order, each keeping its own place unless the
/// rule finds a better one; what is due starts.
struct ReservationBook: Sendable {
  /// Chooses a start for a job in what is free, not before a time; never one that does not fit.
  typealias Rule = (_ job: Job, _ free: AvailabilityProfile, _ now: Double) -> Double

  private var profile: AvailabilityProfile?
  /// Reserved starts of waiting jobs, by job number.
  private(set) var starts: [Int: Double] = [:]
  /// The same by time.
  private var timetable = SummaryTree<ReservedStart>()
  /// Whether something was given back since the last pass, so that a job may move. Without it a
  /// pass cannot change anything and is left out.
  private var hasHoles = false

  /// Reserves for a submitted job, moves jobs after an early end, starts what is due.
  mutating func decide(
    _ state: ClusterState, on event: SchedulingEvent, _ rule: Rule
  ) -> PolicyOutcome {
    var table = profile ?? AvailabilityProfile(capacity: state.capacity, from: state.now)
    // The table is moved out and back, so that it is changed in place.
    profile = nil
    table.advance(to: state.now)
    if let first = state.releases.first, first.time <= state.now {
      // A job outlasts its estimate (on a real clock): every reservation rests on a false end.
      rebuild(&table, state, rule)
    } else {
      react(to: event, &table, state, rule)
    }
    let outcome = due(state)
    profile = table
    return outcome
  }

  private mutating func react(
    to event: SchedulingEvent, _ table: inout AvailabilityProfile, _ state: ClusterState,
    _ rule: Rule
  ) {
    switch event {
    case .submitted(let job): reserve(job, &table, state.now, rule)
    case .ended(let running), .yielded(let running):
      if running.estimatedEnd > state.now {
        table.give(running.job.demand, from: state.now, to: running.estimatedEnd)
        hasHoles = true
      }
      move(&table, state, rule)
    case .withdrawn(let job):
      if let start = forget(job) {
        table.give(job.demand, from: start, to: start + job.estimateSeconds)
        hasHoles = true
      }
      move(&table, state, rule)
    case .resized: rebuild(&table, state, rule)
    case .timer: break
    }
  }

  private mutating func reserve(
    _ job: Job, _ table: inout AvailabilityProfile, _ now: Double, _ rule: Rule
  ) {
    let start = rule(job, table, now)
    table.take(job.demand, from: start, to: start + job.estimateSeconds)
    starts[job.number] = start
    timetable.insert(ReservedStart(job: job, start: start))
  }

  private mutating func forget(_ job: Job) -> Double? {
    guard let start = starts.removeValue(forKey: job.number) else { return nil }
    timetable.remove(ReservedStart(job: job, start: start))
    return start
  }

  private mutating func move(
    _ table: inout AvailabilityProfile, _ state: ClusterState, _ rule: Rule
  ) {
    guard hasHoles else { return }
    hasHoles = false
    for job in state.queue {
      guard let start = starts[job.number], start > state.now else { continue }
      table.give(job.demand, from: start, to: start + job.estimateSeconds)
      timetable.remove(ReservedStart(job: job, start: start))
      reserve(job, &table, state.now, rule)
      // Its old place may let an earlier job in at the next pass.
      if starts[job.number] != start { hasHoles = true }
    }
  }

  private mutating func rebuild(
    _ table: inout AvailabilityProfile, _ state: ClusterState, _ rule: Rule
  ) {
    table = AvailabilityProfile(state)
    starts.removeAll(keepingCapacity: true)
    timetable.removeAll()
    for job in state.queue { reserve(job, &table, state.now, rule) }
    hasHoles = false
  }

  /// Starts the jobs whose reservation has come, and asks to be woken for the next one.
  private mutating func due(_ state: ClusterState) -> PolicyOutcome {
    var outcome = PolicyOutcome()
    var free = state.free
    var rank = 0
    var due: [Job] = []
    while rank < timetable.count {
      let next = timetable[rank]
      guard next.start <= state.now else {
        outcome.wakeAt = next.start
        break
      }
      due.append(next.job)
      rank += 1
    }
    for job in due.sorted(by: { $0.precedes($1) }) where free.covers(job.demand) {
      free -= job.demand
      outcome.starts.append(job)
      _ = forget(job)
    }
    return outcome
  }
}

/// A waiting job by its reserved start, then in queue order.
private struct ReservedStart: SummaryTreeElement {
  var job: Job
  var start: Double
  var identity: Int { job.number }
  var summary: Void { () }
  static func joined(_ left: Void, _ right: Void) {}

  func precedes(_ other: ReservedStart) -> Bool {
    start != other.start ? start < other.start : job.precedes(other.job)
  }
}
