import Calibration
import CostModel
import Executor
import HardwareModel
import Kernels
import Models
import Quantities
import Workloads

/// Predicted against measured time by kernel, on whole models: where an error comes from.
///
/// Calibrates with all cores first (quick), then profiles passes step by step: of models whose
/// names `--only` gives, else of one of each kind. The values are measured over predicted time, one
/// a round: 1 is right, 2 is twice too slow.
let predictionByClassBenchmark = Benchmark(
  name: "predict-by-class",
  summary: "measured over predicted time of some whole models, by class and kernel of operator"
) { options in
  try withBenchmarkTeam { team, machine in
    let measured = try Calibration.measure(team: team, machine: machine, quick: true)
    let calibration = Calibration.fit(measured, team: team, machine: machine)
    let model = TimeModel(device: calibration.device)
    return try predictedWorkloads(options).flatMap { name, workload in
      let rows = try measure(name, workload, team, model, rounds: min(options.rounds, 5))
      options.report(rows)
      return rows
    }
  }
}

private func predictedWorkloads(_ options: BenchmarkOptions) -> [(String, Workload)] {
  let kinds: Set = ["bert-base", "vit-b-16", "esm2-35m", "gpt2", "resnet50"]
  return ModelCatalogue.builtIn.models.filter {
    !options.filter.isEmpty || kinds.contains($0.id)
  }.flatMap { profile in
    PredictionCase.variants.compactMap { variant in
      let name = PredictionCase.name(profile, variant)
      guard options.includes(name) else { return nil }
      return PredictionCase.workload(profile, variant).map { (name, $0) }
    }
  }
}

/// What tells steps apart.
private struct StepKind: Hashable {
  var operatorClass: OperatorClass
  var kernel: String

  init(_ cost: OperatorCost) {
    (operatorClass, kernel) = (cost.operatorClass, cost.kernel?.rawValue ?? "")
  }
}

private func measure(
  _ name: String, _ workload: Workload, _ team: WorkerTeam, _ model: TimeModel, rounds: Int
) throws -> [BenchmarkRow] {
  let pass = try WorkloadPass(workload, team: team)
  let runner = pass.runner
  let costs = runner.program.steps.map { step in
    workload.training == nil
      ? OperatorCost(step.op, tensors: step.tensors)
      : OperatorCost(training: step.op, tensors: step.tensors)
  }
  let predicted = costs.map(model.seconds)
  let steps = Dictionary(grouping: costs.indices) { StepKind(costs[$0]) }
  var measured: [StepKind: [Double]] = [:]
  var totals: [Double] = []
  try pass.run(profile: true)
  for _ in 0..<rounds {
    runner.resetProfile()
    try pass.run(profile: true)
    for (kind, steps) in steps {
      measured[kind, default: []].append(steps.reduce(0) { $0 + runner.stepSeconds[$1] })
    }
    totals.append(runner.stepSeconds.reduce(0, +))
  }
  let all = totals.quantile(0.5)
  let rows = steps.map { kind, steps in
    (kind, measured[kind] ?? [], steps.reduce(0) { $0 + predicted[$1] })
  }.filter { $0.1.quantile(0.5) > 0.005 * all && $0.2 > 0 }
    .sorted { ($1.1.quantile(0.5), $0.0.kernel) < ($0.1.quantile(0.5), $1.0.kernel) }
    .map { kind, values, seconds in
      let percent = Format.fixed(100 * values.quantile(0.5) / all, 1)
      return BenchmarkRow(
        contender: name,
        figure: "\(kind.operatorClass.rawValue), \(kind.kernel) (\(percent) % of time)",
        unit: "measured/predicted", values: values.map { $0 / seconds })
    }
  let sum = predicted.reduce(0, +)
  return rows + [
    BenchmarkRow(
      contender: name, figure: "all", unit: "measured/predicted", values: totals.map { $0 / sum })
  ]
}
