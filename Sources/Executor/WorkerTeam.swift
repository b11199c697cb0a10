import CSystemShims
import Quantities
import Synchronization

/// Workers that one job has to itself; no other team is ever given one of them meanwhile.
public final class WorkerTeam: Sendable {
  /// The pool's worker numbers, by lane; the first leads.
  public let workers: [Int]
  private let pool: WorkerPool
  let core: TeamCore
  private let isReleased = Atomic<Bool>(false)
  private let isGivenBack = Atomic<Bool>(false)
  /// Held while a body runs: one after the other.
  private let gate = Guarded<Void>(())

  init(pool: WorkerPool, workers: [Int]) {
    self.pool = pool
    self.workers = workers
    core = TeamCore(pool: pool.core, layout: pool.layout, workers: workers)
  }

  deinit { release() }

  /// Number of workers (lanes).
  public var count: Int { workers.count }

  /// The NUMA nodes that the workers sit on, rising, each once.
  public var numaNodes: [Int] {
    Set(workers.map { pool.layout.workers[$0].numaNode }).sorted()
  }

  /// The place of each lane.
  public var places: [PoolLayout.Worker] { workers.map { pool.layout.workers[$0] } }

  /// Runs `body` on the team's first worker while the calling thread waits; calls from several
  /// threads run one after the other.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws; `CancellationError` when the team was cancelled before;
  ///   `UserError` when the team was released, the pool shut down, or the caller is itself a
  ///   worker (it would block its own job or another's).
  public func run<R: Sendable>(_ body: @Sendable (TeamScope) throws -> R) throws -> R {
    try run(until: 0, body)
  }

  /// The same with a deadline: when `limit` has passed since the body started, its loops hand out
  /// no further piece, its tasks are skipped and its scope reports cancellation.
  /// - Throws: `DeadlineExceeded` when the body had not ended by then, whatever it returned; else
  ///   as without a deadline. Later runs are not concerned.
  public func run<R: Sendable>(
    within limit: Duration, _ body: @Sendable (TeamScope) throws -> R
  ) throws -> R {
    let seconds = max(0, limit / .seconds(1))
    let ticks = min(seconds * core.pool.spin.ticksPerSecond, 0x1p62)
    // One tick more than no time: zero means no deadline.
    return try run(until: UInt64(ticks) + 1, limit: limit, body)
  }

  /// `ticks` after the start of the body the deadline passes; 0 for none.
  private func run<R: Sendable>(
    until ticks: UInt64, limit: Duration = .zero, _ body: @Sendable (TeamScope) throws -> R
  ) throws -> R {
    guard hfm_current_worker() < 0 else {
      throw UserError(
        .input, key: "team.run", "called on a worker thread",
        remedy: "call it from a thread outside the pool")
    }
    return try gate.withLock { _ in
      guard !isReleased.load(ordering: .acquiring), pool.beginRun() else {
        throw UserError(
          .input, key: "team.run", "the team was released or its pool shut down",
          remedy: "lease a new team")
      }
      defer {
        pool.endRun()
        if isReleased.load(ordering: .acquiring) { giveBack() }
      }
      if core.isCancelledForGood { throw CancellationError() }
      guard ticks > 0 else { return try core.runOnLeader(body) }
      let flag = core.cancellationFlag
      flag.pointee.deadline.store(hfm_ticks() &+ ticks, ordering: .relaxed)
      defer { flag.pointee.deadline.store(0, ordering: .relaxed) }
      let result = Result { try core.runOnLeader(body) }
      if flag.pointee.isPastDeadline, !core.isCancelledForGood {
        throw DeadlineExceeded(limit: limit)
      }
      return try result.get()
    }
  }

  /// Asks the running body, and every later one, to end: scopes report it, and loops' pieces (of
  /// `grain` indices) and tasks that have not been started are skipped.
  public func cancel() { core.cancel() }

  /// Gives the workers back, after a running body has ended; later runs throw. Waits for that
  /// body unless called by it.
  public func release() {
    isReleased.store(true, ordering: .releasing)
    guard core.currentLane == nil else { return }
    gate.withLock { _ in giveBack() }
  }

  private func giveBack() {
    if !isGivenBack.exchange(true, ordering: .acquiringAndReleasing) { pool.giveBack(workers) }
  }
}
