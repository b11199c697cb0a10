public import CostModel
public import HardwareModel
public import Quantities

/// What to plan: a workload on a cluster, and what is held fixed.
public struct PlanRequest: Sendable {
  /// The cluster at hand.
  public var cluster: Cluster
  /// Devices to use, all of them; nil lets the search choose up to the whole cluster.
  public var devices: Int?
  /// Samples of one update over all replicas; for inference 0, when the micro-batch says it all.
  public var globalBatch: Int
  /// Formats of parameters and activations.
  public var precision: Precision
  /// Dimensions that are searched and those held fixed.
  public var space = SearchSpace()
  /// Updates (batches of inference) of the whole job.
  public var steps = 1
  /// Tokens that each sequence's cache holds; 0 without generation.
  public var cachedTokens = 0
  /// How the optimizer's update is executed.
  public var optimizerKernel = OptimizerKernel.fused
  /// Price of one device for an hour, in the user's currency.
  public var pricePerDeviceHour: Double?
  /// Carbon intensity of the electricity, in grams of CO2e per kWh.
  public var gramsPerKilowattHour: Double?
  /// Most plans to return.
  public var limit = 10

  /// Creates a request that searches every dimension.
  public init(cluster: Cluster, globalBatch: Int, precision: Precision) {
    self.cluster = cluster
    self.globalBatch = globalBatch
    self.precision = precision
  }

  /// Devices that a plan may use.
  var availableDevices: Int { devices ?? cluster.deviceCount }
}

/// Memory of a device that a plan leaves free.
public enum MemoryReserve {
  /// Context, loaded kernels and library workspaces of a GPU: an assumption. A CUDA context with
  /// cuBLAS and NCCL takes 0.5 to 1 GiB.
  public static let gpuContextBytes = 1 << 30
  /// Share of the capacity lost to the allocator's fragmentation: an assumption.
  public static let fragmentation = 0.04

  /// Bytes that a plan may use of a device.
  public static func usable(_ device: Device) -> Int {
    let context = device.kind == .gpu ? gpuContextBytes : 0
    let lost = Int(Double(device.memoryBytes) * fragmentation)
    return max(0, device.memoryBytes - context - lost)
  }
}

/// Plans, best first, and what the search did.
public struct PlanResult: Sendable {
  /// Plans that fit, best first: training by seconds a step, inference by samples a second.
  public var plans: [PlanEstimate]
  /// What the search did.
  public var search: SearchSummary
}

/// What a search did.
public struct SearchSummary: Sendable, Hashable {
  /// Configurations visited.
  public var configurations: Int
  /// Those that fit.
  public var feasible: Int
  /// Configurations refused, by reason, in the order of `Refusal.allCases`; none with 0.
  public var refusals: [RefusalCount]

  /// Configurations refused for one reason.
  public struct RefusalCount: Sendable, Hashable {
    /// The reason.
    public var reason: Refusal
    /// Configurations.
    public var count: Int
  }
}
