import Glibc

/// Numbers as the scheduling commands print them.
enum ScheduleText {
  /// A number with a fixed count of decimals; grouping is left to the reader.
  static func fixed(_ value: Double, _ places: Int = 2) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    let scale = pow(10, Double(places))
    let scaled = Int((abs(value) * scale).rounded())
    let whole = scaled / Int(scale)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return sign + String(whole) }
    let rest = String(scaled % Int(scale))
    return sign + "\(whole)." + String(repeating: "0", count: places - rest.count) + rest
  }

  /// A number in its shortest form, whole numbers without a point.
  static func shortest(_ value: Double) -> String {
    if value == value.rounded(.towardZero), abs(value) < 1e15 { return String(Int(value)) }
    return "\(value)"
  }

  /// Bytes in GiB, or MiB below one.
  static func memory(_ bytes: Int) -> String {
    let gibibytes = Double(bytes) / 1_073_741_824
    return gibibytes >= 1
      ? fixed(gibibytes, 1) + " GiB" : fixed(Double(bytes) / 1_048_576, 1) + " MiB"
  }
}
