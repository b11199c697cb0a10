import CostModel
import Glibc
public import HardwareModel
public import Quantities

/// How well a calibration predicts measurements that did not make it.
public struct CalibrationFit: Sendable, Hashable {
  /// The same over one class and number format.
  public struct Part: Sendable, Hashable {
    /// The operator class.
    public var operatorClass: OperatorClass
    /// Number format.
    public var dataType: DataType
    /// Whether fitted laws predict it (its kernels' or the class's), or the curve alone.
    public var isLaw: Bool
    /// As below, over the part's held-out points.
    public var meanAbsolutePercentageError: Double
    /// Number of held-out points.
    public var points: Int
  }

  /// Mean of |predicted − measured| / measured over the held-out points, in percent.
  public var meanAbsolutePercentageError: Double
  /// Number of held-out points.
  public var points: Int
  /// By class and format, in the order of measurement.
  public var parts: [Part] = []
}

/// Turns measured points into curves.
enum CurveFit {
  /// The points that make the model, by class and number format, in the order in which those first
  /// appear.
  static func groups(_ points: [MeasuredPoint], heldOut: Bool = false) -> [(
    operatorClass: OperatorClass, dataType: DataType, points: [MeasuredPoint]
  )] {
    var groups: [(operatorClass: OperatorClass, dataType: DataType, points: [MeasuredPoint])] = []
    for point in points
    where point.isHeldOut == heldOut && point.seconds > 0
      && (point.cost.work > 0 || point.cost.movedBytes > 0)
    {
      let place = groups.firstIndex {
        $0.operatorClass == point.cost.operatorClass && $0.dataType == point.cost.dataType
      }
      if let place {
        groups[place].points.append(point)
      } else {
        groups.append((point.cost.operatorClass, point.cost.dataType, [point]))
      }
    }
    return groups
  }

  /// One curve per class and number format. Points are gathered in bins of a factor of two in
  /// work; a bin's rate is the geometric mean of its points' rates.
  static func curves(_ points: [MeasuredPoint]) -> [RateCurve] {
    groups(points).compactMap { group in
      let points = binned(group.points)
      return points.isEmpty
        ? nil
        : RateCurve(
          operatorClass: group.operatorClass, dataType: group.dataType, points: points)
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
    func error(_ points: [MeasuredPoint]) -> Double {
      let errors = points.map { abs(model.seconds($0.cost) - $0.seconds) / $0.seconds }
      return errors.isEmpty ? 0 : 100 * errors.reduce(0, +) / Double(errors.count)
    }
    let groups = groups(points, heldOut: true)
    let all = groups.flatMap(\.points)
    return CalibrationFit(
      meanAbsolutePercentageError: error(all), points: all.count,
      parts: groups.map { group in
        CalibrationFit.Part(
          operatorClass: group.operatorClass, dataType: group.dataType,
          isLaw: device.laws.contains {
            $0.operatorClass == group.operatorClass && $0.dataType == group.dataType
          }, meanAbsolutePercentageError: error(group.points), points: group.points.count)
      })
  }
}
