import Graph
import Quantities

/// Parameters of a block that runs several times with the same weights, as the structure module's
/// layers do: the first call makes them shared, later ones reuse them.
struct ParameterBank {
  private var known: [String: (block: BlockBuilder, shared: [Int])] = [:]

  /// Calls the block that a name stands for; it is built for the first call.
  mutating func call(
    _ name: String, _ inputs: [ValueID], into graph: inout GraphBuilder,
    build: (GraphBuilder) throws(UserError) -> BlockBuilder
  ) throws(UserError) -> [ValueID] {
    let (block, shared): (BlockBuilder, [Int])
    if let earlier = known[name] {
      (block, shared) = earlier
    } else {
      block = try build(graph)
      shared = block.block.parameters.map { graph.share($0, of: block.block) }
      known[name] = (block, shared)
    }
    let tied = zip(block.block.parameters, shared).map { TiedParameter(local: $0, shared: $1) }
    return try graph.call(block, inputs, tied: tied)
  }
}

/// Runs a model's blocks pass by pass: each pass after the first takes the first one's blocks and
/// parameters.
struct Passes {
  private var first: [String: (block: BlockBuilder, call: Int)] = [:]

  /// Calls the block that a name stands for; it is built for the first call.
  mutating func call(
    _ name: String, count: Int = 1, _ inputs: [ValueID], into graph: inout GraphBuilder,
    build: (GraphBuilder) throws(UserError) -> BlockBuilder
  ) throws(UserError) -> [ValueID] {
    if let earlier = first[name] {
      return try graph.call(earlier.block, count: count, inputs, reusing: earlier.call)
    }
    let block = try build(graph)
    first[name] = (block, graph.graph.calls.count)
    return try graph.call(block, count: count, inputs)
  }
}
