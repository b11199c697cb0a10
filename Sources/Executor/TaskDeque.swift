import Synchronization

/// One lane's queue of tasks: the owner pushes and pops at the bottom, others steal at the top.
///
/// Chase and Lev 2005, "Dynamic circular work-stealing deque", of fixed capacity; sequentially
/// consistent operations stand in for the fences of Lê et al. 2013 (PPoPP), so that a race
/// detector can follow them. Holds one reference to each queued task.
struct TaskDeque: ~Copyable {
  private static let capacity = 4096
  private let top = Atomic<Int>(0)
  private let bottom = Atomic<Int>(0)
  /// `Unmanaged` task references; slot `i & (capacity - 1)` is the owner's to write while
  /// `i - top < capacity`.
  private let slots: UnsafeMutablePointer<Atomic<UInt>>

  init() {
    slots = .allocate(capacity: TaskDeque.capacity)
    for index in 0..<TaskDeque.capacity { (slots + index).initialize(to: Atomic(0)) }
  }

  deinit {
    slots.deinitialize(count: TaskDeque.capacity)
    slots.deallocate()
  }

  /// Owner only: queues a task; false when the queue is full.
  @inline(__always)
  func push(_ task: TeamTask) -> Bool {
    let end = bottom.load(ordering: .relaxed)
    guard end - top.load(ordering: .acquiring) < TaskDeque.capacity else { return false }
    let reference = Unmanaged.passRetained(task)
    slots[end & (TaskDeque.capacity - 1)].store(
      UInt(bitPattern: reference.toOpaque()), ordering: .relaxed)
    bottom.store(end + 1, ordering: .sequentiallyConsistent)
    return true
  }

  /// Owner only: takes the task pushed last.
  @inline(__always)
  func pop() -> TeamTask? {
    let end = bottom.load(ordering: .relaxed) - 1
    if end < top.load(ordering: .relaxed) { return nil }
    bottom.store(end, ordering: .sequentiallyConsistent)
    let start = top.load(ordering: .sequentiallyConsistent)
    if start < end { return task(at: end) }
    // The last task: a thief may be at it.
    defer { bottom.store(end + 1, ordering: .relaxed) }
    guard start == end, advanceTop(from: start) else { return nil }
    return task(at: end)
  }

  /// Anyone: takes the task pushed first; nil when there is none or another thief was faster.
  @inline(__always)
  func steal() -> TeamTask? {
    let start = top.load(ordering: .sequentiallyConsistent)
    guard start < bottom.load(ordering: .sequentiallyConsistent) else { return nil }
    let word = slots[start & (TaskDeque.capacity - 1)].load(ordering: .relaxed)
    guard advanceTop(from: start) else { return nil }
    return TaskDeque.task(word)
  }

  /// Whether a task is queued.
  var hasTask: Bool {
    top.load(ordering: .sequentiallyConsistent) < bottom.load(ordering: .sequentiallyConsistent)
  }

  private func advanceTop(from start: Int) -> Bool {
    top.compareExchange(
      expected: start, desired: start + 1, ordering: .sequentiallyConsistent
    ).exchanged
  }

  private func task(at index: Int) -> TeamTask? {
    TaskDeque.task(slots[index & (TaskDeque.capacity - 1)].load(ordering: .relaxed))
  }

  /// Takes over the reference that `push` stored.
  private static func task(_ word: UInt) -> TeamTask? {
    UnsafeRawPointer(bitPattern: word).map {
      Unmanaged<TeamTask>.fromOpaque($0).takeRetainedValue()
    }
  }
}

/// A queued piece of work and the group that waits for it.
final class TeamTask: Sendable {
  let body: @Sendable () -> Void
  let group: TeamTaskGroup

  init(group: TeamTaskGroup, body: @escaping @Sendable () -> Void) {
    self.body = body
    self.group = group
  }
}
