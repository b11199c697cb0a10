import Synchronization

/// A set of tasks that a team carries out and that is waited for as a whole.
///
/// Tasks may add tasks to their group, and open groups of their own with `nested`.
///
/// `@unchecked Sendable`: constants and an atomic counter.
public final class TeamTaskGroup: @unchecked Sendable {
  /// Kept alive by the outermost group; an inner one keeps its outer one.
  private let table: UnsafeMutablePointer<TaskTable>
  private let region: TaskRegion?
  private let outer: TeamTaskGroup?
  /// Inside a loop's body tasks run at once.
  private let runsInline: Bool
  private let pending = Atomic<Int>(0)

  init(region: TaskRegion, runsInline: Bool) {
    table = region.table
    self.region = region
    self.runsInline = runsInline
    outer = nil
  }

  private init(inside outer: TeamTaskGroup) {
    table = outer.table
    region = nil
    runsInline = outer.runsInline
    self.outer = outer
  }

  /// Whether the team has been asked to stop; tasks not yet started are then skipped.
  public var isCancelled: Bool { table.pointee.isCancelled }

  /// Queues a task on the calling lane; the nearest idle lane may steal it. It runs at once
  /// when the lane's queue is full or the caller is no lane of the team.
  public func add(_ body: @escaping @Sendable () -> Void) {
    guard !runsInline, let lane = table.pointee.currentLane else {
      return isCancelled ? () : body()
    }
    pending.wrappingAdd(1, ordering: .relaxed)
    if table.pointee.push(TeamTask(group: self, body: body), lane: lane) { return }
    if !isCancelled { body() }
    finishOne()
  }

  /// Queues a task with a place or a priority: bound to a lane or a node, ahead of the others, or
  /// for when there is nothing else. Nobody steals what is bound.
  ///
  /// Inside a loop's body, and from threads that are no lane of the team, it runs at once where it
  /// is, like any task.
  public func add(_ place: TaskPlace, _ body: @escaping @Sendable () -> Void) {
    guard !runsInline, let lane = table.pointee.currentLane else {
      return isCancelled ? () : body()
    }
    pending.wrappingAdd(1, ordering: .relaxed)
    table.pointee.post(TeamTask(group: self, body: body), place, from: lane)
  }

  /// Runs `body` with a new group and waits until all that group's tasks are done, carrying out
  /// tasks of this team meanwhile.
  public func nested(_ body: (TeamTaskGroup) -> Void) {
    let group = TeamTaskGroup(inside: self)
    body(group)
    group.wait()
  }

  /// Carries out the team's tasks until this group's are all done.
  func wait() {
    guard !runsInline, let lane = table.pointee.currentLane else { return }
    table.pointee.work(lane: lane) { pending.load(ordering: .sequentiallyConsistent) == 0 }
  }

  /// One task is done; the last wakes who waits.
  func finishOne() {
    let left = pending.wrappingSubtract(1, ordering: .sequentiallyConsistent).newValue
    if left == 0 { table.pointee.wakeSleepers(all: true) }
  }
}

extension TeamScope {
  /// Runs `body` on the calling lane with a group to which it and its tasks add tasks; all lanes
  /// carry them out. Returns when all are done. Tasks run inside the team only: nobody waits in
  /// another job's work.
  ///
  /// Inside a loop's body, tasks run at once on the calling lane.
  public func taskGroup(_ body: (TeamTaskGroup) -> Void) {
    guard !core.isInRegion else {
      return body(TeamTaskGroup(region: core.taskRegion, runsInline: true))
    }
    let region = core.taskRegion
    region.table.pointee.open()
    withoutActuallyEscaping(body) { body in
      let group = TeamTaskGroup(region: region, runsInline: false)
      let work = TaskWork(body: body, group: group, table: region.table)
      withUnsafePointer(to: work) { core.fork(TaskWork.runLane, UnsafeRawPointer($0)) }
    }
  }
}

/// A task group as the lanes see it: constant while the region runs, on the leader's stack.
private struct TaskWork: ~Copyable {
  let body: (TeamTaskGroup) -> Void
  let group: TeamTaskGroup
  let table: UnsafeMutablePointer<TaskTable>

  static let runLane: @convention(c) (UnsafeRawPointer, Int) -> Void = { raw, lane in
    raw.assumingMemoryBound(to: TaskWork.self).pointee.run(lane)
  }

  func run(_ lane: Int) {
    guard lane == 0 else { return table.pointee.work(lane: lane) }
    body(group)
    group.wait()
    table.pointee.close()
  }
}
