/// Small dense linear algebra, row by row.
enum Dense {
  static func dot(_ left: [Double], _ right: [Double]) -> Double {
    var sum = 0.0
    for index in left.indices { sum += left[index] * right[index] }
    return sum
  }

  /// The lower factor of a symmetric positive definite matrix; nil when it is not one.
  static func cholesky(_ matrix: [Double], _ size: Int) -> [Double]? {
    var factor = matrix
    for row in 0..<size {
      for column in 0...row {
        var sum = factor[row * size + column]
        for inner in 0..<column {
          sum -= factor[row * size + inner] * factor[column * size + inner]
        }
        if row == column {
          guard sum > 0, sum.isFinite else { return nil }
          factor[row * size + row] = sum.squareRoot()
        } else {
          factor[row * size + column] = sum / factor[column * size + column]
        }
      }
    }
    return factor
  }

  /// Solves with a factor of `cholesky`.
  static func solve(_ factor: [Double], _ size: Int, _ right: [Double]) -> [Double] {
    var x = right
    for row in 0..<size {
      for column in 0..<row { x[row] -= factor[row * size + column] * x[column] }
      x[row] /= factor[row * size + row]
    }
    for row in (0..<size).reversed() {
      for column in row + 1..<max(size, row + 1) {
        x[row] -= factor[column * size + row] * x[column]
      }
      x[row] /= factor[row * size + row]
    }
    return x
  }

  /// Gauss elimination with partial pivoting; nil when singular.
  static func eliminate(_ matrix: [Double], _ right: [Double], _ size: Int) -> [Double]? {
    var (a, b) = (matrix, right)
    for step in 0..<size {
      let pivot = (step..<size).max { abs(a[$0 * size + step]) < abs(a[$1 * size + step]) } ?? step
      guard abs(a[pivot * size + step]) > 0 else { return nil }
      if pivot != step {
        for column in 0..<size { a.swapAt(step * size + column, pivot * size + column) }
        b.swapAt(step, pivot)
      }
      for row in step + 1..<max(size, step + 1) {
        let factor = a[row * size + step] / a[step * size + step]
        guard factor != 0 else { continue }
        for column in step..<size { a[row * size + column] -= factor * a[step * size + column] }
        b[row] -= factor * b[step]
      }
    }
    for row in (0..<size).reversed() {
      for column in row + 1..<max(size, row + 1) { b[row] -= a[row * size + column] * b[column] }
      b[row] /= a[row * size + row]
    }
    return b
  }
}
