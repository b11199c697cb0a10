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
/// Of workloads of one task, batch and format that run the same kernels and take about the same
/// time (the same power of two), the first is measured; the order goes through all families alike.
/// The calibration knows no model's shapes: all models are held out. The machine itself does not
/// keep its speed, so a probe is run while it is calibrated and beside each measurement; errors are
/// given as they are and with the prediction scaled by what the probe took then and now (the
/// products' part by a product, the rest by a sum).
///
/// Fewer than 5 rounds calibrate quickly, take one batch size a task and format, and leave out what
/// two minutes do not suffice for.
let predictionBenchmark = Benchmark(
  name: "predict",
  summary: "predicted and measured time of every CPU-sized model, and the mean absolute error"
) { options in
  let isQuick = options.rounds < 5
  return try withBenchmarkTeam { team, machine in
    let probe = try SpeedProbe(team: team)
    var speeds = [try probe.measure()]
    let calibration = try Calibration.run(
      team: team, machine: machine, quick: isQuick
    ) { _, _ in
      if let speed = try? probe.measure() { speeds.append(speed) }
    }
    let model = TimeModel(device: calibration.device)
    var passes: [PredictedPass] = []
    var seen: Set<PredictedPass.Kind> = []
    var leftOut = 0
    let start = ContinuousClock.now
    for item in spread(ModelCatalogue.builtIn.models) {
      for variant in PredictedPass.variants.prefix(isQuick ? 4 : 8) {
        guard let pass = PredictedPass(item, variant, model, lanes: team.count),
          options.includes(pass.name), seen.insert(pass.kind).inserted
        else { continue }
        guard !isQuick || (ContinuousClock.now - start) / .seconds(1) < longestRun else {
          leftOut += 1
          continue
        }
        let before = try probe.measure()
        guard var measured = try pass.measured(team, rounds: options.rounds, model) else {
          continue
        }
        measured.drift(from: .median(speeds), to: .median([before, try probe.measure()]))
        passes.append(measured)
        options.report([measured.row])
      }
    }
    let rest =
      leftOut == 0
      ? []
      : [
        BenchmarkRow(
          contender: "all models", figure: "left out for time", unit: "workloads",
          values: [Double(leftOut)])
      ]
    return passes.map(\.row) + classRows(passes) + summary(passes, calibration) + rest
  }
}

/// Seconds of measuring after which a quick run begins no further workload.
private let longestRun = 120.0

/// All models once, neighbours in the list far apart: every 89th of them, round by round.
private func spread(_ models: [ModelProfile]) -> [ModelProfile] {
  let stride = 89
  return (0..<stride).flatMap { first in
    Swift.stride(from: first, to: models.count, by: stride).map { models[$0] }
  }
}

/// One workload with its prediction and, later, its measurements.
private struct PredictedPass {
  struct Variant: Hashable {
    var task: WorkloadTask
    var batch: Int
    var type: String
  }

  /// Both tasks in both formats, each with another batch; then with each other's.
  static let variants = [
    Variant(task: .infer, batch: 1, type: "fp32"), Variant(task: .infer, batch: 4, type: "bf16"),
    Variant(task: .finetune, batch: 2, type: "fp32"),
    Variant(task: .finetune, batch: 1, type: "bf16"),
    Variant(task: .infer, batch: 4, type: "fp32"), Variant(task: .infer, batch: 1, type: "bf16"),
    Variant(task: .finetune, batch: 1, type: "fp32"),
    Variant(task: .finetune, batch: 2, type: "bf16"),
  ]
  /// More is no work for a processor: all measurements together would take an hour.
  static let longestSeconds = 0.5
  static let mostBytes = 2 << 30

  /// What two workloads have in common of which one is measured.
  struct Kind: Hashable {
    var variant: Variant
    var kernels: Set<Kernel>
    /// Exponent of two of the predicted seconds.
    var size: Int
  }

  let name: String
  let variant: Variant
  let workload: Workload
  let predicted: Double
  /// The part of it that products and convolutions take.
  let inProducts: Double
  /// The prediction at the speed that the machine had while the pass was measured.
  var predictedNow: Double
  let kind: Kind
  var seconds: [Double] = []
  /// Seconds by class of operator in one pass, measured and predicted.
  var classes: [OperatorClass: (measured: Double, predicted: Double)] = [:]

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
    kind = Kind(
      variant: variant, kernels: Set(tally.entries.compactMap(\.cost.kernel)),
      size: predicted.exponent)
    name = "\(profile.id) \(variant.task.rawValue) batch \(variant.batch) \(variant.type)"
    self.variant = variant
    self.workload = workload
  }

  /// With up to `rounds` measured passes, at least three and else within half a second, and a
  /// profiled one; nil when a kernel is missing.
  func measured(
    _ team: WorkerTeam, rounds: Int, _ model: TimeModel
  ) throws -> PredictedPass? {
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
      let isLate = (ContinuousClock.now - start) / .seconds(1) > 0.5
      if isLate && result.seconds.count >= 3 { break }
    }
    try pass.run(profile: true)
    for (step, time) in zip(pass.runner.program.steps, pass.runner.stepSeconds) {
      let cost = OperatorCost(step.op, tensors: step.tensors)
      let sums = result.classes[cost.operatorClass] ?? (0, 0)
      result.classes[cost.operatorClass] = (
        sums.measured + time, sums.predicted + model.seconds(cost)
      )
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

/// Predicted over measured time by class of operator, each pass weighing the same.
private func classRows(_ passes: [PredictedPass]) -> [BenchmarkRow] {
  OperatorClass.allCases.compactMap { kind in
    let shares = passes.map { pass in
      let all = pass.classes.values.reduce(0) { $0 + $1.measured }
      let part = pass.classes[kind] ?? (0, 0)
      return all > 0 ? (part.measured / all, part.predicted / all) : (0, 0)
    }
    let (measured, predicted) = shares.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
    guard measured > 0 else { return nil }
    let share = Format.fixed(100 * measured / Double(passes.count), 1)
    return BenchmarkRow(
      contender: "all models", figure: "\(kind.rawValue), \(share) % of the time",
      unit: "predicted/measured", values: [predicted / measured])
  }
}

/// Mean absolute errors by task and format, of all, and what else a reader must know to judge them.
private func summary(
  _ passes: [PredictedPass], _ calibration: CalibrationResult
) -> [BenchmarkRow] {
  func row(_ figure: String, _ values: [Double]) -> BenchmarkRow? {
    values.isEmpty
      ? nil
      : BenchmarkRow(
        contender: "all models", figure: figure, unit: "%",
        values: [values.reduce(0, +) / Double(values.count)])
  }
  let parts = [WorkloadTask.infer, .finetune].flatMap { task in
    ["fp32", "bf16"].compactMap { type in
      let values = passes.filter { $0.variant.task == task && $0.variant.type == type }
        .map { abs($0.error) }
      return row("mean absolute error, \(values.count) of \(task.rawValue) in \(type)", values)
    }
  }
  let drifts = passes.map { 100 * abs($0.predictedNow / $0.predicted - 1) }
  let whole = [
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
  return parts + whole.compactMap { $0 }
}
