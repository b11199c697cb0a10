import CSystemShims
import DataFormats
import Glibc
import Quantities
import Scheduler
import Simulation

/// What a schedule costs: a trace of the Parallel Workloads Archive's format with 10,000 jobs
/// beside the simulator pyss, and made-up traces of a million jobs on 10,000 and 100,000 nodes.
///
/// The trace is read from `HFM_VALIDATION_DATA`; without it that part is left out, and said so.
let scheduleBenchmark = Benchmark(
  name: "schedule",
  summary: "seconds per schedule: 10,000 jobs beside pyss, a million jobs on up to 100,000 nodes"
) { options in
  try referenceRows(options) + growthRows(options) + millionRows()
}

/// Wall seconds of pyss (2007, Python 2.7) on the same trace, measured once on two loaded cores.
private let pyssSeconds: [(PolicyName, Double)] = [
  (.fcfs, 0.4), (.easy, 6.6), (.conservative, 147), (.easySJBF, 10),
]

private func referenceRows(_ options: BenchmarkOptions) throws -> [BenchmarkRow] {
  guard let folder = getenv("HFM_VALIDATION_DATA").map({ String(cString: $0) }) else {
    printError("schedule: no HFM_VALIDATION_DATA: the trace lublin_256 is left out")
    return []
  }
  let path = folder + "/validation/scheduling/lublin_256_fixed.swf"
  let trace = try SWFTrace(parsing: try wholeFile(path))
  let jobs = TraceJob.jobs(swf: trace, processors: 256)
  let figure = "lublin_256, \(jobs.count) jobs"
  var rows: [BenchmarkRow] = []
  for (policy, theirs) in pyssSeconds {
    let values = (0..<options.rounds).map { _ in seconds(jobs, Resources(processors: 256), policy) }
    rows.append(
      BenchmarkRow(contender: policy.rawValue, figure: figure, unit: "s", values: values))
    rows.append(
      BenchmarkRow(
        contender: "pyss \(policy.rawValue), quoted", figure: figure, unit: "s", values: [theirs]))
  }
  return rows
}

/// Microseconds per event while the queue grows without bound, at three lengths of the trace.
private func growthRows(_ options: BenchmarkOptions) throws -> [BenchmarkRow] {
  var rows: [BenchmarkRow] = []
  for policy in [PolicyName.fcfs, .easy] {
    for count in [10_000, 100_000, 400_000] {
      let jobs = SyntheticTrace(
        jobs: count, processors: 1024, largest: 256, load: 2, seed: 1
      ).generated()
      let value = seconds(jobs, Resources(processors: 1024), policy)
      rows.append(
        BenchmarkRow(
          contender: policy.rawValue, figure: "overload, up to ~\(count / 2) waiting",
          unit: "us/event", values: [value / Double(2 * count) * 1e6]))
    }
  }
  return rows
}

private func millionRows() -> [BenchmarkRow] {
  let shapes = [(nodes: 10_000, devices: 1), (10_000, 8), (100_000, 8)]
  return shapes.map { nodes, devices in
    let jobs = SyntheticTrace(
      jobs: 1_000_000, processors: nodes * devices, largest: 512, load: 0.95, seed: 1
    ).generated()
    let resources = Resources(
      nodes: (0..<nodes).map {
        .init(
          id: $0, cpus: Array($0 * devices..<($0 + 1) * devices), memoryBytes: 1 << 40)
      })
    return BenchmarkRow(
      contender: "easy", figure: "1,000,000 jobs, \(nodes) nodes x \(devices)", unit: "s",
      values: [seconds(jobs, resources, .easy)])
  }
}

private func seconds(_ jobs: [TraceJob], _ resources: Resources, _ policy: PolicyName) -> Double {
  let start = hfm_monotonic_nanoseconds()
  let result = simulate(jobs, on: resources, policy: policy.policy(), keepsPlacements: false)
  precondition(result.schedule.count == jobs.count, "jobs were lost")
  return Double(hfm_monotonic_nanoseconds() - start) / 1e9
}

func wholeFile(
  _ path: String, remedy: String = "see HFM_VALIDATION_DATA in docs/Hacking.md"
) throws(UserError) -> [UInt8] {
  guard let file = fopen(path, "rb") else {
    throw UserError(.input, place: path, String(cString: strerror(errno)), remedy: remedy)
  }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { return bytes }
    bytes += buffer[..<count]
  }
}
