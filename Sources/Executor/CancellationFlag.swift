import CSystemShims
import Synchronization

/// Whether a team shall stop: for good, or because the running body's time is over.
struct CancellationFlag: ~Copyable {
  /// Set for good.
  let isSet = Atomic<Bool>(false)
  /// In ticks of the processor's counter; 0 for none. Written while no body runs.
  let deadline = Atomic<UInt64>(0)

  /// Looked at before each piece of a loop and each task: two loads, and one reading of the counter
  /// when a deadline is set.
  @inline(__always)
  var mustStop: Bool { isSet.load(ordering: .relaxed) || isPastDeadline }

  @inline(__always)
  var isPastDeadline: Bool {
    let ticks = deadline.load(ordering: .relaxed)
    return ticks != 0 && hfm_ticks() >= ticks
  }
}

/// The body of a `WorkerTeam.run(within:_:)` did not end in its time; what had not been started
/// then was skipped.
public struct DeadlineExceeded: Error, Hashable, CustomStringConvertible {
  /// The time that the body had.
  public var limit: Duration
  /// Creates the error.
  public init(limit: Duration) { self.limit = limit }
  /// For people.
  public var description: String { "not done within \(limit)" }
}
