import Glibc

/// Numbers as people read them: three significant digits or so, always with their unit.
///
/// The same text everywhere: no locale, and a value that is not finite says so.
public enum Format {
  /// Bytes in binary units: `512 B`, `1.50 KiB`, `13.4 GiB`.
  public static func bytes(_ bytes: Double) -> String {
    if bytes.magnitude < 1024, bytes == bytes.rounded() { return fixed(bytes, 0) + " B" }
    return scaled(bytes, base: 1024, units: binaryUnits)
  }

  /// Bytes in binary units: `512 B`, `1.50 KiB`, `13.4 GiB`.
  public static func bytes(_ bytes: Int) -> String { self.bytes(Double(bytes)) }

  /// Floating-point work: `22.4 GFLOP`.
  public static func flops(_ flops: Double) -> String {
    scaled(flops, base: 1000, units: decimalPrefixes.map { $0 + "FLOP" })
  }

  /// Floating-point work: `22.4 GFLOP`.
  public static func flops(_ flops: Int) -> String { self.flops(Double(flops)) }

  /// A rate of floating-point work: `312 TFLOP/s`.
  public static func rate(_ rate: FlopsPerSecond) -> String { flops(rate.value) + "/s" }

  /// A rate of data in decimal units, as datasheets give it: `25.6 GB/s`.
  public static func rate(_ rate: BytesPerSecond) -> String {
    scaled(rate.value, base: 1000, units: decimalPrefixes.map { $0 + "B/s" })
  }

  /// A span of time: `850 ns`, `12.3 ms`, `4.50 s`, `3 min 20 s`, `5 h 7 min`, `12 d 3 h`.
  public static func seconds(_ seconds: Double) -> String {
    guard seconds.isFinite else { return notFinite(seconds) }
    if seconds < 0 { return "-" + self.seconds(-seconds) }
    if seconds == 0 { return "0 s" }
    if seconds < 59.95 {
      return scaled(seconds * 1e9, base: 1000, units: ["ns", "µs", "ms", "s"])
    }
    guard seconds < 1e15 else { return significant(seconds / 31_557_600) + " years" }
    let whole = Int(seconds.rounded())
    if whole < 3600 { return pair(whole / 60, "min", whole % 60, "s") }
    let minutes = Int((seconds / 60).rounded())
    if minutes < 24 * 60 { return pair(minutes / 60, "h", minutes % 60, "min") }
    // Beyond ten years a day more or less says nothing.
    guard seconds < 3650 * 86_400 else { return significant(seconds / 31_557_600) + " years" }
    let hours = Int((seconds / 3600).rounded())
    return pair(hours / 24, "d", hours % 24, "h")
  }

  /// A span of time.
  public static func seconds(_ seconds: Seconds) -> String { self.seconds(seconds.value) }

  /// A fraction as percent: 0.125 is `12.5 %`.
  public static func percent(_ fraction: Double, digits: Int = 1) -> String {
    fraction.isFinite ? fixed(fraction * 100, digits) + " %" : notFinite(fraction)
  }

  /// A large count, with four digits: `110.1 M`, `7.242 G`; small ones in full: `9216`.
  public static func count(_ count: Int) -> String {
    count.magnitude < 10_000
      ? String(count) : scaled(Double(count), base: 1000, units: decimalPrefixes, digits: 4)
  }

  /// A number of things: `1 job`, `3 jobs`.
  public static func count(_ count: Int, _ thing: String) -> String {
    "\(self.count(count)) \(thing)\(count == 1 ? "" : "s")"
  }

  /// Energy in watt-hours, as electricity is billed: `450 µWh`, `12.3 kWh`, `1.20 MWh`.
  public static func energy(_ energy: Joules) -> String {
    scaled(
      energy.value / 3600 * 1e6, base: 1000,
      units: ["µ", "m"].map { $0 + "Wh" } + decimalPrefixes.map { $0 + "Wh" })
  }

  /// A mass of CO2-equivalent: `45.0 mg`, `120 g`, `3.20 kg`, `1.50 t`.
  public static func grams(_ grams: Double) -> String {
    scaled(grams * 1e3, base: 1000, units: ["mg", "g", "kg", "t", "kt", "Mt"])
  }

  /// A bare number with about `digits` significant digits and no exponent.
  public static func significant(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return notFinite(value) }
    if value == 0 { return "0" }
    let whole = value.magnitude < 1 ? 1 - Int(floor(log10(value.magnitude))) : wholeDigits(value)
    let fraction =
      value.magnitude < 1 ? min(digits + whole - 2, 12) : max(0, digits - whole)
    return fixed(value, fraction)
  }

  /// Things a second, in a column of such: one digit after the point, three significant ones below
  /// 10, where that would tell nothing apart.
  public static func perSecond(_ value: Double) -> String {
    value < 10 && value > 0 ? significant(value) : fixed(value, 1)
  }

  /// A number with exactly `digits` digits after the point; halves are rounded away from zero.
  public static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return notFinite(value) }
    let scale = pow(10, Double(digits))
    let scaled = (value.magnitude * scale).rounded()
    // Beyond 2^53 a Double has no fraction left to print.
    guard scaled < 0x1p53 else { return "\(value)" }
    let number = Int(scaled)
    let sign = value < 0 && number > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(number) }
    let text = String(number)
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
  }

  /// Prefixes by powers of 1000, from none on.
  public static let decimalPrefixes = ["", "k", "M", "G", "T", "P", "E", "Z", "Y"]
  /// Units of bytes by powers of 1024.
  public static let binaryUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]

  private static func scaled(
    _ value: Double, base: Double, units: [String], digits: Int = 3
  ) -> String {
    guard value.isFinite else { return notFinite(value) }
    var index = 0
    var rest = value
    // A value that would round up to the next unit's 1 goes there: 999.7 kB is 1.00 MB.
    while index + 1 < units.count, (rest.magnitude * 1.0005) >= base {
      rest /= base
      index += 1
    }
    let unit = units[index].isEmpty ? "" : " " + units[index]
    return (value == 0 ? "0" : fixed(rest, max(0, digits - wholeDigits(rest)))) + unit
  }

  /// Digits before the point once rounded to three significant ones; at least 1.
  private static func wholeDigits(_ value: Double) -> Int {
    let size = value.magnitude
    if size < 9.995 { return 1 }
    if size < 99.95 { return 2 }
    return size < 999.5 ? 3 : 4
  }

  private static func pair(_ first: Int, _ unit: String, _ second: Int, _ smaller: String) -> String
  {
    second == 0 ? "\(first) \(unit)" : "\(first) \(unit) \(second) \(smaller)"
  }

  private static func notFinite(_ value: Double) -> String {
    value.isNaN ? "not a number" : value < 0 ? "-infinite" : "infinite"
  }
}
