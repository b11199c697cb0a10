import Graph
import Quantities

/// Memory under a framework that keeps shards of wide parameters and gathers them in the format
/// computed in: PyTorch's FSDP with `MixedPrecision` (Zhao et al., VLDB 2023, section 4.4), held
/// against its own count of such steps (`HFM_VALIDATION_DATA/truth/memory_fsdp2.json`).
struct NarrowShards: Sendable, Hashable {
  /// One walk for each mode of recomputation: without autocast's copies.
  let walks: [ActivationWalk]
  /// Bytes of all parameters in the format computed in.
  let parameters: Int
  /// Those of the block with the most.
  let largestBlock: Int

  /// Counts a step; nil where parameters are kept in the format computed in.
  ///
  /// - Parameter other: the same of another number of samples.
  init?(
    _ tables: GraphTables, _ prints: StepFootprints, scaling other: NarrowShards? = nil
  ) {
    guard let sharded = prints.sharded, let format = tables.conventions.narrow else { return nil }
    walks = ActivationWalk.all(tables, sharded, isAutocast: false)
    if let other {
      (parameters, largestBlock) = (other.parameters, other.largestBlock)
      return
    }
    parameters = tables.graph.distinctParameters.reduce(0) {
      Saturating.add($0, Saturating.product(format.bytes($1.tensor.count), $1.count))
    }
    largestBlock =
      tables.graph.blocks.map { block in
        block.parameters.reduce(0) { Saturating.add($0, format.bytes(block[$1].count)) }
      }.max() ?? 0
  }
}
