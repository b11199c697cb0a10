public import HardwareModel
public import Quantities

/// A plan over devices of several kinds: what each kind does, and the step that all wait for.
public struct MixedPlan: Sendable, Hashable {
  /// How the kinds share the work.
  public enum Way: String, Sendable, Hashable, CaseIterable {
    /// Each kind's replicas take a share of the batch by their speed.
    case shares
    /// Each kind holds the pipeline stages that it computes in time.
    case stages
    /// One kind works, the others idle.
    case alone
  }

  /// One kind of device.
  public struct Part: Sendable, Hashable {
    /// The device.
    public var device: Device
    /// Devices of the kind that work.
    public var devices: Int
    /// Its replicas' or stages' configuration, time by part and memory (of the worst stage).
    public var estimate: PlanEstimate
    /// Samples of a step that its replicas take; all of them in a pipeline.
    public var samples: Int
    /// Layers of each of its pipeline stages; empty where stages are even.
    public var layers: [Int] = []
    /// Seconds of a step in which one of its devices computes.
    public var busySeconds: Double

    /// Bytes that a plan may use of one device.
    public var usableBytes: Int { MemoryReserve.usable(device) }
  }

  /// How the kinds share the work.
  public var way: Way
  /// The kinds that work, in the order of the cluster.
  public var parts: [Part]
  /// Seconds of a step: those of the kind that is last.
  public var stepSeconds: Double
  /// Samples of a step.
  public var globalBatch: Int
  /// Steps of the whole job.
  public var steps: Int
  /// Energy of the whole job; nil when a device's power is unknown.
  public var energy: Joules?
  /// Price of the whole job; nil when a device's price is unknown.
  public var cost: Double?

  /// Whether the memory of a kind that works does not do with more than a probability.
  func exceeds(_ risk: Double) -> Bool {
    parts.contains { $0.estimate.outOfMemoryProbability($0.device) > risk }
  }

  /// Seconds of the whole job.
  public var totalSeconds: Double { stepSeconds * Double(steps) }
  /// Devices that work.
  public var devices: Int { parts.reduce(0) { $0 + $1.devices } }
  /// Device hours of the whole job.
  public var deviceHours: Double { totalSeconds * Double(devices) / 3600 }
  /// Samples per second.
  public var samplesPerSecond: Double {
    stepSeconds > 0 ? Double(globalBatch) / stepSeconds : 0
  }
  /// Where the prediction rests on least.
  public var basis: PredictionBasis {
    parts.map(\.estimate.basis).max { $0.spread < $1.spread } ?? parts[0].estimate.basis
  }
}
