import Calibration
import CostModel
import Executor
import HardwareModel
import Kernels
import Models
import Quantities
import Workloads

/// Predicted against measured time of a pass of every catalogue model that this machine's kernels
/// run and that is small enough for a processor.
///
/// Entries of the catalogue with the same counts are one network and are measured once. The
/// calibration knows no model's shapes: all models are held out. The machine itself does not keep
/// its speed, so a probe is run while it is calibrated and beside each measurement; errors are
/// given as they are and with the prediction scaled by what the probe took then and now (the
/// products' part by a product, the rest by a sum). Fewer than 5 rounds calibrate quickly.
let predictionBenchmark = Benchmark(
  name: "predict",
  summary: "predicted and measured time of every CPU-sized model, and the mean absolute error"
) { options in
  try withBenchmarkTeam { team, machine in
    let probe = try SpeedProbe(team: team)
    var speeds = [try probe.measure()]
    let calibration = try Calibration.run(
      team: team, machine: machine, quick: options.rounds < 5
    ) { _, _ in
      if let speed = try? probe.measure() { speeds.append(speed) }
    }
    let model = TimeModel(device: calibration.device)
    var passes: [PredictedPass] = []
    var seen: Set<[Double]> = []
    for item in ModelCatalogue.builtIn.models {
      for variant in PredictedPass.variants {
        guard let pass = PredictedPass(item, variant, model, lanes: team.count),
          options.includes(pass.name), seen.insert(pass.identity).inserted
        else { continue }
        let before = try probe.measure()
        guard var measured = try pass.measured(team, rounds: options.rounds) else { continue }
        measured.drift(from: .median(speeds), to: .median([before, try probe.measure()]))
        passes.append(measured)
      }
    }
    return passes.map(\.row) + summary(passes, calibration)
  }
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
  /// The part of it that products and convolutions take.
  let inProducts: Double
  /// The prediction at the speed that the machine had while the pass was measured.
  var predictedNow: Double
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
    var tally = WorkTally(forward: workload.forward)
    if let training = workload.training {
      predicted = model.seconds(trainingStep: training)
      tally.add(WorkTally(backward: training))
      bytes = try? TrainingRunner.requiredBytes(training, lanes: lanes)
    } else {
      predicted = model.seconds(inference: workload.forward)
      bytes = try? InferenceRunner.requiredBytes(workload.forward, lanes: lanes)
    }
    inProducts = tally.entries.filter(\.cost.operatorClass.workIsFlops).reduce(0) {
      $0 + Double($1.count) * model.seconds($1.cost)
    }
    predictedNow = predicted
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
    let pass: WorkloadPass
    do {
      pass = try WorkloadPass(workload, team: team)
    } catch let error as UserError where error.kind == .impossible {
      return nil
    }
    try pass.run()
    var result = self
    let start = ContinuousClock.now
    while result.seconds.count < max(3, rounds) {
      let began = ContinuousClock.now
      try pass.run()
      result.seconds.append((ContinuousClock.now - began) / .seconds(1))
      let isLate = (ContinuousClock.now - start) / .seconds(1) > 1
      if isLate && result.seconds.count >= 3 { break }
    }
    return result
  }

  var median: Double { seconds.quantile(0.5) }
  /// (predicted − measured) / measured, in percent.
  var error: Double { 100 * (predicted - median) / median }

  /// The same of the prediction for the speed of the moment.
  var errorNow: Double { 100 * (predictedNow - median) / median }

  mutating func drift(from: SpeedProbe.Speed, to: SpeedProbe.Speed) {
    predictedNow =
      inProducts * to.product / from.product + (predicted - inProducts) * to.sum / from.sum
  }

  var row: BenchmarkRow {
    func signed(_ value: Double) -> String { (value < 0 ? "" : "+") + Format.fixed(value, 1) }
    return BenchmarkRow(
      contender: name,
      figure: "predicted \(Format.fixed(1000 * predicted, 2)), error \(signed(error)) %, at the "
        + "speed of the moment \(signed(errorNow)) %",
      unit: "ms", values: seconds.map { 1000 * $0 })
  }
}

/// Mean absolute errors by task and format, of all, and what else a reader must know to judge them.
private func summary(
  _ passes: [PredictedPass], _ calibration: CalibrationResult
) -> [BenchmarkRow] {
  func row(_ figure: String, _ values: [Double]) -> BenchmarkRow {
    BenchmarkRow(
      contender: "all models", figure: figure, unit: "%",
      values: [values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)])
  }
  let parts = [WorkloadTask.infer, .finetune].flatMap { task in
    ["fp32", "bf16"].map { type in
      let values = passes.filter { $0.variant.task == task && $0.variant.type == type }
        .map { abs($0.error) }
      return row("mean absolute error, \(values.count) of \(task.rawValue) in \(type)", values)
    }
  }
  let drifts = passes.map { 100 * abs($0.predictedNow / $0.predicted - 1) }
  return parts + [
    row("mean absolute error, all \(passes.count)", passes.map { abs($0.error) }),
    row("the same at the speed of the moment", passes.map { abs($0.errorNow) }),
    row("how far the machine's speed was from the calibration's", drifts),
    row(
      "spread of a measurement: p90 over median",
      passes.map { 100 * ($0.seconds.quantile(0.9) / $0.median - 1) }),
    row(
      "held-out operators (\(calibration.fit.points)) of the calibration",
      [calibration.fit.meanAbsolutePercentageError]),
  ]
}
