public import Graph

/// A graph's operators as distinct costs with their counts: built once, evaluated on any device in
/// microseconds.
public struct WorkTally: Sendable, Hashable {
  /// A cost and how often it occurs.
  public struct Entry: Sendable, Hashable {
    /// Key of the operators table (`OperatorKind.word`).
    public var kind: String
    /// Cost of one.
    public var cost: OperatorCost
    /// Occurrences.
    public var count: Int
  }

  /// Distinct costs in order of first occurrence.
  public private(set) var entries: [Entry] = []
  private var positions: [Key: Int] = [:]

  private struct Key: Hashable {
    var kind: String
    var cost: OperatorCost

    /// What tells operators of one graph apart; the rest is for equality.
    func hash(into hasher: inout Hasher) {
      hasher.combine(cost.kernel)
      hasher.combine(cost.hardwareFlops)
      hasher.combine(cost.bytesRead)
    }
  }

  /// An empty tally.
  public init() {}

  /// Adds `count` operators of one cost.
  public mutating func add(_ kind: String, _ cost: OperatorCost, count: Int) {
    let key = Key(kind: kind, cost: cost)
    if let position = positions[key] {
      entries[position].count = Saturating.add(entries[position].count, count)
    } else {
      positions[key] = entries.count
      entries.append(Entry(kind: kind, cost: cost, count: count))
    }
  }

  /// Adds every entry of another tally.
  public mutating func add(_ other: WorkTally, times: Int = 1) {
    for entry in other.entries {
      add(entry.kind, entry.cost, count: Saturating.product(entry.count, times))
    }
  }

  /// A sum over all entries; `Int.max` when it is too large to count.
  public func sum(_ part: (OperatorCost) -> Int) -> Int {
    entries.reduce(0) { Saturating.add($0, Saturating.product(part($1.cost), $1.count)) }
  }

  /// Occurrences of all entries.
  public var operatorCount: Int { entries.reduce(0) { Saturating.add($0, $1.count) } }
}

extension WorkTally {
  /// Every operator of the forward pass; a block is counted once, times its iterations.
  public init(forward graph: OperatorGraph) {
    self.init(forward: graph, OperatorCosts(graph, nil))
  }

  /// Every operator of a training step's forward pass, whose weights the optimizer changes.
  public init(forwardOf graph: TrainingGraph) {
    self.init(forward: graph.forward, OperatorCosts(graph.forward, graph))
  }

  init(forward graph: OperatorGraph, _ costs: OperatorCosts) {
    self.init()
    let blocks = zip(graph.blocks, costs.forward).map { Self.counted($0.operators, $1) }
    for call in graph.calls {
      add(blocks[call.block], times: Saturating.product(call.count, graph.passes))
    }
  }

  /// Every operator of the backward pass, and the additions where gradients meet: of a value that
  /// several calls read, and of a parameter that several iterations share.
  public init(backward graph: TrainingGraph) {
    self.init(backward: graph, OperatorCosts(graph.forward, graph))
  }

  init(backward graph: TrainingGraph, _ costs: OperatorCosts) {
    self.init()
    let blocks = zip(graph.backwardBlocks, costs.backward).map { Self.counted($0.operators, $1) }
    for call in graph.backwardCalls { add(blocks[call.block], times: call.count) }
    addAccumulations(graph)
  }

  /// Every operator of a training step: forward, backward and update.
  public init(trainingStep graph: TrainingGraph) {
    self.init(forwardOf: graph)
    add(WorkTally(backward: graph))
    add(WorkTally(optimizer: graph))
  }

  /// One update for each distinct trained parameter.
  public init(optimizer graph: TrainingGraph) {
    self.init()
    for trained in graph.trainedParameters {
      let tensor = trained.tensor
      let update = Operator(
        "update", .optimizer(graph.optimizer),
        [TensorID](repeating: TensorID(0), count: 2 + graph.optimizer.stateCount), [])
      add("optimizer", OperatorCost(update, tensors: [tensor]), count: trained.count)
    }
  }

  /// All entries of one class and number format as one operator: a fused (multi-tensor) kernel.
  public var fused: WorkTally {
    var totals: [(key: Entry, cost: OperatorCost)] = []
    for entry in entries {
      var cost = entry.cost
      cost.modelFlops = Saturating.product(cost.modelFlops, entry.count)
      cost.hardwareFlops = Saturating.product(cost.hardwareFlops, entry.count)
      cost.vectorFlops = Saturating.product(cost.vectorFlops, entry.count)
      cost.bytesRead = Saturating.product(cost.bytesRead, entry.count)
      cost.bytesWritten = Saturating.product(cost.bytesWritten, entry.count)
      cost.blockedFlops = Saturating.product(cost.blockedFlops, entry.count)
      cost.movedBytes = Saturating.product(cost.movedBytes, entry.count)
      cost.rows = Saturating.product(cost.rows, entry.count)
      let same = totals.firstIndex {
        $0.key.kind == entry.kind && $0.cost.operatorClass == cost.operatorClass
          && $0.cost.dataType == cost.dataType
      }
      if let same { totals[same].cost += cost } else { totals.append((entry, cost)) }
    }
    var result = WorkTally()
    for total in totals { result.add(total.key.kind, total.cost, count: 1) }
    return result
  }

  private static func counted(_ operators: [Operator], _ costs: [OperatorCost]) -> WorkTally {
    var tally = WorkTally()
    for (op, cost) in zip(operators, costs) { tally.add(op.kind.word, cost, count: 1) }
    return tally
  }

  private mutating func addAccumulations(_ graph: TrainingGraph) {
    var readers = [Int](repeating: 0, count: graph.forward.values.count)
    var sharers = [Int](repeating: 0, count: graph.forward.sharedParameters.count)
    for backward in graph.backwardCalls {
      let call = graph.forward.calls[backward.call]
      let block = graph.backwardBlocks[backward.block]
      for (position, value) in call.inputs.enumerated()
      where position < block.inputGradients.count && block.inputGradients[position] != nil {
        // Carried inputs reach the value once; side inputs are read by every iteration.
        let carried = position < call.outputs.count
        if carried && backward.firstIteration > 0 { continue }
        readers[value.index] += carried ? 1 : backward.count
      }
      for gradient in block.parameterGradients {
        let tie = call.tied.first { $0.local == gradient.parameter }
        if let tie { sharers[tie.shared] += backward.count }
      }
    }
    let pairs =
      zip(graph.forward.values, readers).map { ($0, $1) }
      + zip(graph.forward.sharedParameters, sharers).map { ($0, $1) }
    let sum = Operator("accumulate", .add, [TensorID(0), TensorID(0)], [TensorID(0)])
    for (tensor, terms) in pairs where terms > 1 {
      add("add", OperatorCost(sum, tensors: [tensor]), count: terms - 1)
    }
  }
}

extension OperatorCost {
  /// Adds the counts of another operator of the same class.
  static func += (left: inout OperatorCost, right: OperatorCost) {
    left.modelFlops = Saturating.add(left.modelFlops, right.modelFlops)
    left.hardwareFlops = Saturating.add(left.hardwareFlops, right.hardwareFlops)
    left.vectorFlops = Saturating.add(left.vectorFlops, right.vectorFlops)
    left.bytesRead = Saturating.add(left.bytesRead, right.bytesRead)
    left.bytesWritten = Saturating.add(left.bytesWritten, right.bytesWritten)
    left.blockedFlops = Saturating.add(left.blockedFlops, right.blockedFlops)
    left.movedBytes = Saturating.add(left.movedBytes, right.movedBytes)
    left.rows = Saturating.add(left.rows, right.rows)
  }
}
