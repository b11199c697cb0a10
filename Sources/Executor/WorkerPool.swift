import CSystemShims
import Glibc
public import Quantities
import Synchronization

/// Threads, one per place of a layout, each pinned, that carry out regions and tasks for teams.
///
/// An idle worker spins for about 100 µs (see `SpinBudget`) and then sleeps in the kernel.
public final class WorkerPool: Sendable {
  /// What one worker has done since the pool started.
  public struct Statistics: Sendable, Hashable {
    /// Seconds inside regions, tasks and run bodies.
    public var busySeconds: Double
    /// Regions and run bodies carried out.
    public var regions: Int
    /// Tasks carried out.
    public var tasks: Int
    /// Those of them that another worker had queued.
    public var stolenTasks: Int
    /// Bytes on the worker's own NUMA node that its share of the work read or wrote, as those who
    /// know their data counted them (see `TeamScope.countTraffic`).
    public var localBytes: Int
    /// The same on other nodes.
    public var remoteBytes: Int
  }

  private struct State {
    var threads: [pthread_t] = []
    var isLeased: [Bool] = []
    var isOpen = true
    /// Bodies that run or are about to.
    var runs = 0
  }

  /// Where the workers are.
  public let layout: PoolLayout
  /// What a reader should know: workers that could not be pinned and why.
  public let notes: [String]
  let core: PoolCore
  private let state: Guarded<State>

  /// Starts one pinned thread per place and waits until all are ready.
  ///
  /// A worker whose processing unit is not available (any more) runs unpinned, with a note.
  /// - Throws: `UserError` for an empty layout, or when the system refuses a thread.
  public init(layout: PoolLayout) throws(UserError) {
    guard !layout.workers.isEmpty else {
      throw UserError(
        .input, key: "layout.workers", "a pool needs at least one worker",
        remedy: "give at least one allowed processing unit (see: taskset -p, cpuset)")
    }
    self.layout = layout
    let count = layout.workers.count
    let core = PoolCore(
      workers: count, spin: .measured(oversubscribed: layout.isOversubscribed))
    self.core = core
    var threads: [pthread_t] = []
    for (worker, place) in layout.workers.enumerated() {
      switch startWorkerThread(core: core, worker: worker, cpu: place.cpu) {
      case .success(let thread): threads.append(thread)
      case .failure(let failure):
        WorkerPool.end(threads, core)
        throw UserError(
          .run, key: "layout.workers", "thread \(worker) of \(count) refused: \(failure.text)",
          remedy: "use fewer workers or raise the limit of processes (ulimit -u)")
      }
    }
    notes = WorkerPool.awaitStart(layout, core)
    state = Guarded(State(threads: threads, isLeased: Array(repeating: false, count: count)))
  }

  deinit { endThreads() }

  /// Waits for every worker's first answer and returns what went wrong with pinning.
  private static func awaitStart(_ layout: PoolLayout, _ core: PoolCore) -> [String] {
    var notes: [String] = []
    for (worker, place) in layout.workers.enumerated() {
      // A command that does nothing is answered by a worker that has started.
      let link = core.link(worker)
      link.issue(Command(function: { _, _ in }, context: core.nowhere, lane: 0))
      link.join(spins: core.spin.caller)
      let failure = core.outboxes[worker].pointee.pinning.load(ordering: .acquiring) - 1
      guard failure != 0 else { continue }
      notes.append(
        "worker \(worker) could not be pinned to processing unit \(place.cpu) "
          + "(\(ErrnoFailure(code: failure).text)) and runs unpinned")
    }
    return notes
  }

  /// Takes workers out of the pool for one job; the first is the team's leader.
  /// - Throws: `UserError` when the pool is shut down, the list is empty, names a worker that
  ///   does not exist or one twice, or a worker is already given to another team.
  public func lease(_ workers: [Int]) throws(UserError) -> WorkerTeam {
    if let fault = state.withLock({ WorkerPool.take(workers, &$0) }) { throw fault }
    return WorkerTeam(pool: self, workers: workers)
  }

