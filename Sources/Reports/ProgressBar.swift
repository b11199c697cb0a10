import Quantities

/// How far a long piece of work has come, as a line of text; the caller draws it and keeps time.
///
/// ```
/// var bar = ProgressBar(label: "calibrate", total: 24)
/// bar.advance()
/// console.status("\r" + bar.line(elapsedSeconds: 3.2, width: 80))
/// ```
public struct ProgressBar: Sendable, Hashable {
  /// What is being done.
  public var label: String
  /// Steps in all; nil while unknown.
  public var total: Double?
  /// Steps done, from 0 to `total`.
  public private(set) var done: Double = 0
  /// What is being done right now; empty for nothing to add.
  public var detail = ""

  /// Starts at nothing done.
  public init(label: String, total: Double? = nil) {
    self.label = label
    self.total = total
  }

  /// Counts steps as done; never beyond the total.
  public mutating func advance(by steps: Double = 1) { set(done: done + steps) }

  /// Sets the steps done; never beyond the total, never below 0.
  public mutating func set(done: Double) {
    self.done = max(0, total.map { min(done, $0) } ?? done)
  }

  /// The share done, from 0 to 1; nil while the total is unknown.
  public var fraction: Double? {
    total.map { $0 > 0 ? done / $0 : 1 }
  }

  /// Seconds left at the pace so far; nil before the first step and while the total is unknown.
  public func secondsLeft(elapsedSeconds: Double) -> Double? {
    guard let total, done > 0 else { return nil }
    return elapsedSeconds * (total - done) / done
  }

  /// One line of at most `width` characters: `calibrate 45 % [#####.....] 12 s left detail`; the
  /// time so far where there is no ground yet to say how much is left, and none in the first
  /// second.
  public func line(elapsedSeconds: Double, width: Int = 80) -> String {
    var text = label
    if let fraction {
      let percent = Format.fixed(fraction * 100, 0)
      text += String(repeating: " ", count: max(1, 4 - percent.count)) + percent + " %"
      let room = max(0, min(30, width - text.count - 24))
      if room >= 6 { text += " [" + Self.bar(fraction, room) + "]" }
    }
    if elapsedSeconds >= 1 {
      text += " " + (left(elapsedSeconds) ?? Format.seconds(elapsedSeconds))
    }
    if !detail.isEmpty { text += "  " + detail }
    return text.count <= width ? text : String(text.prefix(max(0, width - 1))) + "…"
  }

  /// The time left in whole seconds; nil before a hundredth is done.
  private func left(_ elapsedSeconds: Double) -> String? {
    guard let seconds = secondsLeft(elapsedSeconds: elapsedSeconds), seconds > 0,
      fraction ?? 0 >= 0.01
    else { return nil }
    let whole = seconds.rounded(.up)
    return (whole < 60 ? "\(Int(whole)) s" : Format.seconds(whole)) + " left"
  }

  private static func bar(_ fraction: Double, _ room: Int) -> String {
    let full = Int(fraction * Double(room))
    return String(repeating: "#", count: full) + String(repeating: ".", count: room - full)
  }
}
