import Executor
import Graph
import Kernels
import Models
import Quantities
import Workloads

/// Where the time of a pass goes, by kind of operator.
///
/// Of each step the shortest time of all rounds counts, so that a busy machine disturbs little;
/// steps that run tile by tile are timed on the first lane. Beside it stands what bytes of operands
/// that is a second, each operand counted once a step, wherever it lies.
let profileBenchmark = Benchmark(
  name: "profile", summary: "share of a pass's time by kind of operator, fastest of all rounds"
) { options in
  try withBenchmarkTeam { team in
    let cases: [(WorkloadTask, String, Int, Int?)] = [
      (.infer, "bert-base", 8, 128), (.infer, "vit-b-16", 8, nil), (.pretrain, "bert-base", 8, 128),
      (.pretrain, "gpt2", 4, 256), (.infer, "nnunet-3d-fullres", 1, nil),
      (.pretrain, "nnunet-3d-fullres", 1, nil), (.pretrain, "resnet50", 4, nil),
      (.pretrain, "convnext_tiny", 4, nil), (.pretrain, "efficientnet_b0", 4, nil),
      (.pretrain, "swin_small_patch4_window7_224", 2, nil),
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
  var byKind: [String: (time: Double, bytes: Int)] = [:]
  for (step, time) in zip(program.steps, fastest) {
    let kind = String("\(step.op.kind)".prefix { $0 != "(" })
    let operands = step.op.inputs + step.op.outputs
    let bytes = operands.reduce(0) { $0 + step.tensors[$1.index].bytes }
    let before = byKind[kind] ?? (0, 0)
    byKind[kind] = (before.time + time, before.bytes + bytes)
  }
  let total = byKind.values.reduce(0) { $0 + $1.time }
  func row(_ kind: String, _ unit: String, _ value: Double) -> BenchmarkRow {
    BenchmarkRow(contender: name, figure: kind, unit: unit, values: [value])
  }
  return byKind.sorted { ($1.value.time, $0.key) < ($0.value.time, $1.key) }.flatMap { kind, sum in
    [
      row(kind, "ms", 1e3 * sum.time), row(kind, "% of all", 100 * sum.time / total),
      row(kind, "GB/s", 1e-9 * Double(sum.bytes) / max(sum.time, 1e-9)),
    ]
  }
}
