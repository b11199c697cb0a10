/// How a matrix product is cut over lanes.
struct ProductGrid: Equatable {
  /// Cuts of the output's rows and columns, and of the summed dimension.
  var rows, columns, depth: Int

  /// Chooses the cut for an `m × n` output summed over `k`.
  ///
  /// Each lane packs its own operands, `m/rows · k + n/columns · k` elements: the factors of
  /// `lanes` that make that least win. An output too small to be cut is summed in parts instead
  /// (a tall weight gradient).
  init(m: Int, n: Int, k: Int, lanes: Int) {
    let (most, wide) = (max(1, m / ProductGrid.leastRows), max(1, n / ProductGrid.leastColumns))
    var best = (cost: Int.max, used: 0, rows: 1, columns: 1)
    for rows in 1...max(1, lanes) where rows <= most {
      let columns = min(lanes / rows, wide)
      let cost = (m + rows - 1) / rows + (n + columns - 1) / columns
      let used = rows * columns
      if used > best.used || (used == best.used && cost < best.cost) {
        best = (cost, used, rows, columns)
      }
    }
    self.init(rows: best.rows, columns: best.columns, depth: 1)
    if best.used * 2 <= lanes, k >= ProductGrid.leastDepth * lanes {
      self.init(rows: 1, columns: 1, depth: lanes)
    }
  }

  init(rows: Int, columns: Int, depth: Int) {
    self.rows = rows
    self.columns = columns
    self.depth = depth
  }

  /// Below these, a lane's part costs more to start than it saves.
  private static let leastRows = 8
  private static let leastColumns = 32
  private static let leastDepth = 256
}
