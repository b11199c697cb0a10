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
  /// Visits of every workload at least.
  static let leastVisits = 3
  /// Visits agree when their medians are no further apart than this share.
  private static let tolerance = 0.08

  private let item: PredictionCase
  private let workload: Workload
  private let footprintBytes: Int
  private let pass: WorkloadPass
  private var seconds: [Double] = []
  /// Medians of the visits.
  private var visits: [Double] = []
  /// Seconds of the first pass, which warmed up.
  private(set) var roughSeconds: Double

  var requiredBytes: Int { pass.runner.requiredBytes }

  /// Nil where a kernel is missing or the workload needs too much memory.
  init?(_ item: PredictionCase, team: WorkerTeam) throws {
    guard let (workload, bytes) = item.workload(lanes: team.count) else { return nil }
    do {
      pass = try WorkloadPass(workload, team: team)
    } catch let error as UserError where error.kind == .impossible {
      return nil
    }
    (self.item, self.workload, footprintBytes) = (item, workload, bytes)
    roughSeconds = try Self.time(pass)
  }

  private static func time(_ pass: WorkloadPass, profile: Bool = false) throws -> Double {
    let start = ContinuousClock.now
    try pass.run(profile: profile)
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// Whether another visit would say more: three at least, and more of them within `limit` seconds
  /// while they disagree.
  func isOpen(limit: Double) -> Bool {
    if visits.count < Self.leastVisits { return true }
    let left = limit - seconds.reduce(0, +) - max(Self.secondsPerVisit, roughSeconds)
    let apart = (visits.max() ?? 0) - (visits.min() ?? 0)
    return left > 0 && apart > Self.tolerance * visits.median
  }

  /// Whether taking each step's time is no part of a pass's time worth mentioning.
  private var isLong: Bool { roughSeconds > Self.secondsPerVisit }

  /// Times passes, short ones after one that brings back what others took from the caches.
  mutating func visit() throws {
    if !isLong { roughSeconds = try Self.time(pass) }
    let profile = isLong
    var visit: [Double] = []
    repeat {
      visit.append(try Self.time(pass, profile: profile))
    } while visit.reduce(0, +) < Self.secondsPerVisit
    seconds += visit
    visits.append(visit.median)
  }

  /// What is kept of it, with each kernel's measured seconds in a pass and its costs.
  /// Short passes are profiled after one that brings back what others took from the caches.
  mutating func measured(others: Double) throws -> MeasuredPass {
    if !isLong { roughSeconds = try Self.time(pass) }
    let start = ContinuousClock.now
    while pass.runner.profiledRuns == 0
      || pass.runner.profiledRuns < 5
        && (ContinuousClock.now - start) / .seconds(1) < Self.secondsPerVisit / 2
    {
      try pass.run(profile: true)
    }
    return MeasuredPass(
      item: item, workload: workload, footprintBytes: footprintBytes, seconds: seconds,
      profile: PassProfile(pass.runner, trains: workload.training != nil), others: others)
  }
}

/// A workload that was measured, to be predicted when all calibrations of the run are there.
struct MeasuredPass {
  fileprivate let item: PredictionCase
  fileprivate let workload: Workload
  /// All memory that it uses.
  fileprivate let footprintBytes: Int
  fileprivate let seconds: [Double]
  fileprivate let profile: PassProfile
  /// Share of the processors that other programs had meanwhile.
  fileprivate let others: Double

  /// What is known before the prediction.
  var row: BenchmarkRow {
    BenchmarkRow(
      contender: item.name, figure: "measured", unit: "ms", values: seconds.map { 1000 * $0 })
  }

  /// The record, with the prediction of all calibrations together and those of each alone.
  func record(
    _ model: TimeModel, alone: [TimeModel], part: String, cases: Int
  ) -> PredictionRecord {
    let residence = Residence(
      model.device.cached, forward: workload.forward, isTraining: workload.training != nil,
      footprintBytes: footprintBytes)
    return PredictionRecord(
      name: item.name, model: item.profile.id, task: item.variant.task.rawValue,
      type: item.variant.type,
      run: PredictionRecord.Run(part: part, cases: cases, others: others),
      predicted: seconds(by: model), alone: alone.map { seconds(by: $0) }, seconds: seconds,
      kernels: profile.kernels { cost in
        model.seconds(cost, cached: residence.share(cost))
      })
  }

  private func seconds(by model: TimeModel) -> Double {
    workload.training.map { model.seconds(trainingStep: $0, footprintBytes: footprintBytes) }
      ?? model.seconds(inference: workload.forward, footprintBytes: footprintBytes)
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

  /// Sums, in the order of the names.
  func kernels(_ predicted: (OperatorCost) -> Double) -> [PredictionRecord.Part] {
    var parts: [String: PredictionRecord.Part] = [:]
    for (cost, seconds) in steps {
      let kernel = cost.kernel?.rawValue ?? ""
      parts[
        "\(cost.operatorClass.rawValue) \(kernel)",
        default: PredictionRecord.Part(operatorClass: cost.operatorClass, kernel: kernel)
      ].add(measured: seconds, predicted: predicted(cost))
    }
    return parts.sorted { $0.key < $1.key }.map(\.value)
  }
}
