public import Graph
import Quantities

/// Which activations are kept for backward.
public enum Recompute: String, Sendable, Hashable, CaseIterable {
  /// Everything that backward reads.
  case none
  /// Of the repeated layers, their inputs and what matrix products and convolutions give; norms,
  /// point-wise operators and scores are computed again (arXiv 2205.05198, section 5, and the
  /// policy that keeps products of torch.utils.checkpoint).
  case selective
  /// Only the inputs of the repeated layers; each layer runs forward again during backward
  /// (Chen et al., arXiv 1604.06174, with one segment a layer).
  case full
}

/// How the optimizer's update is executed.
public enum OptimizerKernel: String, Sendable, Hashable, CaseIterable {
  /// One pass over the parameters without temporaries.
  case fused
  /// PyTorch's default on GPUs: one temporary of the size of all parameters.
  case foreach
}

/// How a training step uses memory on one of `dataParallel` devices.
public struct MemorySettings: Sendable, Hashable {
  /// Which activations are kept.
  public var recompute: Recompute
  /// ZeRO stage (Rajbhandari et al., arXiv 1910.02054): 1 cuts optimizer states over the data
  /// parallel devices, 2 also gradients, 3 also parameters.
  public var zeroStage: Int
  /// Devices that hold replicas.
  public var dataParallel: Int
  /// How the optimizer's update is executed.
  public var optimizerKernel: OptimizerKernel
  /// Whether several micro-batches add up their gradients, so that those live through forward.
  public var accumulates: Bool

  /// Creates settings; one device without any saving by default.
  public init(
    recompute: Recompute = .none, zeroStage: Int = 0, dataParallel: Int = 1,
    optimizerKernel: OptimizerKernel = .fused, accumulates: Bool = false
  ) {
    self.recompute = recompute
    self.zeroStage = zeroStage
    self.dataParallel = dataParallel
    self.optimizerKernel = optimizerKernel
    self.accumulates = accumulates
  }
}

/// Memory of one workload on one device, in bytes: what the program allocates, without the
/// device's context, allocator fragmentation and library workspaces (the planner's reserve).
public struct MemoryEstimate: Sendable, Hashable {
  /// The moment at which the peak occurs.
  public enum Phase: String, Sendable, Hashable { case forward, backward, optimizer }

  /// Parameters held.
  public var parametersBytes: Int
  /// Constants of the model.
  public var buffersBytes: Int
  /// Gradients of all trained parameters.
  public var gradientsBytes: Int
  /// Optimizer states, in the parameters' own format, as PyTorch keeps them.
  public var optimizerBytes: Int
  /// Activations kept at the end of forward (all live ones at the peak of inference).
  public var activationsBytes: Int
  /// Of the gradients, those that exist at the peak: backward makes them one after another.
  public var gradientsAtPeakBytes: Int
  /// Of the activations, those that are still needed at the peak, and others that are live then.
  public var activationsAtPeakBytes: Int
  /// What is live at the peak beyond parameters, states, gradients and kept activations.
  public var temporaryBytes: Int
  /// The largest sum at any moment of the step: of parameters, buffers, optimizer states,
  /// temporaries, and the gradients and activations at that moment.
  public var peakBytes: Int
  /// When the peak occurs.
  public var peakPhase: Phase
  /// Bytes of keys and values per token of a decoder's cache; 0 for a model without one.
  public var kvCacheBytesPerToken: Int
}

/// A workload's memory, walked once and evaluated for any settings in well under a microsecond.
public struct MemoryModel: Sendable, Hashable {
  /// Bytes of all parameters.
  public let parameters: Int
  /// Bytes of all buffers.
  public let buffers: Int
  /// Bytes of all gradients.
  public let gradients: Int
  /// Bytes of all optimizer states.
  public let optimizer: Int
  /// Parameters of the largest block: what ZeRO 3 gathers at a time.
  public let largestBlock: Int
  /// Bytes of keys and values per token of a decoder's cache.
  public let kvCacheBytesPerToken: Int
  /// Bytes of the graph's inputs, alive throughout: a cache of keys and values is among them.
  public var inputs: Int { walks[0].external }
  private let walks: [ActivationWalk]
  /// What changes where wide parameters are sharded; nil where they are not wide.
  private let narrow: NarrowShards?

  /// Walks a training step.
  ///
  /// - Parameter shards: whether an estimate may ask for ZeRO 2 or 3; without it, one of wide
  ///   parameters counts what a single device keeps.
  public init(training graph: TrainingGraph, shards: Bool = true) {
    let tables = GraphTables(graph.forward, graph)
    self.init(tables, StepFootprints(tables), shards: shards)
  }

  /// Walks a forward pass without backward.
  public init(inference graph: OperatorGraph) {
    let tables = GraphTables(graph, nil)
    self.init(tables, StepFootprints(tables), shards: false)
  }

  init(_ tables: GraphTables, _ prints: StepFootprints, shards: Bool) {
    let (graph, training) = (tables.graph, tables.training)
    let trained = training?.trainedParameters ?? []
    parameters = Self.bytes(graph.distinctParameters)
    gradients = Self.bytes(trained)
    optimizer =
      training.map { training in
        trained.reduce(0) {
          Saturating.add(
            $0, Saturating.product(training.optimizer.stateBytes($1.tensor), $1.count))
        }
      } ?? 0
    let owners = graph.calls.lazy.filter { $0.reuses == nil }.map { ($0.block, $0.count) }
    buffers = WorkTally.summed(owners).reduce(0) { sum, calls in
      graph.blocks[calls.block].tensors.reduce(sum) {
        guard case .buffer = $1.role else { return $0 }
        return Saturating.add($0, Saturating.product($1.bytes, calls.count))
      }
    }
    largestBlock =
      graph.blocks.map { block in
        block.parameters.reduce(0) { Saturating.add($0, block[$1].bytes) }
      }.max() ?? 0
    kvCacheBytesPerToken = Self.cache(graph)
    walks = Self.walks(tables, prints)
    narrow = shards ? NarrowShards(tables, prints) : nil
  }

