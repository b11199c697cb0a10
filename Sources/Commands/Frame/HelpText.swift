/// The texts of `--help`.
enum HelpText {
  /// The list of commands.
  static func overview(_ commands: [CommandSpecification]) -> String {
    let width = commands.map(\.name.count).max() ?? 0
    let list = commands.map { "  \(pad($0.name, width))  \($0.summary)" }
    return
      ([
        "hfm: plans, places and runs healthcare foundation models.", "", "usage: hfm COMMAND …", "",
      ]
      + list
      + ["", "hfm COMMAND --help shows a command's options and a worked example."])
      .joined(separator: "\n")
  }

  /// One command's help.
  static func of(_ command: CommandSpecification) -> String {
    let operands = command.operands.map { " " + $0 }.joined()
    var lines = [
      "hfm \(command.name): \(command.summary)", "",
      "usage: hfm \(command.name)\(operands) [options]",
    ]
    if !command.discussion.isEmpty { lines += ["", command.discussion] }
    lines += ["", "options:"]
    let heads = command.allOptions.map { "--\($0.name)" + ($0.value.map { " " + $0 } ?? "") }
    let width = min(heads.map(\.count).max() ?? 0, 28)
    for (head, option) in zip(heads, command.allOptions) {
      let words = option.words.isEmpty ? "" : " (\(option.words.joined(separator: "|")))"
      let line = "  \(pad(head, width))  \(option.help)"
      // A long list of words gets a line of its own.
      if line.count + words.count <= 100 {
        lines.append(line + words)
      } else {
        lines += [line, pad("", width + 3) + words]
      }
    }
    lines += ["", command.examples.count == 1 ? "example:" : "examples:"]
    lines += command.examples.map { "  " + $0 }
    return lines.joined(separator: "\n")
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
