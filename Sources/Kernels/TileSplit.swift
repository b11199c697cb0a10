import CKernels
import Executor

/// How the outputs of a group of steps are cut: over lanes first, then into blocks that a lane
/// carries out one after the other.
struct TileSplit: Equatable {
  /// A part of the output.
  struct Block: Hashable {
    var rows: Range<Int>, columns: Range<Int>
  }

  /// By lane, in the order in which the lane takes them.
  private(set) var lanes: [[Block]]

  /// Cuts `rows × columns` as `grid` says.
  /// - Parameter blockBytes: most bytes of output in a block, at `elementBytes` each, so that what
  ///   follows the product finds it in the second cache; nil for one block a lane.
  init(rows: Int, columns: Int, grid: ProductGrid, elementBytes: Int, blockBytes: Int?) {
    lanes = (0..<grid.rows * grid.columns).map { lane in
      let tile = Block(
        rows: TeamScope.chunk(lane / grid.columns, of: grid.rows, count: rows, grain: 8),
        columns: TeamScope.chunk(lane % grid.columns, of: grid.columns, count: columns, grain: 16))
      guard let blockBytes, tile.rows.count * tile.columns.count * elementBytes > blockBytes else {
        return tile.rows.isEmpty || tile.columns.isEmpty ? [] : [tile]
      }
      // Nearly square blocks read the operands least often.
      let wide = TileSplit.pieces(tile.columns, of: 384)
      let high = max(64, blockBytes / (384 * elementBytes) / 64 * 64)
      return wide.flatMap { columns in
        TileSplit.pieces(tile.rows, of: high).map { Block(rows: $0, columns: columns) }
      }
    }
  }

  /// Pieces of nearly equal length, at most `length`, cut at multiples of 16.
  private static func pieces(_ range: Range<Int>, of length: Int) -> [Range<Int>] {
    let count = (range.count - 1) / length + 1
    return (0..<count).map {
      let piece = TeamScope.chunk($0, of: count, count: range.count, grain: 16)
      return range.lowerBound + piece.lowerBound..<range.lowerBound + piece.upperBound
    }.filter { !$0.isEmpty }
  }
}

extension TileSplit {
  /// One block a lane, for a product alone.
  init(_ product: MatrixProduct, _ grid: ProductGrid) {
    self.init(
      rows: product.m, columns: product.n, grid: grid, elementBytes: product.outputElementBytes,
      blockBytes: nil)
  }

  /// The common cut of a group's products; nil where they do not have one: a product that is
  /// summed in parts, or few rows beside many.
  init?(_ products: [MatrixProduct], lanes: Int) {
    guard let first = products.first,
      products.allSatisfy({ $0.isFewRows == first.isFewRows })
    else { return nil }
    if first.isFewRows {
      let grid = ProductGrid(rows: 1, columns: max(1, min(lanes, first.n / 16)), depth: 1)
      self.init(first, grid)
      return
    }
    let grids = products.map { ProductGrid($0, lanes: lanes) }
    guard grids.allSatisfy({ $0 == grids[0] && $0.depth == 1 }) else { return nil }
    // In blocks, fp32 products of 1024 × 3072 × 768 gain 2 %, bf16 ones lose 13 % (oneDNN 2.6 on
    // Zen 4, docs/Performance.md): there the epilogues follow the lane's whole tile.
    let bytes = first.outputElementBytes
    self.init(
      rows: first.m, columns: first.n, grid: grids[0], elementBytes: bytes,
      blockBytes: bytes == 4 ? TileSplit.blockBytes : nil)
  }

  /// Half of a second cache of 1 MiB (Zen 4; more on others).
  private static let blockBytes = 512 << 10
}

extension MatrixProduct {
  fileprivate var outputElementBytes: Int { c.type == Int32(HFM_F32) ? 4 : 2 }
}
