import Glibc
import Quantities

/// What the numbers of a chart measure: how values are written and where ticks stand.
public enum Measure: Sendable, Hashable {
  /// Spans of time in seconds.
  case seconds
  /// Bytes, shown in binary units.
  case bytes
  /// FLOP per second.
  case flopsPerSecond
  /// Bytes per second, shown in decimal units.
  case bytesPerSecond
  /// Fractions, shown as percent.
  case fraction
  /// Anything else, in the unit named.
  case number(unit: String)

  /// A value with its unit.
  public func text(_ value: Double) -> String {
    switch self {
    case .seconds: Format.seconds(value)
    case .bytes: Format.bytes(value)
    case .flopsPerSecond: Format.flops(value) + "/s"
    case .bytesPerSecond: Format.rate(BytesPerSecond(value))
    case .fraction: Format.percent(value)
    case .number(let unit): Format.significant(value) + (unit.isEmpty ? "" : " " + unit)
    }
  }

  /// The unit in which an axis up to `largest` is labelled, and how many base units it holds.
  func axisUnit(_ largest: Double) -> (size: Double, name: String) {
    switch self {
    case .seconds:
      let units: [(Double, String)] = [
        (86_400, "days"), (3600, "h"), (60, "min"), (1, "s"), (1e-3, "ms"), (1e-6, "µs"),
      ]
      return units.first { largest >= $0.0 * ($0.0 > 1 ? 2 : 1) }.map { ($0.0, $0.1) }
        ?? (1e-9, "ns")
    case .bytes: return Self.prefixed(largest, 1024, Format.binaryUnits)
    case .flopsPerSecond:
      return Self.prefixed(largest, 1000, Format.decimalPrefixes.map { $0 + "FLOP/s" })
    case .bytesPerSecond:
      return Self.prefixed(largest, 1000, Format.decimalPrefixes.map { $0 + "B/s" })
    case .fraction: return (0.01, "%")
    case .number(let unit): return (1, unit)
    }
  }

  private static func prefixed(
    _ largest: Double, _ base: Double, _ units: [String]
  ) -> (size: Double, name: String) {
    var size = 1.0
    var index = 0
    while index + 1 < units.count, largest >= size * base {
      size *= base
      index += 1
    }
    return (size, units[index])
  }
}

/// A linear axis from 0 with round ticks.
struct LinearAxis {
  /// The unit's name.
  let unit: String
  /// Positions of ticks in base units, with their labels.
  let ticks: [(value: Double, label: String)]
  /// The axis' end in base units: the last tick.
  let end: Double

  init(_ measure: Measure, largest: Double) {
    let sound = largest.isFinite && largest > 0 ? largest : 1
    let (size, name) = measure.axisUnit(sound)
    let step = Self.roundStep(sound / size / 5)
    let count = max(1, Int((sound / size / step - 1e-9).rounded(.up)))
    let digits = max(0, -Int(floor(log10(step) + 1e-9)))
    unit = name
    ticks = (0...count).map { index in
      (value: Double(index) * step * size, label: Format.fixed(Double(index) * step, digits))
    }
    end = Double(count) * step * size
  }

  /// The next of 1, 2, 5 times a power of ten.
  private static func roundStep(_ rough: Double) -> Double {
    let power = pow(10, floor(log10(rough)))
    let lead = rough / power
    let nice: Double = lead <= 1.000001 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10
    return nice * power
  }
}

/// A logarithmic axis over whole decades.
struct LogAxis {
  let low: Double
  let high: Double

  /// Spans the positive values among those given.
  init(_ values: [Double]) {
    let sound = values.filter { $0.isFinite && $0 > 0 }
    low = floor(log10(sound.min() ?? 1) + 1e-9)
    high = max(low + 1, (log10(sound.max() ?? 10) - 1e-9).rounded(.up))
  }

  /// 0 at the axis' start, 1 at its end; values that are not positive stand at the start.
  func share(_ value: Double) -> Double {
    value > 0 ? min(1, max(0, (log10(value) - low) / (high - low))) : 0
  }

  var decades: [Double] {
    let step = max(1, (Int(high - low) + 7) / 8)
    return stride(from: Int(low), through: Int(high), by: step).map { pow(10, Double($0)) }
  }
}
