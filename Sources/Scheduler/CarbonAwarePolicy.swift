/// Shifts jobs into cleaner or cheaper hours, within their deadlines (as in Wiesner et al., "Let's
/// wait awhile", Middleware 2021): every job gets a reservation on submission; one with a deadline
/// gets the feasible start whose mean cost per kilowatt-hour is least, one without the earliest.
///
/// Reservations are only given up for better ones, so a job that was promised an end before its
/// deadline keeps the promise, as long as no job outlasts its estimate.
public struct CarbonAwarePolicy: SchedulingPolicy {
  /// `carbon-aware`.
  public static let name = "carbon-aware"
  private let curve: CarbonCurve
  private var profile: AvailabilityProfile?
  private var starts: [Int: Double] = [:]

  /// - Parameter curve: The forecast of the grid.
  public init(curve: CarbonCurve = .assumedSolarDay) { self.curve = curve }

  /// Reservations come first, whatever the priority of a later job.
  public var putsPriorityFirst: Bool { false }

  /// Reserves for a submitted job, moves jobs to better times after early ends, starts what is due.
  public mutating func decide(
    _ state: ClusterState, on event: SchedulingEvent
  ) -> PolicyOutcome {
    var table = profile ?? AvailabilityProfile(capacity: state.capacity, from: state.now)
    profile = nil
    table.advance(to: state.now)
    if let first = state.releases.first, first.time <= state.now {
      rebuild(&table, state)
    } else {
      react(to: event, &table, state)
    }
    let outcome = due(state)
    profile = table
    return outcome
  }

  private mutating func react(
    to event: SchedulingEvent, _ table: inout AvailabilityProfile, _ state: ClusterState
  ) {
    switch event {
    case .submitted(let job): reserve(job, &table, state.now)
    case .ended(let running):
      guard running.estimatedEnd > state.now else { break }
      table.give(running.job.demand, from: state.now, to: running.estimatedEnd)
      for job in state.queue { reserve(job, &table, state.now) }
    case .withdrawn(let job):
      guard let start = starts.removeValue(forKey: job.number) else { break }
      table.give(job.demand, from: start, to: start + job.estimateSeconds)
      for job in state.queue { reserve(job, &table, state.now) }
    case .resized: rebuild(&table, state)
    case .timer: break
    }
  }

  /// Gives a job the best start there is; keeps its own unless another is better.
  private mutating func reserve(
    _ job: Job, _ table: inout AvailabilityProfile, _ now: Double
  ) {
    let old = starts[job.number]
    if let old, old <= now { return }
    if let old { table.give(job.demand, from: old, to: old + job.estimateSeconds) }
    let start = best(job, table, now)
    table.take(job.demand, from: start, to: start + job.estimateSeconds)
    starts[job.number] = start
  }

  private func best(_ job: Job, _ table: AvailabilityProfile, _ now: Double) -> Double {
    let length = job.estimateSeconds
    let earliest = table.earliest(job.demand, duration: length, from: now)
    guard job.hasTraits, let deadline = job.traits.deadline, deadline - length > earliest else {
      return earliest
    }
    let latest = deadline - length
    var best = (cost: curve.mean(from: earliest, to: earliest + length), start: earliest)
    // Between two changes of the cost the best start is at one of them, or ends at one.
    let changes = curve.changes(from: earliest, to: deadline)
    for wanted in (changes + changes.map { $0 - length }).sorted() where wanted > earliest {
      let start = table.earliest(job.demand, duration: length, from: wanted)
      guard start <= latest else { continue }
      let cost = curve.mean(from: start, to: start + length)
      if cost < best.cost - 1e-9 { best = (cost, start) }
    }
    return best.start
  }

  private mutating func rebuild(_ table: inout AvailabilityProfile, _ state: ClusterState) {
    table = AvailabilityProfile(state)
    starts.removeAll(keepingCapacity: true)
    for job in state.queue { reserve(job, &table, state.now) }
  }

  private mutating func due(_ state: ClusterState) -> PolicyOutcome {
    var outcome = PolicyOutcome()
    var free = state.free
    for job in state.queue {
      guard let start = starts[job.number] else { continue }
      if start <= state.now, free.covers(job.demand) {
        free -= job.demand
        outcome.starts.append(job)
        starts[job.number] = nil
      } else if start > state.now {
        outcome.wakeAt = min(outcome.wakeAt ?? .infinity, start)
      }
    }
    return outcome
  }
}
