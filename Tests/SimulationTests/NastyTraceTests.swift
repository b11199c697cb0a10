import DataFormats
import Scheduler
import Simulation
import TestSupport
import Testing

/// Traces that are wrong or mean in every way that the archive's are: start times must equal what
/// pyss's rules give, whatever the trace.
@Suite struct NastyTraceTests {
  static let cores = 16

  /// Lines with unknown fields, no or fractional run times, requests below the run time, equal and
  /// unsorted submissions, jobs wider than the machine.
  static func trace(_ seed: UInt64) -> String {
    var random = SplitMix64(seed: seed)
    var time = 0
    var lines = ["; Computer: none", ";", "  "]
    for number in 1...80 {
      time += random.chance(0.4) ? 0 : random.int(1...(random.chance(0.1) ? 400 : 30))
      var run = String(random.int(1...120))
      if random.chance(0.08) {
        run = ["0", "-1", "0.4", "1.9", "\(random.int(1...99)).7"][random.int(0...4)]
      }
      let length = Double(run) ?? 1
      // Exact, far too long, too short, or unknown.
      let requested =
        random.chance(0.3)
        ? Int(length)
        : random.chance(0.6) ? Int(length) * random.int(1...9) : random.int(-1...60)
      let allocated =
        random.chance(0.08)
        ? [0, -1, cores, cores + 1, 3 * cores][random.int(0...4)] : random.int(1...cores / 2)
      var submit = time
      if random.chance(0.05) {
        submit = [-1, 0, time - random.int(0...99), time][random.int(0...3)]
      }
      lines.append(
        "\(random.chance(0.05) ? 7 : number) \(submit) -1 \(run) \(allocated) -1 -1 "
          + "\(random.int(-1...cores)) \(requested) -1 \(random.int(-1...5)) \(random.int(-1...4)) "
          + "-1 -1 -1 -1 \(random.int(-1...number)) -1")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  @Test(
    arguments: [
      (PolicyName.fcfs, PlainPyss.Policy.fcfs), (.easy, .easy), (.easySJBF, .easySJBF),
      (.conservative, .conservative),
    ], 1...60 as ClosedRange<UInt64>)
  func everyJobStartsWhenTheRulesSay(
    _ policy: (ours: PolicyName, plain: PlainPyss.Policy), _ seed: UInt64
  ) throws {
    let text = Self.trace(seed)
    let jobs = TraceJob.jobs(
      swf: try SWFTrace(parsing: Array(text.utf8)), processors: Self.cores)
    let result = simulate(
      jobs, on: Resources(processors: Self.cores), policy: policy.ours.policy())
    var plain = PlainPyss(
      text.split(separator: "\n").filter { $0.contains(" -1 ") }.joined(separator: "\n"),
      cores: Self.cores, policy.plain)
    let expected = plain.simulated()
    #expect(result.schedule.count == jobs.count && expected.count == jobs.count)
    for record in result.schedule {
      #expect(
        record.start == expected[record.number],
        "job at line \(record.number + 1) of seed \(seed)")
    }
  }

  /// The plain form itself is held to pyss where its start times are at hand.
  @Test(
    .enabled(if: ValidationData.isPresent, "no HFM_VALIDATION_DATA"),
    arguments: [
      (PlainPyss.Policy.fcfs, "fcfs"), (.easy, "easy"), (.easySJBF, "easy_sjbf"),
      (.conservative, "conservative"),
    ])
  func thePlainFormIsPyss(_ policy: (plain: PlainPyss.Policy, file: String)) throws {
    let trace = ReferenceTrace.all[0]
    let lines = String(decoding: try ReferenceTrace.bytes(trace.file), as: UTF8.self)
      .split(separator: "\n").filter { !$0.hasPrefix(";") }.prefix(600)
    var plain = PlainPyss(
      lines.joined(separator: "\n"), cores: trace.processors, policy.plain)
    let reference = try CSVTable(
      parsing: ReferenceTrace.bytes("starts/\(trace.name)_\(policy.file).csv"))
    let column = try #require(reference.column("start"))
    // The last jobs of the part meet others that it lacks.
    for (row, start) in zip(reference.rows, plain.simulated()).prefix(400) {
      #expect(Double(row[column]) == start)
    }
  }
}
