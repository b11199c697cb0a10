import CSystemShims
import Glibc
import Synchronization

/// Runs a body on a few plain threads that end with it: for work of milliseconds, which a pool of
/// pinned workers would take longer to be made for.
public enum ShortTeam {
  /// Threads that take their indices from one counter.
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
  public static func map<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) -> Value
  ) -> [Value] {
    let work = Work(count, body)
    // Processing units that this process may run on.
    let units = Int(hfm_affinity_cpus(0, nil, 0))
    let helpers = max(0, min(count, units) - 1)
    let threads = (0..<helpers).compactMap { _ in JoinedThread { work.run() } }
    work.run()
    for thread in threads { thread.join() }
    return work.found.withLock { $0.enumerated().map { $0.element ?? body($0.offset) } }
  }
}

/// A thread with a closure that its maker waits for.
private struct JoinedThread {
  private final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  private let thread: pthread_t

  /// Starts; nil when the system has no thread left.
  init?(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Box(body))
    var made = pthread_t()
    let code = pthread_create(
      &made, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
    guard code == 0 else {
      box.release()
      return nil
    }
    thread = made
  }

  func join() { pthread_join(thread, nil) }
}
