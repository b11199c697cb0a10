import CostModel
public import Executor
import Graph
public import HardwareModel
import Quantities

/// What was measured on one team at one time, before anything is fitted to it.
public struct TeamMeasurement: Sendable {
  /// Medians of operators as they came.
  var points: [MeasuredPoint] = []
  /// Bytes per second of a sum of large arrays, by number format.
  var streams: [DataType: Double] = [:]
  /// Seconds to start an operator.
  var launchSeconds = 0.0
  /// A median is certain when half its confidence interval is this share of it.
  var tolerance: Double
  /// How much longer an operator took in the mean than in the median (see `CalibrationResult`).
  var interference = 1.0
  /// Operators that the time did not suffice for.
  var leftOut = 0

  /// What several measurements of one team say together: of each operator the median, so that a
  /// slow moment of the machine, which falls on one of them, does not count.
  public func merged(with others: [TeamMeasurement]) -> TeamMeasurement {
    let all = [self] + others
    var result = self
    let found = Dictionary(grouping: all.flatMap(\.points), by: \.cost)
    var seen: Set<OperatorCost> = []
    result.points = all.flatMap(\.points).compactMap { point in
      guard seen.insert(point.cost).inserted, let same = found[point.cost] else { return nil }
      var point = point
      point.seconds = same.map(\.seconds).median
      point.mean = same.map(\.mean).median
      point.cachedSeconds = Optional(same.compactMap(\.cachedSeconds)).flatMap {
        $0.isEmpty ? nil : $0.median
      }
      point.uncertainty = same.map(\.uncertainty).median
      return point
    }
    for type in result.streams.keys {
      result.streams[type] = all.compactMap { $0.streams[type] }.median
    }
    // An operator's mean is disturbed in few of them, their sums in all.
    result.interference = all.map(\.interference).median
    result.launchSeconds = all.map(\.launchSeconds).median
    result.leftOut = all.map(\.leftOut).min() ?? 0
    return result
  }
}

extension Calibration {
  /// Fits curves and laws to what was measured on a team: of several measurements to what they say
  /// together (`TeamMeasurement.merged(with:)`).
  public static func fit(
    _ measured: TeamMeasurement, team: WorkerTeam, machine: Machine
  ) -> CalibrationResult {
    var points = measured.points
    let interference = measured.interference
    for index in points.indices {
      points[index].seconds *= interference
      points[index].cachedSeconds = points[index].cachedSeconds.map { $0 * interference }
    }
    let laws = LawFit(nearBytes: nearBytes(machine, team), farBytesPerSecond: measured.streams)
      .laws(points)
    var device = device(machine, team, measured, points, laws: laws)
    let cached = LawFit().cachedLaws(points)
    if !cached.isEmpty {
      device.cached = CachedSpeeds(cacheBytes: lastLevelBytes(machine, team), laws: cached)
    }
    return CalibrationResult(
      device: device, fit: CurveFit.fit(device, points), interference: interference,
      certainty: Certainty(
        tolerance: measured.tolerance, halfWidths: points.map(\.uncertainty),
        leftOut: measured.leftOut))
  }

  /// Sum of the means over sum of the medians; at least 1.
  static func interference(_ points: [MeasuredPoint]) -> Double {
    let medians = points.reduce(0) { $0 + $1.seconds }
    return medians > 0 ? max(1, points.reduce(0) { $0 + $1.mean } / medians) : 1
  }

  private static func device(
    _ machine: Machine, _ team: WorkerTeam, _ measurement: TeamMeasurement,
    _ points: [MeasuredPoint], laws: [RateLaw]
  ) -> Device {
    var device = Device(roughly: machine)
    let peaks = dataTypes.compactMap { type -> Device.Peak? in
      let best = points.filter {
        $0.cost.operatorClass == .matrix && $0.cost.dataType == type && $0.seconds > 0
      }.map { $0.cost.work / $0.seconds }.max()
      return best.map { Device.Peak(type, FlopsPerSecond($0)) }
    }
    device.peaks = peaks
    device.vectorFlopsPerSecond = peaks.first?.flopsPerSecond ?? device.vectorFlopsPerSecond
    device.memoryBandwidth = BytesPerSecond(measurement.streams[.fp32] ?? 0)
    device.launchOverhead = Seconds(measurement.launchSeconds)
    device.rates = CurveFit.curves(points)
    device.laws = laws
    let model = machine.packages.first?.model ?? ""
    let name = model.isEmpty ? device.name : model
    device.source =
      "measured on \(name), \(team.count) worker\(team.count == 1 ? "" : "s"), by hfm calibrate"
    return device
  }
}
