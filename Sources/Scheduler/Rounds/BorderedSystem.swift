/// A symmetric linear system of small dense blocks, one per job, bordered by a few unknowns that
/// all jobs share:
///
///     block[i] x[i] + Σᵦ border[i][b] y[b] = right[i]
///     Σᵢ border[i][b] · x[i] + corner y = side
///
/// Factored once in time linear in the jobs, then solved for as many right sides as wanted.
struct BorderedSystem {
  private let blockSize: Int
  private let borderSize: Int
  private let borders: [[[Double]]]
  private var factors: [[Double]] = []
  /// The inverse of each block times each of its borders.
  private var solvedBorders: [[[Double]]] = []
  private var schur: [Double]

  /// - Parameters:
  ///   - blocks: Positive definite matrices, row by row.
  ///   - borders: By job and border, as long as a block's side.
  ///   - corner: The matrix of the shared unknowns, row by row.
  /// - Returns: nil when a block is not positive definite.
  init?(blocks: [[Double]], borders: [[[Double]]], corner: [Double], blockSize: Int) {
    self.blockSize = blockSize
    self.borders = borders
    borderSize = Int(Double(corner.count).squareRoot())
    schur = corner
    for (block, rows) in zip(blocks, borders) {
      guard let factor = Dense.cholesky(block, blockSize) else { return nil }
      let solved = rows.map { Dense.solve(factor, blockSize, $0) }
      factors.append(factor)
      solvedBorders.append(solved)
      for row in rows.indices {
        for column in rows.indices {
          schur[row * borderSize + column] -= Dense.dot(rows[column], solved[row])
        }
      }
    }
  }

  /// The jobs' unknowns one after the other and the shared ones; nil when the system is singular.
  func solved(_ right: [[Double]], _ side: [Double]) -> (x: [Double], shared: [Double])? {
    var side = side
    let inner = zip(factors, right).map { Dense.solve($0, blockSize, $1) }
    for (rows, solution) in zip(borders, inner) {
      for row in rows.indices { side[row] -= Dense.dot(rows[row], solution) }
    }
    guard let shared = Dense.eliminate(schur, side, borderSize) else { return nil }
    var x: [Double] = []
    x.reserveCapacity(inner.count * blockSize)
    for (columns, solution) in zip(solvedBorders, inner) {
      for place in solution.indices {
        var value = solution[place]
        for (column, part) in zip(columns, shared) { value -= column[place] * part }
        x.append(value)
      }
    }
    return x.allSatisfy(\.isFinite) ? (x, shared) : nil
  }
}
