public import Graph
public import Quantities

/// Parameter counts of a graph: every distinct tensor once (tied ones once), buffers apart.
public struct ParameterCounts: Sendable, Hashable {
  /// Elements of all parameters.
  public var total: Int
  /// Elements of those that receive a gradient; all of them for a graph that does not train.
  public var trainable: Int
  /// Elements by role, in the order of `ParameterRole.allCases`; roles without any are left out.
  public var byRole: [RoleCount]
  /// Elements of constants that belong to the model.
  public var buffers: Int

  /// Elements of one role.
  public struct RoleCount: Sendable, Hashable {
    /// The role.
    public var role: ParameterRole
    /// Elements.
    public var count: Int
  }
}

/// FLOPs of one step of one micro-batch.
public struct FlopCounts: Sendable, Hashable {
  /// Model FLOPs of the forward pass.
  public var forward: Int
  /// Model FLOPs of the backward pass; 0 for inference.
  public var backward: Int
  /// Hardware FLOPs of forward and backward (causal masks skipped, flash backward recomputes).
  public var hardwareStep: Int
  /// Arithmetic outside of products, forward, backward and optimizer.
  public var vectorStep: Int
  /// Model FLOPs of forward and backward.
  public var step: Int { Saturating.add(forward, backward) }
}

/// One row of the operators table.
public struct OperatorRow: Sendable, Hashable {
  /// The kind's word (`linear`).
  public var kind: String
  /// Operators of this kind in a step.
  public var count: Int
  /// Their model FLOPs.
  public var flops: Int
  /// Bytes that they read and write, unfused.
  public var bytes: Int
}

/// What one workload costs on no particular hardware: one micro-batch, one device.
///
/// Counting takes time by distinct blocks, not by layers; the tallies evaluate on any device.
public struct GraphCost: Sendable, Hashable {
  /// Parameters of the model.
  public let parameters: ParameterCounts
  /// FLOPs of a step.
  public let flops: FlopCounts
  /// Forward operators.
  public let forward: WorkTally
  /// Backward operators; empty for inference.
  public let backward: WorkTally
  /// Optimizer updates, one a parameter; empty for inference.
  public let optimizer: WorkTally
  /// Weights that a processor packs once after each update; empty for inference.
  public let packing: WorkTally
  /// What full recomputation repeats: forward operators of the repeated layers.
  public let recomputable: WorkTally

  /// Counts a forward pass.
  ///
  /// - Throws: `UserError` when a count exceeds `Int.max`.
  public init(inference graph: OperatorGraph) throws(UserError) {
    try self.init(graph, training: nil, OperatorCosts(graph, nil))
  }

  /// Counts a training step of one micro-batch.
  ///
  /// - Throws: `UserError` when a count exceeds `Int.max`.
  public init(training graph: TrainingGraph) throws(UserError) {
    try self.init(graph.forward, training: graph, OperatorCosts(graph.forward, graph))
  }

  /// - Parameter other: the cost of a graph that differs in the number of samples alone, so that
  ///   what depends on parameters is known.
  init(
    _ graph: OperatorGraph, training: TrainingGraph?, _ costs: OperatorCosts,
    scaling other: GraphCost? = nil
  ) throws(UserError) {
    forward = WorkTally(forward: graph, costs)
    backward = training.map { WorkTally(backward: $0, costs) } ?? WorkTally()
    optimizer = other?.optimizer ?? training.map { WorkTally(optimizer: $0) } ?? WorkTally()
    packing = other?.packing ?? training.map { WorkTally(packing: $0) } ?? WorkTally()
    recomputable = WorkTally(recomputed: graph, costs)
    parameters = other?.parameters ?? ParameterCounts(graph, training: training)
    flops = FlopCounts(
      forward: forward.sum(\.modelFlops), backward: backward.sum(\.modelFlops),
      hardwareStep: Saturating.add(
        forward.sum(\.hardwareFlops), backward.sum(\.hardwareFlops)),
      vectorStep: Saturating.sum(
        forward.sum(\.vectorFlops), backward.sum(\.vectorFlops), optimizer.sum(\.vectorFlops)))
    let bytes = Saturating.sum(
      forward.sum(\.bytes), backward.sum(\.bytes), optimizer.sum(\.bytes))
    let largest = max(
      max(parameters.total, parameters.buffers), max(flops.step, flops.hardwareStep),
      max(flops.vectorStep, bytes))
    guard largest < .max else {
      throw UserError(
        .input, place: graph.name, "the workload has more than \(Int.max) FLOP or bytes in a step",
        remedy: "check batch, sequence and image sizes")
    }
  }

