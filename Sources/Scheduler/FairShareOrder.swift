import Glibc

/// Fair share by decayed use: the user who used least core-seconds lately, relative to their share,
/// goes first (as Slurm's multifactor priority does; Henry, "The fair share scheduler", AT&T Bell
/// Laboratories Technical Journal 63(8), 1984). Use is forgotten with a half-life.
public struct FairShareOrder: JobOrder {
  /// `fair-share`.
  public static let name = "fair-share"

  private struct Use: Sendable {
    var coreSeconds = 0.0
    var running = 0
    var updated = 0.0
  }

  private let shares: [Int: Double]
  /// Decay per second.
  private let decay: Double
  private var uses: [Int: Use] = [:]

  /// - Parameters:
  ///   - shares: Shares by user; 1 for those not named.
  ///   - halfLifeSeconds: After which a use counts half; a week, as Slurm's default.
  ///   - pastCoreSeconds: Use by user as it counts at time 0.
  public init(
    shares: [Int: Double] = [:], halfLifeSeconds: Double = 604_800,
    pastCoreSeconds: [Int: Double] = [:]
  ) {
    self.shares = shares
    uses = pastCoreSeconds.mapValues { Use(coreSeconds: $0) }
    decay = log(2) / max(1, halfLifeSeconds)
  }

  /// The user's decayed core-seconds over their share.
  public func key(of job: Job, in state: ClusterState) -> Double {
    guard let use = uses[job.user] else { return 0 }
    return current(use, state.now).coreSeconds / max(1e-9, shares[job.user] ?? 1)
  }

  /// The queue's order.
  public func backfillRank(of job: Job) -> Double { 0 }

  /// Stops counting an ended job.
  public mutating func note(_ event: SchedulingEvent, _ state: ClusterState) {
    for ended in event.ended { change(ended.job.user, by: -ended.job.cores, state.now) }
  }

  /// Counts a job from now on.
  public mutating func start(_ job: Job, _ state: ClusterState) {
    change(job.user, by: job.cores, state.now)
  }

  private mutating func change(_ user: Int, by cores: Int, _ now: Double) {
    var use = current(uses[user] ?? Use(updated: now), now)
    use.running = max(0, use.running + cores)
    uses[user] = use
  }

  /// Integrates dU/dt = running − decay × U up to now.
  private func current(_ use: Use, _ now: Double) -> Use {
    var use = use
    let factor = exp(-decay * max(0, now - use.updated))
    use.coreSeconds = use.coreSeconds * factor + Double(use.running) / decay * (1 - factor)
    use.updated = now
    return use
  }
}
