import Synchronization

/// What a lane waits for while it carries out tasks.
protocol TaskGoal {
  var isReached: Bool { get }
  /// From now on who brings the goal about wakes all sleeping lanes.
  func announceSleep()
  func retractSleep()
}

/// The leader closes the region; it always looks for sleepers then.
struct RegionEnd: TaskGoal {
  let sleep: UnsafeMutablePointer<TaskSleep>

  @inline(__always)
  var isReached: Bool { sleep.pointee.isClosed.load(ordering: .sequentiallyConsistent) }
  func announceSleep() {}
  func retractSleep() {}
}

/// All tasks of a group are done; for the lane that waits for it.
struct GroupEnd: TaskGoal {
  let group: UnsafePointer<GroupCount>

  @inline(__always)
  var isReached: Bool { group.pointee.isZero }
  func announceSleep() { group.pointee.announceSleep() }
  func retractSleep() { group.pointee.retractSleep() }
}

/// The queued half of a pair is done.
struct PairEnd: TaskGoal {
  let pair: UnsafePointer<PendingCount>

  @inline(__always)
  var isReached: Bool { pair.pointee.count == 0 }
  func announceSleep() { pair.pointee.announceSleep() }
  func retractSleep() { pair.pointee.retractSleep() }
}
