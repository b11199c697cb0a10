import Glibc

/// A process that stays the same one: its id and its start time, because ids are reused.
public struct ProcessIdentity: Sendable, Hashable, CustomStringConvertible {
  /// The process id.
  public var id: Int
  /// Start time in clock ticks since boot (field 22 of /proc/PID/stat, proc(5)); 0 when unknown.
  public var startTicks: Int

  /// This process.
  public static var current: ProcessIdentity {
    let id = Int(getpid())
    return ProcessIdentity(id: id, startTicks: startTicks(of: id) ?? 0)
  }

  /// Pairs an id with a start time.
  public init(id: Int, startTicks: Int) {
    self.id = id
    self.startTicks = startTicks
  }

  /// Reads what `description` wrote.
  public init?(_ text: String) {
    let parts = text.split(separator: "@").map { Int($0) }
    guard parts.count == 2, let id = parts[0], let ticks = parts[1] else { return nil }
    self.init(id: id, startTicks: ticks)
  }

  /// `PID@TICKS`.
  public var description: String { "\(id)@\(startTicks)" }

  /// Whether that very process still runs.
  public var isAlive: Bool { Self.startTicks(of: id) == startTicks }

  private static func startTicks(of id: Int) -> Int? {
    guard let file = fopen("/proc/\(id)/stat", "re") else { return nil }
    defer { fclose(file) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = fread(&buffer, 1, buffer.count, file)
    let text = String(decoding: buffer[..<count], as: UTF8.self)
    // The name in parentheses may hold blanks; field 3 (state) follows the last ')'.
    guard let name = text.lastIndex(of: ")") else { return nil }
    let fields = text[name...].dropFirst().split(separator: " ")
    guard fields.count > 19 else { return nil }
    // A zombie has ended; only its parent has not asked for the exit code yet.
    return fields[0] == "Z" ? nil : Int(fields[19])
  }
}
