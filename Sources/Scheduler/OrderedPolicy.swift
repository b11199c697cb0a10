/// An order of waiting jobs that may change with time and use.
public protocol JobOrder: Sendable {
  /// The command line's word for the policy of this order.
  static var name: String { get }
  /// A job's key now; among equal priorities the least goes first.
  func key(of job: Job, in state: ClusterState) -> Double
  /// A job's place among those that jump ahead: the least first; must not change while it waits.
  func backfillRank(of job: Job) -> Double
  /// Takes note of what happened before a pass.
  mutating func note(_ event: SchedulingEvent, _ state: ClusterState)
  /// Takes note that a job starts in this pass.
  mutating func start(_ job: Job, _ state: ClusterState)
}

extension JobOrder {
  /// Nothing to note.
  public mutating func note(_ event: SchedulingEvent, _ state: ClusterState) {}
  /// Nothing to note.
  public mutating func start(_ job: Job, _ state: ClusterState) {}
}

/// Any order made safe by a reservation: the first that does not fit gets one, keeps it until it
/// starts whatever the order says later, and only those jump ahead that do not delay it.
///
/// The guarantee: from the pass in which a job gets the reservation until it starts, its reserved
/// time never moves back, as long as no job outlasts its estimate, no node fails and no job of
/// higher priority comes. For at that time the head fits into what is free by then; a job that
/// jumps ahead ends by then or takes only what the head leaves over; and ends before the estimate
/// only free more. (The argument of EASY, Lifka 1995, which nowhere uses how the head was chosen;
/// it does need the head to stay.)
public struct OrderedPolicy<Order: JobOrder>: SchedulingPolicy {
  /// The order's name.
  public static var name: String { Order.name }
  /// The order, with what it remembers.
  public private(set) var order: Order
  /// The job that holds the reservation.
  public private(set) var reserved: Job?

  /// Wraps an order.
  public init(_ order: Order) { self.order = order }

  /// The order's rank for jobs that jump ahead.
  public func rank(_ job: Job) -> Double? { order.backfillRank(of: job) }

  /// Starts jobs in the order while they fit, then whoever does not delay the next.
  public mutating func decide(
    _ state: ClusterState, on event: SchedulingEvent
  ) -> PolicyOutcome {
    order.note(event, state)
    switch event {
    case .withdrawn(let job) where job.number == reserved?.number: reserved = nil
    // The promise was made to one of lower priority: a more important job takes it over.
    case .submitted(let job) where job.priority > reserved?.priority ?? .max: reserved = nil
    default: break
    }
    var outcome = PolicyOutcome()
    var free = state.free
    var started: Set<Int> = []
    while let head = reserved ?? first(state, except: started) {
      guard free.covers(head.demand) else {
        reserved = head
        let heads = outcome.starts.count
        backfill(around: head, state, from: state.ranked, free: &free, &outcome)
        for job in outcome.starts[heads...] { order.start(job, state) }
        break
      }
      reserved = nil
      free -= head.demand
      started.insert(head.number)
      outcome.starts.append(head)
      order.start(head, state)
    }
    return outcome
  }

  private func first(_ state: ClusterState, except started: Set<Int>) -> Job? {
    var best: (key: Double, job: Job)?
    for job in state.queue where !started.contains(job.number) {
      // The queue stands in order of priority, so a lower one ends the search.
      if let best, job.priority < best.job.priority { break }
      let key = order.key(of: job, in: state)
      if let found = best, found.key <= key { continue }
      best = (key, job)
    }
    return best?.job
  }
}

extension SchedulingEvent {
  /// Jobs that run no longer.
  var ended: [RunningJob] {
    switch self {
    case .ended(let job), .yielded(let job): [job]
    case .resized(let lost): lost
    default: []
    }
  }
}
