import Executor
import HardwareDiscovery
import Planner

/// Visits a search's cuts on all cores. The pool is made when a search has lasted a moment: most
/// end before that, and share their work with a few plain threads.
final class PlanWorkers {
  private static let patience = Duration.milliseconds(200)
  private let began = ContinuousClock.now
  private var pool: WorkerPool?
  private var team: WorkerTeam?
  private var hasTried = false
  private let few = ShortTeam()

  deinit {
    team?.release()
    pool?.shutdown()
  }

  /// Runs a body for each index and returns the parts in their order.
  func run(_ count: Int, _ body: @escaping @Sendable (Int) -> SearchPart) -> [SearchPart] {
    guard count > 1 else { return (0..<count).map(body) }
    if let team = ready(), let parts = try? team.map(count, body) { return parts }
    return few.map(count, body)
  }

  private func ready() -> WorkerTeam? {
    if !hasTried, ContinuousClock.now - began > Self.patience {
      hasTried = true
      // Without a pool the search goes on with one thread.
      guard let machine = try? HardwareDiscovery.discover(.live),
        let made = try? WorkerPool(layout: PoolLayout(machine: machine)),
        made.layout.workers.count > 1
      else { return nil }
      pool = made
      team = try? made.lease(Array(made.layout.workers.indices))
    }
    return team
  }
}
