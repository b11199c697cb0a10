import DataFormats
import JobStore
import Quantities

/// `hfm jobs`: the ledger as a table.
enum JobsCommand: Command {
  static let specification = CommandSpecification(
    name: "jobs", summary: "lists the jobs of a ledger",
    options: [
      .value("ledger", "FILE", "the ledger (default \(RunSession.defaultLedger))"),
      .value("why", "ID", "why a job waits, and when it should start"),
    ],
    examples: [
      "hfm jobs", "hfm jobs --ledger night.db --json", "hfm jobs --ledger night.db --why night-3",
    ])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    let ledger = try existing(arguments)
    let jobs = try ledger.jobs()
    if let id = arguments.string("why") { return try JobReason.show(id, jobs, ledger, console) }
    let nodes = try ledger.engineNodes()
    if console.json {
      console.print(json: .array(jobs.map { json($0, nodes[$0.id]) }))
      return 0
    }
    guard !jobs.isEmpty else {
      console.print("no jobs")
      return 0
    }
    var table = AlignedTable(
      head: ["job", "state", "nodes", "cpus", "memory", "predicted s", "measured s", "runs"],
      rightAligned: [4, 5, 6, 7])
    table.rows = jobs.map { row($0, nodes[$0.id]) }
    console.print(lines: table.lines)
    for job in jobs where !job.reason.isEmpty {
      console.print("\(job.id): \(job.state.rawValue): \(job.reason)")
    }
    return 0
  }

  /// Opens the ledger that the arguments name; never creates one.
  static func existing(_ arguments: Arguments) throws(UserError) -> Ledger {
    let path = arguments.string("ledger") ?? RunSession.defaultLedger
    guard Files.exists(path) else {
      throw UserError(
        .input, place: path, "there is no ledger",
        remedy: "give --ledger FILE as it was given to hfm run")
    }
    return try Ledger(path: path)
  }

  /// `nodes` are the names of those that an engine gave it.
  private static func row(_ job: LedgerJob, _ nodes: [String]?) -> [String] {
    func seconds(_ value: Double?) -> String { value.map { Format.fixed($0, 3) } ?? "–" }
    let isPlaced = job.runs > 0
    return [
      job.id, job.state.rawValue,
      nodes?.joined(separator: ",") ?? (isPlaced ? JobOutcome.ranges(job.numaNodes) : "–"),
      isPlaced ? JobOutcome.ranges(job.cpus) : "–",
      job.memoryBytes.map { Format.bytes($0) } ?? "–", seconds(job.predictedSeconds),
      seconds(job.measuredSeconds), String(job.runs),
    ]
  }

  private static func json(_ job: LedgerJob, _ nodes: [String]?) -> JSONValue {
    let placement = RunPlacement(
      numaNodes: job.numaNodes, cpus: job.cpus, memoryBytes: job.memoryBytes ?? 0)
    func seconds(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    // Times of the ledger are seconds since 1970; the submission is each job's zero.
    return .object([
      ("id", .string(job.id)),
      ("state", .string(job.state.rawValue)),
      ("reason", job.reason.isEmpty ? .null : .string(job.reason)),
      ("placement", job.runs > 0 ? JobOutcome.json(placement) : .null),
      ("nodes", nodes.map { .array($0.map { .string($0) }) } ?? .null),
      ("predictedSeconds", seconds(job.predictedSeconds)),
      ("measuredSeconds", seconds(job.measuredSeconds)),
      ("startSeconds", seconds(job.startTime.map { $0 - job.submitTime })),
      ("endSeconds", seconds(job.endTime.map { $0 - job.submitTime })),
      ("submitUnixSeconds", .number(job.submitTime)),
      ("runs", .number(job.runs)),
    ])
  }
}
