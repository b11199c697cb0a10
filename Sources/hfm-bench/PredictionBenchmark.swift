import Calibration
import CostModel
import Executor
import HardwareModel
import Models
import Quantities

/// Predicted against measured time of a pass of every catalogue model that this machine's kernels
/// run and that is small enough for a processor.
///
/// Of workloads of one task, batch and format that run the same kernels and take about the same
/// time (the same power of two), the first is measured; the order goes through all families alike.
/// The calibration knows no model's shapes: all models are held out. The machine itself does not
/// keep its speed: so it is calibrated again between groups of passes, and a pass is predicted by
/// the mean of the calibrations before and after its group. What the run's first one makes of it is
/// told beside that.
///
/// Fewer than 5 rounds calibrate quickly, take one batch size a task and format, and leave out what
/// two minutes do not suffice for; `--seconds` sets another limit, `--part 1/4` takes a quarter of
/// the models, and `--only` those whose names contain a word, so that a thorough run can be made in
/// pieces.
let predictionBenchmark = Benchmark(
  name: "predict",
  summary: "predicted and measured time of every CPU-sized model, and the mean absolute error"
) { options in
  try withBenchmarkTeam { team, machine in
    var run = PredictionRun(team: team, machine: machine, options: options)
    try run.measure()
    return run.passes.map(\.row)
      + PredictionSummary(
        passes: run.passes, calibrations: run.calibrations, leftOut: run.leftOut
      ).rows
  }
}

/// Passes in groups, a calibration before and after each.
private struct PredictionRun {
  let team: WorkerTeam
  let machine: Machine
  let options: BenchmarkOptions
  private(set) var passes: [PredictedPass] = []
  private(set) var calibrations: [CalibrationResult] = []
  private(set) var leftOut = 0
  /// Passes from here on still lack the calibration after them.
  private var open = 0
  private let start = ContinuousClock.now

  init(team: WorkerTeam, machine: Machine, options: BenchmarkOptions) {
    (self.team, self.machine, self.options) = (team, machine, options)
  }

  private var isQuick: Bool { options.rounds < 5 }
  /// Seconds after which no further workload is begun.
  private var longest: Double { options.seconds ?? (isQuick ? 120 : .infinity) }
  /// Seconds of passes between calibrations: about twice what those take.
  private var groupSeconds: Double { isQuick ? 20 : 120 }

  mutating func measure() throws {
    let first = TimeModel(device: try calibrate())
    var latest = first
    var seen: Set<PredictedPass.Kind> = []
    var groupStart = ContinuousClock.now
    for profile in spread(ModelCatalogue.builtIn.models) where options.part.includes(profile.id) {
      for variant in PredictedPass.variants.prefix(isQuick ? 4 : 8) {
        guard
          let pass = PredictedPass(
            profile, variant, first: first, latest: latest, lanes: team.count),
          options.includes(pass.name), seen.insert(pass.kind).inserted
        else { continue }
        guard (ContinuousClock.now - start) / .seconds(1) < longest else {
          leftOut += 1
          continue
        }
        guard let measured = try pass.measured(team, rounds: options.rounds, latest) else {
          continue
        }
        passes.append(measured)
        if (ContinuousClock.now - groupStart) / .seconds(1) > groupSeconds {
          latest = try closeGroup()
          groupStart = ContinuousClock.now
        }
      }
    }
    if open < passes.count { _ = try closeGroup() }
  }

  private mutating func calibrate() throws -> Device {
    let result = try Calibration.run(team: team, machine: machine, quick: isQuick)
    calibrations.append(result)
    return result.device
  }

  /// Calibrates again and tells the group's passes.
  private mutating func closeGroup() throws -> TimeModel {
    let model = TimeModel(device: try calibrate())
    for index in open..<passes.count { passes[index].predict(after: model) }
    options.report(passes[open...].map(\.row))
    open = passes.count
    return model
  }

  /// All models once, neighbours in the list far apart: every 89th of them, round by round.
  private func spread(_ models: [ModelProfile]) -> [ModelProfile] {
    let stride = 89
    return (0..<stride).flatMap { first in
      Swift.stride(from: first, to: models.count, by: stride).map { models[$0] }
    }
  }
}
