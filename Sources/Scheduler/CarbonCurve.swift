/// What a kilowatt-hour costs over time, in grams of CO2e or in money: a step function that
/// repeats.
public struct CarbonCurve: Sendable, Hashable {
  /// Cost per kilowatt-hour in each step.
  public var values: [Double]
  /// Length of a step, in seconds.
  public var stepSeconds: Double
  /// How far into the curve time 0 is, in seconds.
  public var offsetSeconds = 0.0

  /// Takes steps, the first of which begins at time 0; the curve repeats after the last.
  public init(values: [Double], stepSeconds: Double) {
    self.values = values
    self.stepSeconds = stepSeconds
  }

  /// A day in hours: the shape of a grid with much solar power, in grams per kilowatt-hour
  /// (assumed: 400 at night, 150 at noon, 500 in the evening).
  public static let assumedSolarDay = CarbonCurve(
    values: [
      400, 400, 400, 400, 400, 410, 420, 400, 340, 260, 200, 160, 150, 150, 170, 220, 300, 400, 480,
      500, 480, 450, 430, 410,
    ], stepSeconds: 3600)

  /// The cost at a time.
  public func value(at time: Double) -> Double {
    guard !values.isEmpty, stepSeconds > 0 else { return 0 }
    let step = Int(((time + offsetSeconds) / stepSeconds).rounded(.down)) % values.count
    return values[step < 0 ? step + values.count : step]
  }

  /// The mean cost from one time to another.
  public func mean(from start: Double, to end: Double) -> Double {
    guard end > start, stepSeconds > 0, !values.isEmpty else { return value(at: start) }
    let period = stepSeconds * Double(values.count)
    let whole = ((end - start) / period).rounded(.down)
    var sum = whole * values.reduce(0, +) * stepSeconds
    var time = start
    let rest = end - whole * period
    while time < rest {
      let next = min(rest, nextChange(after: time))
      guard next > time else { break }
      sum += value(at: time) * (next - time)
      time = next
    }
    return sum / (end - start)
  }

  private func nextChange(after time: Double) -> Double {
    (((time + offsetSeconds) / stepSeconds).rounded(.down) + 1) * stepSeconds - offsetSeconds
  }

  /// Times within a range at which the cost changes.
  func changes(from start: Double, to end: Double) -> [Double] {
    guard stepSeconds > 0, values.count > 1 else { return [] }
    let horizon = min(end, start + stepSeconds * Double(values.count))
    var time = nextChange(after: start)
    var times: [Double] = []
    while time < horizon {
      times.append(time)
      time += stepSeconds
    }
    return times
  }
}
