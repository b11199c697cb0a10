import DataFormats
import JobStore
import Quantities
import Scheduler

/// `hfm run`: schedules jobs on this machine and runs them with real kernels.
enum RunCommand: Command {
  static let specification = CommandSpecification(
    name: "run", summary: "places jobs on this machine and runs them with real kernels",
    operands: ["JOBS.json"],
    options: LocalChoices.options,
    discussion: """
      JOBS.json lists jobs: a model, what to do with it, how many cores and how much
      memory it may hold; docs/Jobs.md describes every key. Jobs that the ledger knows
      as done are left out, so that running the same file again resumes an interrupted
      run. As one of several tasks of srun it runs its part of the jobs, with a ledger
      of its own (name.taskN). Exit codes: 4 a job failed, 3 a job can never run
      here, 130 interrupted.
      """,
    examples: [
      "hfm run Examples/jobs/triage.json",
      "hfm run jobs.json --policy conservative --ledger night.db --json",
    ])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    let path = arguments.operand(0) ?? ""
    let all = try JobsFile.parse(try Files.read(path), file: path)
    let (jobs, ledger) = SlurmShare.part(
      of: all, ledger: arguments.string("ledger") ?? RunSession.defaultLedger, console)
    let policy = try SimulateCommand.policy(arguments.string("policy") ?? "easy")
    let choices = try LocalChoices(arguments)
    let machine = try LocalMachine(deviceProfile: arguments.string("device-profile"))
    for note in machine.notes { console.warn(note) }
    let session = RunSession(
      resources: machine.resources(labelled: choices.labels), policy: policy, choices: choices,
      runner: machine.runner, console: console)
    let report = try session.run(jobs, ledger: ledger)
    show(report, policy, console)
    return report.exitCode
  }

  static func show(_ report: RunSession.Report, _ policy: PolicyName, _ console: Console) {
    if console.json {
      console.print(
        json: .object([
          ("policy", .string(policy.rawValue)),
          ("interrupted", .bool(report.isInterrupted)),
          ("jobs", .array(report.outcomes.map(\.json))),
          (
            "deferrals",
            .object(report.deferrals.byReason.map { ($0.reason, .number($0.count)) })
          ),
        ]))
      return
    }
    var table = AlignedTable(head: JobOutcome.head, rightAligned: JobOutcome.rightAligned)
    table.rows = report.outcomes.map(\.row)
    console.print(lines: table.lines)
    for outcome in report.outcomes where !outcome.reason.isEmpty {
      console.print("\(outcome.id): \(outcome.state.rawValue): \(outcome.reason)")
    }
    guard console.explain else { return }
    let counts = report.deferrals.byReason.map { "\($0.reason) \($0.count)" }
    console.print("left waiting, counted per scheduling pass: " + counts.joined(separator: ", "))
  }
}
