import DataFormats
import Quantities
import Scheduler
import Simulation

/// `hfm simulate --throughputs`: a Gavel trace in rounds over kinds of devices.
enum SimulateRounds {
  static let policies: [(name: String, make: @Sendable () -> any AllocationPolicy)] = [
    (LeastAttainedService.name, { LeastAttainedService() }),
    (MaxMinFairness.name, { MaxMinFairness() }),
    (FinishTimeFairness.name, { FinishTimeFairness() }),
    (MinTotalDuration.name, { MinTotalDuration() }),
    (ShortestRemainingOnBest.name, { ShortestRemainingOnBest() }),
  ]

  static func run(_ path: String, _ arguments: Arguments, _ console: Console) throws -> Int32 {
    let table = arguments.string("throughputs") ?? ""
    let (kinds, counts) = try devices(arguments)
    let trace: GavelTrace
    do {
      trace = try GavelTrace(parsing: try Files.read(path))
    } catch let error as FormatError {
      throw UserError(
        .input, place: "\(path):\(error.line):\(error.column)", error.message,
        remedy: "give a trace of Gavel: 10 fields with tabs between them")
    }
    let jobs = try ThroughputTable(parsing: try Files.read(table), file: table)
      .jobs(trace, kinds: kinds)
    for job in jobs
    where !zip(job.stepsPerSecond, counts).contains(where: { $0 > 0 && job.devices <= $1 }) {
      throw UserError(
        .impossible, place: path, key: "line \(job.number + 1)",
        "asks for \(job.devices) devices of one kind, no kind that it runs on has so many",
        remedy: "give more --devices")
    }
    let seed = UInt64(try arguments.int("seed", in: 0...Int.max) ?? 0)
    var results: [(name: String, result: RoundResult)] = []
    for word in (arguments.string("policy") ?? MaxMinFairness.name).split(separator: ",") {
      guard let policy = policies.first(where: { $0.name == word }) else {
        throw UserError(
          .input, key: "--policy", "unknown policy \"\(word)\" for rounds",
          remedy: "known are " + policies.map(\.name).joined(separator: ", "))
      }
      let scheduler = RoundScheduler(policy: policy.make(), devices: counts, seed: seed)
      results.append((policy.name, simulateRounds(jobs, scheduler: scheduler)))
    }
    show(results, jobs.count, console)
    return 0
  }

  private static func devices(
    _ arguments: Arguments
  ) throws(UserError) -> (kinds: [String], counts: [Int]) {
    let text = arguments.string("devices") ?? ""
    var (kinds, counts) = ([String](), [Int]())
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, let count = Int(sides[1]), (1...1_000_000).contains(count) else {
        throw UserError(
          .input, key: "--devices", "\"\(part)\" is wrong",
          remedy: "write it like v100=8,p100=16,k80=24")
      }
      kinds.append(String(sides[0]))
      counts.append(count)
    }
    guard !kinds.isEmpty else {
      throw UserError(
        .input, key: "--devices", "is needed with --throughputs",
        remedy: "write it like v100=8,p100=16,k80=24")
    }
    return (kinds, counts)
  }

  private static func show(
    _ results: [(name: String, result: RoundResult)], _ jobs: Int, _ console: Console
  ) {
    if console.json {
      console.print(
        json: .array(
          results.map { name, result in
            .object([
              ("policy", .string(name)), ("jobs", .number(jobs)),
              ("makespanSeconds", .number(result.makespanSeconds)),
              ("meanJctSeconds", .number(result.meanJctSeconds)),
              ("utilization", .number(result.utilization)),
              ("rounds", .number(result.rounds)),
            ])
          }))
      return
    }
    var table = AlignedTable(
      head: ["policy", "jobs", "makespan h", "mean JCT h", "utilization %", "rounds"],
      rightAligned: [1, 2, 3, 4, 5])
    table.rows = results.map { name, result in
      [
        name, String(jobs), Format.fixed(result.makespanSeconds / 3600, 2),
        Format.fixed(result.meanJctSeconds / 3600, 2),
        Format.fixed(result.utilization * 100, 1), String(result.rounds),
      ]
    }
    console.print(lines: table.lines)
  }
}
