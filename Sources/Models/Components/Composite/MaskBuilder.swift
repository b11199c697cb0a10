import Graph
import Quantities

/// Hides patches from a tower, and puts mask tokens in their places for a decoder (MAE, arXiv
/// 2111.06377). Which are hidden is a random choice that the graph takes as given.
struct MaskBuilder {
  let width: Int
  let scope: BuildScope
  let batch: Int

  /// Class tokens and the patches that are not hidden.
  func visible(
    _ stream: Stream, ratio: Double, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    let shape = graph.shape(stream.value)
    let count = shape[1] - stream.prefix
    let kept = max(1, Int(Double(count) * (1 - ratio)))
    var block = scope.block("visible")
    let x = try block.input("rows", shape)
    let ids = try block.input("visible", [batch, kept], .int32)
    let patches = try block.apply(
      "patches", .slice(axis: 1, start: stream.prefix, count: count), x)
    var rows = try block.apply("seen", .gatherRows, patches, ids)
    if stream.prefix > 0 {
      let first = try block.apply("class", .slice(axis: 1, start: 0, count: stream.prefix), x)
      rows = try block.applyAll("join", .concatenate(axis: 1), [first, rows])[0]
    }
    block.output(rows)
    let choice = try scope.input("visible", [batch, kept], .int32, &graph)
    var result = stream
    result.value = try graph.call(block, [stream.value, choice])[0]
    result.patches = count
    return result
  }

  /// A class token and all patches in their order, with positions.
  func restored(
    _ seen: ValueID, patches: Int?, into graph: inout GraphBuilder
  ) throws(UserError) -> Stream {
    let shape = graph.shape(seen)
    guard let patches, shape.count == 3, shape[2] == width, shape[1] - 1 < patches else {
      throw scope.fault(
        "unmask", "what enters, \(shape), has no hidden patches of width \(width)",
        remedy: "read a part with \"maskRatio\", through a projector to this width")
    }
    let known = shape[1] - 1
    var block = scope.block("embeddings")
    let x = try block.input("seen", shape)
    let order = try block.input("order", [batch, patches], .int32)
    let mask = try block.parameter("mask.token", [width], .embedding)
    let masks = try block.apply(
      "masks", .expand(axes: [0, 1], extents: [batch, patches - known], mean: false), mask)
    let first = try block.apply("class", .slice(axis: 1, start: 0, count: 1), x)
    let rest = try block.apply("rest", .slice(axis: 1, start: 1, count: known), x)
    let all = try block.applyAll("shuffled", .concatenate(axis: 1), [rest, masks])[0]
    let sorted = try block.apply("sorted", .gatherRows, all, order)
    let rows = try block.applyAll("rows", .concatenate(axis: 1), [first, sorted])[0]
    let table = try block.parameter("positions.weight", [1 + patches, width], .embedding)
    block.output(try block.apply("positions.sum", .add, rows, table))
    let ids = try scope.input("order", [batch, patches], .int32, &graph)
    return Stream(value: try graph.call(block, [seen, ids])[0], prefix: 1)
  }
}
