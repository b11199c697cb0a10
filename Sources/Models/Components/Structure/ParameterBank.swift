import Graph
import Quantities

/// Parameters of a block that runs several times with the same weights, as the structure module's
/// layers do: the first call makes them shared, later ones reuse them.
struct ParameterBank {
  private var positions: [String: [Int]] = [:]

  /// Calls a block with the parameters that its name stands for.
  mutating func call(
    _ block: BlockBuilder, _ inputs: [ValueID], into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let parameters = block.block.parameters
    let shared: [Int]
    if let known = positions[block.block.name], known.count == parameters.count {
      shared = known
    } else {
      shared = parameters.map { graph.share($0, of: block.block) }
      positions[block.block.name] = shared
    }
    let tied = zip(parameters, shared).map { TiedParameter(local: $0, shared: $1) }
    return try graph.call(block, inputs, tied: tied)
  }
}

/// Runs a model's blocks pass by pass: each pass after the first takes the first one's parameters.
struct Passes {
  private var first: [String: Int] = [:]

  /// Calls a block, told apart by its name.
  mutating func call(
    _ block: BlockBuilder, count: Int = 1, _ inputs: [ValueID], into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let name = block.block.name
    let earlier = first[name]
    if earlier == nil { first[name] = graph.graph.calls.count }
    return try graph.call(block, count: count, inputs, reusing: earlier)
  }
}
