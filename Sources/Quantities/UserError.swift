/// An error that the user can mend: it names what is at fault and what would be right.
///
/// The command line prints `description` and leaves with `exitCode` (2: the input is wrong;
/// 3: no plan or placement exists; 4: a run failed).
public struct UserError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Which of the three kinds of failure this is.
  public enum Kind: Int32, Sendable, Hashable {
    /// The input is wrong.
    case input = 2
    /// No plan or placement exists.
    case impossible = 3
    /// A run failed on the machine.
    case run = 4
  }

  /// Which kind of failure this is.
  public var kind: Kind
  /// The file, option or stream at fault, such as `models/bert.json:12:7`; empty when none.
  public var place: String
  /// The key at fault, such as `architecture.heads`; empty when none.
  public var key: String
  /// What is wrong, with the value found.
  public var message: String
  /// What would be right; empty when there is nothing to add.
  public var remedy: String

  /// Creates an error that names its place, key, fault and remedy.
  public init(
    _ kind: Kind, place: String = "", key: String = "", _ message: String, remedy: String = ""
  ) {
    self.kind = kind
    self.place = place
    self.key = key
    self.message = message
    self.remedy = remedy
  }

  /// One line: `place: key: message; remedy`.
  public var description: String {
    let head = [place, key, message].filter { !$0.isEmpty }.joined(separator: ": ")
    return remedy.isEmpty ? head : head + "; " + remedy
  }

  /// The process's exit code for this error.
  public var exitCode: Int32 { kind.rawValue }
}
