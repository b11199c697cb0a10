import Glibc
import Planner
public import Quantities

/// Fits parameters to runs: damped Gauss–Newton (Levenberg–Marquardt) on the logarithms of both, so
/// that an error of 10 % counts the same for a millisecond and for a minute, with a prior around
/// the
/// start and residuals beyond 10 % weighed down (soft L1, as SciPy's `least_squares` defines it).
public struct ParameterFit {
  /// The parameters.
  public let parameters: [FitParameter]
  /// The runs; those without a measured time are passed over.
  public let runs: [PublishedRun]
  /// Rounds of Gauss–Newton.
  public var rounds = 12

  /// Prepares a fit.
  public init(_ parameters: [FitParameter], _ runs: [PublishedRun]) {
    self.parameters = parameters
    self.runs = runs.filter { $0.seconds != nil }
  }

  /// The hypothesis that fits best, from a start.
  ///
  /// - Throws: `UserError` as `RunPredictor.estimate`.
  public func run(
    _ predictor: RunPredictor, from start: Hypothesis
  ) throws(UserError) -> Hypothesis {
    let origin = parameters.map { log($0.get(start)) }
    var point = origin
    var damping = 1e-2
    var residuals = try residuals(predictor, start, point)
    var best = loss(residuals, point, origin)
    for _ in 0..<rounds {
      let columns = try jacobian(predictor, start, point, residuals)
      let step = Self.step(
        columns, residuals, weights(residuals), priors: parameters.map(\.prior),
        offsets: zip(point, origin).map { $0 - $1 }, damping: damping)
      let next = zip(point, step).map { $0 + max(-0.7, min(0.7, $1)) }
      let tried = try self.residuals(predictor, start, next)
      let value = loss(tried, next, origin)
      if value < best {
        let gain = (best - value) / best
        (point, residuals, best) = (next, tried, value)
        damping = max(damping / 4, 1e-6)
        if gain < 1e-5 { break }
      } else {
        damping *= 8
        if damping > 1e4 { break }
      }
    }
    return hypothesis(start, point)
  }

  private func hypothesis(_ start: Hypothesis, _ point: [Double]) -> Hypothesis {
    var result = start
    for (parameter, value) in zip(parameters, point) { parameter.set(&result, exp(value)) }
    return result
  }

  private func residuals(
    _ predictor: RunPredictor, _ start: Hypothesis, _ point: [Double]
  ) throws(UserError) -> [Double] {
    let hypothesis = hypothesis(start, point)
    var result: [Double] = []
    for run in runs {
      let predicted = try predictor.estimate(run, hypothesis).map { run.predicted($0) } ?? 0
      result.append(predicted > 0 ? log(predicted / (run.seconds ?? predicted)) : 0)
    }
    return result
  }

  private static let scale = 0.1

  private func weights(_ residuals: [Double]) -> [Double] {
    residuals.map { 1 / sqrt(1 + ($0 / Self.scale) * ($0 / Self.scale)) }
  }

  private func loss(_ residuals: [Double], _ point: [Double], _ origin: [Double]) -> Double {
    let data = residuals.reduce(0) {
      let z = $1 / Self.scale
      return $0 + 2 * Self.scale * Self.scale * (sqrt(1 + z * z) - 1)
    }
    let prior = zip(zip(point, origin), parameters).reduce(0) {
      let off = ($1.0.0 - $1.0.1) / $1.1.prior
      return $0 + Self.priorWeight * off * off
    }
    return data + prior
  }

  /// A deviation of one prior width weighs as much as an error of 3 % on one run.
  private static let priorWeight = 9e-4

  private func jacobian(
    _ predictor: RunPredictor, _ start: Hypothesis, _ point: [Double], _ base: [Double]
  ) throws(UserError) -> [[Double]] {
    var columns: [[Double]] = []
    for index in point.indices {
      var moved = point
      moved[index] += 0.02
      let other = try residuals(predictor, start, moved)
      columns.append(zip(other, base).map { ($0 - $1) / 0.02 })
    }
    return columns
  }

  /// Solves the damped normal equations by elimination.
  private static func step(
    _ columns: [[Double]], _ residuals: [Double], _ weights: [Double], priors: [Double],
    offsets: [Double], damping: Double
  ) -> [Double] {
    let n = columns.count
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: n + 1), count: n)
    for i in 0..<n {
      for j in 0..<n {
        var sum = 0.0
        for row in residuals.indices { sum += weights[row] * columns[i][row] * columns[j][row] }
        matrix[i][j] = sum
      }
      var right = 0.0
      for row in residuals.indices { right -= weights[row] * columns[i][row] * residuals[row] }
      let prior = priorWeight / (priors[i] * priors[i])
      matrix[i][n] = right - prior * offsets[i]
      matrix[i][i] += prior + damping * (matrix[i][i] + 1e-6)
    }
    return eliminate(&matrix)
  }

  private static func eliminate(_ matrix: inout [[Double]]) -> [Double] {
    let n = matrix.count
    for column in 0..<n {
      let pivot = (column..<n).max { abs(matrix[$0][column]) < abs(matrix[$1][column]) } ?? column
      matrix.swapAt(column, pivot)
      guard abs(matrix[column][column]) > 1e-30 else { continue }
      for row in (column + 1)..<max(n, column + 1) {
        let factor = matrix[row][column] / matrix[column][column]
        for k in column...n { matrix[row][k] -= factor * matrix[column][k] }
      }
    }
    var result = [Double](repeating: 0, count: n)
    for row in (0..<n).reversed() {
      var sum = matrix[row][n]
      for k in (row + 1)..<max(n, row + 1) { sum -= matrix[row][k] * result[k] }
      result[row] = abs(matrix[row][row]) > 1e-30 ? sum / matrix[row][row] : 0
    }
    return result
  }
}
