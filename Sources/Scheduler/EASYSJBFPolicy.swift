/// EASY backfilling that tries the shortest estimate first (Tsafrir, Etsion and Feitelson, IEEE
/// TPDS 18(6), 2007): the head keeps its reservation, the others jump ahead by length, then by
/// queue order.
public struct EASYSJBFPolicy: SchedulingPolicy {
  /// `easy-sjbf`.
  public static let name = "easy-sjbf"
  /// Creates the policy.
  public init() {}

  /// The estimate: the shortest jumps ahead first.
  public func rank(_ job: Job) -> Double? { job.estimateSeconds }

  /// Starts heads while they fit, then backfills by estimate.
  public mutating func decide(
    _ state: ClusterState, on event: SchedulingEvent
  ) -> PolicyOutcome {
    easyPass(state, backfillFrom: state.ranked)
  }
}
