/// EASY backfilling that tries the shortest estimate first (Tsafrir, Etsion and Feitelson, IEEE
/// TPDS 18(6), 2007): the head keeps its reservation, the others jump ahead by length, then by
/// queue order.
public struct EASYSJBFPolicy: SchedulingPolicy {
  /// `easy-sjbf`.
  public static let name = "easy-sjbf"
  /// Creates the policy.
  public init() {}

  /// Starts heads while they fit, then backfills by estimate.
  public mutating func decide(
    _ state: ClusterState, on event: SchedulingEvent
  ) -> PolicyOutcome {
    backfilled(state) { positions in
      positions.map { (state.queue[$0].estimateSeconds, $0) }.sorted(by: <).map(\.1)
    }
  }
}
