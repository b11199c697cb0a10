import JobStore
import Quantities
import Scheduler

/// What it took a job to be ready, and to write its state.
struct InterruptionTimes: Sendable, Hashable {
  /// Time from its start to its first step, in seconds.
  var setupSeconds = 0.0
  /// Memory that it set up, in bytes.
  var setupBytes = 0
  /// Time to write its state, in seconds.
  var checkpointSeconds = 0.0
  /// Its state, in bytes; 0 for none.
  var checkpointBytes = 0

  /// For the ledger, in which the next process finds them.
  var details: [(name: String, unit: String, value: Double)] {
    [("setup", "s", setupSeconds), ("setupBytes", "bytes", Double(setupBytes))]
      + (checkpointBytes > 0
        ? [
          ("checkpoint", "s", checkpointSeconds),
          ("checkpointBytes", "bytes", Double(checkpointBytes)),
        ] : [])
  }
}

/// What interruptions cost on this machine as they were seen here: seconds over bytes, both summed
/// over what was seen, each time counting half as much after the next three.
struct InterruptionCosts: Sendable {
  private var setup = Rate(assumed: 1e9)
  private var checkpoint = Rate(assumed: 500e6)

  /// Nothing seen yet: 1 GB/s to take and fill memory and 500 MB/s to write, that of a common
  /// solid-state drive behind SATA (assumed).
  init() {}

  /// What a ledger's latest runs have seen.
  ///
  /// - Throws: `UserError` when the ledger cannot be read.
  init(_ ledger: Ledger) throws(UserError) {
    for (seconds, bytes) in try ledger.measurements("setup", per: "setupBytes", last: 32) {
      setup.see(seconds, bytes)
    }
    for (seconds, bytes) in try ledger.measurements("checkpoint", per: "checkpointBytes", last: 32)
    {
      checkpoint.see(seconds, bytes)
    }
  }

  /// Learns from a run.
  mutating func see(_ times: InterruptionTimes) {
    setup.see(times.setupSeconds, Double(times.setupBytes))
    checkpoint.see(times.checkpointSeconds, Double(times.checkpointBytes))
  }

  /// What an interruption of a job should take. Its state is read as fast as it is written.
  func preemption(of estimate: JobEstimate) -> Preemption {
    let state = Double(estimate.stateBytes) * checkpoint.secondsPerByte
    return Preemption(
      checkpointSeconds: estimate.checkpointSeconds + state,
      restoreSeconds: estimate.restoreSeconds + state
        + Double(estimate.memoryBytes) * setup.secondsPerByte)
  }

  private struct Rate {
    private var seconds = 0.0
    private var bytes = 0.0
    private let assumed: Double
    /// What stays of the earlier with each new one: half after three.
    private static let memory = 0.79

    init(assumed bytesPerSecond: Double) { assumed = 1 / bytesPerSecond }

    mutating func see(_ more: Double, _ moreBytes: Double) {
      guard more > 0, moreBytes > 0 else { return }
      seconds = Self.memory * seconds + more
      bytes = Self.memory * bytes + moreBytes
    }

    var secondsPerByte: Double { bytes > 0 ? seconds / bytes : assumed }
  }
}
