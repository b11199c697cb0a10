public import Quantities

extension TrainingGraph {
  /// Derives backward and optimizer step from a graph whose first output is the loss.
  ///
  /// Each distinct situation of a block (which inputs need gradients, which outputs receive one,
  /// which parameters are trained) gives one backward block, however often it is called. A
  /// repeated call whose first iteration needs no input gradient is split in two.
  ///
  /// - Parameters:
  ///   - graph: a valid graph; its first output is a scalar loss.
  ///   - isChecked: whether the graph is known to be valid (a builder's is).
  ///   - optimizer: the update rule.
  ///   - isTrainable: whether a block's parameter is trained; a shared parameter is trained when
  ///     all of its uses are.
  ///   - wantsGradient: whether the outputs of a block get a gradient although nothing below is
  ///     trained (recomputation in PyTorch needs that of a frozen embedding).
  /// - Throws: `UserError` when the graph has no loss or nothing to train.
  public static func derive(
    from graph: OperatorGraph, isChecked: Bool = false, optimizer: OptimizerKind = .adamw,
    isTrainable: (Block, Tensor) -> Bool = { _, _ in true },
    wantsGradient: (Block) -> Bool = { _ in false }
  ) throws(UserError) -> TrainingGraph {
    if !isChecked { try graph.validate() }
    guard let loss = graph.outputs.first, graph.values[loss.index].shape.isEmpty else {
      throw UserError(
        .input, place: graph.name, "its first output is not a scalar loss",
        remedy: "build the graph with an objective")
    }
    var derivation = GraphDerivation(graph, isTrainable, wantsGradient)
    try derivation.backward(from: loss)
    guard !derivation.calls.isEmpty else {
      throw UserError(
        .input, place: graph.name, "no trained parameter reaches the loss",
        remedy: "unfreeze a part of the model")
    }
    try derivation.checkReuse()
    return TrainingGraph(
      forward: graph, backwardBlocks: derivation.blocks, backwardCalls: derivation.calls,
      optimizer: optimizer)
  }
}

/// Walks the calls forward (who needs a gradient) and backward (who receives one).
private struct GraphDerivation {
  /// One situation of a block: equal keys share one backward block.
  private struct Key: Hashable {
    var block: Int
    var inputs: [Bool]
    var trained: [Bool]
    var incoming: [IncomingGradient]
  }

  let graph: OperatorGraph
  private(set) var blocks: [BackwardBlock] = []
  private(set) var calls: [BackwardCall] = []
  private var known: [Key: Int] = [:]
  /// Per call: which parameters (in table order) are trained.
  private var trained: [[Bool]] = []
  /// Per call: needs of the block's inputs in iterations 0, 1, …; the last one holds for the rest.
  private var needs: [[[Bool]]] = []

  init(
    _ graph: OperatorGraph, _ isTrainable: (Block, Tensor) -> Bool,
    _ wantsGradient: (Block) -> Bool
  ) {
    self.graph = graph
    var sharedTrained = [Bool](repeating: true, count: graph.sharedParameters.count)
    for call in graph.calls {
      let block = graph.blocks[call.block]
      for tie in call.tied where !isTrainable(block, block[tie.local]) {
        sharedTrained[tie.shared] = false
      }
    }
    var valueNeeds = [Bool](repeating: false, count: graph.values.count)
    for call in graph.calls {
      let block = graph.blocks[call.block]
      let flags = block.parameters.map { id in
        let tie = call.tied.first { $0.local == id }
        return tie.map { sharedTrained[$0.shared] } ?? isTrainable(block, block[id])
      }
      trained.append(flags)
      var inputs = call.inputs.map { valueNeeds[$0.index] }
      var sequence = [inputs]
      var outputs: [Bool] = []
      for _ in 0..<call.count {
        let needed = Self.needed(block, inputs, flags)
        outputs = block.outputs.map { needed[$0.index] }
        var next = inputs
        if call.count > 1 { next.replaceSubrange(0..<outputs.count, with: outputs) }
        if next == inputs { break }
        inputs = next
        sequence.append(inputs)
      }
      needs.append(Array(sequence.prefix(call.count)))
      let wanted = wantsGradient(block)
      for (value, flag) in zip(call.outputs, outputs) { valueNeeds[value.index] = flag || wanted }
    }
  }

  /// Of calls that share their parameters by reuse, one at most is trained: the sum of several
  /// gradients has no place.
  func checkReuse() throws(UserError) {
    var trainedBy: [Int: Int] = [:]
    for backward in calls where !blocks[backward.block].parameterGradients.isEmpty {
      let owner = graph.calls[backward.call].reuses ?? backward.call
      if let other = trainedBy[owner], other != backward.call {
        throw UserError(
          .input, place: graph.name, key: graph.blocks[graph.calls[owner].block].name,
          "two passes with the same parameters are trained",
          remedy: "detach all passes but one")
      }
      trainedBy[owner] = backward.call
    }
  }

