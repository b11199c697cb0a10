import CostModel
import Glibc
import HardwareModel

/// Fits `RateLaw`s, and decides kernel by kernel and class by class whether the law or the class's
/// curve predicts better what it has not seen.
enum LawFit {
  /// The laws of kernels, and of classes for operators whose kernel has none, that beat the class's
  /// curve when each point in turn is left out.
  static func laws(_ points: [MeasuredPoint]) -> [RateLaw] {
    CurveFit.groups(points).flatMap { group -> [RateLaw] in
      let kernels = Dictionary(grouping: group.points) { $0.cost.kernel }
      let own = Kernel.allCases.compactMap { kernel in
        better(kernels[kernel] ?? [], than: group.points, as: kernel.rawValue)
      }
      return own + [better(group.points, than: group.points, as: "")].compactMap { $0 }
    }
  }

  /// The law of some points of a class if it predicts them better than the curve of the class.
  private static func better(
    _ points: [MeasuredPoint], than all: [MeasuredPoint], as kernel: String
  ) -> RateLaw? {
    guard points.count > 4, var law = law(points) else { return nil }
    law.kernel = kernel
    let byLaw = leaveOneOutError(points) { rest, point in
      LawFit.law(rest)?.seconds(point.cost)
    }
    let byCurve = leaveOneOutError(points) { _, point in
      let rest = all.filter { $0.cost != point.cost }
      return TimeModel.seconds(work: point.cost.work, points: CurveFit.binned(rest))
    }
    return byLaw < byCurve ? law : nil
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
  /// negative term (non-negative least squares; Lawson and Hanson 1974, chapter 23). With four
  /// terms all fifteen sets of them are tried: the best whose solution is positive wins.
  /// - Returns: nil without points.
  static func law(_ points: [MeasuredPoint]) -> RateLaw? {
    guard let first = points.first else { return nil }
    let rows = points.map { point -> [Double] in
      let (t, cost) = (point.seconds, point.cost)
      return [
        1 / t, Double(cost.blockedFlops) / t, Double(cost.movedBytes) / t,
        Double(cost.vectorFlops) / t,
      ]
    }
    var best: (error: Double, terms: [Double])?
    for set in 1..<16 {
      let columns = (0..<4).filter { set & (1 << $0) != 0 }
      guard let solution = solve(rows.map { row in columns.map { row[$0] } }),
        solution.allSatisfy({ $0 > 0 })
      else { continue }
      var terms = [0.0, 0.0, 0.0, 0.0]
      for (column, value) in zip(columns, solution) { terms[column] = value }
      let error = rows.reduce(0) { sum, row in
        let miss = zip(row, terms).reduce(-1) { $0 + $1.0 * $1.1 }
        return sum + miss * miss
      }
      if best.map({ error < $0.error }) ?? true { best = (error, terms) }
    }
    func rate(_ term: Double) -> Double? { term > 0 ? 1 / term : nil }
    return best.map { found in
      RateLaw(
        operatorClass: first.cost.operatorClass, dataType: first.cost.dataType,
        startSeconds: found.terms[0], flopsPerSecond: rate(found.terms[1]),
        bytesPerSecond: rate(found.terms[2]), vectorFlopsPerSecond: rate(found.terms[3]))
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
