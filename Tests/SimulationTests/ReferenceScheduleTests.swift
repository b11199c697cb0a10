import DataFormats
import Scheduler
import Simulation
import TestSupport
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

  static func bytes(_ name: String) throws -> [UInt8] {
    try ValidationData.bytes("validation/scheduling/" + name)
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
  .enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"))
struct ReferenceScheduleTests {
  @Test(
    arguments: ReferenceTrace.all,
    [PolicyName.fcfs, .easy, .conservative, .easySJBF])
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

  /// Mean wait, mean bounded slowdown, makespan and utilisation that were computed from pyss's
  /// schedules (pyss of 2007 under Python 2.7, traces of the Parallel Workloads Archive).
  struct Means: Sendable {
    let trace: Int
    let policy: PolicyName
    let wait: Double
    let slowdown: Double
    let makespan: Double?
    let utilization: Double?
  }

  static let means = [
    Means(
      trace: 0, policy: .fcfs, wait: 15711.54, slowdown: 254.13, makespan: 5_064_399,
      utilization: 0.5927),
    Means(
      trace: 0, policy: .easy, wait: 3372.91, slowdown: 17.142, makespan: 5_064_399,
      utilization: 0.5927),
    Means(
      trace: 0, policy: .conservative, wait: 3558.03, slowdown: 16.611, makespan: nil,
      utilization: nil),
    Means(
      trace: 0, policy: .easySJBF, wait: 3524.69, slowdown: 17.292, makespan: nil,
      utilization: nil),
    Means(
      trace: 1, policy: .fcfs, wait: 5592.86, slowdown: 49.208, makespan: 5_309_576,
      utilization: 0.3947),
    Means(
      trace: 1, policy: .easy, wait: 3521.83, slowdown: 18.375, makespan: 5_282_045,
      utilization: 0.3968),
    Means(
      trace: 1, policy: .conservative, wait: 3494.09, slowdown: 18.762, makespan: 5_282_045,
      utilization: nil),
    Means(
      trace: 1, policy: .easySJBF, wait: 3154.03, slowdown: 15.428, makespan: nil,
      utilization: nil),
    Means(
      trace: 2, policy: .fcfs, wait: 2_388_443.76, slowdown: 66502.5, makespan: 12_482_549,
      utilization: 0.6549),
    Means(
      trace: 2, policy: .easy, wait: 97155.99, slowdown: 590.05, makespan: 8_730_698,
      utilization: 0.9363),
    Means(
      trace: 2, policy: .conservative, wait: 131_567.51, slowdown: 489.20,
      makespan: 8_729_497, utilization: 0.9365),
    Means(
      trace: 2, policy: .easySJBF, wait: 73394.38, slowdown: 219.56, makespan: 9_106_839,
      utilization: 0.8977),
  ]

  @Test(arguments: means)
  func meansEqualPyss(_ means: Means) throws {
    let metrics = try ReferenceTrace.all[means.trace].simulated(means.policy).metrics
    // Half a unit of the last digit given.
    #expect(abs(metrics.meanWaitSeconds - means.wait) <= 0.0051)
    #expect(relativeError(metrics.meanBoundedSlowdown, means.slowdown) < 4e-5)
    if let makespan = means.makespan { #expect(metrics.makespanSeconds == makespan) }
    if let utilization = means.utilization {
      #expect(abs(metrics.utilization - utilization) <= 0.000051)
    }
  }

  /// Best of the plain ones: 16.49 (SDSC-SP2) and 15.43 (HPC2N); pyss's EASY on the third: 590.05.
  @Test(arguments: [(0, 15.5), (1, 14.5), (2, 590.05)])
  func anOrderWithAReservationSlowsJobsDownLess(trace: Int, limit: Double) throws {
    let metrics = try ReferenceTrace.all[trace].simulated(.wfp).metrics
    #expect(metrics.meanBoundedSlowdown <= limit)
  }

  /// The guarantee, held on real traces at every single decision.
  @Test(arguments: ReferenceTrace.all)
  func noReservationIsEverDelayed(_ trace: ReferenceTrace) throws {
    let swf = try SWFTrace(parsing: ReferenceTrace.bytes(trace.file))
    let watch = ReservationWatch()
    let result = simulate(
      TraceJob.jobs(swf: swf, processors: trace.processors),
      on: Resources(processors: trace.processors), policy: watch.policy(.wfp),
      keepsPlacements: false)
    #expect(watch.promised > 100)
    #expect(watch.broken(by: result.schedule).isEmpty)
  }
}
