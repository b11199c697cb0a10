/// WFP3 (Tang, Lan, Desai and Buettner, "Fault-aware, utility-based job scheduling on Blue Gene/P
/// systems", IEEE Cluster 2009; in production on Argonne's Intrepid): (wait / estimate)³ × cores.
/// Short jobs come up quickly, large ones are not forgotten, and every job comes up in the end,
/// because its score grows without bound.
///
/// Among those that jump ahead the smallest area (estimate × cores) goes first: it leaves most room
/// for the next.
public struct WFPOrder: JobOrder {
  /// `wfp`.
  public static let name = "wfp"
  /// Creates the order.
  public init() {}

  /// The score, negated.
  public func key(of job: Job, in state: ClusterState) -> Double {
    let ratio = max(0, state.now - job.submit) / max(1, job.estimateSeconds)
    return -(ratio * ratio * ratio * Double(job.cores))
  }

  /// Estimate × cores.
  public func backfillRank(of job: Job) -> Double { job.estimateSeconds * Double(job.cores) }
}
