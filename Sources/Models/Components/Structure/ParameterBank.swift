import Graph
import Quantities

/// Parameters of blocks that run several times with the same weights: recycling, or layers that
/// share them. Each key's first call makes its parameters shared, later ones reuse them.
struct ParameterBank {
  private var positions: [String: [Int]] = [:]

  /// Calls a block with the parameters of `key`.
  mutating func call(
    _ block: BlockBuilder, key: String, _ inputs: [ValueID], into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    let parameters = block.block.parameters
    let shared: [Int]
    if let known = positions[key], known.count == parameters.count {
      shared = known
    } else {
      shared = parameters.map { graph.share($0, of: block.block) }
      positions[key] = shared
    }
    let tied = zip(parameters, shared).map { TiedParameter(local: $0, shared: $1) }
    return try graph.call(block, inputs, tied: tied)
  }

  /// Calls equal blocks in a row, each with its own parameters, under keys of their own; outputs
  /// take the place of the first inputs.
  mutating func stack(
    _ block: BlockBuilder, count: Int, key: String, _ inputs: [ValueID],
    into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    var values = inputs
    var outputs: [ValueID] = []
    for layer in 0..<count {
      outputs = try call(block, key: "\(key).\(layer)", values, into: &graph)
      values.replaceSubrange(0..<outputs.count, with: outputs)
    }
    return outputs
  }
}

/// Runs a model's blocks once, or several times with the same parameters.
struct Runner {
  /// nil when each block runs once: then layers stay one call with a count.
  var bank: ParameterBank?

  init(reuses: Bool) { bank = reuses ? ParameterBank() : nil }

  /// Calls a block, named like its key.
  mutating func call(
    _ block: BlockBuilder, count: Int = 1, _ inputs: [ValueID], into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    guard bank != nil else { return try graph.call(block, count: count, inputs) }
    return try bank?.stack(
      block, count: count, key: block.block.name, inputs, into: &graph) ?? []
  }
}
