import Graph
import Quantities

/// Where the parts of a body are put: as blocks of a graph, or one behind the other in one block.
///
/// A body is written once against this, values in → values out. Components that end in a loss build
/// blocks (`GraphFlow`); a body that runs many times in a row with the same parameters, as a
/// denoiser does, is built into one block (`BlockFlow`).
protocol Flow {
  /// What flows.
  associatedtype Value: Sendable

  /// The shape of a value.
  func shape(_ value: Value) -> [Int]

  /// Adds a part: `body` gets a block and its inputs, and returns its outputs. With `count` above
  /// 1 the part repeats with parameters of its own, output i being input i of the next.
  mutating func step(
    _ name: String, count: Int, _ inputs: [Value],
    _ body: (inout BlockBuilder, [TensorID]) throws(UserError) -> [TensorID]
  ) throws(UserError) -> [Value]
}

extension Flow {
  /// A part that gives one value.
  mutating func step(
    _ name: String, count: Int = 1, _ inputs: Value...,
    body: (inout BlockBuilder, [TensorID]) throws(UserError) -> TensorID
  ) throws(UserError) -> Value {
    try step(name, count: count, inputs) { (block, x) throws(UserError) in [try body(&block, x)] }[
      0]
  }

  /// Channels of an image, volume or signal `[B, C, s…]`.
  func channels(_ value: Value) -> Int { shape(value)[1] }

  /// Spatial extents of an image, volume or signal `[B, C, s…]`.
  func extents(_ value: Value) -> [Int] { Array(shape(value).dropFirst(2)) }
}

/// Parts become blocks of a graph.
struct GraphFlow: Flow {
  /// Names blocks and knows the request.
  let scope: BuildScope
  /// The graph so far.
  var graph: GraphBuilder

  func shape(_ value: ValueID) -> [Int] { graph.shape(value) }

  mutating func step(
    _ name: String, count: Int, _ inputs: [ValueID],
    _ body: (inout BlockBuilder, [TensorID]) throws(UserError) -> [TensorID]
  ) throws(UserError) -> [ValueID] {
    var block = scope.block(name)
    var locals: [TensorID] = []
    for (index, value) in inputs.enumerated() {
      let tensor = graph.graph.values[value.index]
      locals.append(try block.input("x\(index)", tensor.shape, tensor.dataType))
    }
    for output in try body(&block, locals) { block.output(output) }
    return try graph.call(block, count: count, inputs)
  }
}

/// Parts are written into one block.
struct BlockFlow: Flow {
  /// The block so far.
  var block: BlockBuilder
  /// In front of the names of what comes next.
  var prefix = ""

  func shape(_ value: TensorID) -> [Int] { block.block[value].shape }

  mutating func step(
    _ name: String, count: Int, _ inputs: [TensorID],
    _ body: (inout BlockBuilder, [TensorID]) throws(UserError) -> [TensorID]
  ) throws(UserError) -> [TensorID] {
    var values = inputs
    var outputs: [TensorID] = []
    for _ in 0..<count {
      outputs = try body(&block, values)
      values = outputs + values.dropFirst(outputs.count)
    }
    return outputs
  }
}

extension BuildScope {
  /// Builds with a flow of this part's blocks.
  func flow<Result>(
    into graph: inout GraphBuilder, _ body: (inout GraphFlow) throws(UserError) -> Result
  ) throws(UserError) -> Result {
    var flow = GraphFlow(scope: self, graph: graph)
    let result = try body(&flow)
    graph = flow.graph
    return result
  }
}
