import Quantities
import DataFormats
import JobStore
import Kernels

/// What became of a job in this run, or in an earlier one of the same ledger.
struct JobOutcome: Sendable {
  var id: String
  var summary: String
  var state: JobState
  var reason = ""
  var placement: RunPlacement?
  var predictedSeconds: Double?
  var measuredSeconds: Double?
  /// Seconds after this run's start; nil for a job of an earlier run.
  var startSeconds: Double?
  var endSeconds: Double?
  /// Where its memory lay and what its workers did; nil unless it ended in this run.
  var resources: JobResources?
  /// Numbers of cores that it has run on in this run, in order.
  var coreCounts: [Int] = []
  /// Time of steps that this run has kept from before interruptions, in seconds.
  private var keptSeconds = 0.0
  /// Whether it was settled in an earlier run.
  var isEarlier = false

  init(_ planned: PlannedJob) {
    id = planned.id
    summary = planned.specification.summary
    state = .queued
    predictedSeconds = planned.estimate.seconds
  }

  /// A job that an earlier run settled.
  init(earlier job: LedgerJob, summary: String) {
    id = job.id
    self.summary = summary
    state = job.state
    reason = job.reason
    predictedSeconds = job.predictedSeconds
    measuredSeconds = job.measuredSeconds
    isEarlier = true
    if job.runs > 0 {
      placement = RunPlacement(
        numaNodes: job.numaNodes, cpus: job.cpus, memoryBytes: job.memoryBytes ?? 0)
    }
  }

  mutating func start(_ place: RunPlacement, at now: Double) {
    state = .running
    placement = place
    startSeconds = startSeconds ?? now
    coreCounts.append(place.cpus.count)
  }

  /// Stopped at a step's bound; what it has made is kept.
  mutating func keep(_ yielded: JobYielded) {
    keptSeconds += yielded.seconds
    settle(.queued, "")
  }

  mutating func end(_ state: JobState, _ reason: String, measured: JobMeasurement?, at now: Double)
  {
    settle(state, reason)
    measuredSeconds = measured.map { $0.seconds + keptSeconds }
    resources = measured?.resources
    endSeconds = now
  }

  mutating func settle(_ state: JobState, _ reason: String) {
    self.state = state
    self.reason = reason
  }

  var json: JSONValue {
    .object([
      ("id", .string(id)),
      ("state", .string(state.rawValue)),
      ("reason", reason.isEmpty ? .null : .string(reason)),
      ("placement", placement.map(Self.json) ?? .null),
      ("predictedSeconds", predictedSeconds.map { .number($0) } ?? .null),
      ("measuredSeconds", measuredSeconds.map { .number($0) } ?? .null),
      ("startSeconds", startSeconds.map { .number($0) } ?? .null),
      ("endSeconds", endSeconds.map { .number($0) } ?? .null),
      ("coreCounts", .array(coreCounts.map { .number($0) })),
      ("earlierRun", .bool(isEarlier)),
      ("memory", resources?.memoryJSON ?? .null),
      ("workers", resources?.workersJSON ?? .null),
    ])
  }

  static func json(_ placement: RunPlacement) -> JSONValue {
    .object([
      ("numaNodes", .array(placement.numaNodes.map { .number($0) })),
      ("cpus", .array(placement.cpus.map { .number($0) })),
      ("memoryBytes", .number(placement.memoryBytes)),
    ])
  }

  static let head = [
    "job", "what", "state", "nodes", "cpus", "memory", "predicted s", "measured s", "start s",
    "end s", "off node",
  ]
  static let rightAligned: Set<Int> = [5, 6, 7, 8, 9, 10]

  var row: [String] {
    func seconds(_ value: Double?, _ places: Int = 3) -> String {
      value.map { Format.fixed($0, places) } ?? "–"
    }
    return [
      id, summary, state.rawValue + (isEarlier ? " (earlier)" : ""),
      placement.map { Self.ranges($0.numaNodes) } ?? "–",
      placement.map { Self.ranges($0.cpus) } ?? "–",
      placement.map { Format.bytes($0.memoryBytes) } ?? "–", seconds(predictedSeconds),
      seconds(measuredSeconds), seconds(startSeconds, 2), seconds(endSeconds, 2),
      resources?.memory.map { "\(Format.fixed(100 * $0.shareOffNode, 1)) %" } ?? "–",
    ]
  }

  /// `0-3,8` for 0, 1, 2, 3, 8.
  static func ranges(_ numbers: [Int]) -> String {
    var parts: [(Int, Int)] = []
    for number in numbers.sorted() {
      if let last = parts.last, last.1 + 1 == number {
        parts[parts.count - 1].1 = number
      } else {
        parts.append((number, number))
      }
    }
    return parts.map { $0 == $1 ? "\($0)" : "\($0)-\($1)" }.joined(separator: ",")
  }
}
