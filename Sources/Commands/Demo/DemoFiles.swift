import Calibration
import DataFormats
import Glibc
import HardwareModel
import Quantities
import Workloads

/// What the demonstration leaves behind: everything to look at it again, or to run it by hand.
struct DemoFiles {
  static let defaultFolder = "hfm-demo"

  let folder: String

  /// Makes the folder when it is missing.
  ///
  /// - Throws: `UserError` when it cannot be made or written to.
  init(folder: String) throws(UserError) {
    self.folder = folder
    if !Files.isFolder(folder), mkdir(folder, 0o755) != 0 {
      throw UserError(
        .input, place: folder, "cannot be made: \(String(cString: strerror(errno)))",
        remedy: "give --output a folder whose parent exists")
    }
    guard access(folder, W_OK) == 0 else {
      throw UserError(.input, place: folder, "cannot be written to")
    }
  }

  var result: String { folder + "/result.json" }
  var page: String { folder + "/report.html" }
  var device: String { folder + "/device.json" }
  var jobs: String { folder + "/jobs.json" }
  var ledger: String { folder + "/ledger.db" }

  /// The ledger's path, with the one of an earlier demonstration removed: its jobs are done, so
  /// they would be left out.
  ///
  /// - Throws: `UserError` when the old one cannot be removed.
  func freshLedger() throws(UserError) -> String {
    for suffix in ["", "-wal", "-shm"] where Files.exists(ledger + suffix) {
      guard unlink(ledger + suffix) == 0 else {
        throw UserError(
          .input, place: ledger + suffix, "cannot be removed: \(String(cString: strerror(errno)))")
      }
    }
    return ledger
  }

  /// Writes result, page, device profile and the jobs' file, each whole or not at all.
  ///
  /// - Throws: `UserError` that names the file.
  func write(_ result: DemoResult, jobs: [JobSpecification]) throws(UserError) {
    try Files.writeAtomically(result.json.text(), to: self.result)
    try Files.writeAtomically(DemoPage.html(result), to: page)
    try Files.writeAtomically(result.calibration.device.json.text(), to: device)
    let list = JSONValue.object([("jobs", .array(jobs.map(Self.json)))])
    try Files.writeAtomically(list.text(), to: self.jobs)
  }

  /// A job as docs/Jobs.md describes it.
  private static func json(_ job: JobSpecification) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("id", .string(job.id)), ("model", .string(job.model)),
      ("task", .string(job.task.rawValue)), ("batch", .number(job.batch)),
    ]
    if let sequence = job.sequence { members.append(("sequence", .number(sequence))) }
    members.append((job.task == .infer ? "repeats" : "steps", .number(job.steps)))
    members += [("dtype", .string(job.dtype)), ("cores", .number(job.cores))]
    return .object(members)
  }
}
