import DataFormats
import JobStore
import Quantities

/// What became of a job that was handed to Slurm.
struct SubmitOutcome: Sendable {
  var id: String
  var engineID: Int?
  var state: JobState
  var reason = ""
  /// Nodes, cores and GPUs that were planned; empty when the choice was Slurm's.
  var planned = ""
  /// What Slurm granted; empty before it did.
  var granted = ""
  var predictedSeconds: Double?
  /// A model's prediction before earlier jobs corrected it; nil for a command.
  var uncorrectedSeconds: Double?
  var measuredSeconds: Double?
  /// Whether it was settled before this call.
  var isEarlier = false

  /// Whether just what was planned was granted; nil when one of both is not known.
  var isAsPlanned: Bool? { planned.isEmpty || granted.isEmpty ? nil : planned == granted }

  var json: JSONValue {
    func text(_ value: String) -> JSONValue { value.isEmpty ? .null : .string(value) }
    return .object([
      ("id", .string(id)), ("engineId", engineID.map { .number($0) } ?? .null),
      ("state", .string(state.rawValue)), ("reason", text(reason)), ("planned", text(planned)),
      ("granted", text(granted)), ("asPlanned", isAsPlanned.map { .bool($0) } ?? .null),
      ("predictedSeconds", predictedSeconds.map { .number($0) } ?? .null),
      ("measuredSeconds", measuredSeconds.map { .number($0) } ?? .null),
      ("earlier", .bool(isEarlier)),
    ])
  }

  static let head = [
    "job", "Slurm's", "state", "granted", "as planned", "predicted s", "measured s",
  ]
  static let rightAligned: Set<Int> = [1, 5, 6]

  var row: [String] {
    [
      id, engineID.map(String.init) ?? "–", state.rawValue + (isEarlier ? " (earlier)" : ""),
      granted.isEmpty ? "–" : granted, isAsPlanned.map { $0 ? "yes" : "no" } ?? "–",
      predictedSeconds.map { Format.fixed($0, 3) } ?? "–",
      measuredSeconds.map { Format.fixed($0, 3) } ?? "–",
    ]
  }
}
