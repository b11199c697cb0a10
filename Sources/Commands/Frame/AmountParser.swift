import Glibc

/// Reads amounts as people write them: `80GB`, `64GiB`, `1.4T`, `1h30m`, `500/h`.
public enum AmountParser {
  private static let decimal: [(String, Double)] = [
    ("", 1), ("k", 1e3), ("K", 1e3), ("M", 1e6), ("G", 1e9), ("B", 1e9), ("T", 1e12), ("P", 1e15),
  ]

  private static func split(_ text: String) -> (number: Double, unit: String)? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "_") }
    guard let number = Double(digits.filter { $0 != "_" }), number.isFinite, number >= 0 else {
      return nil
    }
    return (number, String(text.dropFirst(digits.count)))
  }

  private static func whole(_ value: Double) -> Int? {
    // 2^53: beyond it a Double no longer holds every whole number.
    guard value >= 0, value <= 9_007_199_254_740_992, value == value.rounded() else { return nil }
    return Int(value)
  }

  /// A count: `512`, `4k`, `1.4T`; nil when it is not one or not whole.
  public static func count(_ text: String) -> Int? {
    if let number = Int(text) { return number }
    guard let (number, unit) = split(text),
      let factor = decimal.first(where: { $0.0 == unit })?.1
    else { return nil }
    // 1.4 has no exact binary form, so 1.4T may miss a whole number by a rounding error.
    let value = number * factor
    return abs(value - value.rounded()) <= value * 1e-12 ? whole(value.rounded()) : nil
  }

  /// A size in bytes: `80GB` (1e9), `64GiB` (2^30), `512`; nil when it is not one.
  public static func bytes(_ text: String) -> Int? {
    guard let (number, unit) = split(text) else { return nil }
    let factors: [(String, Double)] = [
      ("", 1), ("B", 1), ("kB", 1e3), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12),
      ("PB", 1e15), ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824),
      ("TiB", 1_099_511_627_776), ("PiB", 1_125_899_906_842_624),
    ]
    guard let factor = factors.first(where: { $0.0 == unit })?.1 else { return nil }
    return whole((number * factor).rounded())
  }

  /// A duration in seconds: `90s`, `1h30m`, `21d`, `4y`, `250ms`, or bare seconds; nil when
  /// not one.
  public static func seconds(_ text: String) -> Double? {
    if let bare = Double(text) { return bare.isFinite && bare >= 0 ? bare : nil }
    let factors: [(String, Double)] = [
      ("ms", 1e-3), ("us", 1e-6), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800),
      ("y", 31_557_600),
    ]
    var rest = text
    var total = 0.0
    while !rest.isEmpty {
      guard let (number, tail) = split(rest) else { return nil }
      let unit = String(tail.prefix { $0.isLetter })
      guard let factor = factors.first(where: { $0.0 == unit })?.1 else { return nil }
      total += number * factor
      rest = String(tail.dropFirst(unit.count))
    }
    return text.isEmpty ? nil : total
  }

  /// A rate in events per second: `500/h`, `2/s`, `30/min`; nil when not one.
  public static func perSecond(_ text: String) -> Double? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let periods: [String: Double] = ["s": 1, "min": 60, "m": 60, "h": 3600, "d": 86_400]
    guard parts.count == 2, let number = Double(parts[0]), number >= 0, number.isFinite,
      let period = periods[String(parts[1])]
    else { return nil }
    return number / period
  }
}
