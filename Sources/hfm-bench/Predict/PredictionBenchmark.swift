import Calibration
import CostModel
import Executor
import HardwareModel
import Models
import Quantities

/// Predicted against measured time of a pass of every catalogue model that this machine's kernels
/// run and that is small enough for a processor (`PredictionChoice`).
///
/// The calibration knows no model's shapes: all models are held out. The machine itself does not
/// keep its speed: so passes are measured in groups, each at several moments of its group, and
/// predicted by the mean of the calibrations before and after the group. What the run's first one
/// makes of them is told beside that.
///
/// Fewer than 5 rounds calibrate quickly and take one batch size a task and format. `--part 2/12`
/// takes a part of the cases that takes a twelfth of the time, `--seconds` leaves out what is not
/// begun by then, and `--only` takes those whose names contain a word. `--save FILE` appends what
/// was measured to a file, group by group, and leaves out what the file has already, unless other
/// programs disturbed it then; `--join FILE` prints the tables of such files instead of measuring.
/// So all cases can be measured in pieces.
let predictionBenchmark = Benchmark(
  name: "predict",
  summary: "predicted and measured time of every CPU-sized model, and the mean absolute error"
) { options in
  if !options.join.isEmpty {
    let records = try PredictionFile.records(options.join)
    return records.map(\.row) + PredictionSummary(records: records).rows
  }
  return try withBenchmarkTeam { team, machine in
    var run = PredictionRun(team: team, machine: machine, options: options)
    try run.measure()
    return run.records.map(\.row)
      + PredictionSummary(records: run.records, operatorErrors: run.operatorErrors).rows
  }
}

/// Passes in groups, a calibration before and after each.
private struct PredictionRun {
  let team: WorkerTeam
  let machine: Machine
  let options: BenchmarkOptions
  private(set) var records: [PredictionRecord] = []
  /// Mean absolute errors of the calibrations on operators held out, in percent.
  private(set) var operatorErrors: [Double] = []
  private let start = ContinuousClock.now

  init(team: WorkerTeam, machine: Machine, options: BenchmarkOptions) {
    (self.team, self.machine, self.options) = (team, machine, options)
  }

  private var isQuick: Bool { options.rounds < 5 }
  /// Seconds of passes between calibrations: about three times what those take.
  private var groupSeconds: Double { isQuick ? 30 : 120 }
  /// Seconds that a workload's passes may take.
  private var passSeconds: Double { isQuick ? 1.5 : 6 }
  /// Memory of a group's workloads, which are all ready at the same time.
  private static let groupBytes = 6 << 30

  mutating func measure() throws {
    let all = try PredictionChoice.cases(team: team, variants: isQuick ? 4 : 8)
    let known = try options.save.map(PredictionFile.undisturbed) ?? []
    let cases = PredictionCase.part(options.part, of: all).filter {
      options.includes($0.name) && !known.contains($0.name)
    }
    if cases.isEmpty { return }
    let first = TimeModel(device: try calibrate())
    var latest = first
    var next = 0
    while next < cases.count, isInTime {
      var group: [PredictedPass] = []
      let began = ContinuousClock.now
      let ticks = ProcessorCounters.foreignTime()
      while next < cases.count, isInTime, isOpen(group, since: began) {
        defer { next += 1 }
        guard
          let pass = try PredictedPass(cases[next], team: team, first: first, before: latest)
        else { continue }
        group.append(pass)
      }
      if !group.isEmpty { latest = try finish(group, cases: all.count, since: ticks) }
    }
  }

  private var isInTime: Bool {
    options.seconds.map { (ContinuousClock.now - start) / .seconds(1) < $0 } ?? true
  }

  /// Whether a group takes another workload.
  private func isOpen(_ group: [PredictedPass], since start: ContinuousClock.Instant) -> Bool {
    let seconds = group.reduce(0) {
      $0 + min(passSeconds, 4 * max(PredictedPass.secondsPerVisit, $1.roughSeconds))
    }
    return group.reduce(0) { $0 + $1.requiredBytes } < Self.groupBytes
      && seconds + (ContinuousClock.now - start) / .seconds(1) < groupSeconds
  }

  private mutating func calibrate() throws -> Device {
    let result = try Calibration.run(team: team, machine: machine, quick: isQuick)
    operatorErrors.append(result.fit.meanAbsolutePercentageError)
    return result.device
  }

  /// Measures a group, calibrates again, and keeps what the group tells.
  private mutating func finish(
    _ group: [PredictedPass], cases: Int, since ticks: (foreign: Int, total: Int)?
  ) throws -> TimeModel {
    var group = group
    for visit in 0..<max(2, options.rounds) {
      for index in group.indices where group[index].isOpen(after: visit, limit: passSeconds) {
        try group[index].visit()
      }
    }
    let profiles = try group.map { try $0.profile() }
    let model = TimeModel(device: try calibrate())
    let information = PredictionRecord.Run(
      part: "\(options.part.number)/\(options.part.of)", cases: cases,
      others: Self.others(since: ticks))
    let found = zip(group, profiles).map { $0.record($1, after: model, information) }
    records += found
    options.report(found.map(\.row))
    if let path = options.save { try PredictionFile.append(found, to: path) }
    return model
  }
}

extension PredictionRun {
  /// Share of the processors that other programs had since the counters stood so; 0 where the
  /// system does not tell.
  fileprivate static func others(since before: (foreign: Int, total: Int)?) -> Double {
    guard let before, let now = ProcessorCounters.foreignTime(), now.total > before.total else {
      return 0
    }
    return Double(max(0, now.foreign - before.foreign)) / Double(now.total - before.total)
  }
}
