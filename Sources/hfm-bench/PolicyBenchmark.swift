import CSystemShims
import DataFormats
import Glibc
import Quantities
import Scheduler
import Simulation

/// What the policies reach on public traces, beside the figures of other programs; the tables of
/// docs/Scheduling.md. Needs `HFM_VALIDATION_DATA`.
let policyBenchmark = Benchmark(
  name: "policies", summary: "schedules of public traces beside those of pyss, Gavel and FGD"
) { _ in
  guard let folder = getenv("HFM_VALIDATION_DATA").map({ String(cString: $0) }) else {
    printError("policies: no HFM_VALIDATION_DATA: nothing to compare with")
    return []
  }
  let root = folder + "/validation/scheduling/"
  return try queueRows(root) + roundRows(root) + elasticRows(root) + packingRows(root)
}

private func row(_ contender: String, _ figure: String, _ unit: String, _ value: Double)
  -> BenchmarkRow
{
  BenchmarkRow(contender: contender, figure: figure, unit: unit, values: [value])
}

/// Mean bounded slowdown under each policy for queues.
private func queueRows(_ root: String) throws -> [BenchmarkRow] {
  let traces = [
    ("SDSC-SP2", "SDSC-SP2-first5000lines.swf", 128, [254.13, 17.142, 16.611, 17.292]),
    ("HPC2N", "hpc2n_alea_first3170.swf", 240, [49.208, 18.375, 18.762, 15.428]),
    ("lublin 256", "lublin_256_fixed.swf", 256, [66502.5, 590.05, 489.20, 219.56]),
  ]
  let known: [PolicyName] = [.fcfs, .easy, .conservative, .easySJBF]
  var rows: [BenchmarkRow] = []
  for (name, file, processors, theirs) in traces {
    let trace = try SWFTrace(parsing: try wholeFile(root + file))
    let jobs = TraceJob.jobs(swf: trace, processors: processors)
    // No job of these traces has a deadline or a scaling curve.
    for policy in PolicyName.allCases
    where ![.carbonAware, .edf, .elasticGoodput].contains(policy) {
      let result = simulate(
        jobs, on: Resources(processors: processors), policy: policy.policy(),
        keepsPlacements: false)
      let figure = "\(name): mean bounded slowdown"
      rows.append(row(policy.rawValue, figure, "", result.metrics.meanBoundedSlowdown))
      if let place = known.firstIndex(of: policy) {
        rows.append(row("pyss \(policy.rawValue), quoted", figure, "", theirs[place]))
      }
    }
  }
  return rows
}

/// Makespan and mean completion time in rounds, beside Gavel's own simulator.
private func roundRows(_ root: String) throws -> [BenchmarkRow] {
  let table = try ThroughputTable(
    parsing: try wholeFile(root + "gavel_simulation_throughputs.json"), file: "throughputs")
  let policies: [(any AllocationPolicy, [(Double, Double)])] = [
    (LeastAttainedService(), [(21.43, 5.55), (22.99, 10.49)]),
    (MaxMinFairness(), [(17.76, 4.06), (19.03, 9.91)]),
    (FinishTimeFairness(), [(18.05, 4.17), (19.56, 10.09)]),
    (MinTotalDuration(), [(17.09, 6.38), (17.98, 17.72)]),
    (ShortestRemainingOnBest(), []),
  ]
  var rows: [BenchmarkRow] = []
  for (place, name) in ["max_min_fairness", "minimize_makespan"].enumerated() {
    let jobs = try table.jobs(
      try GavelTrace(parsing: try wholeFile(root + name + ".trace")),
      kinds: ["v100", "p100", "k80"])
    for (policy, theirs) in policies {
      let result = simulateRounds(
        jobs, scheduler: RoundScheduler(policy: policy, devices: [8, 16, 24]))
      let word = type(of: policy).name
      rows.append(row(word, "\(name): makespan", "h", result.makespanSeconds / 3600))
      rows.append(row(word, "\(name): mean completion time", "h", result.meanJctSeconds / 3600))
      guard theirs.indices.contains(place) else { continue }
      rows.append(row("Gavel \(word), quoted", "\(name): makespan", "h", theirs[place].0))
      rows.append(
        row("Gavel \(word), quoted", "\(name): mean completion time", "h", theirs[place].1))
    }
  }
  return rows
}

/// Mean completion time on V100s only, each job elastic by the speeds that Gavel measured on 1, 2,
/// 4 and 8 of them; a restart takes a minute.
private func elasticRows(_ root: String) throws -> [BenchmarkRow] {
  let table = try ThroughputTable(
    parsing: try wholeFile(root + "gavel_simulation_throughputs.json"), file: "throughputs")
  var rows: [BenchmarkRow] = []
  for name in ["max_min_fairness", "minimize_makespan"] {
    let jobs = table.elasticJobs(
      try GavelTrace(parsing: try wholeFile(root + name + ".trace")), kind: "v100",
      preemption: Preemption(checkpointSeconds: 30, restoreSeconds: 30))
    for devices in [16, 32, 64] {
      for policy in [PolicyName.elasticGoodput, .easy, .easySJBF, .sjf, .wfp] {
        let result = simulate(
          jobs, on: Resources(processors: devices), policy: policy.policy(),
          keepsPlacements: false)
        rows.append(
          row(
            policy.rawValue, "\(name), \(devices) V100: mean completion time", "h",
            result.metrics.meanJctSeconds / 3600))
      }
    }
  }
  return rows
}

/// GPU allocated on the openb trace, over ten seeds, and the time of a decision.
private func packingRows(_ root: String) throws -> [BenchmarkRow] {
  let trace = try PackingTrace(
    nodes: try CSVTable(parsing: try wholeFile(root + "openb_node_list_gpu_node.csv")),
    tasks: try CSVTable(parsing: try wholeFile(root + "openb_pod_list_default.csv")))
  var (allocated, milliseconds) = ([Double](), [Double]())
  // Other seeds than those that the packer was tried with.
  for seed in 101...110 as ClosedRange<UInt64> {
    let arrivals = trace.arrivals(load: 1.3, seed: seed)
    let start = hfm_monotonic_nanoseconds()
    allocated.append(trace.allocated(after: arrivals) * 100)
    let spent = Double(hfm_monotonic_nanoseconds() - start)
    milliseconds.append(spent / 1e6 / Double(arrivals.count))
  }
  let mean = allocated.reduce(0, +) / Double(allocated.count)
  return [
    row("fragmentation packer, mean of 10 seeds", "openb: GPU allocated", "%", mean),
    BenchmarkRow(
      contender: "fragmentation packer", figure: "openb: GPU allocated", unit: "%",
      values: allocated),
    row("FGD, quoted", "openb: GPU allocated", "%", 95.39),
    row("best fit, quoted", "openb: GPU allocated", "%", 93.08),
    BenchmarkRow(
      contender: "fragmentation packer", figure: "openb: a decision", unit: "ms",
      values: milliseconds),
  ]
}
