import CostModel

/// One point of the search: everything that an estimate depends on besides model and cluster.
public struct Configuration: Sendable, Hashable {
  /// How the step is cut over devices.
  public var parallelism: Parallelism
  /// Samples of one forward and backward pass on one replica.
  public var microBatch: Int
  /// Micro-batches whose gradients are added up before an update.
  public var accumulation: Int
  /// Which activations are kept.
  public var recompute: RecomputeMode
  /// Which layers of a stage do so.
  public var span = RecomputeSpan.all
  /// What is kept in host memory.
  public var offload: Offload = []

  /// Creates a configuration that keeps everything on its devices.
  public init(
    parallelism: Parallelism, microBatch: Int, accumulation: Int, recompute: RecomputeMode,
    offload: Offload = []
  ) {
    self.parallelism = parallelism
    self.microBatch = microBatch
    self.accumulation = accumulation
    self.recompute = recompute
    self.offload = offload
  }

  /// Samples of one step of all replicas.
  public var globalBatch: Int { microBatch * accumulation * parallelism.data }

  /// How kernels are cut.
  func workCut(_ stack: SoftwareStack) -> WorkCut {
    var cut = WorkCut()
    cut.tensor = parallelism.tensor
    cut.context = parallelism.context
    cut.sequenceParallel = parallelism.sequenceParallel
    cut.fusedAttention = stack.fusedAttention
    cut.expert = parallelism.expert
    cut.expertTensor = parallelism.expertTensor
    return cut
  }

  /// The modes that share a stage's layers; nil where one covers them all.
  var coverage: CutStage.Coverage? {
    guard span != .all, recompute != .none else { return nil }
    return CutStage.Coverage(
      mode: recompute, span: span, virtualStages: parallelism.virtualStages)
  }

  /// The numbers of the closed form.
  func stepCut(fusedAttention: Bool) -> StepCut {
    let coverage = coverage
    return StepCut(
      data: parallelism.data, tensor: parallelism.tensor, pipeline: parallelism.pipeline,
      virtualStages: parallelism.virtualStages, context: parallelism.context,
      expert: parallelism.expert, expertTensor: parallelism.expertTensor,
      zero: parallelism.zeroStage, sequenceParallel: parallelism.sequenceParallel,
      schedule: parallelism.schedule, nodeShards: parallelism.shardGroup == .node,
      microBatch: microBatch, accumulation: accumulation,
      recompute: coverage == nil ? recompute : .full, offload: offload,
      fusedAttention: fusedAttention, coverage: coverage)
  }
}

/// Why a configuration is no plan.
public enum Refusal: String, Sendable, Hashable, CaseIterable {
  /// It needs more devices than the cluster (or `--devices`) has.
  case devices
  /// The global batch is not a whole number of micro-batches on each replica.
  case batch
  /// The sequence is not a whole number of tokens on each context parallel device, or there is
  /// none.
  case sequence
  /// The layers cannot be laid on the stages.
  case layers
  /// The experts cannot be spread over the devices.
  case experts
  /// A group is larger than the network chosen for it.
  case network
  /// It does not fit a device's memory.
  case memory
  /// Its offloaded share does not fit the host's memory.
  case hostMemory
  /// A lower bound of its time is above the plans already found.
  case slower
  /// The job would end after the deadline.
  case deadline
  /// The job would cost more than the budget.
  case budget
  /// Fewer layers need recomputing: the rest's mode fits by itself.
  case needless
  /// The attention heads are not a whole number on each device that they are cut over, or there
  /// are none.
  case heads

  /// The reason in words.
  public var words: String {
    switch self {
    case .devices: "need more devices than there are, or other than the given number"
    case .batch: "do not divide the global batch"
    case .sequence: "do not divide the sequence"
    case .layers: "do not fit the number of layers"
    case .experts: "do not divide the experts, or the devices they are spread over"
    case .network: "need a network that does not reach all devices of a group"
    case .memory: "do not fit the memory"
    case .hostMemory: "do not fit the host's memory"
    case .slower: "are slower by a bound"
    case .deadline: "end after the deadline"
    case .budget: "cost more than the budget"
    case .needless: "recompute more than the memory asks for"
    case .heads: "do not divide the attention heads"
    }
  }
}
