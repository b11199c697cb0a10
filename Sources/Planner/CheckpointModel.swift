import Glibc
import HardwareModel
import Quantities

/// What writing checkpoints and failures add to a step, on average.
///
/// Checkpoints are written at the interval that loses least, τ = √(2·δ·M) for a write of δ seconds
/// and a mean time M between failures of all devices together (Young, CACM 17(9), 1974); then a
/// share δ/τ of the time goes into writing, τ/(2M) into repeated work and R/M into restarting
/// (Daly, FGCS 22(3), 2006, first order).
struct CheckpointModel {
  /// Seconds from a failure to the next step: detection, reallocation, loading. Meta reports
  /// interruptions of minutes (arXiv 2407.21783, section 3.3.4); ten are assumed.
  static let restart = 600.0

  private let writeRate: Double
  private let hoursBetweenFailures: Double?
  private let bytesPerParameter: Double

  init(_ request: PlanRequest, _ setting: StepSetting, devices: Int) {
    let nodes = max(1, devices / max(1, setting.devicesPerNode))
    writeRate = setting.host.storage.value * Double(nodes)
    hoursBetweenFailures =
      request.withFailures ? setting.host.hoursBetweenFailures / Double(devices) : nil
    bytesPerParameter = setting.parameterBytes + setting.stateBytes
  }

  /// What is added to a step, in seconds of it.
  struct Overhead {
    /// Writing checkpoints.
    var writing = 0.0
    /// Repeating what was lost, and restarting.
    var failures = 0.0
    /// Seconds from one checkpoint to the next.
    var interval = 0.0

    var total: Double { writing + failures }
  }

  /// What to add to a step of `perStep` seconds; nil when failures are left out.
  func overhead(perStep: Double, parameters: Double) -> Overhead? {
    guard let hoursBetweenFailures else { return nil }
    let mean = hoursBetweenFailures * 3600
    let write = parameters * bytesPerParameter / writeRate
    let interval = max(write, sqrt(2 * write * mean))
    let (writing, failing) = (
      write / max(interval, 1e-9), interval / (2 * mean) + Self.restart / mean
    )
    // Of first order in both shares: ten times the work stands for a job that does not get on.
    let scale = perStep * min(1, 10 / max(writing + failing, 1e-9))
    return Overhead(writing: writing * scale, failures: failing * scale, interval: interval)
  }
}
