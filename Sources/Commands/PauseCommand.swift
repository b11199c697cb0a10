import DataFormats
import Quantities

/// `hfm pause`: sets a job of the service aside.
enum PauseCommand: Command {
  static let specification = CommandSpecification(
    name: "pause", summary: "sets a waiting or running job of the service aside",
    operands: ["ID"],
    options: [.value("ledger", "FILE", "the ledger (default \(RunSession.defaultLedger))")],
    discussion: """
      A running job stops at the bound of its current step; what it has made is kept,
      and its cores are free for others. hfm resume lets it go on, also after the
      service was started anew.
      """,
    examples: ["hfm pause night-3 --ledger night.db"])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    try ServiceWord.ask("pause", "paused", arguments, console)
  }
}

/// `hfm resume`: lets a paused job go on.
enum ResumeCommand: Command {
  static let specification = CommandSpecification(
    name: "resume", summary: "lets a paused job of the service go on", operands: ["ID"],
    options: [.value("ledger", "FILE", "the ledger (default \(RunSession.defaultLedger))")],
    examples: ["hfm resume night-3 --ledger night.db"])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    try ServiceWord.ask("resume", "resumed", arguments, console)
  }
}

/// A request about one job.
enum ServiceWord {
  static func ask(
    _ word: String, _ done: String, _ arguments: Arguments, _ console: Console
  ) throws -> Int32 {
    let id = arguments.operand(0) ?? ""
    let ledger = arguments.string("ledger") ?? RunSession.defaultLedger
    _ = try ServiceClient.ask(ledger: ledger, [("do", .string(word)), ("id", .string(id))])
    if console.json {
      console.print(json: .object([("id", .string(id)), ("state", .string(done))]))
    } else {
      console.print("\(id): \(done)")
    }
    return 0
  }
}
