import Graph
import Quantities

/// The two-way transformer of SAM's mask decoder: prompt tokens attend to themselves and to the
/// image, the image attends to the tokens.
struct SamTwoWayLayer {
  let decoder: SamDecoder
  let scope: BuildScope

  private let epsilon = 1e-5

  /// All layers and the last attention: tokens and image rows in, the same out.
  func stack(
    queries: ValueID, keys: ValueID, positions: ValueID, into graph: inout GraphBuilder
  ) throws(UserError) -> [ValueID] {
    var ends = [queries, keys]
    for layer in 0..<decoder.layers {
      let block = try layer == 0 ? first(graph, ends, positions) : other(graph, ends, positions)
      let inputs = layer == 0 ? ends + [positions] : ends + [queries, positions]
      ends = try graph.call(block, inputs)
    }
    var block = scope.block("final")
    let x = try block.input("tokens", graph.shape(ends[0]))
    let rows = try block.input("rows", graph.shape(ends[1]))
    let marks = try block.input("token.positions", graph.shape(queries))
    let places = try block.input("positions", graph.shape(positions))
    let q = try block.apply("query", .add, x, marks)
    let k = try block.apply("key", .add, rows, places)
    let mixed = try attention("attention", q, k, rows, width: decoder.hidden / 2, &block)
    let sum = try block.apply("sum", .add, x, mixed)
    block.output(try block.layerNorm("norm", sum, epsilon: epsilon))
    let tokens = try graph.call(block, [ends[0], ends[1], queries, positions])[0]
    return [tokens, ends[1]]
  }

  /// The first layer: its tokens are their own positions.
  private func first(
    _ graph: GraphBuilder, _ ends: [ValueID], _ positions: ValueID
  ) throws(UserError) -> BlockBuilder {
    var block = scope.block("layer.first")
    let x = try block.input("tokens", graph.shape(ends[0]))
    let rows = try block.input("rows", graph.shape(ends[1]))
    let places = try block.input("positions", graph.shape(positions))
    let own = try attention("self", x, x, x, width: decoder.hidden, &block)
    let normed = try block.layerNorm("norm.0", own, epsilon: epsilon)
    try finish(normed, rows, marks: x, places, &block)
    return block
  }

  private func other(
    _ graph: GraphBuilder, _ ends: [ValueID], _ positions: ValueID
  ) throws(UserError) -> BlockBuilder {
    var block = scope.block("layer")
    let x = try block.input("tokens", graph.shape(ends[0]))
    let rows = try block.input("rows", graph.shape(ends[1]))
    let marks = try block.input("token.positions", graph.shape(ends[0]))
    let places = try block.input("positions", graph.shape(positions))
    let q = try block.apply("self.sum", .add, x, marks)
    let own = try attention("self", q, q, x, width: decoder.hidden, &block)
    let sum = try block.apply("self.skip", .add, x, own)
    let normed = try block.layerNorm("norm.0", sum, epsilon: epsilon)
    try finish(normed, rows, marks: marks, places, &block)
    return block
  }

  /// Tokens to image, MLP, image to tokens.
  private func finish(
    _ tokens: TensorID, _ rows: TensorID, marks: TensorID, _ places: TensorID,
    _ block: inout BlockBuilder
  ) throws(UserError) {
    let half = decoder.hidden / 2
    let q = try block.apply("read.query", .add, tokens, marks)
    let k = try block.apply("read.key", .add, rows, places)
    let read = try attention("read", q, k, rows, width: half, &block)
    var x = try block.apply("read.sum", .add, tokens, read)
    x = try block.layerNorm("norm.1", x, epsilon: epsilon)
    let mapped = try block.perceptron(
      "mlp", x, inner: decoder.intermediate, to: decoder.hidden, .relu)
    x = try block.apply("mlp.sum", .add, x, mapped)
    x = try block.layerNorm("norm.2", x, epsilon: epsilon)
    let q2 = try block.apply("write.query", .add, x, marks)
    let k2 = try block.apply("write.key", .add, rows, places)
    let written = try attention("write", k2, q2, x, width: half, &block)
    let sum = try block.apply("write.sum", .add, rows, written)
    block.output(x)
    block.output(try block.layerNorm("norm.3", sum, epsilon: epsilon))
  }

  private func attention(
    _ name: String, _ q: TensorID, _ k: TensorID, _ v: TensorID, width: Int,
    _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    var geometry = AttentionGeometry(
      queryHeads: decoder.heads, keyValueHeads: decoder.heads, headSize: width / decoder.heads,
      causal: false)
    geometry.fused = false
    let queries = try block.linear(name + ".query", q, to: width, bias: true, .attention)
    let keys = try block.linear(name + ".key", k, to: width, bias: true, .attention)
    let values = try block.linear(name + ".value", v, to: width, bias: true, .attention)
    let mixed = try block.apply(name, .attention(geometry), queries, keys, values)
    return try block.linear(name + ".output", mixed, to: decoder.hidden, bias: true, .attention)
  }
}
