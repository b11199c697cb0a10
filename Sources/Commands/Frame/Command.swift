/// One word of the command line (`hfm plan …`): what it accepts, and what it does.
public protocol Command: Sendable {
  /// Name, options and help text.
  static var specification: CommandSpecification { get }
  /// Does the work and returns the exit code (0 done, 4 a run failed; others are thrown).
  ///
  /// - Throws: `UserError`, whose kind gives the exit code.
  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32
}

/// What a command accepts, and its help.
public struct CommandSpecification: Sendable {
  /// The word after `hfm`.
  public var name: String
  /// One line for the list of commands.
  public var summary: String
  /// Names of the operands, such as `MODEL`; optional ones in brackets (`[FILE]`).
  public var operands: [String]
  /// Options besides the common ones.
  public var options: [CommandOption]
  /// Paragraphs for `--help`, wrapped by hand at 80 columns.
  public var discussion: String
  /// Worked examples for `--help`: lines that can be pasted.
  public var examples: [String]

  /// Creates a specification.
  public init(
    name: String, summary: String, operands: [String] = [], options: [CommandOption] = [],
    discussion: String = "", examples: [String]
  ) {
    self.name = name
    self.summary = summary
    self.operands = operands
    self.options = options
    self.discussion = discussion
    self.examples = examples
  }

  /// Options that every command takes.
  public static let common: [CommandOption] = [
    .flag("json", "one JSON document on standard output instead of tables"),
    .flag("explain", "show the terms behind each number and where each input came from"),
    .flag("quiet", "no progress and no warnings on standard error"),
    .flag("help", "this text"),
  ]

  var allOptions: [CommandOption] { options + Self.common }
}

/// An option of a command: a flag, or a name with a value.
public struct CommandOption: Sendable {
  /// Name without the dashes.
  public var name: String
  /// Placeholder of the value in help (`N`, `FILE`); nil for a flag.
  public var value: String?
  /// One line of help.
  public var help: String
  /// Words that complete and are checked; empty when free.
  public var words: [String]
  /// Whether several words may stand there, with commas.
  public var isList = false

  /// A switch without a value.
  public static func flag(_ name: String, _ help: String) -> CommandOption {
    CommandOption(name: name, value: nil, help: help, words: [])
  }

  /// An option with a value; `words` restricts it to a list.
  public static func value(
    _ name: String, _ placeholder: String, _ help: String, words: [String] = []
  ) -> CommandOption {
    CommandOption(name: name, value: placeholder, help: help, words: words)
  }

  /// An option with one or more of some words, with commas.
  public static func list(_ name: String, _ help: String, words: [String]) -> CommandOption {
    CommandOption(name: name, value: "WORDS", help: help, words: words, isList: true)
  }
}
