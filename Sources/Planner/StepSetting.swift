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
  /// What loading a sample takes on a node.
  let loader: NodeLoader
  /// Seconds of the optimizer's update on one device, where it is measured; nil: by bytes.
  let optimizerSeconds: Double?
  /// Seconds in which a processor packs the weights that the update changed.
  let packingSeconds: Double
  let trains: Bool
  /// Bytes of the graph's inputs for one pass.
  let inputs: Double
  /// Elements of each sample that replicas gather before the loss, and FLOP a second of comparing
  /// them.
  let gathered, comparing: Double
  /// Whether the stack hands gradients to a host that updates, during backward.
  private let offloadsGradients: Bool
  /// How communication is carried out; nil: as the stack and the links say.
  let execution: ExecutionChoice?
  /// Whether dropout keeps masks.
  let dropout: Bool

  /// Whether sharded parameters are gathered in the format computed in (PyTorch's FSDP).
  var gathersNarrow: Bool {
    trains && !stack.mainParameters && computeBytes < parameterBytes
  }

  /// Whether gradients leave for the host during backward: each must be summed over its replicas by
  /// then.
  func offloadsGradients(_ cut: StepCut) -> Bool {
    offloadsGradients && cut.offload.contains(.optimizer) && (cut.zero >= 2 || cut.replicas == 1)
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
    loader = NodeLoader(request.loading, on: request.cluster)
    offloadsGradients = request.stack.offloadsGradients
    trains = profile.trains
    inputs = Double(profile.memory.inputs)
    gathered = Double(profile.gatheredElements)
    comparing =
      time.computePeak(request.precision.compute).value * efficiency.matrix
    execution = nil
    if device.kind == .cpu || !device.rates.isEmpty {
      optimizerSeconds = time.seconds(update: profile.cost.optimizer)
    } else {
      optimizerSeconds = nil
    }
    packingSeconds = time.seconds(packing: profile.cost.packing)
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
    loader = other.loader
    optimizerSeconds = other.optimizerSeconds
    packingSeconds = other.packingSeconds
    (trains, inputs) = (other.trains, other.inputs)
    offloadsGradients = other.offloadsGradients
    (gathered, comparing) = (other.gathered, other.comparing)
    execution = choice
    dropout = other.dropout
  }
}
