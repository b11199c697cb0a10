import Synchronization

/// A set of tasks that a team carries out and that is waited for as a whole.
///
/// Tasks may add tasks to their group, and open groups of their own with `nested`. A group ends
/// with the call that made it; tasks that are added later run at once.
///
/// `@unchecked Sendable`: constants, atomics, and `region`, which only the lane that waits writes
/// and nobody reads.
public final class TeamTaskGroup: @unchecked Sendable {
  let table: UnsafeMutablePointer<TaskTable>
  /// Keeps the table for the outermost group, and for those that outlive their call; the others
  /// end before the outermost does.
  private var region: TaskRegion?
  /// Inside a loop's body, and after the group's end, tasks run at once.
  private let runsInline: Atomic<Bool>
  private let count: UnsafeMutablePointer<GroupCount>

  init(table: UnsafeMutablePointer<TaskTable>, region: TaskRegion?, lane: Int, runsInline: Bool) {
    self.table = table
    self.region = region
    self.runsInline = Atomic(runsInline)
    count = .allocate(capacity: 1)
    count.initialize(to: GroupCount(lane: lane))
  }

  deinit {
    count.deinitialize(count: 1)
    count.deallocate()
  }

  /// Whether the team has been asked to stop; tasks not yet started are then skipped.
  public var isCancelled: Bool { table.pointee.isCancelled }

  /// The lane that tasks are queued on; nil where they run at once.
  @inline(__always)
  var queuingLane: Int? {
    runsInline.load(ordering: .relaxed) ? nil : table.pointee.currentLane
  }

  /// Queues a task on the calling lane; the nearest idle lane may steal it. It runs at once
  /// when the lane's queue is full or the caller is no lane of the team.
  public func add(_ body: consuming @escaping @Sendable () -> Void) {
    guard let lane = queuingLane, table.pointee.lanes[lane].deque.pointee.hasRoom else {
      return isCancelled ? () : body()
    }
    count.pointee.addOne(on: lane)
    table.pointee.push(QueuedTask(body, of: count), lane: lane)
  }

  /// Queues a task with a place or a priority: bound to a lane or a node, ahead of the others, or
  /// for when there is nothing else. Nobody steals what is bound.
  ///
  /// Inside a loop's body, and from threads that are no lane of the team, it runs at once where it
  /// is, like any task.
  public func add(_ place: TaskPlace, _ body: @escaping @Sendable () -> Void) {
    guard let lane = queuingLane else { return isCancelled ? () : body() }
    count.pointee.addOne(on: lane)
    table.pointee.post(QueuedTask(body, of: count), place, from: lane)
  }

  /// Runs `body` with a new group and waits until all that group's tasks are done, carrying out
  /// tasks of this team meanwhile.
  public func nested(_ body: (TeamTaskGroup) -> Void) {
    // Where tasks run at once, there is nothing to wait for.
    guard let lane = queuingLane else { return body(self) }
    let shelf = table.pointee.lanes[lane].shelf
    guard let group = shelf.pointee.open({ makeInner(lane: lane) }) else {
      let group = makeInner(lane: lane)
      group.carry(body, lane: lane)
      return group.end()
    }
    // The shelf keeps it: no reference is counted.
    group._withUnsafeGuaranteedRef { $0.carry(body, lane: lane) }
    shelf.pointee.close()
  }

  private func makeInner(lane: Int) -> TeamTaskGroup {
    TeamTaskGroup(table: table, region: nil, lane: lane, runsInline: false)
  }

  @inline(__always)
  private func carry(_ body: (TeamTaskGroup) -> Void, lane: Int) {
    body(self)
    wait(lane: lane)
  }

  /// Carries out the team's tasks until this group's are all done. For the lane that made it.
  func wait(lane: Int) {
    if !count.pointee.isZero { table.pointee.work(lane: lane, until: GroupEnd(group: count)) }
  }

  /// Somebody still refers to the group, whose tasks are done.
  func end() {
    runsInline.store(true, ordering: .relaxed)
    region = table.pointee.region.takeUnretainedValue()
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
      return body(makeGroup(runsInline: true))
    }
    let region = core.taskRegion
    region.table.pointee.open()
    withoutActuallyEscaping(body) { body in
      let group = makeGroup(runsInline: false)
      let work = TaskWork(body: body, group: group, table: region.table)
      withUnsafePointer(to: work) { core.fork(TaskWork.runLane, UnsafeRawPointer($0)) }
    }
  }

  /// The leader, lane 0, waits for it.
  private func makeGroup(runsInline: Bool) -> TeamTaskGroup {
    let region = core.taskRegion
    return TeamTaskGroup(table: region.table, region: region, lane: 0, runsInline: runsInline)
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
    group.wait(lane: lane)
    group.end()
    table.pointee.close()
  }
}
