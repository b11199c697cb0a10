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
  private var book = ReservationBook()

  /// - Parameter curve: The forecast of the grid.
  public init(curve: CarbonCurve = .assumedSolarDay) { self.curve = curve }

  /// Reservations come first, whatever the priority of a later job.
  public var putsPriorityFirst: Bool { false }

  /// Reserves for a submitted job, moves jobs to better times after early ends, starts what is due.
  public mutating func decide(
    _ state: ClusterState, on event: SchedulingEvent
  ) -> PolicyOutcome {
    let curve = curve
    return book.decide(state, on: event) { job, free, now in Self.best(job, free, now, curve) }
  }

  private static func best(
    _ job: Job, _ table: AvailabilityProfile, _ now: Double, _ curve: CarbonCurve
  ) -> Double {
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
}
