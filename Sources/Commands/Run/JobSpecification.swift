import DataFormats
import Simulation
import Workloads

/// One job of a JOBS file; see docs/Jobs.md.
struct JobSpecification: Sendable, Hashable, Identifiable {
  /// The user's name for it, unique in its file.
  var id: String
  /// Catalogue id of a model, or a path to a profile.
  var model: String
  var task: WorkloadTask
  /// Samples in one pass.
  var batch: Int
  /// Tokens per sample; nil for the model's own.
  var sequence: Int?
  /// Height and width; nil for the model's own.
  var image: [Int]?
  /// The command line's word for a precision.
  var dtype: String
  /// Passes (inference) or steps (training).
  var steps: Int
  /// Higher runs earlier.
  var priority: Int
  /// Cores to hold.
  var cores: Int
  /// Bytes to hold; nil for what the model is estimated to need.
  var memoryBytes: Int?
  /// Submission, in seconds after the run's start.
  var submitSeconds: Double

  /// Whether a more important job may interrupt it at a step's bound.
  var isPreemptible = true
  /// The least and the most cores that it can use, with the speeds that the time model predicts;
  /// nil when only `cores` will do or the file tells the speeds (`fields.scaling`).
  var coreRange: ClosedRange<Int>?
  /// What lines of a trace say in the same words.
  var fields = JobFields()

  /// Names of jobs that must have ended well before it starts.
  var after: [String] { fields.dependsOn }

  /// The job in a fixed form, by which a ledger knows whether it is the same job.
  var text: String {
    var members: [(String, JSONValue)] = [
      ("model", .string(model)), ("task", .string(task.rawValue)), ("batch", .number(batch)),
      ("sequence", sequence.map { .number($0) } ?? .null),
      ("image", image.map { .array($0.map { .number($0) }) } ?? .null),
      ("dtype", .string(dtype)), ("steps", .number(steps)), ("priority", .number(priority)),
      ("cores", .number(cores)), ("memory", memoryBytes.map { .number($0) } ?? .null),
      ("submitSeconds", .number(submitSeconds)),
    ]
    // Only where they are set, so that older ledgers know their jobs again.
    if !isPreemptible { members.append(("preemptible", .bool(false))) }
    if let coreRange {
      members.append(("minCores", .number(coreRange.lowerBound)))
      members.append(("maxCores", .number(coreRange.upperBound)))
    }
    members += fields.members.map { $0.0 == "dependsOn" ? ("after", $0.1) : $0 }
    return JSONValue.object(members).text(pretty: false)
  }

  /// What it does, in a few words for a table.
  var summary: String { "\(task.rawValue) \(model) batch \(batch) × \(steps)" }
}
