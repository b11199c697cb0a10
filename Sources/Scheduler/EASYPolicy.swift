/// EASY backfilling (Lifka, "The ANL/IBM SP Scheduling System", JSSPP 1995; Mu'alem and Feitelson,
/// IEEE TPDS 12(6), 2001): the head of the queue gets a reservation at the shadow time; a later job
/// may jump ahead if it ends by then or takes only what the head leaves over.
public struct EASYPolicy: SchedulingPolicy {
  /// `easy`.
  public static let name = "easy"
  /// Creates the policy.
  public init() {}

  /// Starts heads while they fit, then backfills in queue order.
  public mutating func decide(
    _ state: ClusterState, on event: SchedulingEvent
  ) -> PolicyOutcome {
    backfilled(state) { $0 }
  }
}

/// The head's reservation: the earliest time at which it fits by estimated ends (equal ends taken
/// together), and what is left over beside it from then on.
struct Reservation {
  var shadowTime: Double
  var extra: Amounts

  init(head: Job, free: Amounts, state: ClusterState, started: [Job]) {
    var releases = state.releases.map { (state.expectedTime(of: $0), $0.amounts) }
    for job in started { releases.append((state.now + job.estimateSeconds, job.demand)) }
    // Overrunning jobs and jobs of this pass are out of order; the rest is sorted already.
    releases.sort { $0.0 < $1.0 }
    var then = free
    shadowTime = .infinity
    for (index, release) in releases.enumerated() {
      then += release.1
      let isLast = index + 1 == releases.count || releases[index + 1].0 > release.0
      if isLast && then.covers(head.demand) {
        shadowTime = release.0
        break
      }
    }
    extra = then
    extra -= head.demand
  }
}

/// The pass that EASY and its variants share; `order` arranges the positions behind the head.
func backfilled(_ state: ClusterState, order: ([Int]) -> [Int]) -> PolicyOutcome {
  var outcome = PolicyOutcome()
  var free = state.free
  guard let head = startHeads(state, free: &free, &outcome) else { return outcome }
  let next = outcome.starts.count + 1
  // Only jobs that fit now matter; what is free only shrinks during the pass.
  let candidates = (next..<max(next, state.queue.count)).filter {
    free.covers(state.queue[$0].demand)
  }
  guard !candidates.isEmpty else { return outcome }
  let started = outcome.starts.map { state.queue[$0] }
  var reservation = Reservation(head: head, free: free, state: state, started: started)
  for position in order(candidates) {
    let job = state.queue[position]
    guard free.covers(job.demand) else { continue }
    if state.now + job.estimateSeconds > reservation.shadowTime {
      guard reservation.extra.covers(job.demand) else {
        outcome.deferrals.reservation += 1
        continue
      }
      reservation.extra -= job.demand
    }
    free -= job.demand
    outcome.starts.append(position)
  }
  return outcome
}
