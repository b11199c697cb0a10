/// Numbers for people: three or four digits and a unit.
enum Figures {
  /// `12.35` with so many digits behind the point.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int((abs(value) * scale).rounded())
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard digits > 0 else { return sign + "\(whole)" }
    let text = String(whole)
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
  }

  private static func scaled(_ value: Double, _ step: Double, _ units: [String]) -> String {
    var value = value
    var unit = 0
    while abs(value) >= step * 0.9995, unit < units.count - 1 {
      value /= step
      unit += 1
    }
    let digits = unit == 0 ? 0 : abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : 2
    return fixed(value, digits) + (units[unit].isEmpty ? "" : " " + units[unit])
  }

  /// A count: `110 M`, `6.74 G`.
  static func count(_ value: Int) -> String { count(Double(value)) }
  /// A count: `110 M`, `6.74 G`.
  static func count(_ value: Double) -> String {
    scaled(value, 1000, ["", "k", "M", "G", "T", "P", "E"])
  }
  /// Floating-point operations: `1.23 TFLOP`.
  static func flops(_ value: Double) -> String {
    scaled(value, 1000, ["FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP", "EFLOP", "ZFLOP"])
  }
  /// Bytes in binary units: `79.2 GiB`.
  static func bytes(_ value: Int) -> String {
    scaled(Double(value), 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"])
  }
  /// A duration: `3.2 ms`, `1.5 h`, `12.3 d`.
  static func seconds(_ value: Double) -> String {
    switch value {
    case ..<1e-3: fixed(value * 1e6, 1) + " µs"
    case ..<1: fixed(value * 1e3, 1) + " ms"
    case ..<120: fixed(value, 2) + " s"
    case ..<7200: fixed(value / 60, 1) + " min"
    case ..<172_800: fixed(value / 3600, 1) + " h"
    default: fixed(value / 86_400, 1) + " d"
    }
  }
  /// Energy in watt-hours: `1.2 kWh`.
  static func energy(_ joules: Double) -> String {
    scaled(joules / 3600, 1000, ["Wh", "kWh", "MWh", "GWh"])
  }
  /// A fraction as percent: `43.1 %`.
  static func percent(_ share: Double) -> String { fixed(share * 100, 1) + " %" }
}
