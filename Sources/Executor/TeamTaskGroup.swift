import Synchronization

/// A set of tasks that a team carries out and that is waited for as a whole.
///
/// Tasks may add tasks to their group, and open groups of their own with `nested`.
public final class TeamTaskGroup: Sendable {
  private let core: TeamCore
  /// Nil where tasks run at once: inside a loop's body.
  private let region: TaskRegion?
  private let pending = Atomic<Int>(0)

  init(core: TeamCore, region: TaskRegion?) {
    self.core = core
    self.region = region
  }

  /// Whether the team has been asked to stop; tasks not yet started are then skipped.
  public var isCancelled: Bool { core.isCancelled.load(ordering: .relaxed) }

  /// Queues a task on the calling lane; the nearest idle lane may steal it. It runs at once
  /// when the lane's queue is full or the caller is no lane of the team.
  public func add(_ body: @escaping @Sendable () -> Void) {
    guard let region, let lane = core.currentLane else { return isCancelled ? () : body() }
    pending.wrappingAdd(1, ordering: .relaxed)
    if region.push(TeamTask(group: self, body: body), lane: lane) { return }
    if !isCancelled { body() }
    finishOne()
  }

  /// Runs `body` with a new group and waits until all that group's tasks are done, carrying out
  /// tasks of this team meanwhile.
  public func nested(_ body: (TeamTaskGroup) -> Void) {
    let group = TeamTaskGroup(core: core, region: region)
    body(group)
    group.wait()
  }

  /// Carries out the team's tasks until this group's are all done.
  func wait() {
    guard let region, let lane = core.currentLane else { return }
    region.work(lane: lane) { pending.load(ordering: .sequentiallyConsistent) == 0 }
  }

  /// One task is done; the last wakes who waits.
  func finishOne() {
    let left = pending.wrappingSubtract(1, ordering: .sequentiallyConsistent).newValue
    if left == 0 { region?.wakeSleepers(all: true) }
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
      return body(TeamTaskGroup(core: core, region: nil))
    }
    let region = core.taskRegion
    region.open()
    withoutActuallyEscaping(body) { body in
      let group = TeamTaskGroup(core: core, region: region)
      var work = TaskWork(body: body, group: group, region: region)
      withUnsafePointer(to: &work) { core.fork(TaskWork.runLane, UnsafeRawPointer($0)) }
    }
  }
}

/// A task group as the lanes see it: constant while the region runs, on the leader's stack.
private struct TaskWork {
  let body: (TeamTaskGroup) -> Void
  let group: TeamTaskGroup
  let region: TaskRegion

  static let runLane: @convention(c) (UnsafeRawPointer, Int) -> Void = { raw, lane in
    let work = raw.assumingMemoryBound(to: TaskWork.self)
    let (group, region) = (work.pointee.group, work.pointee.region)
    guard lane == 0 else { return region.work(lane: lane) }
    work.pointee.body(group)
    group.wait()
    region.close()
  }
}
