import CSystemShims
import Glibc
import Synchronization

/// A few plain threads beside its maker's that end with it: for work of milliseconds, which a pool
/// of pinned workers would take longer to be made for.
///
/// While there is work the caller stays on its processing unit and the others keep off it: a kernel
/// that packs young threads would let them take turns on one for as long as the work lasts.
public final class ShortTeam {
  private var helpers: [HelperThread] = []
  /// Processing units that the caller may run on.
  private let units = affinity(0).map(Int32.init)

  /// A team without threads: they start when there is work for them.
  public init() {}

  deinit { for helper in helpers { helper.end() } }

  /// Indices that threads take from one counter, and their results.
  private final class Work<Value: Sendable>: Sendable {
    let next = Atomic(0)
    let found: Mutex<[Value?]>
    let body: @Sendable (Int) -> Value
    let count: Int

    init(_ count: Int, _ body: @escaping @Sendable (Int) -> Value) {
      (self.count, self.body) = (count, body)
      found = Mutex([Value?](repeating: nil, count: count))
    }

    func run() {
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let value = body(index)
        found.withLock { $0[index] = value }
      }
    }
  }

  /// Runs a body for each index below `count` on this thread and others, as many as there are
  /// processing units, and returns the results in the order of the indices.
  public func map<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) -> Value
  ) -> [Value] {
    let work = Work(count, body)
    let wanted = max(0, min(count, units.count) - 1)
    guard wanted > 0 else { return (0..<count).map(body) }
    // The system may have no thread left: the others do its share.
    while helpers.count < wanted, let helper = HelperThread() { helpers.append(helper) }
    let own = hfm_current_cpu()
    let others = units.filter { $0 != own }
    // Where that fails, the kernel places the threads.
    _ = hfm_limit_thread(pthread_self(), [own], 1)
    for helper in helpers.prefix(wanted) { helper.start(on: others) { work.run() } }
    work.run()
    for helper in helpers.prefix(wanted) { helper.wait() }
    _ = hfm_limit_thread(pthread_self(), units, Int32(units.count))
    return work.found.withLock { $0.enumerated().map { $0.element ?? body($0.offset) } }
  }
}

/// A thread that runs one closure after the other for the thread that made it.
private final class HelperThread {
  /// What both threads see.
  private final class Box: Sendable {
    let body = Mutex<(@Sendable () -> Void)?>(nil)
    let started = ParkingWord()
    let done = ParkingWord()

    /// A thread's life: closure after closure, until there is none.
    func run() {
      var seen: UInt32 = 0
      while true {
        seen = started.waitForChange(from: seen, spins: HelperThread.spins)
        guard let next = body.withLock({ $0.take() }) else { return }
        next()
        done.publish(seen)
      }
    }
  }

  /// Rounds of waiting before a thread sleeps, some tens of microseconds: about what waking it
  /// takes (`SpinBudget.workerNanoseconds`). Assumed, since measuring it would take longer.
  private static let spins = 1000
  private let box = Box()
  private let thread: pthread_t
  private var turn: UInt32 = 0
  /// The processing units that it may run on.
  private var units: [Int32] = []

  /// Starts; nil when the system has no thread left.
  init?() {
    let shared = Unmanaged.passRetained(box)
    var made = pthread_t()
    let code = pthread_create(
      &made, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, shared.toOpaque())
    guard code == 0 else {
      shared.release()
      return nil
    }
    thread = made
  }

  /// Runs a body on one of some processing units.
  func start(on units: [Int32], _ body: @escaping @Sendable () -> Void) {
    if self.units != units {
      self.units = units
      _ = hfm_limit_thread(thread, units, Int32(units.count))
    }
    box.body.withLock { $0 = body }
    turn = ParkingWord.next(turn)
    box.started.publish(turn)
  }

  /// Returns when the body has.
  func wait() { box.done.wait(for: turn, spins: Self.spins) }

  /// Ends the thread, which has nothing to run.
  func end() {
    box.started.publish(ParkingWord.next(turn))
    pthread_join(thread, nil)
  }
}
