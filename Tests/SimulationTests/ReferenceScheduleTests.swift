import DataFormats
import Foundation
import Scheduler
import Simulation
import Testing

/// A trace and the processors of its machine.
struct ReferenceTrace: Sendable, CustomTestStringConvertible {
  let file: String
  let name: String
  let processors: Int
  var testDescription: String { name }

  static let all = [
    ReferenceTrace(file: "SDSC-SP2-first5000lines.swf", name: "sdsc_sp2", processors: 128),
    ReferenceTrace(file: "hpc2n_alea_first3170.swf", name: "hpc2n", processors: 240),
    ReferenceTrace(file: "lublin_256_fixed.swf", name: "lublin256", processors: 256),
  ]

  /// The folder of third-party data; nil when this run has none.
  static let folder = ProcessInfo.processInfo.environment["HFM_VALIDATION_DATA"]
    .map { $0 + "/validation/scheduling/" }

  static func bytes(_ name: String) throws -> [UInt8] {
    let path = try #require(folder) + name
    return [UInt8](try #require(FileManager.default.contents(atPath: path), "no file \(path)"))
  }

  func simulated(_ policy: PolicyName) throws -> SimulationResult {
    let trace = try SWFTrace(parsing: Self.bytes(file))
    return simulate(
      TraceJob.jobs(swf: trace, processors: processors),
      on: Resources(processors: processors), policy: policy.policy())
  }
}

@Suite(
  "Schedules of pyss",
  .enabled(
    if: ReferenceTrace.folder != nil, "set HFM_VALIDATION_DATA to the folder of validation data"))
struct ReferenceScheduleTests {
  @Test(arguments: ReferenceTrace.all, PolicyName.allCases)
  func everyJobStartsWhenPyssStartsIt(_ trace: ReferenceTrace, _ policy: PolicyName) throws {
    let result = try trace.simulated(policy)
    let file = "starts/\(trace.name)_\(policy == .easySJBF ? "easy_sjbf" : policy.rawValue).csv"
    let reference = try CSVTable(parsing: ReferenceTrace.bytes(file))
    let start = try #require(reference.column("start"))
    let id = try #require(reference.column("id"))
    try #require(reference.rows.count == result.schedule.count)
    var differing = 0
    var shown: [String] = []
    for (row, record) in zip(reference.rows, result.schedule) {
      #expect(row[id] == record.id)
      guard Double(row[start]) != record.start else { continue }
      differing += 1
      if shown.count < 3 { shown.append("\(record.id): \(row[start]) \(record.start)") }
    }
    #expect(differing == 0, "\(differing) of \(reference.rows.count) differ, first \(shown)")
  }
}