  /// The memory of a graph that differs from another's in the number of samples alone: parameters
  /// take what they took.
  init(_ tables: GraphTables, _ prints: StepFootprints, scaling other: MemoryModel) {
    (parameters, buffers, gradients) = (other.parameters, other.buffers, other.gradients)
    (optimizer, largestBlock) = (other.optimizer, other.largestBlock)
    kvCacheBytesPerToken = other.kvCacheBytesPerToken
    walks = Self.walks(tables, prints)
    narrow = other.narrow.flatMap { NarrowShards(tables, prints, scaling: $0) }
  }

  private static func walks(
    _ tables: GraphTables, _ prints: StepFootprints
  ) -> [ActivationWalk] {
    tables.training == nil
      ? [ActivationWalk(inference: tables, prints.own)]
      : ActivationWalk.all(tables, prints.own, isAutocast: tables.conventions.autocast)
  }

  private static func bytes(_ parameters: [ParameterCopies]) -> Int {
    parameters.reduce(0) { Saturating.add($0, Saturating.product($1.tensor.bytes, $1.count)) }
  }

  private static func cache(_ graph: OperatorGraph) -> Int {
    WorkTally.summed(graph.calls.lazy.map { ($0.block, $0.count) }).reduce(0) { sum, calls in
      let block = graph.blocks[calls.block]
      return block.operators.indices.reduce(sum) { sum, index in
        guard case .attention(let heads) = block.operators[index].kind, heads.causal
        else { return sum }
        let width =
          block.cachedElements
          ?? Saturating.product(heads.keyValueHeads, heads.headSize + heads.valueSize)
        let format = block[block.operators[index].inputs[1]].dataType
        return Saturating.add(sum, Saturating.product(format.bytes(width), calls.count))
      }
    }
  }

  /// The estimate under some settings (ignored for inference).
  public func estimate(_ settings: MemorySettings = MemorySettings()) -> MemoryEstimate {
    let mode =
      switch settings.recompute {
      case .none: 0
      case .selective: 1
      case .full: 2
      }
    let ranks = max(1, settings.dataParallel)
    let narrow = settings.zeroStage >= 2 && ranks > 1 ? narrow : nil
    let walks = narrow?.walks ?? walks
    let walk = walks.count > 1 ? walks[mode] : walks[0]
    func share(_ bytes: Int, from stage: Int) -> Int {
      settings.zeroStage >= stage ? bytes / ranks + (bytes % ranks == 0 ? 0 : 1) : bytes
    }
    let heldParameters = share(parameters, from: narrow == nil ? 3 : 2)
    let heldGradients = share(gradients, from: 2)
    let states = share(optimizer, from: 1)
    // Two blocks are whole at a time under ZeRO 3: the current and the one fetched ahead. Under
    // ZeRO 2 all are, in the format computed in.
    let whole = narrow?.parameters ?? parameters - heldParameters
    let gathered =
      settings.zeroStage >= 3 && ranks > 1
      ? min(Saturating.product(2, narrow?.largestBlock ?? largestBlock), whole)
      : narrow?.parameters ?? 0
    let base = Saturating.sum(heldParameters, buffers, states)

    var best = Moment()
    for point in walk.points {
      let moment = Moment(
        base: base,
        gradients: settings.accumulates ? heldGradients : share(point.gradients, from: 2),
        activations: point.activations, temporaries: Saturating.add(point.temporaries, gathered),
        phase: point.phase)
      if moment.total > best.total { best = moment }
    }
    let updated = settings.zeroStage >= 1 ? share(gradients, from: 1) : gradients
    let update = optimizer > 0 && settings.optimizerKernel == .foreach ? updated : 0
    if gradients > 0 {
      let moment = Moment(
        base: base, gradients: heldGradients, activations: walk.external, temporaries: update,
        phase: .optimizer)
      if moment.total > best.total { best = moment }
    }
    return MemoryEstimate(
      parametersBytes: heldParameters, buffersBytes: buffers, gradientsBytes: heldGradients,
      optimizerBytes: states, activationsBytes: walk.kept, gradientsAtPeakBytes: best.gradients,
      activationsAtPeakBytes: best.activations, temporaryBytes: best.temporaries,
      peakBytes: best.total, peakPhase: best.phase, kvCacheBytesPerToken: kvCacheBytesPerToken)
  }

  /// Bytes at one moment of a step.
  private struct Moment {
    var gradients = 0
    var activations = 0
    var temporaries = 0
    var phase = MemoryEstimate.Phase.forward
    var total = 0

    init() {}

    /// - Parameter base: what is there at every moment.
    init(
      base: Int, gradients: Int, activations: Int, temporaries: Int, phase: MemoryEstimate.Phase
    ) {
      (self.gradients, self.activations, self.temporaries) = (gradients, activations, temporaries)
      self.phase = phase
      total = Saturating.sum(base, activations, gradients, temporaries)
    }
  }
}
