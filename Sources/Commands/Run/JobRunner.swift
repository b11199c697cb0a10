import JobStore
import Quantities
import Synchronization

/// What a job is expected to take.
struct JobEstimate: Sendable, Hashable {
  /// Run time on the job's cores, in seconds.
  var seconds: Double
  /// Memory to set aside, in bytes.
  var memoryBytes: Int
}

/// What a job took.
struct JobMeasurement: Sendable {
  /// Time of the passes or steps, in seconds, without setting up.
  var seconds: Double
  /// More figures: name, unit and value.
  var details: [(name: String, unit: String, value: Double)] = []
}

/// Carries jobs out on this machine; the scheduler and the ledger know nothing of kernels.
protocol JobRunner: Sendable {
  /// What a job will take; checks all of its specification.
  func estimate(_ job: JobSpecification) throws(UserError) -> JobEstimate
  /// Runs a job to its end on the calling thread.
  ///
  /// - Throws: any error, which becomes the failed job's reason; `CancellationError` when stopped.
  func run(
    _ job: JobSpecification, on placement: RunPlacement, _ cancellation: Cancellation
  ) throws -> JobMeasurement
}

/// A request to stop, from any thread to a running job.
final class Cancellation: Sendable {
  private let state = Mutex((isCancelled: false, handlers: [@Sendable () -> Void]()))

  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Asks to stop, and calls the handlers once.
  func cancel() {
    let handlers = state.withLock { state -> [@Sendable () -> Void] in
      state.isCancelled = true
      defer { state.handlers = [] }
      return state.handlers
    }
    for handler in handlers { handler() }
  }

  /// Calls `handler` on cancellation; at once when that was already asked for.
  func onCancel(_ handler: @escaping @Sendable () -> Void) {
    let isLate = state.withLock { state -> Bool in
      if !state.isCancelled { state.handlers.append(handler) }
      return state.isCancelled
    }
    if isLate { handler() }
  }
}
