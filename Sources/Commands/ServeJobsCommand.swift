import Glibc
import Quantities
import Scheduler

/// `hfm serve-jobs`: the background service that keeps a ledger's jobs running.
enum ServeJobsCommand: Command {
  static let specification = CommandSpecification(
    name: "serve-jobs", summary: "serves a ledger: takes jobs at any time, and runs them here",
    options: LocalChoices.options,
    discussion: """
      Jobs come by hfm submit --engine local; hfm jobs, cancel, pause and resume work
      on them. The service listens on a Unix socket beside the ledger that only you
      can open, and runs until SIGINT or SIGTERM. A job once accepted
      outlasts a kill and a power cut: start the service again and it goes on. More
      important jobs interrupt others at a step's bound; what those have made is kept.
      A second service on the same ledger is refused.
      """,
    examples: [
      "hfm serve-jobs --ledger night.db &",
      "hfm submit Examples/jobs/triage.json --engine local --ledger night.db",
    ])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    let policy = try SimulateCommand.policy(arguments.string("policy") ?? "easy")
    let choices = try LocalChoices(arguments)
    let machine = try LocalMachine(deviceProfile: arguments.string("device-profile"))
    for note in machine.notes { console.warn(note) }
    let session = ServiceSession(
      resources: machine.resources(labelled: choices.labels), policy: policy, choices: choices,
      runner: machine.runner, console: console)
    try session.run(ledger: arguments.string("ledger") ?? RunSession.defaultLedger)
    return 0
  }
}
