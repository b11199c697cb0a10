import CostModel
import Executor
import Kernels
import Models
import Quantities
import Workloads

/// One workload of a catalogue model, to be predicted and measured.
struct PredictionCase: Sendable {
  struct Variant: Hashable, Sendable {
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
  /// Most memory of a workload that is one for a processor.
  static let mostBytes = 3 << 30

  let profile: ModelProfile
  let variant: Variant
  /// Seconds of a pass by `WorkloadSketch`'s yardstick.
  let roughSeconds: Double

  var name: String { Self.name(profile, variant) }

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

  /// The workload and its memory; nil when it needs too much on so many lanes.
  func workload(lanes: Int) -> (workload: Workload, bytes: Int)? {
    guard let workload = Self.workload(profile, variant) else { return nil }
    let bytes =
      if let training = workload.training {
        try? TrainingRunner.requiredBytes(training, lanes: lanes)
      } else {
        try? InferenceRunner.requiredBytes(workload.forward, lanes: lanes)
      }
    guard let bytes, bytes < Self.mostBytes else { return nil }
    return (workload, bytes)
  }

  /// About what it takes to make the workload ready and to measure it.
  private var measurementSeconds: Double { 0.6 + 4 * roughSeconds }

  /// Those of one of several parts that take about as long to measure, in the same order; a model's
  /// are in one part. The longest models first, each to the part that has the least so far (Graham,
  /// SIAM J. Appl. Math. 17(2), 1969).
  static func part(_ part: BenchmarkOptions.Part, of cases: [PredictionCase]) -> [PredictionCase] {
    var models: [String: Double] = [:]
    for item in cases { models[item.profile.id, default: 0] += item.measurementSeconds }
    var sums = [Double](repeating: 0, count: part.of)
    var own: Set<String> = []
    for (model, seconds) in models.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      let least = sums.indices.min { sums[$0] < sums[$1] } ?? 0
      sums[least] += seconds
      if least == part.number - 1 { own.insert(model) }
    }
    return cases.filter { own.contains($0.profile.id) }
  }
}

/// What a model's pass at batch 1 is made of: enough to tell alike workloads and long ones, without
/// a calibration, so that every run on as many cores chooses the same.
struct WorkloadSketch: Sendable {
  var kernels: Set<Kernel>
  /// Seconds on cores that do 100 GFLOP/s in fp32 and move 10 GB/s each.
  var seconds: Double

  /// Nil when the model takes no such workload.
  init?(_ profile: ModelProfile, _ task: WorkloadTask, lanes: Int) {
    guard
      let workload = PredictionCase.workload(
        profile, PredictionCase.Variant(task: task, batch: 1, type: "fp32"))
    else { return nil }
    var tally = WorkTally(forward: workload.forward)
    if let training = workload.training {
      tally.add(WorkTally(backward: training))
      tally.add(WorkTally(optimizer: training))
    }
    kernels = Set(tally.entries.compactMap(\.cost.kernel))
    seconds = tally.entries.reduce(0) {
      let cost = $1.cost
      let one = Double(cost.hardwareFlops) / 1e11 + Double(cost.movedBytes) / 1e10
      return $0 + Double($1.count) * one / Double(lanes)
    }
  }

  /// The same of a workload with a batch and format of its own; twice as fast in 16 bits.
  func seconds(_ variant: PredictionCase.Variant) -> Double {
    seconds * Double(variant.batch) / (variant.type == "fp32" ? 1 : 2)
  }
}