  /// Rows by kind, in order of first occurrence: forward, backward, optimizer.
  public var operators: [OperatorRow] {
    var rows: [OperatorRow] = []
    for entry in forward.entries + backward.entries + optimizer.entries {
      let flops = Saturating.product(entry.cost.modelFlops, entry.count)
      let bytes = Saturating.product(entry.cost.bytes, entry.count)
      if let row = rows.firstIndex(where: { $0.kind == entry.kind }) {
        rows[row].count = Saturating.add(rows[row].count, entry.count)
        rows[row].flops = Saturating.add(rows[row].flops, flops)
        rows[row].bytes = Saturating.add(rows[row].bytes, bytes)
      } else {
        rows.append(OperatorRow(kind: entry.kind, count: entry.count, flops: flops, bytes: bytes))
      }
    }
    return rows
  }
}

extension ParameterCounts {
  /// Counts a graph's parameters; `training` tells which are trained.
  init(_ graph: OperatorGraph, training: TrainingGraph?) {
    let all = graph.distinctParameters
    total = Self.elements(all)
    trainable = training.map { Self.elements($0.trainedParameters) } ?? total
    var counts = [Int](repeating: 0, count: ParameterRole.allCases.count)
    let roles = ParameterRole.allCases.enumerated().map { (place: $0, role: $1) }
    for copies in all {
      guard case .parameter(let role) = copies.tensor.role,
        let place = roles.first(where: { $0.role == role })?.place
      else { continue }
      counts[place] = Saturating.add(
        counts[place], Saturating.product(copies.tensor.count, copies.count))
    }
    byRole = zip(ParameterRole.allCases, counts).compactMap { role, count in
      count > 0 ? RoleCount(role: role, count: count) : nil
    }
    let owners = graph.calls.lazy.filter { $0.reuses == nil }.map { ($0.block, $0.count) }
    buffers = WorkTally.summed(owners).reduce(0) { sum, calls in
      graph.blocks[calls.block].tensors.reduce(sum) {
        guard case .buffer = $1.role else { return $0 }
        return Saturating.add($0, Saturating.product($1.count, calls.count))
      }
    }
  }

  private static func elements(_ parameters: [ParameterCopies]) -> Int {
    parameters.reduce(0) { Saturating.add($0, Saturating.product($1.tensor.count, $1.count)) }
  }
}

extension WorkTally {
  /// Forward operators of the calls that recomputation covers (see `OperatorGraph.isLayer`).
  ///
  /// A layer stops when the last value that backward reads is there, as PyTorch's non-reentrant
  /// checkpointing does: a product at its end reads its operands only and is not repeated.
  init(recomputed graph: OperatorGraph, _ costs: OperatorCosts) {
    self.init()
    let layers = graph.calls.lazy.filter(graph.isLayer).map { ($0.block, $0.count) }
    for (position, count) in Self.summed(layers) {
      let block = graph.blocks[position]
      add(block.operators.prefix(block.repeated), costs.forward[position], count: count)
    }
  }
}

extension Block {
  /// Operators from the first on that backward needs repeated.
  fileprivate var repeated: Int {
    for index in operators.indices.reversed() {
      switch operators[index].kind {
      case .add, .scale, .cast: continue
      case .linear: return index
      default: return index + 1
      }
    }
    return operators.count
  }
}

extension OperatorGraph {
  /// Whether activation recomputation covers a call: layers, as frameworks checkpoint them;
  /// embeddings, heads and losses are left out.
  func isLayer(_ call: BlockCall) -> Bool { call.count > 1 || blocks[call.block].isLayer }
}
