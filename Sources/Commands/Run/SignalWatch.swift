import Executor
import Glibc
import Synchronization

/// How often SIGINT or SIGTERM came since the process started.
private let interruptions = Atomic(0)

/// Turns SIGINT and SIGTERM into a call while it lives; the second one ends the process at once.
///
/// The handler only counts (an atomic add is all it does, whichever thread it lands on); a thread
/// looks at the count and does the rest.
final class SignalWatch: Sendable {
  private static let interval: useconds_t = 50_000
  private let isOver = Atomic(false)

  init(_ interrupted: @escaping @Sendable () -> Void) {
    // Also initialises the global here, outside the handler.
    let before = interruptions.load(ordering: .relaxed)
    Self.handle { _ in interruptions.wrappingAdd(1, ordering: .relaxed) }
    _ = DriverThread.start { [weak self] in
      var wasTold = false
      while self?.isOver.load(ordering: .relaxed) == false {
        let count = interruptions.load(ordering: .relaxed) - before
        // Every change of the ledger is a whole transaction, so leaving now harms nothing.
        if count > 1 && wasTold { _exit(130) }
        if count > 0 && !wasTold {
          wasTold = true
          interrupted()
        }
        usleep(Self.interval)
      }
    }
  }

  /// Stops watching and gives the signals their usual effect again.
  func end() {
    isOver.store(true, ordering: .relaxed)
    Self.handle(SIG_DFL)
  }

  private static func handle(_ handler: (@convention(c) (Int32) -> Void)?) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    // Blocking calls go on after the handler.
    action.sa_flags = SA_RESTART
    sigaction(SIGINT, &action, nil)
    sigaction(SIGTERM, &action, nil)
  }
}
