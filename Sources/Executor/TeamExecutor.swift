public import Quantities

/// Runs Swift's asynchronous jobs on a team's pinned workers: `Task(executorPreference:)` and
/// `withTaskExecutorPreference` (Swift Evolution 0417) stay on the team's processing units and
/// NUMA nodes.
///
/// Jobs of higher priority go first, equals in the order in which they came. Idle workers sleep.
/// The team serves until `close`; its loops and bodies wait meanwhile, so a job must not call `run`
/// on a team.
public final class TeamExecutor: TaskExecutor {
  private let queue = Guarded(JobQueue())
  private let isServed = Guarded(true)

  /// Takes a team into service; it stays so, and this object alive, until `close`.
  /// - Throws: `UserError` when the system has no thread left to lead the service.
  public init(_ team: WorkerTeam) throws(UserError) {
    let isStarted = DriverThread.start { [self] in
      try? team.run { scope in scope.forEachLane { _ in serve() } }
      // A team that was cancelled or released before serves nobody.
      stop()
      isServed.withLock { $0 = false }
      isServed.signal()
    }
    guard isStarted else {
      throw UserError(
        .run, key: "executor", "the system has no thread left",
        remedy: "raise the limit of processes (ulimit -u)")
    }
  }

  /// Called by Swift for each piece of an asynchronous function. After `close` jobs go to Swift's
  /// own executor, so that none is lost.
  public func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    let isTaken = queue.withLock { queue -> Bool in
      if queue.isOpen { queue.add(unowned) }
      return queue.isOpen
    }
    if isTaken { queue.signal() } else { globalConcurrentExecutor.enqueue(unowned) }
  }

  /// Ends the service after the jobs that are queued, and gives the team back to its owner. Not to
  /// be called by a job of this executor, which would wait for itself.
  public func close() {
    queue.withLock { $0.isOpen = false }
    queue.signal()
    isServed.wait(until: { !$0 }) { _ in }
  }

  /// Whether jobs wait for a worker.
  var hasQueuedJobs: Bool { queue.withLock { !$0.isEmpty } }

  private func serve() {
    while let job = queue.wait(until: { !$0.isOpen || !$0.isEmpty }, { $0.next() }) {
      job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }

  /// Closes, and hands on what nobody will carry out here.
  private func stop() {
    queue.withLock { $0.isOpen = false }
    while let job = queue.withLock({ $0.next() }) { globalConcurrentExecutor.enqueue(job) }
  }
}

/// Jobs by falling priority, each priority first in, first out.
private struct JobQueue {
  var isOpen = true
  private var levels: [(priority: UInt8, jobs: [UnownedJob], head: Int)] = []

  var isEmpty: Bool { levels.isEmpty }

  mutating func add(_ job: UnownedJob) {
    let priority = job.priority.rawValue
    let place = levels.firstIndex { $0.priority <= priority } ?? levels.count
    if place == levels.count || levels[place].priority != priority {
      levels.insert((priority, [], 0), at: place)
    }
    levels[place].jobs.append(job)
  }

  mutating func next() -> UnownedJob? {
    guard !levels.isEmpty else { return nil }
    let job = levels[0].jobs[levels[0].head]
    levels[0].head += 1
    if levels[0].head == levels[0].jobs.count { levels.removeFirst() }
    return job
  }
}

extension WorkerTeam {
  /// As `run`, for asynchronous callers: none of Swift's own threads waits meanwhile. A cancelled
  /// task cancels the team.
  /// - Throws: as `run`, and `UserError` when the system has no thread left.
  public func perform<R: Sendable>(
    _ body: @escaping @Sendable (TeamScope) throws -> R
  ) async throws -> R {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isStarted = DriverThread.start { [self] in
          continuation.resume(with: Result { try run(body) })
        }
        if !isStarted {
          continuation.resume(
            throwing: UserError(
              .run, key: "team.perform", "the system has no thread left",
              remedy: "raise the limit of processes (ulimit -u)"))
        }
      }
    } onCancel: {
      cancel()
    }
  }
}
