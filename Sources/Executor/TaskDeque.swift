import CSystemShims
import Synchronization

/// One lane's queue of tasks: the owner pushes and pops at the bottom, others steal at the top.
///
/// Chase and Lev 2005, "Dynamic circular work-stealing deque", of fixed capacity, with the orders
/// of Lê et al. 2013 ("Correct and efficient work-stealing for weak memory models", PPoPP), but for
/// sequentially consistent operations in place of fences, which a race detector can follow. A push
/// needs no fence, a pop one.
struct TaskDeque: ~Copyable {
  private static let capacity = 4096
  /// Two slots to a cache line; the fourth word is not used.
  private static let wordsPerSlot = 4
  /// After the queue was found full, so many tasks are refused before thieves' progress is looked
  /// at again: a look costs the line that they fight for. Less than a thief's share of the queue
  /// in teams of up to 256 lanes, so that none goes without meanwhile.
  private static let refusals = 16

  /// Thieves write it.
  private let top = Atomic<Int>(0)
  private let gap = InlineArray<15, Int>(repeating: 0)
  /// Only the owner writes it and what follows.
  private let bottom = Atomic<Int>(0)
  /// What `top` was when the owner last looked; it only grows.
  private let knownTop = Atomic<Int>(0)
  private let refusalsLeft = Atomic<Int>(0)
  /// Slot `i & (capacity - 1)` is the owner's to write while `i - top < capacity`.
  private let words: UnsafeMutablePointer<Atomic<UInt>>

  init() {
    let count = TaskDeque.capacity * TaskDeque.wordsPerSlot
    words = .allocate(capacity: count)
    for index in 0..<count { (words + index).initialize(to: Atomic(0)) }
  }

  deinit {
    words.deinitialize(count: TaskDeque.capacity * TaskDeque.wordsPerSlot)
    words.deallocate()
  }

  /// Owner only: whether there is room for a task.
  @inline(__always)
  var hasRoom: Bool {
    let end = bottom.load(ordering: .relaxed)
    return end &- knownTop.load(ordering: .relaxed) < TaskDeque.capacity || findsRoom(end)
  }

  @inline(never)
  private func findsRoom(_ end: Int) -> Bool {
    let left = refusalsLeft.load(ordering: .relaxed)
    if left > 0 {
      refusalsLeft.store(left - 1, ordering: .relaxed)
      return false
    }
    let now = top.load(ordering: .acquiring)
    knownTop.store(now, ordering: .relaxed)
    if end - now < TaskDeque.capacity { return true }
    refusalsLeft.store(TaskDeque.refusals, ordering: .relaxed)
    return false
  }

  /// Owner only: queues a task; there is room. With a fence what this thread reads next is not
  /// older than that others see the task.
  @inline(__always)
  func push(_ task: QueuedTask, withFence: Bool) {
    let end = bottom.load(ordering: .relaxed)
    let slot = slot(end)
    slot[0].store(UInt(bitPattern: task.closure.code), ordering: .relaxed)
    slot[1].store(UInt(bitPattern: task.closure.captured), ordering: .relaxed)
    slot[2].store(task.owner, ordering: .relaxed)
    if withFence {
      bottom.store(end &+ 1, ordering: .sequentiallyConsistent)
    } else {
      bottom.store(end &+ 1, ordering: .releasing)
    }
  }

  /// Owner only: takes the task pushed last.
  @inline(__always)
  func pop() -> QueuedTask? {
    let end = bottom.load(ordering: .relaxed) &- 1
    if end < top.load(ordering: .relaxed) { return nil }
    bottom.store(end, ordering: .sequentiallyConsistent)
    let start = top.load(ordering: .sequentiallyConsistent)
    if start < end { return task(end) }
    // The last task: a thief may be at it.
    defer { bottom.store(end &+ 1, ordering: .relaxed) }
    guard start == end, advanceTop(from: start) else { return nil }
    return task(end)
  }

  /// Anyone: takes the task pushed first; nil when there is none or another thief was faster.
  @inline(__always)
  func steal() -> QueuedTask? {
    let start = top.load(ordering: .sequentiallyConsistent)
    guard start < bottom.load(ordering: .sequentiallyConsistent) else { return nil }
    // The owner may be writing here already; then `top` has moved.
    let task = task(start)
    return advanceTop(from: start) ? task : nil
  }

  /// Whether a task is queued.
  var hasTask: Bool {
    top.load(ordering: .sequentiallyConsistent) < bottom.load(ordering: .sequentiallyConsistent)
  }

  @inline(__always)
  private func advanceTop(from start: Int) -> Bool {
    top.compareExchange(
      expected: start, desired: start &+ 1, ordering: .sequentiallyConsistent
    ).exchanged
  }

  @inline(__always)
  private func slot(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt>> {
    words + (index & (TaskDeque.capacity - 1)) * TaskDeque.wordsPerSlot
  }

  @inline(__always)
  private func task(_ index: Int) -> QueuedTask {
    let slot = slot(index)
    return QueuedTask(
      closure: hfm_closure(
        code: UnsafeRawPointer(bitPattern: slot[0].load(ordering: .relaxed)),
        captured: UnsafeRawPointer(bitPattern: slot[1].load(ordering: .relaxed))),
      owner: slot[2].load(ordering: .relaxed))
  }
}
