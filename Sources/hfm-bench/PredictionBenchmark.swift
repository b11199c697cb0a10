import Calibration
import CostModel
import Executor
import HardwareDiscovery
import HardwareModel
import Kernels
import Models
import Quantities
import Workloads

/// Predicted against measured time of a pass of every catalogue model that this machine's kernels
/// run and that is small enough for a processor.
///
/// Entries of the catalogue with the same counts are one network and are measured once. The
/// calibration knows no model's shapes: all models are held out. It is made before and again
/// after the measurements; predictions rest on the first, and the second shows how far the machine
/// itself moved meanwhile. Fewer than 5 rounds calibrate quickly.
let predictionBenchmark = Benchmark(
  name: "predict",
  summary: "predicted and measured time of every CPU-sized model, and the mean absolute error"
) { options in
  let machine = try HardwareDiscovery.discover(.live)
  let pool = try WorkerPool(layout: PoolLayout(machine: machine))
  defer { pool.shutdown() }
  let team = try pool.lease(Array(pool.layout.workers.indices))
  defer { team.release() }
  let isQuick = options.rounds < 5
  let before = try Calibration.run(team: team, machine: machine, quick: isQuick)
  let model = TimeModel(device: before.device)
  var passes: [PredictedPass] = []
  var seen: Set<[Double]> = []
  for item in ModelCatalogue.builtIn.models {
    for variant in PredictedPass.variants {
      guard let pass = PredictedPass(item, variant, model, lanes: team.count),
        seen.insert(pass.identity).inserted
      else { continue }
      passes += try pass.measured(team, rounds: options.rounds).map { [$0] } ?? []
    }
  }
  let after = try Calibration.run(team: team, machine: machine, quick: isQuick)
  return passes.map(\.row)
    + summary(passes, before: before, after: TimeModel(device: after.device))
}

/// One workload with its prediction and, later, its measurements.
private struct PredictedPass {
  struct Variant {
    var task: WorkloadTask
    var batch: Int
    var type: String
  }

  /// Both tasks in both formats, each with another batch.
  static let variants = [
    Variant(task: .infer, batch: 1, type: "fp32"), Variant(task: .infer, batch: 4, type: "bf16"),
    Variant(task: .finetune, batch: 2, type: "fp32"),
    Variant(task: .finetune, batch: 1, type: "bf16"),
  ]
  /// More is no work for a processor: all measurements together would take an hour.
  static let longestSeconds = 1.0
  static let mostBytes = 3 << 30

  let name: String
  let variant: Variant
  let workload: Workload
  let predicted: Double
  /// Equal for workloads of equal counts.
  let identity: [Double]
  var seconds: [Double] = []

  /// Nil when the model takes no such workload or is too large for one.
  init?(_ profile: ModelProfile, _ variant: Variant, _ model: TimeModel, lanes: Int) {
    guard let precision = Precision(word: variant.type) else { return nil }
    // Texts and proteins get 128 tokens; models without a length of text have their own shapes.
    let workload = [128, nil].lazy.compactMap { length in
      try? Workload(
        profile,
        WorkloadRequest(
          task: variant.task, batch: variant.batch, sequence: length, precision: precision))
    }.first
    guard let workload else { return nil }
    let bytes: Int?
    if let training = workload.training {
      predicted = model.seconds(trainingStep: training)
      bytes = try? TrainingRunner.requiredBytes(training, lanes: lanes)
    } else {
      predicted = model.seconds(inference: workload.forward)
      bytes = try? InferenceRunner.requiredBytes(workload.forward, lanes: lanes)
    }
    guard predicted < Self.longestSeconds, let bytes, bytes < Self.mostBytes else { return nil }
    let kind = Self.variants.firstIndex { $0.task == variant.task && $0.type == variant.type } ?? 0
    identity = [predicted, Double(bytes), Double(kind)]
    name = "\(profile.id) \(variant.task.rawValue) batch \(variant.batch) \(variant.type)"
    self.variant = variant
    self.workload = workload
  }

  /// With up to `rounds` measured passes, at least three and else within a second; nil when a
  /// kernel is missing.
  func measured(_ team: WorkerTeam, rounds: Int) throws -> PredictedPass? {
    let pass: () throws -> Void
    do {
      if let training = workload.training {
        let trainer = try TrainingRunner(training, team: team)
        pass = { _ = try trainer.step() }
      } else {
        let inference = try InferenceRunner(workload.forward, team: team)
        pass = { try inference.run() }
      }
    } catch let error as UserError where error.kind == .impossible {
      return nil
    }
    try pass()
    var result = self
    let start = ContinuousClock.now
    while result.seconds.count < max(3, rounds) {
      let began = ContinuousClock.now
      try pass()
      result.seconds.append((ContinuousClock.now - began) / .seconds(1))
      let isLate = (ContinuousClock.now - start) / .seconds(1) > 1
      if isLate && result.seconds.count >= 3 { break }
    }
    return result
  }

  var median: Double { seconds.quantile(0.5) }
  /// (predicted − measured) / measured, in percent.
  var error: Double { 100 * (predicted - median) / median }

  func seconds(by model: TimeModel) -> Double {
    workload.training.map(model.seconds(trainingStep:))
      ?? model.seconds(inference: workload.forward)
  }

  var row: BenchmarkRow {
    let sign = error < 0 ? "" : "+"
    return BenchmarkRow(
      contender: name,
      figure: "predicted \(Format.fixed(1000 * predicted, 2)), error \(sign)"
        + "\(Format.fixed(error, 1)) %",
      unit: "ms", values: seconds.map { 1000 * $0 })
  }
}

/// Mean absolute errors by task and format, of all, and what else a reader must know to judge them.
private func summary(
  _ passes: [PredictedPass], before: CalibrationResult, after: TimeModel
) -> [BenchmarkRow] {
  func row(_ figure: String, _ values: [Double]) -> BenchmarkRow {
    BenchmarkRow(
      contender: "all models", figure: figure, unit: "%",
      values: [values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)])
  }
  func errors(_ isWanted: (PredictedPass) -> Bool) -> [Double] {
    passes.filter(isWanted).map { abs($0.error) }
  }
  let parts = [WorkloadTask.infer, .finetune].flatMap { task in
    ["fp32", "bf16"].map { type in
      let values = errors { $0.variant.task == task && $0.variant.type == type }
      return row("mean absolute error, \(values.count) of \(task.rawValue) in \(type)", values)
    }
  }
  let spreads = passes.map { 100 * ($0.seconds.quantile(0.9) / $0.median - 1) }
  let moved = passes.map { 100 * abs($0.seconds(by: after) / $0.predicted - 1) }
  let late = passes.map { 100 * abs($0.seconds(by: after) / $0.median - 1) }
  return parts + [
    row("mean absolute error, all \(passes.count)", errors { _ in true }),
    row("the same by a calibration made afterwards", late),
    row("how far the second calibration is from the first", moved),
    row("spread of a measurement: p90 over median", spreads),
    row(
      "held-out operators (\(before.fit.points)) of the calibration",
      [before.fit.meanAbsolutePercentageError]),
  ]
}
