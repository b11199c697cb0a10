import CostModel
import Glibc
import HardwareModel
import Quantities

/// Fits `RateLaw`s, and decides kernel by kernel and class by class whether the law or the class's
/// curve predicts better what it has not seen.
struct LawFit {
  /// Bytes that stay in the workers' own caches from one operator to the next.
  var nearBytes = 0.0
  /// Bytes per second of a sum of large arrays, by number format.
  var farBytesPerSecond: [DataType: Double] = [:]

  /// Parts that the points are cut into; each is predicted from the others.
  private static let folds = 6

  /// The laws of kernels, and of classes for operators whose kernel has none, unless the class's
  /// curve predicts points left out clearly better.
  func laws(_ points: [MeasuredPoint]) -> [RateLaw] {
    CurveFit.groups(points).flatMap { group -> [RateLaw] in
      let kernels = Dictionary(grouping: group.points) { $0.cost.kernel }
      let own = Kernel.allCases.compactMap { kernel in
        better(kernels[kernel] ?? [], than: group.points, as: kernel.rawValue)
      }
      return own + [better(group.points, than: group.points, as: "")].compactMap { $0 }
    }
  }

  /// Points of which a law of operands in the caches is made at least.
  private static let leastCached = 4

  /// The laws of kernels whose operands lie in the caches.
  func cachedLaws(_ points: [MeasuredPoint]) -> [RateLaw] {
    CurveFit.groups(points).flatMap { group -> [RateLaw] in
      let kernels = Dictionary(grouping: group.points) { $0.cost.kernel }
      return Kernel.allCases.compactMap { kernel in
        let own = (kernels[kernel] ?? []).compactMap { point in
          point.cachedSeconds.map { MeasuredPoint(cost: point.cost, seconds: $0, isHeldOut: false) }
        }
        guard own.count >= Self.leastCached, var law = law(own) else { return nil }
        law.kernel = kernel.rawValue
        return law
      }
    }
  }

  /// A law knows what the time is made of, a curve only how much work there is: the curve must be
  /// so much better on points left out, which say little where they are few.
  private static let curveAdvantage = 1.5

  /// The law of some points of a class unless the curve of the class predicts them better.
  private func better(
    _ points: [MeasuredPoint], than all: [MeasuredPoint], as kernel: String
  ) -> RateLaw? {
    guard points.count > 2, var law = law(points) else { return nil }
    law.kernel = kernel
    let byLaw = leftOutError(points) { rest in
      let law = self.law(rest)
      return { law?.seconds($0.cost) }
    }
    let byCurve = leftOutError(points) { rest in
      let known = Set(points.map(\.cost)).subtracting(rest.map(\.cost))
      let curve = CurveFit.binned(all.filter { !known.contains($0.cost) })
      return { TimeModel.seconds(work: $0.cost.work, points: curve) }
    }
    return byLaw < Self.curveAdvantage * byCurve ? law : nil
  }

  /// Mean of |log(predicted / measured)| over the points, each part of them predicted from the
  /// others. The logarithm weighs a time twice too long as much as one twice too short.
  private func leftOutError(
    _ points: [MeasuredPoint],
    _ model: (_ rest: [MeasuredPoint]) -> (MeasuredPoint) -> Double?
  ) -> Double {
    var sum = 0.0
    for fold in 0..<min(Self.folds, points.count) {
      let predict = model(points.indices.filter { $0 % Self.folds != fold }.map { points[$0] })
      for index in points.indices where index % Self.folds == fold {
        guard let seconds = predict(points[index]), seconds > 0 else { return .infinity }
        sum += abs(log(seconds / points[index].seconds))
      }
    }
    return sum / Double(max(1, points.count))
  }

  /// The law of constant relative spread, without negative terms: quasi-likelihood, by least
  /// squares weighted with the predictions of the fit before (McCullagh and Nelder, Generalized
  /// Linear Models, 1989, sections 8.3 and 9.2). Errors relative to the measurement instead would
  /// favour what is too low: a sum of many operators would come out too short. What is further off
  /// than usual spread, as a slow moment of the machine or a shape of its own makes it, counts by
  /// its distance and not by its square (Huber, Ann. Math. Stat. 35(1), 1964).
  /// - Returns: nil without points.
  func law(_ points: [MeasuredPoint]) -> RateLaw? {
    guard let first = points.first else { return nil }
    var terms: [Double] = []
    var scales = points.map(\.seconds)
    // Large sizes show what bytes from memory cost; a single one could be anything.
    let showsFar =
      nearBytes > 0 && points.count { Double($0.cost.movedBytes) > 2 * nearBytes } > 1
    var weights = scales.map { _ in 1.0 }
    for iteration in 0..<Self.iterations {
      let factors = zip(weights, scales).map { $0 / $1 }
      let rows = zip(points, factors).map { point, factor in
        columns(point.cost, far: showsFar).map { $0 * factor }
      }
      terms = NonNegativeLeastSquares.solve(rows, zip(points, factors).map { $0.seconds * $1 })
      scales = points.map { point in
        let predicted = zip(columns(point.cost, far: showsFar), terms).reduce(0) {
          $0 + $1.0 * $1.1
        }
        return min(max(predicted, point.seconds / 4), 4 * point.seconds)
      }
      // The first fits, of all alike, tell which are far off.
      if iteration > 1 { weights = zip(points, scales).map { Self.weight($0.seconds / $1 - 1) } }
    }
    guard terms.contains(where: { $0 > 0 }) else { return nil }
    func rate(_ term: Double) -> Double? { term > 0 ? 1 / term : nil }
    var law = RateLaw(
      operatorClass: first.cost.operatorClass, dataType: first.cost.dataType,
      startSeconds: terms[0], flopsPerSecond: rate(terms[1]), bytesPerSecond: rate(terms[2]),
      vectorFlopsPerSecond: rate(terms[3]))
    law.rowsPerSecond = rate(terms[4])
    law.farBytesPerSecond = showsFar ? rate(terms[5]) : unseenFar(points)
    law.nearBytes = law.farBytesPerSecond == nil ? 0 : nearBytes
    return law
  }

  private static let iterations = 6
  /// 1.345 standard deviations, as Huber's estimator takes them, of 7.5 %: what operators' times
  /// scatter by around their laws.
  private static let usualSpread = 0.1

  /// The weight of a relative error: 1 within the usual spread, beyond it as makes its square grow
  /// by its distance.
  private static func weight(_ error: Double) -> Double {
    min(1, usualSpread / max(abs(error), 1e-9)).squareRoot()
  }

  private func columns(_ cost: OperatorCost, far: Bool) -> [Double] {
    let bytes = Double(cost.movedBytes)
    return [
      1, Double(cost.blockedFlops), bytes, Double(cost.vectorFlops), Double(cost.rows),
      far ? max(0, bytes - nearBytes) : 0,
    ]
  }

  /// What a byte from memory costs more than one of the largest measured operator, where none was
  /// large enough to show it: as much as brings it to the speed of a sum of large arrays.
  private func unseenFar(_ points: [MeasuredPoint]) -> Double? {
    guard
      let largest = points.max(by: { $0.cost.movedBytes < $1.cost.movedBytes }),
      let far = farBytesPerSecond[largest.cost.dataType], largest.cost.movedBytes > 0
    else { return nil }
    let more = 1 / far - largest.seconds / Double(largest.cost.movedBytes)
    return more > 0 ? 1 / more : nil
  }
}
