import CSystemShims
import Executor
import Glibc
import HardwareModel
import Models
import Planner
import Quantities
import Validation
import Workloads

/// Whole searches of the space that Calculon's `llm-optimal-execution` enumerates for GPT-3 175B on
/// A100s with two networks and host memory (commit 1886c88: 6,582,816 configurations at 512 devices
/// and samples, 7,126,368 at 4,096), every one of them and with bounds; and of a mixture of experts
/// of a trillion parameters on 100,000 devices.
let searchBenchmark = Benchmark(
  name: "search", summary: "whole searches: Calculon's space of GPT-3 175B, 100,000 devices"
) { options in
  var rows: [BenchmarkRow] = []
  for (devices, expected) in [(512, 6_582_816), (4096, 7_126_368)] {
    var best: [Double] = []
    for bounds in [false, true] {
      let name = "GPT-3 175B, \(devices) devices, \(bounds ? "with bounds" : "exhaustive")"
      guard options.includes(name) else { continue }
      var seconds: [Double] = []
      var spent: [Double] = []
      var count = 0
      for _ in 0..<min(options.rounds, 3) {
        let (start, before) = (hfm_monotonic_nanoseconds(), processorSeconds())
        let result = try searchGPT3(devices, bounds)
        seconds.append(Double(hfm_monotonic_nanoseconds() - start) * 1e-9)
        spent.append(processorSeconds() - before)
        count = result.search.enumerated
        if seconds.count == 1 { best.append(result.plans.first?.stepSeconds ?? 0) }
      }
      guard count == expected else {
        throw UserError(.run, key: name, "\(count) configurations, not \(expected)", remedy: "")
      }
      rows.append(BenchmarkRow(contender: name, figure: "search", unit: "s", values: seconds))
      rows.append(
        BenchmarkRow(
          contender: name, figure: "processor time, all cores", unit: "s", values: spent))
      rows.append(
        BenchmarkRow(
          contender: name, figure: "configurations", unit: "1/s",
          values: seconds.map { Double(count) / $0 }))
    }
    guard best.count < 2 || best[0] == best[1] else {
      throw UserError(
        .run, key: "\(devices) devices", "bounds found \(best[1]) s, all \(best[0]) s", remedy: "")
    }
  }
  rows.append(
    BenchmarkRow(
      contender: "process", figure: "largest memory", unit: "MiB", values: [largestMemory()]))
  let name = "1.0T mixture of experts, 100,000 devices"
  guard options.includes(name) else { return rows }
  let start = hfm_monotonic_nanoseconds()
  let result = try searchTrillion()
  let spent = Double(hfm_monotonic_nanoseconds() - start) * 1e-9
  rows.append(BenchmarkRow(contender: name, figure: "search", unit: "s", values: [spent]))
  rows.append(
    BenchmarkRow(
      contender: name, figure: "configurations", unit: "1",
      values: [Double(result.search.configurations)]))
  return rows
}

private func largestMemory() -> Double {
  var use = rusage()
  getrusage(__rusage_who_t(0), &use)
  return Double(use.ru_maxrss) / 1024
}

extension SearchSummary {
  /// Configurations that Calculon counts too: not those whose batch or devices do not divide.
  fileprivate var enumerated: Int {
    let apart: [Refusal] = [.devices, .batch, .layers]
    return configurations
      - refusals.filter { apart.contains($0.reason) }.reduce(0) { $0 + $1.count }
  }
}

private func searchGPT3(_ devices: Int, _ bounds: Bool) throws -> PlanResult {
  let cluster = try HardwareCatalogue.builtIn().cluster("selene-a100")
  let shape = DecoderShape(layers: 96, hidden: 12_288, heads: 96, sequence: 2048)
  let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 2048, precision: .bf16)
  var request = PlanRequest(cluster: cluster, globalBatch: devices, precision: .bf16)
  request.devices = devices
  request.usesBounds = bounds
  request.limit = 1
  request.stack = .megatron2022
  request.space.executions = ExecutionChoice.calculon
  request.space.offload = (0..<8).map { Offload(rawValue: $0) }
  request.space.tensor = [1, 2, 4, 8, 16, 32]
  request.space.pipeline = [1, 2, 4, 8, 16, 32]
  request.space.schedule = [.oneForwardOneBackward]
  request.space.zeroStage = [0, 1]
  return try run(PlanSearch(shape.model, workload, request))
}

/// 64 layers of 128 experts: 1.0 trillion parameters, of which a token visits 8 experts.
private func searchTrillion() throws -> PlanResult {
  var cluster = try HardwareCatalogue.builtIn().cluster("dgx-h100-superpod")
  cluster.nodes = 12_500
  var shape = DecoderShape(
    layers: 64, hidden: 7168, heads: 64, sequence: 8192, vocabulary: 128_256)
  shape.isLlama = true
  shape.untied = true
  shape.keyValueHeads = 8
  shape.intermediate = 5632
  shape.mixture = DecoderShape.Experts(count: 128, active: 8)
  let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 8192, precision: .bf16)
  var request = PlanRequest(cluster: cluster, globalBatch: 16_000, precision: .bf16)
  request.stack = .megatron
  request.devices = 100_000
  return try run(PlanSearch(shape.model, workload, request))
}

/// Runs a search on all cores.
private func run(_ search: PlanSearch) throws -> PlanResult {
  return try withBenchmarkTeam { team in
    var search = search
    search.workers = { count, body in (try? team.map(count, body)) ?? (0..<count).map(body) }
    return try search.run()
  }
}
