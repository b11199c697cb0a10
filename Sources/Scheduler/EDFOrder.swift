/// Earliest deadline first (Liu and Layland, JACM 20(1), 1973); jobs without a deadline come last,
/// in queue order.
public struct EDFOrder: JobOrder {
  /// `edf`.
  public static let name = "edf"
  /// Creates the order.
  public init() {}

  /// The deadline.
  public func key(of job: Job, in state: ClusterState) -> Double { backfillRank(of: job) }

  /// The deadline.
  public func backfillRank(of job: Job) -> Double {
    job.hasTraits ? job.traits.deadline ?? .infinity : .infinity
  }
}
