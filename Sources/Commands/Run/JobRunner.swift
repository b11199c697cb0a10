import JobStore
import Quantities
import Scheduler
import Synchronization

/// What a job is expected to take.
struct JobEstimate: Sendable, Hashable {
  /// Run time on the job's cores, in seconds.
  var seconds: Double
  /// Memory to set aside, in bytes.
  var memoryBytes: Int
  /// What it asks of memory and caches that others use too; nil when unknown.
  var traffic: MemoryTraffic?
  /// Its speed by number of cores; nil for a job of a fixed size.
  var scaling: ElasticRange?
  /// Time to come to a step's bound, in seconds.
  var checkpointSeconds = 0.0
  /// Time of steps that it makes before it goes on, in seconds.
  var restoreSeconds = 0.0
  /// State that it keeps between runs, in bytes; writing and reading it, and setting up its memory,
  /// take further time (`InterruptionCosts`).
  var stateBytes = 0
}

/// What a job took.
struct JobMeasurement: Sendable {
  /// Time of the passes or steps, in seconds, without setting up.
  var seconds: Double
  /// More figures: name, unit and value.
  var details: [(name: String, unit: String, value: Double)] = []
  /// Memory and workers; nil from runners that have none of their own.
  var resources: JobResources?
  /// What being ready took; nil from runners that do not measure it.
  var times: InterruptionTimes?
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

extension JobRunner {
  /// The same with the job's name in the error.
  func estimate(checked job: JobSpecification) throws(UserError) -> JobEstimate {
    do {
      return try estimate(job)
    } catch {
      throw UserError(
        error.kind, place: error.place,
        key: ["job \"\(job.id)\"", error.key].filter { !$0.isEmpty }.joined(separator: ": "),
        error.message, remedy: error.remedy)
    }
  }
}

/// A job stopped at a step's bound because it was asked to make room; its state is kept.
struct JobYielded: Error {
  /// Steps made since its very beginning.
  var stepsDone: Int
  /// Time of the steps made in this run, in seconds.
  var seconds: Double
  /// What being ready and writing the state took; nil when it was not measured.
  var times: InterruptionTimes?
}

/// What any thread may ask of a running job: to stop, or to make room at the next step's bound.
final class Cancellation: Sendable {
  private struct State {
    var isCancelled = false
    var mustYield = false
    var mustYieldAtOnce = false
    var handlers: [@Sendable () -> Void] = []
  }
  private let state = Mutex(State())
  /// Steps that an earlier run has made and kept.
  let stepsBefore: Int
  /// Where the job keeps its state between runs; nil when it need not.
  let checkpoint: String?

  init(stepsBefore: Int = 0, checkpoint: String? = nil) {
    self.stepsBefore = stepsBefore
    self.checkpoint = checkpoint
  }

  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Whether it shall write its state and stop at the next bound, once it has made a step.
  var mustYield: Bool { state.withLock { $0.mustYield } }

  /// Whether it shall stop even if this run has made no step yet, and while it sets itself up.
  var mustYieldAtOnce: Bool { state.withLock { $0.mustYieldAtOnce } }

  /// Asks to make room: for another job once this one has come further, so that no run is in vain;
  /// `atOnce` because a user wants it.
  func requestYield(atOnce: Bool) {
    state.withLock { state in
      state.mustYield = true
      if atOnce { state.mustYieldAtOnce = true }
    }
  }

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
