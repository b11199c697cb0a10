import Executor
import Graph
import Kernels
import Models
import Quantities
import Workloads

/// Where the time of a pass goes, by kind of operator.
///
/// Of each step the shortest time of all rounds counts, so that a busy machine disturbs little;
/// steps that run tile by tile are timed on the first lane.
let profileBenchmark = Benchmark(
  name: "profile", summary: "share of a pass's time by kind of operator, fastest of all rounds"
) { options in
  try withBenchmarkTeam { team in
    let cases: [(WorkloadTask, String, Int, Int?)] = [
      (.infer, "bert-base", 8, 128), (.infer, "vit-b-16", 8, nil), (.pretrain, "bert-base", 8, 128),
      (.pretrain, "gpt2", 4, 256), (.infer, "nnunet-3d-fullres", 1, nil),
      (.pretrain, "nnunet-3d-fullres", 1, nil),
    ]
    return try [DataType.fp32, .bf16].flatMap { type in
      try cases.flatMap { task, id, batch, sequence -> [BenchmarkRow] in
        let name = "\(id) \(task.rawValue) batch \(batch) \(type.rawValue)"
        guard options.includes(name) else { return [] }
        var request = WorkloadRequest(
          task: task, batch: batch, sequence: sequence, precision: type == .fp32 ? .fp32 : .bf16)
        if id.hasPrefix("nnunet") { request.volume = [64, 64, 64] }
        let workload = try Workload(try ModelCatalogue.builtIn.model(id), request)
        return try profile(name, workload, team, rounds: options.rounds)
      }
    }
  }
}

private func profile(
  _ name: String, _ workload: Workload, _ team: WorkerTeam, rounds: Int
) throws -> [BenchmarkRow] {
  let program =
    try workload.training.map { try Program(training: $0) }
    ?? Program(inference: workload.forward)
  let runner = try ProgramRunner(program, team: team)
  var fastest = [Double](repeating: .infinity, count: program.steps.count)
  for _ in 0...rounds {
    runner.resetProfile()
    try runner.run(profile: true)
    for (index, time) in runner.stepSeconds.enumerated() {
      fastest[index] = min(fastest[index], time)
    }
  }
  var byKind: [String: Double] = [:]
  for (step, time) in zip(program.steps, fastest) {
    byKind[String("\(step.op.kind)".prefix { $0 != "(" }), default: 0] += 1e3 * time
  }
  let total = byKind.values.reduce(0, +)
  return byKind.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.flatMap { kind, time in
    [
      BenchmarkRow(contender: name, figure: kind, unit: "ms", values: [time]),
      BenchmarkRow(contender: name, figure: kind, unit: "% of all", values: [100 * time / total]),
    ]
  }
}