  private static func take(_ workers: [Int], _ state: inout State) -> UserError? {
    let remedy = "lease workers that exist and are free, each once"
    guard state.isOpen else {
      return UserError(.input, key: "pool", "the pool has been shut down", remedy: "start another")
    }
    guard !workers.isEmpty else {
      return UserError(.input, key: "workers", "a team needs at least one worker", remedy: remedy)
    }
    var isLeased = state.isLeased
    for worker in workers {
      guard isLeased.indices.contains(worker) else {
        return UserError(
          .input, key: "workers", "no worker \(worker) among \(isLeased.count)", remedy: remedy)
      }
      guard !isLeased[worker] else {
        return UserError(
          .input, key: "workers", "worker \(worker) is already in a team", remedy: remedy)
      }
      isLeased[worker] = true
    }
    state.isLeased = isLeased
    return nil
  }

  /// Takes a team's workers back.
  func giveBack(_ workers: [Int]) {
    state.withLock { state in
      for worker in workers where state.isLeased.indices.contains(worker) {
        state.isLeased[worker] = false
      }
    }
  }

  /// What each worker has done so far.
  public var statistics: [Statistics] {
    (0..<layout.workers.count).map { worker in
      let outbox = core.outboxes[worker]
      let ticks = outbox.pointee.busyTicks.load(ordering: .relaxed)
      return Statistics(
        busySeconds: Double(ticks) / core.spin.ticksPerSecond,
        regions: outbox.pointee.regions.load(ordering: .relaxed),
        tasks: outbox.pointee.tasks.load(ordering: .relaxed),
        stolenTasks: outbox.pointee.stolenTasks.load(ordering: .relaxed),
        localBytes: outbox.pointee.localBytes.load(ordering: .relaxed),
        remoteBytes: outbox.pointee.remoteBytes.load(ordering: .relaxed))
    }
  }

  /// What has become of the workers' processing units since the start: one line for each worker
  /// that the system no longer keeps on its own (the unit went offline, or the process's cpuset or
  /// affinity was changed). Such a worker works on, wherever the system lets it.
  ///
  /// A worker whose processing unit is there (again) and allowed is pinned to it anew.
  public func checkPlacement() -> [String] {
    layout.workers.enumerated().compactMap { worker, place in
      let thread = core.outboxes[worker].pointee.thread.load(ordering: .relaxed)
      // 0 would be the calling thread: the worker never got as far as to say who it is.
      guard thread != 0 else { return nil }
      let allowed = affinity(thread)
      if allowed == [place.cpu] { return nil }
      // Beyond the cpuset or offline the kernel refuses.
      if hfm_pin_thread(thread, Int32(clamping: place.cpu)) == 0 {
        return "worker \(worker) had lost processing unit \(place.cpu) and is back on it"
      }
      let now = allowed.map(String.init).joined(separator: ", ")
      return "processing unit \(place.cpu) went away; worker \(worker) may run on \(now)"
    }
  }

  /// Waits for running bodies, then ends and joins all threads. Later leases and runs throw.
  ///
  /// On one of the pool's own workers, which cannot wait for itself, the pool only closes; its
  /// threads end when the last team and the pool are gone.
  public func shutdown() {
    state.withLock { $0.isOpen = false }
    guard hfm_current_pool() != core.identity else { return }
    state.wait(until: { $0.runs == 0 }) { _ in }
    endThreads()
  }

  /// Announces a body; false when the pool is closed.
  func beginRun() -> Bool {
    state.withLock { state in
      if state.isOpen { state.runs += 1 }
      return state.isOpen
    }
  }

  func endRun() {
    state.withLock { $0.runs -= 1 }
    state.signal()
  }

  private func endThreads() {
    let threads = state.withLock { state in
      defer { state.threads = [] }
      return state.threads
    }
    WorkerPool.end(threads, core)
  }

  private static func end(_ threads: [pthread_t], _ core: PoolCore) {
    let stop = Command(function: nil, context: core.nowhere, lane: 0)
    for worker in threads.indices { core.link(worker).issue(stop) }
    for thread in threads {
      // The last reference may go away on a worker itself, which cannot wait for its own end.
      if pthread_equal(thread, pthread_self()) != 0 {
        pthread_detach(thread)
      } else {
        pthread_join(thread, nil)
      }
    }
  }
}
