import Graph

/// What the counts of one graph share: where its tensors lie, and what frameworks keep of them.
struct GraphTables: Sendable {
  let graph: OperatorGraph
  let training: TrainingGraph?
  let costs: OperatorCosts
  /// Of each block; with one of its backward blocks behind it where it has any.
  let forward: [Storage]
  /// Of each backward block, with the block that it belongs to.
  let backward: [Storage]
  /// What a framework keeps in one process.
  let conventions: Conventions

  init(_ graph: OperatorGraph, _ training: TrainingGraph?, eager: Bool = false) {
    self.graph = graph
    self.training = training
    costs = OperatorCosts(graph, training)
    backward = (training?.backwardBlocks ?? []).map { Storage(graph.blocks[$0.forward], $0) }
    var known = [Storage?](repeating: nil, count: graph.blocks.count)
    for (derived, storage) in zip(training?.backwardBlocks ?? [], backward) {
      known[derived.forward] = storage
    }
    forward = zip(graph.blocks, known).map { block, storage in storage ?? Storage(block, nil) }
    conventions = Conventions(graph, eager: eager)
  }
}
