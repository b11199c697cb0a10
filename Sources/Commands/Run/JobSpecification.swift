import DataFormats
import Workloads

/// One job of a JOBS file; see docs/Jobs.md.
struct JobSpecification: Sendable, Hashable {
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

  /// The job in a fixed form, by which a ledger knows whether it is the same job.
  var text: String {
    JSONValue.object([
      ("model", .string(model)), ("task", .string(task.rawValue)), ("batch", .number(batch)),
      ("sequence", sequence.map { .number($0) } ?? .null),
      ("image", image.map { .array($0.map { .number($0) }) } ?? .null),
      ("dtype", .string(dtype)), ("steps", .number(steps)), ("priority", .number(priority)),
      ("cores", .number(cores)), ("memory", memoryBytes.map { .number($0) } ?? .null),
      ("submitSeconds", .number(submitSeconds)),
    ]).text(pretty: false)
  }

  /// What it does, in a few words for a table.
  var summary: String { "\(task.rawValue) \(model) batch \(batch) × \(steps)" }
}
