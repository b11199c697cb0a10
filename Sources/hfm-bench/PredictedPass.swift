import CostModel
import Executor
import HardwareModel
import Kernels
import Models
import Quantities
import Workloads

/// One workload with its predictions and, later, its measurements.
struct PredictedPass {
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
  let model: String
  let variant: Variant
  let workload: Workload
  let kind: Kind
  /// Seconds as the run's first calibration has them.
  let predictedFirst: Double
  /// As the calibrations just before and just after the measurement have them.
  var before: Double
  var after: Double
  var seconds: [Double] = []
  /// Seconds by class of operator in one pass, measured and predicted.
  var classes: [OperatorClass: (measured: Double, predicted: Double)] = [:]

  /// Nil when the model takes no such workload or is too large for one.
  /// - Parameters:
  ///   - first: the run's first calibration.
  ///   - latest: the last one before the measurement.
  init?(
    _ profile: ModelProfile, _ variant: Variant, first: TimeModel, latest: TimeModel, lanes: Int
  ) {
    guard let workload = Self.workload(profile, variant) else { return nil }
    self.workload = workload
    predictedFirst = Self.seconds(workload, first)
    before = Self.seconds(workload, latest)
    after = before
    let bytes: Int?
    var tally = WorkTally(forward: workload.forward)
    if let training = workload.training {
      tally.add(WorkTally(backward: training))
      bytes = try? TrainingRunner.requiredBytes(training, lanes: lanes)
    } else {
      bytes = try? InferenceRunner.requiredBytes(workload.forward, lanes: lanes)
    }
    guard predictedFirst < Self.longestSeconds, let bytes, bytes < Self.mostBytes else {
      return nil
    }
    kind = Kind(
      variant: variant, kernels: Set(tally.entries.compactMap(\.cost.kernel)),
      size: predictedFirst.exponent)
    name = Self.name(profile, variant)
    model = profile.id
    self.variant = variant
  }

  static func name(_ profile: ModelProfile, _ variant: Variant) -> String {
    "\(profile.id) \(variant.task.rawValue) batch \(variant.batch) \(variant.type)"
  }

  /// Nil when the model takes no such workload.
  static func workload(_ profile: ModelProfile, _ variant: Variant) -> Workload? {
    guard let precision = Precision(word: variant.type) else { return nil }
    // Texts and proteins get 128 tokens; models without a length of text have their own shapes.
    return [128, nil].lazy.compactMap { length in
      try? Workload(
        profile,
        WorkloadRequest(
          task: variant.task, batch: variant.batch, sequence: length, precision: precision))
    }.first
  }

  private static func seconds(_ workload: Workload, _ model: TimeModel) -> Double {
    workload.training.map { model.seconds(trainingStep: $0) }
      ?? model.seconds(inference: workload.forward)
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
    let isTraining = workload.training != nil
    for (step, time) in zip(pass.runner.program.steps, pass.runner.stepSeconds) {
      let cost = OperatorCost(step.op, tensors: step.tensors)
      let sums = result.classes[cost.operatorClass] ?? (0, 0)
      result.classes[cost.operatorClass] = (
        sums.measured + time,
        sums.predicted + model.seconds(isTraining ? cost.ofTrainedWeight : cost)
      )
    }
    return result
  }

  /// The prediction of a calibration made after the measurement.
  mutating func predict(after model: TimeModel) { after = Self.seconds(workload, model) }

  /// Seconds as both calibrations beside the measurement have them.
  var predicted: Double { (before + after) / 2 }
  /// How far the two are apart, as a share: how far the machine itself moved.
  var drift: Double { predicted > 0 ? abs(after - before) / predicted : 0 }

  var median: Double { seconds.quantile(0.5) }
  /// (predicted − measured) / measured, in percent.
  var error: Double { 100 * (predicted - median) / median }
  /// The same of the first calibration's prediction.
  var errorFirst: Double { 100 * (predictedFirst - median) / median }

  var row: BenchmarkRow {
    func signed(_ value: Double) -> String { (value < 0 ? "" : "+") + Format.fixed(value, 1) }
    return BenchmarkRow(
      contender: name,
      figure: "predicted \(Format.fixed(1000 * predicted, 2)), error \(signed(error)) %, by the "
        + "first calibration \(signed(errorFirst)) %",
      unit: "ms", values: seconds.map { 1000 * $0 })
  }
}
