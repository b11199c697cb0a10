import CSystemShims
import Glibc
import HardwareModel
import Models
import Planner
import Quantities
import Validation
import Workloads

/// Estimates a second inside a search, and the time of whole searches: GPT-3 175B
/// over 512 and 4,096 A100 with every cut, schedule, recompute mode and offload, under several ways
/// in which software overlaps and fuses (Calculon's `llm-optimal-execution` enumerates such too).
let searchBenchmark = Benchmark(
  name: "search", summary: "configurations a second, and whole searches of GPT-3 175B"
) { options in
  var rows: [BenchmarkRow] = []
  for devices in [512, 4096] {
    for bounds in [false, true] {
      var seconds: [Double] = []
      var rate: [Double] = []
      for _ in 0..<min(options.rounds, 3) {
        let start = hfm_monotonic_nanoseconds()
        let visited = try searchGPT3(devices, bounds)
        let spent = Double(hfm_monotonic_nanoseconds() - start) * 1e-9
        seconds.append(spent)
        rate.append(Double(visited) / spent)
      }
      let name = "\(devices) devices, \(bounds ? "with bounds" : "exhaustive")"
      rows.append(BenchmarkRow(contender: name, figure: "search", unit: "s", values: seconds))
      rows.append(
        BenchmarkRow(contender: name, figure: "configurations", unit: "1/s", values: rate))
    }
  }
  var use = rusage()
  getrusage(__rusage_who_t(0), &use)
  rows.append(
    BenchmarkRow(
      contender: "process", figure: "largest memory", unit: "MiB",
      values: [Double(use.ru_maxrss) / 1024]))
  return rows
}

/// Searches all variants of software and returns how many configurations there were.
private func searchGPT3(_ devices: Int, _ bounds: Bool) throws -> Int {
  let cluster = try HardwareCatalogue.builtIn().cluster("selene-a100")
  let shape = DecoderShape(layers: 96, hidden: 12_288, heads: 96, sequence: 2048)
  let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 2048, precision: .bf16)
  var request = PlanRequest(cluster: cluster, globalBatch: 4096, precision: .bf16)
  request.devices = devices
  request.usesBounds = bounds
  request.limit = 1
  request.space.offload = (0..<8).map { Offload(rawValue: $0) }
  var visited = 0
  for tensor in [0, 0.5, 1] {
    for pipelined in [0, 0.5] {
      for gradients in [0, 0.8] {
        for fused in [true, false] {
          request.stack = .megatron
          request.stack.tensorOverlap = tensor
          request.stack.tensorPipelined = pipelined
          request.stack.gradientOverlap = gradients
          request.stack.fusedAttention = fused
          let result = try PlanSearch(shape.model, workload, request).run()
          visited += result.search.configurations
          if bounds, let best = result.plans.first {
            request.atMost = min(request.atMost, best.stepSeconds)
          }
        }
      }
    }
  }
  return visited
}
