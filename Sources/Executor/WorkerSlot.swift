import CSystemShims
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
  let localBytes = Atomic<Int>(0)
  let remoteBytes = Atomic<Int>(0)
  /// The kernel's number of the worker's thread.
  let thread = Atomic<Int32>(0)
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
  /// Whether the system lacks barriers for all threads of the process (see `TaskTable`).
  let needsFence: Bool
  /// An address that is never read, for commands without a context.
  let nowhere: UnsafeRawPointer

  init(workers: Int, spin: SpinBudget) {
    self.spin = spin
    needsFence = hfm_register_process_barrier() != 0
    let nowhere = UnsafeRawPointer(UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))
    self.nowhere = nowhere
    let nothing = Command(function: nil, context: nowhere, lane: 0)
    inboxes = PaddedArray(count: workers) { _ in Inbox(command: nothing) }
    outboxes = PaddedArray(count: workers) { _ in Outbox() }
  }

  deinit { nowhere.deallocate() }

  /// The two lines of a worker; valid while this object lives.
  func link(_ worker: Int) -> WorkerLink {
    WorkerLink(inbox: inboxes[worker], outbox: outboxes[worker])
  }

  /// An address that names this pool in a worker thread's local storage.
  var identity: UInt { UInt(bitPattern: ObjectIdentifier(self)) }
}

/// The two lines of one worker, as the thread that commands it sees them.
struct WorkerLink {
  let inbox: UnsafeMutablePointer<Inbox>
  let outbox: UnsafeMutablePointer<Outbox>

  /// Hands a command to the worker, which must have finished the one before.
  @inline(__always)
  func issue(_ command: Command) {
    inbox.pointee.command = command
    let value = ParkingWord.next(inbox.pointee.issued)
    inbox.pointee.issued = value
    inbox.pointee.word.publish(value)
  }

  /// Waits until the worker has finished what it was last told.
  @inline(__always)
  func join(spins: Int) {
    outbox.pointee.word.wait(for: inbox.pointee.issued, spins: spins)
  }
}
