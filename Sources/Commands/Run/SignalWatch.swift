import Glibc
import Synchronization

/// Turns SIGINT and SIGTERM into a call while it lives; the second one ends the process at once.
///
/// The signals are blocked in the thread that makes the watch and in all that it starts, and one
/// thread takes them with sigtimedwait(2): no code runs inside a signal handler.
final class SignalWatch: Sendable {
  private let isOver = Atomic(false)

  init(_ interrupted: @escaping @Sendable () -> Void) {
    var signals = Self.signals
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    _ = DriverThread.start { [weak self] in
      var seen = 0
      while self?.isOver.load(ordering: .relaxed) == false {
        var signals = Self.signals
        var limit = timespec(tv_sec: 0, tv_nsec: 100_000_000)
        guard sigtimedwait(&signals, nil, &limit) > 0 else { continue }
        seen += 1
        // Every change of the ledger is a whole transaction, so leaving now harms nothing.
        if seen > 1 { _exit(130) }
        interrupted()
      }
    }
  }

  /// Stops watching and lets the signals through again.
  func end() {
    isOver.store(true, ordering: .relaxed)
    var signals = Self.signals
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  private static var signals: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGINT)
    sigaddset(&set, SIGTERM)
    return set
  }
}
