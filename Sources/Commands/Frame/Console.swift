public import DataFormats
import Glibc
import Synchronization

/// Where a command writes: results to standard output, progress and warnings to standard error.
public struct Console: Sendable {
  private let output: @Sendable (String) -> Void
  private let errors: @Sendable (String) -> Void
  /// Whether standard error is a terminal, so that a progress bar may redraw its line.
  public var errorIsTerminal: Bool
  /// Whether escape sequences for colour may be written to standard output.
  public var color: Bool
  /// Columns of the terminal; 100 elsewhere.
  public var width: Int
  /// `--quiet`: neither progress nor warnings.
  public var quiet = false
  /// `--json`: one document on standard output.
  public var json = false
  /// `--explain`.
  public var explain = false

  /// Creates a console over two sinks.
  public init(
    output: @escaping @Sendable (String) -> Void, errors: @escaping @Sendable (String) -> Void,
    errorIsTerminal: Bool = false, color: Bool = false, width: Int = 100
  ) {
    self.output = output
    self.errors = errors
    self.errorIsTerminal = errorIsTerminal
    self.color = color
    self.width = width
  }

  /// The process's own streams; obeys `NO_COLOR` (no-color.org) and `TERM=dumb`.
  public static func standard() -> Console {
    let plain = getenv("NO_COLOR") != nil || getenv("TERM").map { String(cString: $0) } == "dumb"
    var size = winsize()
    let known = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20
    return Console(
      output: { Files.writeAll($0, to: STDOUT_FILENO) },
      errors: { Files.writeAll($0, to: STDERR_FILENO) },
      errorIsTerminal: isatty(STDERR_FILENO) == 1,
      color: !plain && isatty(STDOUT_FILENO) == 1,
      width: known ? Int(size.ws_col) : 100)
  }

  /// A line of the result.
  public func print(_ line: String = "") { output(line + "\n") }

  /// Several lines of the result.
  public func print(lines: [String]) { for line in lines { print(line) } }

  /// The JSON document of `--json`.
  public func print(json: JSONValue) { output(json.text()) }

  /// A warning on standard error; silent with `--quiet`.
  public func warn(_ message: String) { if !quiet { errors("hfm: warning: \(message)\n") } }

  /// A note on standard error about what goes on; silent with `--quiet`.
  public func note(_ message: String) { if !quiet { errors(message + "\n") } }

  /// An error on standard error.
  public func error(_ message: String) { errors("hfm: error: \(message)\n") }

  /// Raw text to standard error, for a bar that redraws its line; silent with `--quiet`.
  public func status(_ text: String) { if !quiet { errors(text) } }
}

/// Collects what a command writes, for tests.
public final class ConsoleRecorder: Sendable {
  private let texts = Mutex((output: "", errors: ""))

  /// Creates an empty recorder.
  public init() {}

  /// A console that writes here.
  public var console: Console {
    Console(
      output: { text in self.texts.withLock { $0.output += text } },
      errors: { text in self.texts.withLock { $0.errors += text } })
  }

  /// Everything written to standard output so far.
  public var output: String { texts.withLock { $0.output } }
  /// Everything written to standard error so far.
  public var errors: String { texts.withLock { $0.errors } }
}
