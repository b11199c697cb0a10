import Graph

/// Footprints of a graph's calls, each kind of call walked once: most blocks are called again.
struct FootprintTable {
  private struct Key: Hashable {
    var block: Int
    var backward: Int?
    var tied: Set<TensorID>
    var formats: BlockFormats
  }

  private let graph: OperatorGraph
  private let training: TrainingGraph?
  private let conventions: Conventions
  private var known: [Key: BlockFootprint] = [:]

  init(_ graph: OperatorGraph, _ training: TrainingGraph?, _ conventions: Conventions) {
    self.graph = graph
    self.training = training
    self.conventions = conventions
  }

  /// The footprint of a call, with a backward block's position where it trains.
  mutating func footprint(
    _ call: BlockCall, _ backward: Int?, _ formats: BlockFormats = .stated
  ) -> BlockFootprint {
    let tied = backward == nil ? [] : Set(call.tied.map(\.local))
    let key = Key(block: call.block, backward: backward, tied: tied, formats: formats)
    if let footprint = known[key] { return footprint }
    let footprint = BlockFootprint(
      graph.blocks[call.block], backward.flatMap { training?.backwardBlocks[$0] }, tied: tied,
      conventions, formats)
    known[key] = footprint
    return footprint
  }
}
