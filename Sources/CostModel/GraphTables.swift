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
  /// Under autocast, the formats of each call's values.
  let formats: AutocastFormats?

  init(_ graph: OperatorGraph, _ training: TrainingGraph?, eager: Bool = false) {
    self.graph = graph
    self.training = training
    costs = OperatorCosts(graph, training)
    backward = (training?.backwardBlocks ?? []).map { Storage(graph.blocks[$0.forward], $0) }
    forward = Self.forward(graph, training, backward) { Storage(graph.blocks[$0], nil) }
    conventions = Conventions(graph, eager: eager)
    formats = conventions.autocast ? AutocastFormats(graph) : nil
  }

  /// The tables of a graph that differs from another's in extents alone (`BatchScaling`): what
  /// shares memory and which formats values have is known.
  init(_ graph: OperatorGraph, _ training: TrainingGraph?, scaling other: GraphTables) {
    self.graph = graph
    self.training = training
    costs = OperatorCosts(graph, training)
    backward = zip(other.backward, training?.backwardBlocks ?? []).map { Storage($0, $1.tensors) }
    forward = Self.forward(graph, training, backward) {
      Storage(other.forward[$0], graph.blocks[$0].tensors)
    }
    (conventions, formats) = (other.conventions, other.formats)
  }

  /// Storage of each block: with a backward block where it has one, else its own.
  private static func forward(
    _ graph: OperatorGraph, _ training: TrainingGraph?, _ backward: [Storage],
    _ own: (Int) -> Storage
  ) -> [Storage] {
    var known = [Storage?](repeating: nil, count: graph.blocks.count)
    for (derived, storage) in zip(training?.backwardBlocks ?? [], backward) {
      known[derived.forward] = storage
    }
    return known.indices.map { known[$0] ?? own($0) }
  }
}
