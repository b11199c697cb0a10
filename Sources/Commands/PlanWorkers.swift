import Executor
import HardwareDiscovery
import Planner
import Synchronization

/// Visits a search's cuts on all cores. The pool is made when a search has lasted a moment: most
/// end before that, and pay nothing.
final class PlanWorkers {
  private static let patience = Duration.milliseconds(200)
  private let began = ContinuousClock.now
  private var pool: WorkerPool?
  private var team: WorkerTeam?
  private var hasTried = false

  deinit {
    team?.release()
    pool?.shutdown()
  }

  /// Runs a body for each index and returns the parts in their order.
  func run(_ count: Int, _ body: @escaping @Sendable (Int) -> SearchPart) -> [SearchPart] {
    guard count > 1, let team = ready() else { return (0..<count).map(body) }
    let found = Found(count)
    do {
      try team.run { scope in
        scope.taskGroup { group in
          for index in 0..<count { group.add { found.put(index, body(index)) } }
        }
      }
    } catch {
      return (0..<count).map(body)
    }
    return found.parts(or: body)
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

  /// Parts by index, filled by several workers.
  private final class Found: Sendable {
    private let slots: Mutex<[SearchPart?]>

    init(_ count: Int) { slots = Mutex([SearchPart?](repeating: nil, count: count)) }

    func put(_ index: Int, _ part: SearchPart) { slots.withLock { $0[index] = part } }

    func parts(or body: (Int) -> SearchPart) -> [SearchPart] {
      slots.withLock { $0.enumerated().map { $0.element ?? body($0.offset) } }
    }
  }
}
