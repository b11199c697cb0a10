import CSystemShims
import CostModel
import Graph
import HardwareModel
import Models
import Planner
import Quantities
import Workloads

/// What a cost evaluation costs: a model's training graph built from its profile, that graph
/// counted, a counted graph's time on a device, and a whole search of plans.
///
/// A layer that repeats is stored once, so llama2-70b should take about as long as bert-base.
let costBenchmark = Benchmark(
  name: "cost", summary: "cost evaluations: graphs built, counted, timed and planned per second"
) { options in
  let ids = ["bert-base", "uni", "biomedclip", "esm2-8m", "llama2-70b"]
  let hardware = try HardwareCatalogue.builtIn()
  let device = try hardware.device("a100-80gb-sxm")
  let cluster = try hardware.cluster("selene-a100")
  var contenders: [(model: String, figure: String, work: () throws -> Void)] = []
  for id in ids {
    let model = try ModelCatalogue.builtIn.model(id)
    let request = WorkloadRequest(task: .finetune, batch: 8)
    let workload = try Workload(model, request)
    let profile = try StepProfile(workload)
    let time = TimeModel(device: device)
    let settings = MemorySettings()
    var plan = PlanRequest(cluster: cluster, globalBatch: 4480, precision: .bf16)
    plan.space.zeroStage = [3]
    let planned = plan
    contenders += [
      (id, "graphs built", { _ = try Workload(model, request) }),
      (id, "graphs counted", { _ = try StepProfile(workload) }),
      (
        id, "estimates of time and memory",
        {
          let seconds = time.seconds(profile.cost.forward) + time.seconds(profile.cost.backward)
          let bytes = profile.memory.estimate(settings).peakBytes
          precondition(seconds > 0 && bytes > 0, "nothing was counted")
        }
      ),
      (id, "searches of one ZeRO stage", { _ = try PlanSearch(model, request, planned).run() }),
    ]
  }
  let catalogue = ModelCatalogue.builtIn.models.filter { $0.status != .closed }
  contenders.append(
    (
      "all \(catalogue.count) models", "whole catalogues counted",
      {
        for model in catalogue {
          let workload = try Workload(model, WorkloadRequest(task: .infer, batch: 1))
          _ = try GraphCost(inference: workload.forward)
        }
      }
    ))
  var values = contenders.map { _ in [Double]() }
  for _ in 0..<options.rounds {
    for (index, contender) in contenders.enumerated() {
      values[index].append(try callsPerSecond(contender.work))
    }
  }
  return contenders.indices.map {
    BenchmarkRow(
      contender: contenders[$0].model, figure: contenders[$0].figure, unit: "1/s",
      values: values[$0])
  }
}

/// Repeats a piece of work for at least 20 ms.
private func callsPerSecond(_ work: () throws -> Void) throws -> Double {
  let start = hfm_monotonic_nanoseconds()
  var calls = 0.0
  while true {
    try work()
    calls += 1
    let spent = Double(hfm_monotonic_nanoseconds() - start)
    if spent >= 2e7 { return calls / spent * 1e9 }
  }
}
