import Graph
import Quantities

/// Relative positions of SAM's attention.
extension SamLayer {
  /// Adds to each score, for each dimension, the product of the query with a row of a table that
  /// is chosen by the distance along that dimension (arXiv 2112.01526, equation 4).
  func withPositions(
    _ scores: TensorID, _ queries: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let flat = block.shape(scores)
    let groups = flat[0] * flat[1]
    var sum = try block.reshaped("attention.scores.places", scores, [groups] + span + span)
    let map = try block.reshaped("attention.query.places", queries, [groups] + span + [headSize])
    for axis in span.indices {
      let name = "attention.positions.\(axis)"
      let product = try positionProduct(name, map, axis, &block)
      // [groups, s…, keys along this dimension], spread over the other dimensions of the keys.
      var spread = [groups] + span + [Int](repeating: 1, count: span.count)
      spread[1 + span.count + axis] = span[axis]
      let wide = try block.reshaped(name + ".spread", product, spread)
      sum = try block.apply(name + ".sum", .add, sum, wide)
    }
    return try block.reshaped("attention.scores.sum", sum, flat)
  }

  /// The terms of all dimensions, added up for one kernel: `[B, H, N, N]`.
  func positionBias(
    _ queries: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let shape = block.shape(queries)
    let map = try block.reshaped(
      "attention.query.places", queries, [shape[0] * shape[1]] + span + [headSize])
    let first = 1 + span.count
    var sum = try positionProduct("attention.positions.0", map, 0, &block)
    let others = Array(span.dropFirst())
    sum = try block.apply(
      "attention.positions.0.spread",
      .expand(axes: others.indices.map { first + 1 + $0 }, extents: others, mean: false), sum)
    for axis in span.indices.dropFirst() {
      let name = "attention.positions.\(axis)"
      let product = try positionProduct(name, map, axis, &block)
      var spread = Array(block.shape(product).dropLast()) + span.map { _ in 1 }
      spread[first + axis] = span[axis]
      let wide = try block.reshaped(name + ".spread", product, spread)
      sum = try block.apply(name + ".sum", .add, sum, wide)
    }
    // The sum lies in the order of its first term, which a product over rows gave (`einsum`), so
    // that another shape is written out.
    let copy = try block.apply("attention.bias.copy", .contiguous, sum)
    return try block.reshaped("attention.bias", copy, [shape[0], shape[1], shape[2], shape[2]])
  }

  private func positionProduct(
    _ name: String, _ map: TensorID, _ axis: Int, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let extent = span[axis]
    let native = isGlobal ? encoder.grid[axis] : encoder.window
    var table = try block.parameter(name + ".weight", [2 * native - 1, headSize], .attention)
    if extent != native {
      table = try block.resized(name, table, to: [2 * extent - 1])
    }
    let index = try block.buffer(name + ".index", [extent * extent], .int32)
    let rows = try block.apply(name, .embedding, index, table)
    let pairs = try block.reshaped(name + ".pairs", rows, [extent, extent, headSize])
    // The dimension comes first, so that each of its places is multiplied with its own rows.
    let rank = span.count + 2
    let order = [1 + axis] + (0..<rank).filter { $0 != 1 + axis }
    let first = try block.reordered(name + ".query", map, order)
    let shape = block.shape(first)
    let others = shape.dropFirst().dropLast().reduce(1, *)
    let flat = try block.reshaped(name + ".query.rows", first, [extent, others, headSize])
    let product = try block.apply(name + ".product", .batchedMatmul(.right), flat, pairs)
    let places = try block.reshaped(name + ".places", product, shape.dropLast() + [extent])
    let back = (0..<rank).map { axisOf in order.firstIndex(of: axisOf) ?? axisOf }
    return try block.apply(name + ".back", .permute(back), places)
  }
}
