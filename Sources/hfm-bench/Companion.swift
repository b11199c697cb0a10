import Executor
import Quantities
import Synchronization

/// Runs something again and again in a thread of its own, until it is ended.
final class Companion: Sendable {
  private let mustEnd = Atomic(false)
  private let rounds = Atomic(0)
  private let state = Mutex<(isOver: Bool, failure: (any Error)?)>((false, nil))

  /// Starts, and returns once it has run for the first time.
  ///
  /// - Throws: `UserError` when the system has no thread left.
  init(_ body: @escaping @Sendable () throws -> Void) throws {
    let isStarted = DriverThread.start { [self] in
      do {
        while !mustEnd.load(ordering: .acquiring) {
          try body()
          rounds.wrappingAdd(1, ordering: .releasing)
        }
        state.withLock { $0.isOver = true }
      } catch {
        state.withLock { $0 = (true, error) }
      }
    }
    guard isStarted else { throw UserError(.run, "the system has no thread left") }
    while rounds.load(ordering: .acquiring) == 0, !state.withLock({ $0.isOver }) {
      DriverThread.pause()
    }
  }

  /// Ends after the present time, and waits for it.
  ///
  /// - Throws: what the body threw.
  func end() throws {
    mustEnd.store(true, ordering: .releasing)
    while !state.withLock({ $0.isOver }) { DriverThread.pause() }
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }
}
