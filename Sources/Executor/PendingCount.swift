import Synchronization

/// How many tasks are pending, counted by any lane, and whether the lane that waits for them
/// sleeps: both in one word, so that who finishes a task learns in the same instruction whether
/// to wake, and touches nothing of the waiting lane's afterwards.
struct PendingCount: ~Copyable {
  /// Twice the number; bit 0 says that the waiting lane sleeps or is about to.
  private let word: Atomic<Int>

  init(_ count: Int) { word = Atomic(2 * count) }

  @inline(__always)
  var count: Int { word.load(ordering: .acquiring) >> 1 }

  @inline(__always)
  func addOne() { word.wrappingAdd(2, ordering: .relaxed) }

  /// One task is done; its effects are visible to who sees the new count.
  /// - Returns: whether the waiting lane must be woken.
  @inline(__always)
  func finishOne() -> Bool {
    word.wrappingSubtract(2, ordering: .sequentiallyConsistent).oldValue & 1 != 0
  }

  func announceSleep() { word.bitwiseOr(1, ordering: .sequentiallyConsistent) }
  func retractSleep() { word.bitwiseAnd(~1, ordering: .relaxed) }
}

/// How many tasks of a group are pending. The lane that waits for the group starts and finishes
/// most of them and counts those without a locked instruction; the sum of both counts is exact for
/// that lane, as nobody else writes its own.
struct GroupCount: ~Copyable {
  /// The lane that waits.
  let lane: Int
  /// The gaps put what all read, what the waiting lane writes and what others write on lines of
  /// their own.
  private let firstGap = InlineArray<16, Int>(repeating: 0)
  private let own = Atomic<Int>(0)
  private let secondGap = InlineArray<16, Int>(repeating: 0)
  private let others = PendingCount(0)

  init(lane: Int) { self.lane = lane }

  @inline(__always)
  var isZero: Bool { own.load(ordering: .relaxed) &+ others.count == 0 }

  /// Lane `lane` adds a task.
  @inline(__always)
  func addOne(on lane: Int) {
    if lane == self.lane { count(1) } else { others.addOne() }
  }

  /// Lane `lane` has done a task.
  /// - Returns: whether the waiting lane must be woken.
  @inline(__always)
  func finishOne(on lane: Int) -> Bool {
    guard lane == self.lane else { return others.finishOne() }
    count(-1)
    return false
  }

  func announceSleep() { others.announceSleep() }
  func retractSleep() { others.retractSleep() }

  @inline(__always)
  private func count(_ change: Int) {
    own.store(own.load(ordering: .relaxed) &+ change, ordering: .relaxed)
  }
}
