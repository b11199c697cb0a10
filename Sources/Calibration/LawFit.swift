import CostModel
import Glibc
import HardwareModel

/// Fits `RateLaw`s, and decides class by class whether the law or the curve predicts better what it
/// has not seen.
enum LawFit {
  /// The laws that beat the curve of their class and format when each point in turn is left out.
  static func laws(_ points: [MeasuredPoint]) -> [RateLaw] {
    CurveFit.groups(points).compactMap { group in
      guard let law = law(group.points), group.points.count > 4 else { return nil }
      let byLaw = leaveOneOutError(group.points) { rest, point in
        LawFit.law(rest)?.seconds(point)
      }
      let byCurve = leaveOneOutError(group.points) { rest, point in
        TimeModel.seconds(work: point.cost.work, points: CurveFit.binned(rest))
      }
      return byLaw < byCurve ? law : nil
    }
  }

  /// Mean of |log(predicted / measured)| over the points, each predicted from the others. The
  /// logarithm weighs a time twice too long as much as one twice too short.
  private static func leaveOneOutError(
    _ points: [MeasuredPoint], _ predict: ([MeasuredPoint], MeasuredPoint) -> Double?
  ) -> Double {
    var sum = 0.0
    for (index, point) in points.enumerated() {
      var rest = points
      rest.remove(at: index)
      guard let seconds = predict(rest, point), seconds > 0 else { return .infinity }
      sum += abs(log(seconds / point.seconds))
    }
    return sum / Double(max(1, points.count))
  }

  /// The law of least squared relative error, Σ((predicted − measured) / measured)², with no
  /// negative term (non-negative least squares; Lawson and Hanson 1974, chapter 23). With three
  /// terms all seven sets of them are tried: the best whose solution is positive wins.
  /// - Returns: nil without points.
  static func law(_ points: [MeasuredPoint]) -> RateLaw? {
    guard let first = points.first else { return nil }
    let rows = points.map { point -> [Double] in
      let t = point.seconds
      return [1 / t, Double(point.cost.hardwareFlops) / t, Double(point.cost.bytes) / t]
    }
    var best: (error: Double, terms: [Double])?
    for set in 1..<8 {
      let columns = (0..<3).filter { set & (1 << $0) != 0 }
      guard let solution = solve(rows.map { row in columns.map { row[$0] } }),
        solution.allSatisfy({ $0 > 0 })
      else { continue }
      var terms = [0.0, 0.0, 0.0]
      for (column, value) in zip(columns, solution) { terms[column] = value }
      let error = rows.reduce(0) { sum, row in
        let miss = row[0] * terms[0] + row[1] * terms[1] + row[2] * terms[2] - 1
        return sum + miss * miss
      }
      if best.map({ error < $0.error }) ?? true { best = (error, terms) }
    }
    return best.map { found in
      RateLaw(
        operatorClass: first.cost.operatorClass, dataType: first.cost.dataType,
        startSeconds: found.terms[0],
        flopsPerSecond: found.terms[1] > 0 ? 1 / found.terms[1] : nil,
        bytesPerSecond: found.terms[2] > 0 ? 1 / found.terms[2] : nil)
    }
  }

  /// Least squares of `rows · x ≈ 1` by the normal equations, each column scaled to length one
  /// (work in FLOP and seconds differ by ten orders of magnitude); nil when the columns depend on
  /// one another.
  private static func solve(_ rows: [[Double]]) -> [Double]? {
    let count = rows.first?.count ?? 0
    guard rows.count >= count else { return nil }
    let scales = (0..<count).map { column in
      rows.reduce(0) { $0 + $1[column] * $1[column] }.squareRoot()
    }
    guard scales.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    var system = (0..<count).map { i -> [Double] in
      var line = (0..<count).map { j -> Double in
        let sum: Double = rows.reduce(0) { $0 + $1[i] * $1[j] }
        return sum / (scales[i] * scales[j])
      }
      let side: Double = rows.reduce(0) { $0 + $1[i] }
      line.append(side / scales[i])
      return line
    }
    // Gauss–Jordan with the largest pivot.
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
    return (0..<count).map { system[$0][count] / system[$0][$0] / scales[$0] }
  }
}

extension RateLaw {
  func seconds(_ point: MeasuredPoint) -> Double {
    seconds(flops: Double(point.cost.hardwareFlops), bytes: Double(point.cost.bytes))
  }
}
