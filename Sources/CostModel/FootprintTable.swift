import Graph

/// Footprints of a graph's calls, each kind of call walked once: most blocks are called again.
struct FootprintTable {
  private struct Key: Hashable {
    var block: Int
    var backward: Int?
    var tied: [TensorID]
    var formats: Int?
  }

  private let tables: GraphTables
  private let conventions: Conventions
  private let formats: AutocastFormats?
  private var known: [Key: BlockFootprint] = [:]

  /// - Parameter formats: those of each call where the graph's are not its own.
  init(_ tables: GraphTables, _ conventions: Conventions, _ formats: AutocastFormats? = nil) {
    self.tables = tables
    self.conventions = conventions
    self.formats = formats
  }

  /// The footprint of a call, with a backward block's position where it trains.
  mutating func footprint(_ position: Int, _ backward: Int?) -> BlockFootprint {
    let call = tables.graph.calls[position]
    let tied = backward == nil ? [] : call.tied.map(\.local)
    let key = Key(
      block: call.block, backward: backward, tied: tied, formats: formats?.variant[position])
    if let footprint = known[key] { return footprint }
    let derived = backward.flatMap { tables.training?.backwardBlocks[$0] }
    let footprint = BlockFootprint(
      tables.graph.blocks[call.block], derived, tied: tied,
      backward.map { tables.backward[$0] } ?? tables.forward[call.block], conventions,
      formats.map { BlockFormats($0.wide(position), derived) } ?? .stated)
    known[key] = footprint
    return footprint
  }
}
