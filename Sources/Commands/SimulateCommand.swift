import DataFormats
import Glibc
import HardwareModel
import Quantities
import Scheduler
import Simulation

/// `hfm simulate`: replays a trace of jobs in virtual time under one or more policies.
enum SimulateCommand: Command {
  static let specification = CommandSpecification(
    name: "simulate", summary: "replays a job trace in virtual time under scheduling policies",
    operands: ["[TRACE]"],
    options: [
      .value("from", "WHERE", "instead of TRACE: the live queue of a cluster", words: ["slurm"]),
      .value("cluster", "NAME|FILE|here", "cluster whose devices are given out"),
      .value("processors", "N", "instead of a cluster: N equal processors"),
      .value(
        "policy", "NAME[,NAME…]",
        "fcfs, easy, conservative, easy-sjbf; several with commas (default easy)"),
      .value("schedule", "FILE.csv", "write id,submit,start,end of every job"),
    ],
    discussion: """
      TRACE is a file in the Standard Workload Format, or JSON Lines with one job per
      line: id, submitSeconds, runSeconds and optionally cores, memoryBytes,
      estimateSeconds, priority. With several policies --schedule puts the policy's name
      before the file's extension.
      With --from slurm the jobs that run and wait now are taken, and the result is
      when each would start, beside Slurm's own expectation.
      """,
    examples: [
      "hfm simulate SDSC-SP2.swf --processors 128 --policy fcfs,easy,conservative",
      "hfm simulate jobs.jsonl --cluster selene-a100 --policy easy --schedule starts.csv",
      "hfm simulate --from slurm --policy easy,conservative",
    ])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    let policies = try policies(arguments.string("policy") ?? "easy")
    if arguments.has("from") { return try SlurmForecast.run(policies, arguments, console) }
    guard let path = arguments.operand(0) else {
      throw UserError(
        .input, "hfm simulate needs a TRACE", remedy: "give a trace's path, or --from slurm")
    }
    let bytes = try Files.read(path)
    let trace = try Trace(bytes, file: path)
    let resources = try resources(arguments, trace)
    let jobs = try trace.jobs(bytes, file: path, cores: resources.total.cores)
    guard !jobs.isEmpty else {
      throw UserError(.input, place: path, "holds no job", remedy: "give a trace with jobs")
    }
    var outcomes: [SimulationOutcome] = []
    for policy in policies {
      let clock = ContinuousClock()
      let began = clock.now
      let result = simulate(jobs, on: resources, policy: policy.policy())
      let seconds = (clock.now - began) / .seconds(1)
      outcomes.append(
        SimulationOutcome(policy: policy, result: result, wallSeconds: max(seconds, 1e-9)))
      if let file = arguments.string("schedule") {
        let target = policies.count == 1 ? file : named(file, policy)
        try Files.writeAtomically(scheduleText(result), to: target)
      }
    }
    report(outcomes, console)
    return 0
  }

  private static func policies(_ text: String) throws(UserError) -> [PolicyName] {
    var found: [PolicyName] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      found.append(try policy(String(word)))
    }
    return found
  }

  /// A policy by its word; also used by `hfm run`.
  static func policy(_ word: String) throws(UserError) -> PolicyName {
    guard let policy = PolicyName(rawValue: word) else {
      throw UserError(
        .input, key: "--policy", "unknown policy \"\(word)\"",
        remedy: "known are " + PolicyName.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return policy
  }

  private static func resources(
    _ arguments: Arguments, _ trace: Trace
  ) throws(UserError) -> Resources {
    let processors = try arguments.int("processors", in: 1...10_000_000)
    switch (arguments.string("cluster"), processors) {
    case (nil, let count?): return Resources(processors: count)
    case (let name?, nil): return try SimulatedCluster.resources(name)
    case (_?, _?):
      throw UserError(
        .input, key: "--processors", "given together with --cluster", remedy: "give one of both")
    case (nil, nil):
      let hint = trace.processors.map { "--processors \($0), as the trace's header says," }
      throw UserError(
        .input, "hfm simulate needs to know what the jobs run on",
        remedy: "give \(hint ?? "--processors N") or --cluster NAME")
    }
  }

  /// `starts.csv` for policy `easy` becomes `starts-easy.csv`.
  private static func named(_ file: String, _ policy: PolicyName) -> String {
    let slash = file.lastIndex(of: "/") ?? file.startIndex
    guard let dot = file[slash...].lastIndex(of: "."), dot > slash else {
      return "\(file)-\(policy.rawValue)"
    }
    return "\(file[..<dot])-\(policy.rawValue)\(file[dot...])"
  }

  /// A number in its shortest form, whole numbers without a point.
  private static func shortest(_ value: Double) -> String {
    if value == value.rounded(.towardZero), abs(value) < 1e15 { return String(Int(value)) }
    return "\(value)"
  }

  private static func scheduleText(_ result: SimulationResult) -> String {
    var out = "id,submit,start,end\n"
    for record in result.schedule {
      CSVTable.append(
        [record.id] + [record.submit, record.start, record.end].map(Self.shortest),
        to: &out)
    }
    return out
  }

  private static func report(_ outcomes: [SimulationOutcome], _ console: Console) {
    for outcome in outcomes where !outcome.result.refused.isEmpty {
      let refused = outcome.result.refused
      let first = refused.prefix(3).map { "\($0.id) \($0.refusal)" }.joined(separator: "; ")
      console.warn(
        "\(outcome.policy.rawValue): \(refused.count) jobs can never run here: \(first)"
          + (refused.count > 3 ? "; …" : ""))
    }
    if console.json {
      console.print(json: .array(outcomes.map(\.json)))
      return
    }
    var table = AlignedTable(
      head: [
        "policy", "jobs", "refused", "makespan s", "mean wait s", "p99 wait s", "mean JCT s",
        "bounded slowdown", "utilization %", "events/s",
      ], rightAligned: Set(1...9))
    table.rows = outcomes.map(\.row)
    console.print(lines: table.lines)
    guard console.explain else { return }
    console.print()
    console.print(lines: explanation)
    for outcome in outcomes {
      let counts = outcome.result.deferrals.byReason.map { "\($0.reason) \($0.count)" }
      console.print(
        "\(outcome.policy.rawValue): left waiting, counted per scheduling pass: "
          + counts.joined(separator: ", "))
    }
  }

  private static let explanation = [
    "makespan: last end - first submission; wait: start - submission; JCT: end - submission;",
    "bounded slowdown: mean of max(1, (wait + run) / max(run, 10 s)); p99: nearest rank;",
    "utilization: core-seconds used / (cores x makespan); events/s: measured now on this machine.",
  ]
}

/// One policy's result and how long it took to get.
private struct SimulationOutcome {
  let policy: PolicyName
  let result: SimulationResult
  let wallSeconds: Double

  var eventsPerSecond: Double { Double(result.events) / wallSeconds }

  var row: [String] {
    let metrics = result.metrics
    return [
      policy.rawValue, String(metrics.jobs), String(result.refused.count),
      Format.fixed(metrics.makespanSeconds, 0), Format.fixed(metrics.meanWaitSeconds, 2),
      Format.fixed(metrics.p99WaitSeconds, 0), Format.fixed(metrics.meanJctSeconds, 2),
      Format.fixed(metrics.meanBoundedSlowdown, 3),
      Format.fixed(metrics.utilization * 100, 2), Format.fixed(eventsPerSecond, 0),
    ]
  }

  var json: JSONValue {
    let metrics = result.metrics
    return .object([
      ("policy", .string(policy.rawValue)),
      ("jobs", .number(metrics.jobs)),
      ("makespanSeconds", .number(metrics.makespanSeconds)),
      ("meanWaitSeconds", .number(metrics.meanWaitSeconds)),
      ("p99WaitSeconds", .number(metrics.p99WaitSeconds)),
      ("meanJctSeconds", .number(metrics.meanJctSeconds)),
      ("meanBoundedSlowdown", .number(metrics.meanBoundedSlowdown)),
      ("utilization", .number(metrics.utilization)),
      ("eventsPerSecond", .number(eventsPerSecond)),
      ("events", .number(result.events)),
      (
        "deferrals",
        .object(result.deferrals.byReason.map { ($0.reason, .number($0.count)) })
      ),
      (
        "refused",
        .array(
          result.refused.map {
            .object([
              ("id", .string($0.id)), ("limit", .string($0.refusal.limit.rawValue)),
              ("reason", .string($0.refusal.description)),
            ])
          })
      ),
    ])
  }
}

/// A trace in either format.
private enum Trace {
  case swf(SWFTrace)
  case jsonLines

  init(_ bytes: [UInt8], file: String) throws(UserError) {
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
    if first == UInt8(ascii: "{") {
      self = .jsonLines
      return
    }
    do {
      self = .swf(try SWFTrace(parsing: bytes))
    } catch {
      throw UserError(
        .input, place: "\(file):\(error.line):\(error.column)", error.message,
        remedy: "give a trace in the Standard Workload Format or in JSON Lines")
    }
  }

  /// Processors of the traced machine, if the header tells.
  var processors: Int? {
    guard case .swf(let trace) = self else { return nil }
    return trace.headerValue("MaxProcs").flatMap { Int($0) }
      ?? trace.headerValue("MaxNodes").flatMap { Int($0) }
  }

  func jobs(_ bytes: [UInt8], file: String, cores: Int) throws(UserError) -> [TraceJob] {
    switch self {
    case .swf(let trace): TraceJob.jobs(swf: trace, processors: cores)
    case .jsonLines: try TraceJob.jobs(jsonLines: bytes, file: file)
    }
  }
}
