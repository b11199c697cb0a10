import CostModel
import HardwareModel
import Quantities

/// What the closed form needs of the workload and the cluster, the same for all configurations of
/// one micro-batch size.
///
/// A class, since every form of a search reads the same one, a million times: it never changes.
final class StepSetting: Sendable {
  let links: Collectives
  let stack: SoftwareStack
  let host: HostNode
  /// Bytes a second through a device's memory.
  let bandwidth: Double
  let devicesPerNode: Int
  /// Bytes of one element: held parameters, gradients, optimizer states with any fp32 copy, and the
  /// format computed in.
  let parameterBytes, gradientBytes, stateBytes, computeBytes: Double
  /// Bytes handed from stage to stage for one micro-batch.
  let boundary: Double
  /// Seconds of a step that data loading needs on a node, for one sample.
  let loadPerSample: Double
  /// Seconds of the optimizer's update on one device, where it is measured; nil: by bytes.
  let optimizerSeconds: Double?
  let trains: Bool
  /// How communication is carried out; nil: as the stack and the links say.
  let execution: ExecutionChoice?
  /// Whether dropout keeps masks.
  let dropout: Bool

  /// Whether sharded parameters are gathered in the format computed in (PyTorch's FSDP).
  var gathersNarrow: Bool {
    trains && !stack.mainParameters && computeBytes < parameterBytes
  }

  init(
    _ profile: StepProfile, _ step: LayeredStep, _ request: PlanRequest, _ links: Collectives,
    _ time: TimeModel
  ) {
    let device = request.cluster.device
    let narrow = request.matrixFormat != nil
    let held = Double(max(narrow ? 16 : 1, request.precision.parameters.bits)) / 8
    let states = Double(request.stateCount(profile))
    let format = request.stateBits.map { Double($0) / 8 }
    let main = request.stack.mainParameters && profile.trains
    let compute = Double(max(narrow ? 16 : 1, request.precision.compute.bits)) / 8
    let efficiency = request.efficiency ?? device.efficiency ?? .assumed
    self.links = links
    stack = device.kind == .cpu ? .processor : request.stack
    host = request.cluster.host ?? .assumed(devices: request.cluster.devicesPerNode)
    bandwidth = device.memoryBandwidth.value * efficiency.bandwidth
    devicesPerNode = request.cluster.devicesPerNode
    parameterBytes = main ? max(2, compute) : held
    gradientBytes = main ? request.stack.mainGradientBytes : held
    stateBytes = main ? 4 + states * (format ?? 4) : states * (format ?? held)
    computeBytes = compute
    dropout = request.dropout
    boundary = step.layers.filter(\.isLayer).map(\.boundary).max() ?? 0
    loadPerSample = request.loadSecondsPerSample
    trains = profile.trains
    execution = nil
    if device.kind == .cpu || !device.rates.isEmpty {
      let tally = device.kind == .gpu ? profile.cost.optimizer.fused : profile.cost.optimizer
      optimizerSeconds = time.seconds(tally)
    } else {
      optimizerSeconds = nil
    }
  }

  /// The same with communication carried out in another way.
  init(_ other: StepSetting, executing choice: ExecutionChoice) {
    links = other.links
    stack = choice.stack(other.stack)
    host = other.host
    bandwidth = other.bandwidth
    devicesPerNode = other.devicesPerNode
    parameterBytes = other.parameterBytes
    gradientBytes = other.gradientBytes
    stateBytes = other.stateBytes
    computeBytes = other.computeBytes
    boundary = other.boundary
    loadPerSample = other.loadPerSample
    optimizerSeconds = other.optimizerSeconds
    trains = other.trains
    execution = choice
    dropout = other.dropout
  }
}
