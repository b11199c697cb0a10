/// Where the parameters of a program lie when its team spans several NUMA nodes.
public enum WeightPlacement: String, Sendable, Hashable, CaseIterable {
  /// One copy on each node, so that no product reads a weight from afar; costs the weights' bytes
  /// once more for each further node. Only for programs that do not change them.
  case replicate
  /// Each part on the node of the lane that fills it, and that updates it in training.
  case shard
  /// Page by page over the nodes in turn: every lane reads as much from afar as any other, and no
  /// node's memory is the bottleneck.
  case interleave

  /// What suits a program. A training step's weights are sharded. Weights that are only read are
  /// replicated if the copies fit in what the budget leaves (without a budget: in a quarter of what
  /// the run needs anyway, assumed), else interleaved.
  /// - Parameters:
  ///   - weightBytes: of all parameters, once.
  ///   - requiredBytes: what the run needs with one copy.
  ///   - budget: most bytes that the run may use; nil for no limit.
  static func suited(
    weightBytes: Int, requiredBytes: Int, budget: Int?, nodes: Int, changesWeights: Bool
  ) -> WeightPlacement {
    if changesWeights || nodes < 2 { return .shard }
    let (copies, overflow) = weightBytes.multipliedReportingOverflow(by: nodes - 1)
    let room = budget.map { $0 - requiredBytes } ?? requiredBytes / 4
    return !overflow && copies <= room ? .replicate : .interleave
  }
}
