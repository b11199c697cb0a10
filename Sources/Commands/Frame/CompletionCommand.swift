import Quantities

/// `hfm completion bash|zsh|fish`: a script that completes commands, options and words.
enum CompletionCommand: Command {
  static let specification = CommandSpecification(
    name: "completion", summary: "prints a completion script for bash, zsh or fish",
    operands: ["bash|zsh|fish"],
    examples: ["source <(hfm completion bash)"])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    let commands = HFM.commands.map { $0.specification }
    switch arguments.operand(0) {
    case "bash": console.print(bash(commands))
    case "zsh": console.print("autoload -U bashcompinit && bashcompinit\n" + bash(commands))
    case "fish": console.print(fish(commands))
    default:
      throw UserError(
        .input, "unknown shell \"\(arguments.operand(0) ?? "")\"",
        remedy: "known are bash, zsh, fish")
    }
    return 0
  }

  private static func bash(_ commands: [CommandSpecification]) -> String {
    let names = commands.map(\.name).joined(separator: " ")
    let options = commands.map { command in
      let list = command.allOptions.map { "--\($0.name)" }.joined(separator: " ")
      return "    \(command.name)) words=\"\(list)\" ;;"
    }
    let values = commands.flatMap { command in
      command.options.filter { !$0.words.isEmpty }.map {
        "    \(command.name):--\($0.name)) words=\"\($0.words.joined(separator: " "))\" ;;"
      }
    }
    return """
      _hfm() {
        local words="" current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
        if [ "$COMP_CWORD" = 1 ]; then words="\(names) --help --version"; else
        case "${COMP_WORDS[1]}" in
      \(options.joined(separator: "\n"))
        esac
        case "${COMP_WORDS[1]}:$previous" in
      \((values + ["    *) ;;"]).joined(separator: "\n"))
        esac; fi
        COMPREPLY=($(compgen -W "$words" -- "$current"))
        [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
      }
      complete -F _hfm hfm
      """
  }

  /// Text within fish's single quotes.
  private static func quoted(_ text: String) -> String {
    text.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
  }

  private static func fish(_ commands: [CommandSpecification]) -> String {
    var lines: [String] = []
    for command in commands {
      let summary = quoted(command.summary)
      lines.append(
        "complete -c hfm -n __fish_use_subcommand -a \(command.name) -d '\(summary)'")
      for option in command.allOptions {
        let words =
          !option.words.isEmpty
          ? " -x -a '\(option.words.joined(separator: " "))'" : option.value == nil ? "" : " -r"
        lines.append(
          "complete -c hfm -n '__fish_seen_subcommand_from \(command.name)' -l \(option.name)"
            + words + " -d '\(quoted(option.help))'")
      }
    }
    return lines.joined(separator: "\n")
  }
}
