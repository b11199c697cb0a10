public import CostModel
public import HardwareModel
public import Quantities
public import Workloads

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
  /// How the training framework runs a step.
  public var stack = SoftwareStack.pytorch
  /// Replaces the device's own parameters (for fitting).
  public var efficiency: DeviceEfficiency?
  /// Format of the layers' products where it is narrower than the activations' (fp8 recipes keep
  /// those in bf16).
  public var matrixFormat: DataType?
  /// Rows that the busiest expert parallel device gets over the mean: 1 for a balanced router
  /// without dropping, a capacity factor for one that pads and drops (Switch Transformer, arXiv
  /// 2101.03961, section 2.2: 1 to 1.25).
  public var expertImbalance = 1.0
  /// Whether dropout keeps masks (one byte an element, twice a layer).
  public var dropout = false
  /// State tensors of a parameter; nil for those of the workload's optimizer.
  public var optimizerStates: Int?
  /// Bits of an element of the optimizer's states; nil for the parameters' format.
  public var stateBits: Int?
  /// What a host does for each sample; nil where that is not known, and then not counted.
  public var loading: SampleLoading?
  /// Whether checkpoints and failures are counted in.
  public var withFailures = false
  /// Energy of the site over that of its machines.
  public var powerUsageEffectiveness = 1.0
  /// What the search makes least.
  public var goal = PlanGoal.time
  /// Longest time of the whole job.
  public var deadlineSeconds: Double?
  /// Most money of the whole job.
  public var budget: Double?
  /// Share of a device's memory to leave free beside the reserve.
  public var headroom = 0.0
  /// Highest probability that the memory does not do, from 0 to 1. Plans above it are given only
  /// where there is none below.
  public var memoryRisk = 1.0
  /// A goal that is already reached: what cannot do as well is left out.
  public var atMost = Double.infinity
  /// Whether bounds may leave out configurations that cannot be among the best.
  public var usesBounds = true
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

  /// State tensors of a parameter.
  func stateCount(_ profile: StepProfile) -> Int {
    if let optimizerStates { return optimizerStates }
    guard profile.memory.gradients > 0 else { return 0 }
    return Int((Double(profile.memory.optimizer) / Double(profile.memory.gradients)).rounded())
  }

  /// Devices that a plan may use.
  var availableDevices: Int { devices ?? cluster.deviceCount }
}

/// What a search makes least: of the job, or of each sample where samples are served.
public enum PlanGoal: String, Sendable, Hashable, CaseIterable {
  /// Seconds of a step (inference: of a sample, so that most are served a second).
  case time
  /// Devices times hours.
  case deviceHours = "device-hours"
  /// Electric energy of the job.
  case energy
  /// Price of the job.
  case cost
  /// Emissions of the job: of its electricity, and its share of the devices' manufacture.
  case co2
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

extension PlanRequest {
  /// Bytes of the host's memory that each device may take; a tenth is left to the system.
  var hostShare: Double {
    let host = cluster.host ?? .assumed(devices: cluster.devicesPerNode)
    return 0.9 * Double(host.memoryBytes) / Double(max(1, cluster.devicesPerNode))
  }

  /// Bytes that a plan may use of a device, whatever is risked.
  var mostUsable: Double { Double(MemoryReserve.usable(cluster.device)) * (1 - headroom) }

  /// Bytes that a plan may use of a device, given what its prediction rests on.
  func usable(_ basis: PredictionBasis) -> Double {
    guard memoryRisk < 1 else { return mostUsable }
    return min(mostUsable, basis.largestPeak(cluster.device, risk: memoryRisk))
  }
}

/// Plans, best first, and what the search did.
public struct PlanResult: Sendable {
  /// Plans that fit, best by the request's goal first.
  public var plans: [PlanEstimate]
  /// What the search did.
  public var search: SearchSummary
  /// Whether it was ended before it was done.
  public var stopped = false

  init(plans: [PlanEstimate], search: SearchSummary) {
    self.plans = plans
    self.search = search
  }
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