  private static func needed(_ block: Block, _ inputs: [Bool], _ trained: [Bool]) -> [Bool] {
    var flags = TensorMap<Bool>(count: block.tensors.count)
    for (id, flag) in zip(block.parameters, trained) { flags[id] = flag }
    return BlockDerivation.needed(block, inputs: inputs) { flags[$0] ?? false }
  }

  mutating func backward(from loss: ValueID) throws(UserError) {
    var arriving = [IncomingGradient](repeating: .none, count: graph.values.count)
    arriving[loss.index] = .unit
    for position in graph.calls.indices.reversed() {
      let call = graph.calls[position]
      let incoming = call.outputs.map { arriving[$0.index] }
      let gradients = try backward(position, incoming: incoming)
      for (value, gradient) in zip(call.inputs, gradients) where gradient != .none {
        guard arriving[value.index] == .none || arriving[value.index] == gradient else {
          throw UserError(
            .input, place: graph.name, key: graph.values[value.index].name,
            "a term of the loss is read by another block too",
            remedy: "add its terms up and use them no further")
        }
        arriving[value.index] = gradient
      }
    }
  }

  /// Emits the backward calls of one forward call; returns what each input receives.
  private mutating func backward(
    _ position: Int, incoming: [IncomingGradient]
  ) throws(UserError) -> [IncomingGradient] {
    let call = graph.calls[position]
    let sequence = needs[position]
    var incoming = incoming
    var received = [IncomingGradient](repeating: .none, count: call.inputs.count)
    var iteration = call.count - 1
    while iteration >= 0 {
      guard incoming.contains(where: { $0 != .none }) else { return received }
      let step = min(iteration, sequence.count - 1)
      let backward = try block(call.block, sequence[step], trained[position], incoming)
      let terms = blocks[backward].lossInputs
      let flows: [IncomingGradient] = blocks[backward].inputGradients.enumerated().map {
        $1 != nil ? .tensor : terms[$0] ? .unit : .none
      }
      let carried = call.count > 1 ? call.outputs.count : 0
      var next = incoming
      for index in 0..<carried { next[index] = flows[index] }
      for index in flows.indices where flows[index] != .none && index >= carried {
        received[index] = flows[index]
      }
      // Where nothing changes from one iteration to the next, one call covers the whole run.
      let first = next == incoming && step == sequence.count - 1 ? sequence.count - 1 : iteration
      append(position, backward, first: first, count: iteration - first + 1)
      if first == 0 {
        for index in 0..<flows.count where flows[index] != .none { received[index] = flows[index] }
      }
      incoming = next
      iteration = first - 1
    }
    return received
  }

  /// Adds a call; one that continues the previous run downward is merged with it.
  private mutating func append(_ position: Int, _ block: Int, first: Int, count: Int) {
    guard
      !blocks[block].operators.isEmpty
        || blocks[block].inputGradients.contains(where: { $0 != nil })
        || !blocks[block].parameterGradients.isEmpty
    else { return }
    if let last = calls.last, last.call == position, last.block == block,
      last.firstIteration == first + count
    {
      calls[calls.count - 1].firstIteration = first
      calls[calls.count - 1].count += count
    } else {
      calls.append(
        BackwardCall(call: position, block: block, firstIteration: first, count: count))
    }
  }

  private mutating func block(
    _ position: Int, _ inputs: [Bool], _ trained: [Bool], _ incoming: [IncomingGradient]
  ) throws(UserError) -> Int {
    let key = Key(block: position, inputs: inputs, trained: trained, incoming: incoming)
    if let index = known[key] { return index }
    let forward = graph.blocks[position]
    let backward = try BlockDerivation.derive(
      forward, at: position, needed: Self.needed(forward, inputs, trained), incoming: incoming)
    blocks.append(backward)
    known[key] = blocks.count - 1
    return blocks.count - 1
  }
}

extension BackwardBlock {
  /// Checks every backward operator's arity, shapes and order, and that each gradient has the
  /// shape of what it belongs to.
  ///
  /// - Throws: `UserError` that names the operator and the fault.
  public func validate(for block: Block) throws(UserError) {
    var ready = [Bool](repeating: false, count: tensors.count)
    for index in block.tensors.indices { ready[index] = true }
    for gradient in outputGradients { if let gradient { ready[gradient.index] = true } }
    for node in operators {
      try Block.check(node, in: tensors, ready: &ready, place: "backward of " + block.name)
    }
    let pairs =
      zip(outputGradients, block.outputs).map { ($0, $1) }
      + zip(inputGradients, block.inputs).map { ($0, $1) }
      + parameterGradients.map { ($0.gradient, $0.parameter) }
    for (gradient, target) in pairs {
      guard let gradient else { continue }
      guard ready[gradient.index], tensors[gradient.index].shape == block[target].shape else {
        throw UserError(
          .input, place: "backward of " + block.name, key: block[target].name,
          "its gradient has another shape or is never computed", remedy: "derive it again")
      }
    }
  }
}
