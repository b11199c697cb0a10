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
  /// Places of entries + 1 by what tells costs apart, 0 for a free slot: a dictionary would keep
  /// each cost, which is large, a second time.
  private var slots: [Int] = []

  /// An empty tally.
  public init() {}

  /// Whether entries are the same, in the same order.
  public static func == (left: WorkTally, right: WorkTally) -> Bool {
    left.entries == right.entries
  }

  /// Hashes the entries.
  public func hash(into hasher: inout Hasher) { hasher.combine(entries) }

  /// Adds `count` operators of one cost.
  public mutating func add(_ kind: String, _ cost: OperatorCost, count: Int) {
    if 2 * entries.count >= slots.count { makeRoom() }
    var slot = slot(cost)
    while slots[slot] > 0 {
      let place = slots[slot] - 1
      if entries[place].cost == cost, entries[place].kind == kind {
        entries[place].count = Saturating.add(entries[place].count, count)
        return
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    entries.append(Entry(kind: kind, cost: cost, count: count))
    slots[slot] = entries.count
  }

  /// Where a cost is looked for first.
  private func slot(_ cost: OperatorCost) -> Int {
    var mixed: UInt64 = 0
    func mix(_ part: Int) {
      mixed = (mixed ^ UInt64(bitPattern: Int64(part))) &* 0x9E37_79B9_7F4A_7C15
      mixed ^= mixed >> 32
    }
    mix(cost.hardwareFlops)
    mix(cost.vectorFlops)
    mix(cost.bytesRead)
    mix(cost.bytesWritten)
    return Int(truncatingIfNeeded: mixed) & (slots.count - 1)
  }

  private mutating func makeRoom() {
    slots = [Int](repeating: 0, count: max(32, 2 * slots.count))
    for place in entries.indices {
      var slot = slot(entries[place].cost)
      while slots[slot] > 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = place + 1
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
    let calls = graph.calls.lazy.map { ($0.block, Saturating.product($0.count, graph.passes)) }
    for (block, count) in Self.summed(calls) {
      add(graph.blocks[block].operators, costs.forward[block], count: count)
    }
  }

  /// How often each block is called, in the order of their first calls.
  static func summed(_ calls: some Sequence<(Int, Int)>) -> [(block: Int, count: Int)] {
    var result: [(block: Int, count: Int)] = []
    var places: [Int] = []
    for (block, count) in calls {
      while places.count <= block { places.append(-1) }
      if places[block] < 0 {
        places[block] = result.count
        result.append((block, 0))
      }
      result[places[block]].count = Saturating.add(result[places[block]].count, count)
    }
    return result
  }

  /// Adds operators whose costs are known, each as often.
  mutating func add(
    _ operators: some Sequence<Operator>, _ costs: some Sequence<OperatorCost>, count: Int
  ) {
    for (op, cost) in zip(operators, costs) { add(op.kind.word, cost, count: count) }
  }

  /// Every operator of the backward pass, and the additions where gradients meet: of a value that
  /// several calls read, and of a parameter that several iterations share.
  public init(backward graph: TrainingGraph) {
    self.init(backward: graph, OperatorCosts(graph.forward, graph))
  }

  init(backward graph: TrainingGraph, _ costs: OperatorCosts) {
    self.init()
    for (block, count) in Self.summed(graph.backwardCalls.lazy.map { ($0.block, $0.count) }) {
      add(graph.backwardBlocks[block].operators, costs.backward[block], count: count)
    }
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
