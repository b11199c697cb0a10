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
    easyPass(state, backfillFrom: state.queue)
  }
}

/// The head's reservation: the earliest time at which it fits by estimated ends (equal ends taken
/// together), and what is left over beside it from then on.
struct Reservation {
  var shadowTime: Double
  var extra: Amounts

  /// - Parameters:
  ///   - head: The job that waits for it.
  ///   - free: What is free after the pass's own starts.
  ///   - started: The jobs that the pass has started so far; not in the state yet.
  ///   - looked: Grows by how many expected releases were looked at.
  init(
    head: Job, free: Amounts, state: ClusterState, started: [Job], looked: inout Int
  ) {
    // Releases that the timeline does not hold at the time at which they are expected.
    let overdue = state.overdue
    var others = overdue.map { (time: $0.time, amounts: $0.amounts) }
    for job in started { others.append((state.now + job.estimateSeconds, job.demand)) }
    others.sort { $0.time < $1.time }
    var base = free
    for release in overdue { base -= release.amounts }
    var (total, reached) = (base, -Double.infinity)
    shadowTime = .infinity
    for next in 0...others.count {
      // With those taken so far, from the time of the last of them on.
      let found =
        total.covers(head.demand)
        ? reached
        : state.releases.earliest(head.demand, from: total, looked: &looked) ?? .infinity
      shadowTime = min(shadowTime, max(found, reached))
      guard next < others.count, others[next].time < shadowTime else { break }
      total += others[next].amounts
      reached = others[next].time
    }
    extra = base
    extra += state.releases.amounts(until: shadowTime, looked: &looked)
    for other in others where other.time <= shadowTime { extra += other.amounts }
    extra -= head.demand
  }
}

/// The pass that EASY and its variants share: heads start while they fit, then whoever does not
/// delay the next head jumps ahead, in the order of `candidates`.
func easyPass(_ state: ClusterState, backfillFrom candidates: JobQueue) -> PolicyOutcome {
  var outcome = PolicyOutcome()
  var free = state.free
  guard let head = startHeads(state, free: &free, &outcome) else { return outcome }
  backfill(around: head, state, from: candidates, free: &free, &outcome)
  return outcome
}

/// Starts the candidates that do not delay the head, which does not fit now.
func backfill(
  around head: Job, _ state: ClusterState, from candidates: JobQueue, free: inout Amounts,
  _ outcome: inout PolicyOutcome
) {
  guard free.cores > 0, state.queue.count > outcome.starts.count + 1 else { return }
  var reservation = Reservation(
    head: head, free: free, state: state, started: outcome.starts, looked: &outcome.looked)
  let started = Set(outcome.starts.map(\.number))
  var position = 0
  while let found = candidates.firstBackfill(
    from: position, free: free, extra: reservation.extra, now: state.now,
    shadow: reservation.shadowTime, looked: &outcome.looked)
  {
    position = found.position + 1
    if started.contains(found.job.number) { continue }
    if state.now + found.job.estimateSeconds > reservation.shadowTime {
      reservation.extra -= found.job.demand
    }
    free -= found.job.demand
    outcome.starts.append(found.job)
  }
}
