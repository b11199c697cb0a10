import DataFormats
import JobStore
import Quantities
import Slurm

/// `hfm cancel`: takes a job out of the queue, or stops it.
enum CancelCommand: Command {
  static let specification = CommandSpecification(
    name: "cancel", summary: "cancels a waiting or running job", operands: ["ID"],
    options: [.value("ledger", "FILE", "the ledger (default \(RunSession.defaultLedger))")],
    discussion: """
      A job of a live hfm run is stopped by that process within a second or at the end
      of its current pass; a job that waits in no live process is cancelled at once, and
      a job that Slurm has is cancelled there.
      """,
    examples: ["hfm cancel night-3", "hfm cancel night-3 --ledger night.db"])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    let id = arguments.operand(0) ?? ""
    let ledger = try JobsCommand.existing(arguments)
    let state: String
    // What Slurm has, Slurm must end; then the ledger says so.
    if let job = try ledger.engineJobs("slurm").first(where: { $0.id == id }),
      !job.state.isSettled, let number = job.engineID
    {
      try SlurmClient().cancel([number])
    }
    switch try ledger.cancel(id) {
    case .cancelled: state = "cancelled"
    case .requested(let process):
      state = "requested"
      console.note("\(id): process \(process.id) was asked to stop it")
    case .settled(let settled):
      throw UserError(
        .input, place: ledger.path, key: id, "is \(settled.rawValue) already",
        remedy: "only waiting and running jobs can be cancelled")
    case .unknown:
      throw UserError(
        .input, place: ledger.path, key: id, "the ledger holds no such job",
        remedy: NearestNames.question(
          id, in: try ledger.jobs().map(\.id), otherwise: "see hfm jobs"))
    }
    if console.json {
      console.print(json: .object([("id", .string(id)), ("state", .string(state))]))
    } else if state == "cancelled" {
      console.print("\(id): cancelled")
    }
    return 0
  }
}
