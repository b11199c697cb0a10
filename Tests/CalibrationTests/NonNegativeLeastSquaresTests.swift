import TestSupport
import Testing

@testable import Calibration

@Suite struct NonNegativeLeastSquaresTests {
  /// The conditions of Kuhn and Tucker (Lawson and Hanson 1974, theorem 23.4): nothing is negative,
  /// no zero would gain by growing, and what is positive rests where the gradient is zero.
  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func noSolutionIsBetter(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let count = Int.random(in: 1...6, using: &random)
    let rows = (0..<Int.random(in: count...30, using: &random)).map { _ in
      (0..<count).map { column in
        // Columns of sizes as far apart as seconds and FLOP.
        Double.random(in: -0.2...1, using: &random) * (column % 2 == 0 ? 1 : 1e9)
      }
    }
    let side = rows.map { _ in Double.random(in: -0.5...1, using: &random) }
    let x = NonNegativeLeastSquares.solve(rows, side)
    #expect(x.allSatisfy { $0 >= 0 }, "seed \(seed)")
    let misses = zip(rows, side).map { row, y in
      y - zip(row, x).reduce(0) { $0 + $1.0 * $1.1 }
    }
    for column in 0..<count {
      let scale = rows.reduce(0) { $0 + $1[column] * $1[column] }.squareRoot()
      let gradient = zip(rows, misses).reduce(0) { $0 + $1.0[column] * $1.1 } / scale
      #expect(x[column] > 0 ? abs(gradient) < 1e-6 : gradient < 1e-6, "seed \(seed)")
    }
  }

  @Test func columnsThatAreZeroOrDoubleAreLeftOut() {
    let x = NonNegativeLeastSquares.solve([[1, 0, 1], [2, 0, 2]], [3, 6])
    #expect(x[1] == 0 && abs(x[0] + x[2] - 3) < 1e-9)
    #expect(NonNegativeLeastSquares.solve([], []).isEmpty)
  }
}
