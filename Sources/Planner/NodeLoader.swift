public import HardwareModel
import Quantities
public import Workloads

/// What loading a sample takes on one node, whose cores prepare samples for all its devices while
/// storage reads the next ones.
public struct NodeLoader: Sendable, Hashable {
  /// Cores that decode and augment.
  public let cores: Int
  /// Seconds that all cores need for one sample, and that storage needs.
  public let cpu, reading: Double
  /// Whether the cores that load are those that compute: then loading hides behind nothing.
  public let sharesCores: Bool

  /// The loader of a cluster's nodes; nil loading takes nothing.
  public init(_ loading: SampleLoading?, on cluster: Cluster) {
    let host = cluster.host ?? .assumed(devices: cluster.devicesPerNode)
    let device = cluster.device
    cores = max(1, (device.kind == .cpu ? device.measuredOn?.workers : nil) ?? host.cores)
    cpu = (loading?.coreSeconds ?? 0) / Double(cores)
    reading = (loading?.bytes ?? 0) / host.storage.value
    sharesCores = device.kind == .cpu
  }

  /// Whether there is anything to load.
  var isBusy: Bool { cpu > 0 || reading > 0 }

  /// Seconds of a step that loads its samples, `step` without. Workers load ahead while the
  /// devices work, so a step takes as long as the slowest of devices, cores and storage; a
  /// processor that computes the step loads in between.
  func seconds(samples: Double, beside step: Double) -> Double {
    let computing = sharesCores ? step + samples * cpu : max(step, samples * cpu)
    return max(computing, samples * reading)
  }

  /// What loading adds to a step of `step` seconds.
  func exposed(samples: Double, beside step: Double) -> Double {
    seconds(samples: samples, beside: step) - step
  }
}
