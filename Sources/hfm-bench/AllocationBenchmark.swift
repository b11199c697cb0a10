import CAllocationCounter
import Executor
import Graph
import Kernels
import Models
import Quantities
import Workloads

/// Heap allocations of a step in its steady state, on all lanes and the caller, counted under
/// every `malloc` of the process. Ours must be none, or the benchmark fails; oneDNN's are shown.
let allocationBenchmark = Benchmark(
  name: "allocations", summary: "heap allocations of a steady step; fails when it makes any itself"
) { options in
  try withBenchmarkTeam { team in
    var rows: [BenchmarkRow] = []
    for (name, workload) in try countedWorkloads() {
      let counts = try steadyAllocations(workload, team, steps: options.rounds)
      let figures = [("own", counts.own), ("oneDNN", counts.library)]
      rows += figures.map { BenchmarkRow(contender: name, figure: $0, unit: "a step", values: $1) }
      if let worst = counts.own.max(), worst > 0 {
        throw UserError(
          .run, key: name, "a steady step allocates \(Int(worst)) times", remedy: "allocate before")
      }
    }
    return rows
  }
}

private func countedWorkloads() throws(UserError) -> [(String, Workload)] {
  var result: [(String, Workload)] = []
  for (task, type) in [
    (WorkloadTask.infer, "fp32"), (.infer, "bf16"), (.finetune, "fp32"), (.finetune, "bf16"),
  ] {
    guard let precision = Precision(word: type) else { continue }
    for id in ["esm2-8m", "efficientnet_b0"] {
      let request = WorkloadRequest(
        task: task, batch: 1, sequence: id == "esm2-8m" ? 32 : nil, precision: precision)
      let model = try ModelCatalogue.builtIn.model(id)
      result.append(("\(id) \(task.rawValue) \(type)", try Workload(model, request)))
    }
  }
  return result
}

private func steadyAllocations(
  _ workload: Workload, _ team: WorkerTeam, steps: Int
) throws -> (own: [Double], library: [Double]) {
  let runner: ProgramRunner
  if let training = workload.training {
    runner = try TrainingRunner(training, team: team).runner
  } else {
    runner = try InferenceRunner(workload.forward, team: team).runner
  }
  for step in 1...2 { try runner.run(step: step) }
  try team.run { scope in scope.forEachLane { _ in hfm_count_allocations(1) } }
  var counts: (own: [Double], library: [Double]) = ([], [])
  counts.own.reserveCapacity(steps)
  counts.library.reserveCapacity(steps)
  for step in 0..<steps {
    hfm_reset_allocations()
    hfm_count_allocations(1)
    try runner.run(step: 3 + step)
    hfm_count_allocations(0)
    counts.own.append(Double(hfm_own_allocations()))
    counts.library.append(Double(hfm_library_allocations()))
  }
  try team.run { scope in scope.forEachLane { _ in hfm_count_allocations(0) } }
  return counts
}
