/// How a matrix product is cut over lanes.
struct ProductGrid: Equatable {
  /// Cuts of the output's rows and columns, and of the summed dimension.
  var rows, columns, depth: Int

  /// Chooses the cut for an `m × n` output summed over `k`.
  ///
  /// Each lane packs its own operands, `m/rows · k + n/columns · k` elements: the factors of
  /// `lanes` that make that least win. An output too small to be cut is summed in parts instead
  /// (a tall weight gradient).
  /// - Parameter prefersWholeRows: whether a part of the columns costs more than its share, as for
  ///   bf16 outputs (`MatrixProduct.prefersWholeRows`).
  init(m: Int, n: Int, k: Int, lanes: Int, prefersWholeRows: Bool = false) {
    let (most, wide) = (max(1, m / ProductGrid.leastRows), max(1, n / ProductGrid.leastColumns))
    let cutRows = prefersWholeRows ? m * n / max(1, lanes) / ProductGrid.outputsPerPacked : 0
    var best = (cost: Int.max, used: 0, rows: 1, columns: 1)
    for rows in 1...max(1, lanes) where rows <= most {
      let columns = min(lanes / rows, wide)
      let cost =
        (m + rows - 1) / rows + (n + columns - 1) / columns + (columns > 1 ? cutRows : 0)
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
  /// As many outputs, in part of wider rows, take as much longer to multiply in bf16 as one element
  /// takes to pack: 15 % of 1/110 ns for each multiply-add, and 0.1 ns (oneDNN 2.6 on Zen 4; see
  /// docs/Performance.md, "Cuts").
  private static let outputsPerPacked = 74
}
