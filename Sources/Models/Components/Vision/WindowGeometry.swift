import Graph
import Quantities

/// A map of places cut into equal windows.
struct WindowGeometry: Sendable, Hashable {
  /// Places along each dimension, multiples of the window.
  var extents: [Int]
  /// Edges of a window.
  var window: [Int]

  /// Number of windows.
  var count: Int { zip(extents, window).reduce(1) { $0 * ($1.0 / $1.1) } }
  /// Places in a window.
  var places: Int { window.reduce(1, *) }

  /// Windows along each dimension and places within, alternating.
  private var split: [Int] { zip(extents, window).flatMap { [$0 / $1, $1] } }

  /// `[B, s…, C]` as `[B·windows, places, C]`.
  func partition(
    _ name: String, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let (batch, columns) = (block.shape(x)[0], block.shape(x).last ?? 1)
    let cut = try block.reshaped(name + ".cut", x, [batch] + split + [columns])
    let axes = extents.indices
    let order = [0] + axes.map { 1 + 2 * $0 } + axes.map { 2 + 2 * $0 } + [1 + 2 * extents.count]
    let sorted = try block.reordered(name + ".order", cut, order)
    return try block.reshaped(name, sorted, [batch * count, places, columns])
  }

  /// `[B·windows, places, C]` as `[B, s…, C]`.
  func joined(
    _ name: String, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let (batch, columns) = (block.shape(x)[0] / count, block.shape(x).last ?? 1)
    let grid = zip(extents, window).map { $0 / $1 }
    let cut = try block.reshaped(name + ".cut", x, [batch] + grid + window + [columns])
    let rank = extents.count
    let order = [0] + (0..<rank).flatMap { [1 + $0, 1 + rank + $0] } + [1 + 2 * rank]
    let sorted = try block.reordered(name + ".order", cut, order)
    return try block.reshaped(name, sorted, [batch] + extents + [columns])
  }
}
