/// Conservative backfilling (Mu'alem and Feitelson, IEEE TPDS 12(6), 2001): every job gets a
/// reservation on submission, as early as no other reservation is delayed; when a job ends before
/// its estimate, the waiting move up in queue order, each as far as the others' reservations allow.
public struct ConservativePolicy: SchedulingPolicy {
  /// `conservative`.
  public static let name = "conservative"
  private var book = ReservationBook()

  /// Creates the policy.
  public init() {}

  /// Reserved starts of waiting jobs, by job number.
  var starts: [Int: Double] { book.starts }

  /// Reservations come first, whatever the priority of a later job.
  public var putsPriorityFirst: Bool { false }

  /// Reserves for a submitted job, moves jobs up after an early end, starts what is due.
  public mutating func decide(
    _ state: ClusterState, on event: SchedulingEvent
  ) -> PolicyOutcome {
    book.decide(state, on: event) { job, free, now in
      free.earliest(job.demand, duration: job.estimateSeconds, from: now)
    }
  }
}
