import Calibration
import CostModel
import Executor
import HardwareModel
import Kernels
import Models
import Quantities
import Workloads

/// A workload ready to run, with what its runs took.
struct PredictedPass {
  /// Seconds of one visit: a pass of a few milliseconds follows the moment, so that it is timed
  /// many times, at several moments.
  static let secondsPerVisit = 0.08
  /// A median is certain when half its confidence interval is this share of it.
  private static let tolerance = 0.03

  private let item: PredictionCase
  private let workload: Workload
  private let pass: WorkloadPass
  /// Seconds of a pass by the run's first calibration and by the one before the pass.
  private let first: Double
  private let before: TimeModel
  private var seconds: [Double] = []
  /// Seconds of the first pass, which warmed up.
  private(set) var roughSeconds: Double

  var requiredBytes: Int { pass.runner.requiredBytes }

  /// Nil where a kernel is missing or the workload needs too much memory.
  init?(
    _ item: PredictionCase, team: WorkerTeam, first: TimeModel, before: TimeModel
  ) throws {
    guard let workload = item.workload(lanes: team.count) else { return nil }
    do {
      pass = try WorkloadPass(workload, team: team)
    } catch let error as UserError where error.kind == .impossible {
      return nil
    }
    (self.item, self.workload, self.before) = (item, workload, before)
    self.first = Self.seconds(workload, first)
    roughSeconds = try Self.time(pass)
  }

  private static func seconds(_ workload: Workload, _ model: TimeModel) -> Double {
    workload.training.map { model.seconds(trainingStep: $0) }
      ?? model.seconds(inference: workload.forward)
  }

  private static func time(_ pass: WorkloadPass, profile: Bool = false) throws -> Double {
    let start = ContinuousClock.now
    try pass.run(profile: profile)
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// Whether another visit would say more: two at least, three within `limit` seconds, and more of
  /// them while the median is uncertain.
  func isOpen(after visits: Int, limit: Double) -> Bool {
    if visits < 2 { return true }
    let left = limit - seconds.reduce(0, +) - max(Self.secondsPerVisit, roughSeconds)
    return left > 0 && (visits < 3 || Certainty.halfWidth(ofMedian: seconds) > Self.tolerance)
  }

  /// Whether taking each step's time is no part of a pass's time worth mentioning.
  private var isLong: Bool { roughSeconds > Self.secondsPerVisit }

  /// Times passes, short ones after one that brings back what others took from the caches.
  mutating func visit() throws {
    if !isLong { roughSeconds = try Self.time(pass) }
    let profile = isLong
    var spent = 0.0
    repeat {
      seconds.append(try Self.time(pass, profile: profile))
      spent += seconds.last ?? 0
    } while spent < Self.secondsPerVisit
  }

  /// What the record needs of the steps: each kernel's measured seconds in a pass, and its costs.
  func profile() throws -> PassProfile {
    let start = ContinuousClock.now
    while pass.runner.profiledRuns == 0
      || pass.runner.profiledRuns < 5
        && (ContinuousClock.now - start) / .seconds(1) < Self.secondsPerVisit / 2
    {
      try pass.run(profile: true)
    }
    return PassProfile(pass.runner, trains: workload.training != nil)
  }

  /// The record, with the prediction of a calibration made after the measurement.
  func record(_ profile: PassProfile, after: TimeModel, _ run: PredictionRecord.Run)
    -> PredictionRecord
  {
    PredictionRecord(
      name: item.name, model: item.profile.id, task: item.variant.task.rawValue,
      type: item.variant.type, run: run, predictedFirst: first,
      before: Self.seconds(workload, before), after: Self.seconds(workload, after),
      seconds: seconds, kernels: profile.kernels(before, after))
  }
}

/// Seconds and costs of a profiled pass by kernel.
struct PassProfile {
  private var steps: [(cost: OperatorCost, seconds: Double)]

  fileprivate init(_ runner: ProgramRunner, trains: Bool) {
    let runs = Double(max(1, runner.profiledRuns))
    steps = zip(runner.program.steps, runner.stepSeconds).map { step, seconds in
      let cost =
        trains
        ? OperatorCost(training: step.op, tensors: step.tensors)
        : OperatorCost(step.op, tensors: step.tensors)
      return (cost, seconds / runs)
    }
  }

  /// Sums, predicted by the mean of two calibrations, in the order of the names.
  func kernels(_ before: TimeModel, _ after: TimeModel) -> [PredictionRecord.Part] {
    var parts: [String: PredictionRecord.Part] = [:]
    for (cost, seconds) in steps {
      let kernel = cost.kernel?.rawValue ?? ""
      parts[
        "\(cost.operatorClass.rawValue) \(kernel)",
        default: PredictionRecord.Part(operatorClass: cost.operatorClass, kernel: kernel)
      ].add(
        measured: seconds, predicted: (before.seconds(cost) + after.seconds(cost)) / 2)
    }
    return parts.sorted { $0.key < $1.key }.map(\.value)
  }
}
