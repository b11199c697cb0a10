import Synchronization

/// What a worker is told to do: a C function, so that no reference is counted on the way.
struct Command {
  /// Called with `context` and `lane`; nil tells the thread to end.
  var function: (@convention(c) (UnsafeRawPointer, Int) -> Void)?
  var context: UnsafeRawPointer
  /// The worker's position in its team.
  var lane: Int
}

/// The line on which a worker is told what to do: the word and the command travel together.
///
/// Written only by the thread that holds the worker (its team's runner), handed to the worker by
/// `word.publish`, and not written again before the worker answered in its outbox.
struct Inbox: ~Copyable {
  let word = ParkingWord()
  /// The value last published to `word`.
  var issued: UInt32 = 0
  var command: Command
}

/// The line on which a worker tells that it has finished. Written only by the worker.
struct Outbox: ~Copyable {
  let word = ParkingWord()
  let busyTicks = Atomic<UInt64>(0)
  let regions = Atomic<Int>(0)
  let tasks = Atomic<Int>(0)
  let stolenTasks = Atomic<Int>(0)
  /// 0 while starting, then 1 + the errno of pinning (1: pinned).
  let pinning = Atomic<Int32>(0)

  /// Adds to a counter that only this worker writes: no locked instruction is needed.
  @inline(__always)
  func countRegion(ticks: UInt64) {
    busyTicks.store(busyTicks.load(ordering: .relaxed) &+ ticks, ordering: .relaxed)
    regions.store(regions.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
  }

  @inline(__always)
  func countTask(stolen: Bool) {
    tasks.store(tasks.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    if stolen {
      stolenTasks.store(stolenTasks.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }
  }
}

/// What the workers and their controllers share; outlives every worker thread.
///
/// `@unchecked Sendable`: all fields are constant; the slots are protected as `Inbox` and `Outbox`
/// say.
final class PoolCore: @unchecked Sendable {
  let inboxes: PaddedArray<Inbox>
  let outboxes: PaddedArray<Outbox>
  let spin: SpinBudget
  /// An address that is never read, for commands without a context.
  let nowhere: UnsafeRawPointer

  init(workers: Int, spin: SpinBudget) {
    self.spin = spin
    let nowhere = UnsafeRawPointer(UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))
    self.nowhere = nowhere
    let nothing = Command(function: nil, context: nowhere, lane: 0)
    inboxes = PaddedArray(count: workers) { _ in Inbox(command: nothing) }
    outboxes = PaddedArray(count: workers) { _ in Outbox() }
  }

  deinit { nowhere.deallocate() }

  /// Hands a command to a worker and returns the value to wait for.
  @inline(__always)
  @discardableResult
  func issue(_ command: Command, to worker: Int) -> UInt32 {
    let inbox = inboxes[worker]
    inbox.pointee.command = command
    let value = ParkingWord.next(inbox.pointee.issued)
    inbox.pointee.issued = value
    inbox.pointee.word.publish(value)
    return value
  }

  /// Waits until a worker has finished what it was last told.
  @inline(__always)
  func join(_ worker: Int, spins: Int) {
    outboxes[worker].pointee.word.wait(for: inboxes[worker].pointee.issued, spins: spins)
  }

  /// Whether a worker has finished what it was last told.
  @inline(__always)
  func isDone(_ worker: Int) -> Bool {
    outboxes[worker].pointee.word.has(inboxes[worker].pointee.issued)
  }

  /// An address that names this pool in a worker thread's local storage.
  var identity: UInt { UInt(bitPattern: ObjectIdentifier(self)) }
}
