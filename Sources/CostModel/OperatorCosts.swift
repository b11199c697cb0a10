import Graph

/// What each operator of a graph costs, by block and backward block: counted once, read by the
/// tallies and by the planner's view of layers.
struct OperatorCosts: Sendable {
  let forward: [[OperatorCost]]
  let backward: [[OperatorCost]]

  init(_ graph: OperatorGraph, _ training: TrainingGraph?) {
    let trained = training.map(TrainedWeights.init)
    forward = graph.blocks.enumerated().map { index, block in
      var costs = Self.counted(block.operators, block.tensors)
      guard let trained else { return costs }
      for (position, op) in block.operators.enumerated() where trained.isChanged(op, in: index) {
        costs[position].packWeight(of: op, block.tensors)
      }
      return costs
    }
    backward = (training?.backwardBlocks ?? []).map { Self.counted($0.operators, $0.tensors) }
  }

  private static func counted(_ operators: [Operator], _ tensors: [Tensor]) -> [OperatorCost] {
    operators.map { OperatorCost($0, tensors: tensors) }
  }
}
