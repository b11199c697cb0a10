/// Shortest job first, by estimate (Conway, Maxwell and Miller, "Theory of Scheduling", 1967: least
/// mean wait on one server). Long jobs may wait without bound.
public struct SJFOrder: JobOrder {
  /// `sjf`.
  public static let name = "sjf"
  /// Creates the order.
  public init() {}
  /// The estimate.
  public func key(of job: Job, in state: ClusterState) -> Double { job.estimateSeconds }
  /// The estimate.
  public func backfillRank(of job: Job) -> Double { job.estimateSeconds }
}
