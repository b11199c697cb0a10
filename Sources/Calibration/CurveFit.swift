import CostModel
import Glibc
import HardwareModel
import Quantities

/// How well curves predict measurements that did not make them.
public struct CalibrationFit: Sendable, Hashable {
  /// Mean of |predicted − measured| / measured over the held-out points, in percent.
  public var meanAbsolutePercentageError: Double
  /// Number of held-out points.
  public var points: Int
}

/// Turns measured points into curves.
enum CurveFit {
  /// One curve per class and number format, in the order in which they first appear. Points are
  /// gathered in bins of a factor of two in work; a bin's rate is its work over its time, so that
  /// shapes of one size but unequal speed are weighed as a model with both would feel them.
  static func curves(_ points: [MeasuredPoint]) -> [RateCurve] {
    var keys: [(OperatorClass, DataType)] = []
    for point in points where !point.isHeldOut && point.cost.work > 0 {
      let key = (point.cost.operatorClass, point.cost.dataType)
      if !keys.contains(where: { $0 == key }) { keys.append(key) }
    }
    return keys.map { key in
      let mine = points.filter {
        !$0.isHeldOut && $0.cost.operatorClass == key.0 && $0.cost.dataType == key.1
      }
      return RateCurve(operatorClass: key.0, dataType: key.1, points: binned(mine))
    }
  }

  static func binned(_ points: [MeasuredPoint]) -> [RatePoint] {
    let sorted = points.filter { $0.seconds > 0 && $0.cost.work > 0 }
      .sorted { $0.cost.work < $1.cost.work }
    var result: [RatePoint] = []
    var start = 0
    while start < sorted.count {
      var end = start
      while end < sorted.count, sorted[end].cost.work < 2 * sorted[start].cost.work { end += 1 }
      let bin = sorted[start..<end]
      let work = exp(bin.reduce(0) { $0 + log($1.cost.work) } / Double(bin.count))
      let rate = exp(
        bin.reduce(0) { $0 + log($1.cost.work / $1.seconds) } / Double(bin.count))
      result.append(RatePoint(work: work, workPerSecond: rate))
      start = end
    }
    return result
  }

  static func fit(_ device: Device, _ points: [MeasuredPoint]) -> CalibrationFit {
    let model = TimeModel(device: device)
    let errors = points.filter { $0.isHeldOut && $0.seconds > 0 }.map {
      abs(model.seconds($0.cost) - $0.seconds) / $0.seconds
    }
    let mean = errors.isEmpty ? 0 : errors.reduce(0, +) / Double(errors.count)
    return CalibrationFit(meanAbsolutePercentageError: 100 * mean, points: errors.count)
  }
}
