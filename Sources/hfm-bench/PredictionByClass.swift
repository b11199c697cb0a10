import Calibration
import CostModel
import Executor
import Glibc
import HardwareModel
import Kernels
import Models
import Quantities
import Workloads

/// Predicted against measured time by operator class, on whole models: where an error comes from.
///
/// Calibrates with all cores first (quick), then profiles each model's passes operator by operator.
/// The values are measured over predicted time, one a round: 1 is right, 2 is twice too slow.
let predictionByClassBenchmark = Benchmark(
  name: "predict-by-class",
  summary: "measured over predicted time of some whole models, by operator class"
) { options in
  try withBenchmarkTeam { team, machine in
    let calibration = try Calibration.run(team: team, machine: machine, quick: true)
    let model = TimeModel(device: calibration.device)
    return try predictedWorkloads().flatMap { name, workload in
      try measure(name, workload, team, model, rounds: min(options.rounds, 5))
    }
  }
}

/// One model of each kind, for inference and for a training step.
private func predictedWorkloads() throws(UserError) -> [(String, Workload)] {
  let shapes: [(String, Int, Int?)] = [
    ("bert-base", 1, 128), ("bert-base", 4, 128), ("vit-b-16", 2, nil), ("esm2-35m", 2, 256),
    ("gpt2", 1, 128),
  ]
  var result: [(String, Workload)] = []
  for (id, batch, sequence) in shapes {
    let profile = try ModelCatalogue.builtIn.model(id)
    for task in [WorkloadTask.infer, .finetune] {
      let request = WorkloadRequest(task: task, batch: batch, sequence: sequence)
      result.append(("\(id) \(task.rawValue) batch \(batch)", try Workload(profile, request)))
    }
  }
  return result
}

private func measure(
  _ name: String, _ workload: Workload, _ team: WorkerTeam, _ model: TimeModel, rounds: Int
) throws -> [BenchmarkRow] {
  let pass = try WorkloadPass(workload, team: team)
  let runner = pass.runner
  let costs = runner.program.steps.map { OperatorCost($0.op, tensors: $0.tensors) }
  var ratios: [OperatorClass: [Double]] = [:]
  var shares: [OperatorClass: Double] = [:]
  var totals: [Double] = []
  let predicted = costs.map(model.seconds)
  try pass.run(profile: true)
  for _ in 0..<rounds {
    runner.resetProfile()
    try pass.run(profile: true)
    for kind in OperatorClass.allCases {
      let steps = costs.indices.filter { costs[$0].operatorClass == kind }
      let (m, p) = steps.reduce((0.0, 0.0)) {
        ($0.0 + runner.stepSeconds[$1], $0.1 + predicted[$1])
      }
      guard p > 0 else { continue }
      ratios[kind, default: []].append(m / p)
      shares[kind, default: 0] += m
    }
    totals.append(runner.stepSeconds.reduce(0, +) / predicted.reduce(0, +))
  }
  let all = shares.values.reduce(0, +)
  let rows = OperatorClass.allCases.compactMap { kind -> BenchmarkRow? in
    guard let values = ratios[kind], let share = shares[kind], share > 0.01 * all else {
      return nil
    }
    let percent = Int((100 * share / all).rounded())
    return BenchmarkRow(
      contender: name, figure: "\(kind.rawValue) (\(percent) % of time)",
      unit: "measured/predicted",
      values: values)
  }
  return rows + [
    BenchmarkRow(contender: name, figure: "all", unit: "measured/predicted", values: totals)
  ]
}
