/// min ‖A·x − y‖ with x ≥ 0, by active sets (Lawson and Hanson, Solving Least Squares Problems,
/// 1974, algorithm NNLS in chapter 23) on the normal equations.
///
/// Columns are scaled to length one: work in FLOP and seconds differ by ten orders of magnitude.
enum NonNegativeLeastSquares {
  /// A gradient below this share of `y` is none.
  private static let tolerance = 1e-10

  /// - Parameters:
  ///   - rows: of A, all of one length.
  ///   - side: y, one value a row.
  /// - Returns: as many values as A has columns; zeros for columns that are zero.
  static func solve(_ rows: [[Double]], _ side: [Double]) -> [Double] {
    let count = rows.first?.count ?? 0
    let lengths = (0..<count).map { column in
      rows.reduce(0) { $0 + $1[column] * $1[column] }.squareRoot()
    }
    let scales = lengths.map { $0 > 0 && $0.isFinite ? 1 / $0 : 0 }
    var gram = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    var target = [Double](repeating: 0, count: count)
    for (row, y) in zip(rows, side) {
      let scaled = zip(row, scales).map { $0 * $1 }
      for i in 0..<count {
        target[i] += scaled[i] * y
        for j in 0..<count { gram[i][j] += scaled[i] * scaled[j] }
      }
    }
    let length = side.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let solution = solve(gram, target, tolerance: tolerance * max(length, 1e-300))
    return zip(solution, scales).map { $0 * $1 }
  }

  private static func solve(
    _ gram: [[Double]], _ target: [Double], tolerance: Double
  ) -> [Double] {
    var x = [Double](repeating: 0, count: target.count)
    var free: [Int] = []
    // What depends on the free columns or fell back to zero at once, until the set changes.
    var refused: Set<Int> = []
    for _ in 0..<(10 * target.count) {
      let gradient = target.indices.map { i -> Double in
        target[i] - zip(gram[i], x).reduce(0.0) { $0 + $1.0 * $1.1 }
      }
      let next = target.indices.filter { !free.contains($0) && !refused.contains($0) }
        .max { gradient[$0] < gradient[$1] }
      guard let next, gradient[next] > tolerance else { break }
      guard var z = unbounded(gram, target, free + [next]), z.last ?? 0 > 0 else {
        refused.insert(next)
        continue
      }
      free.append(next)
      refused = []
      // Back to where the first of them becomes zero, without that one, until none is negative.
      while let least = z.min(), least <= 0 {
        var step = 1.0
        for (index, value) in zip(free, z) where value <= 0 {
          step = min(step, x[index] / (x[index] - value))
        }
        for (index, value) in zip(free, z) { x[index] += step * (value - x[index]) }
        let zeros = zip(free, z).filter { $1 <= 0 }.map(\.0).filter { x[$0] <= 1e-14 }
        for index in zeros { x[index] = 0 }
        free.removeAll { zeros.contains($0) }
        guard !zeros.isEmpty, let again = unbounded(gram, target, free) else { return x }
        z = again
      }
      for (index, value) in zip(free, z) { x[index] = value }
    }
    return x
  }

  /// The least squares of some columns without a bound, by Gauss–Jordan elimination with the
  /// largest pivot; nil when they depend on one another.
  private static func unbounded(
    _ gram: [[Double]], _ target: [Double], _ columns: [Int]
  ) -> [Double]? {
    var system = columns.map { i in columns.map { gram[i][$0] } + [target[i]] }
    let count = columns.count
    for pivot in 0..<count {
      guard let row = (pivot..<count).max(by: { abs(system[$0][pivot]) < abs(system[$1][pivot]) }),
        abs(system[row][pivot]) > 1e-9
      else { return nil }
      system.swapAt(pivot, row)
      for other in 0..<count where other != pivot {
        let factor = system[other][pivot] / system[pivot][pivot]
        for column in pivot...count { system[other][column] -= factor * system[pivot][column] }
      }
    }
    return (0..<count).map { system[$0][count] / system[$0][$0] }
  }
}
