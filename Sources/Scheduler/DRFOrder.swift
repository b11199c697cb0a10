/// Dominant resource fairness (Ghodsi et al., NSDI 2011): the user whose largest fraction of cores,
/// memory or accelerators held now is least goes first, relative to their share.
public struct DRFOrder: JobOrder {
  /// `drf`.
  public static let name = "drf"
  private let shares: [Int: Double]
  private var held: [Int: Amounts] = [:]

  /// - Parameter shares: Shares by user; 1 for those not named.
  public init(shares: [Int: Double] = [:]) { self.shares = shares }

  /// The user's dominant share.
  public func key(of job: Job, in state: ClusterState) -> Double {
    guard let amounts = held[job.user] else { return 0 }
    let all = state.capacity
    let cores = Double(amounts.cores) / Double(max(1, all.cores))
    let bytes = Double(amounts.bytes) / Double(max(1, all.bytes))
    let accelerators = Double(amounts.accelerators) / Double(max(1, all.accelerators))
    return max(cores, bytes, accelerators) / max(1e-9, shares[job.user] ?? 1)
  }

  /// The queue's order.
  public func backfillRank(of job: Job) -> Double { 0 }

  /// Gives an ended job's amounts back.
  public mutating func note(_ event: SchedulingEvent, _ state: ClusterState) {
    for ended in event.ended {
      held[ended.job.user, default: Amounts(cores: 0, bytes: 0)] -= ended.job.demand
    }
  }

  /// Counts what a job takes.
  public mutating func start(_ job: Job, _ state: ClusterState) {
    held[job.user, default: Amounts(cores: 0, bytes: 0)] += job.demand
  }
}
