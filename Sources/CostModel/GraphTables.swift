import Graph

/// What the counts of one graph share: where its tensors lie, and what frameworks keep of them.
struct GraphTables: Sendable {
  let graph: OperatorGraph
  let training: TrainingGraph?
  let costs: OperatorCosts
  /// Of each block by itself.
  let forward: [Storage]
  /// Of each backward block, with the block that it belongs to.
  let backward: [Storage]
  /// What a framework keeps in one process.
  let conventions: Conventions

  init(_ graph: OperatorGraph, _ training: TrainingGraph?) {
    self.graph = graph
    self.training = training
    costs = OperatorCosts(graph, training)
    forward = graph.blocks.map { Storage($0, nil) }
    backward = (training?.backwardBlocks ?? []).map { Storage(graph.blocks[$0.forward], $0) }
    conventions = Conventions(graph)
  }
}
