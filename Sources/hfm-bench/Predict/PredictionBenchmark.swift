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
/// keep its speed, and its slow moments would fall on whatever is measured in them: so passes are
/// measured in groups, each at several moments of its group, and between the groups the machine is
/// calibrated, three times at least. All passes of the run are predicted by one profile, fitted to
/// each operator's median over these calibrations; what each alone makes of them is told beside it.
///
/// Fewer than 5 rounds calibrate quickly and take one batch size a task and format. `--part 2/12`
/// takes a part of the cases that takes a twelfth of the time, `--seconds` leaves out what is not
/// begun by then, and `--only` takes those whose names contain a word. `--save FILE` appends what
/// was measured to a file, and leaves out what the file has already, unless other programs
/// disturbed it then; `--join FILE` prints the tables of such files instead of measuring. So all
/// cases can be measured in pieces.
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
    let records = run.records
    if let path = options.save { try PredictionFile.append(records, to: path) }
    return records.map(\.row)
      + PredictionSummary(records: records, operatorErrors: run.operatorErrors).rows
  }
}

/// Passes in groups, with calibrations before, between and after them.
private struct PredictionRun {
  let team: WorkerTeam
  let machine: Machine
  let options: BenchmarkOptions
  private var cases = 0
  private var passes: [MeasuredPass] = []
  private var calibrations: [TeamMeasurement] = []
  /// The profile of each of them alone.
  private var fits: [CalibrationResult] = []
  private let start = ContinuousClock.now

  init(team: WorkerTeam, machine: Machine, options: BenchmarkOptions) {
    (self.team, self.machine, self.options) = (team, machine, options)
  }

  private var isQuick: Bool { options.rounds < 5 }
  /// Seconds of groups: about three times what a calibration takes.
  private var groupSeconds: Double { isQuick ? 25 : 120 }
  /// Seconds that a workload's passes may take.
  private var passSeconds: Double { isQuick ? 2 : 6 }
  /// Seconds of a quick calibration, which measures no part of the cores, at most.
  private static let calibrationSeconds = 10.0
  /// Calibrations of a run at least: of fewer, one in a slow moment could not be told.
  private static let leastCalibrations = 3
  /// Memory of a group's workloads, which are all ready at the same time.
  private static let groupBytes = 6 << 30

  mutating func measure() throws {
    let all = try PredictionChoice.cases(team: team, variants: isQuick ? 4 : 8)
    let known = try options.save.map(PredictionFile.undisturbed) ?? []
    let chosen = PredictionCase.part(options.part, of: all).filter {
      options.includes($0.name) && !known.contains($0.name)
    }
    cases = all.count
    if chosen.isEmpty { return }
    try calibrate()
    var next = 0
    while next < chosen.count, isInTime {
      var group: [PredictedPass] = []
      let began = ContinuousClock.now
      let ticks = ProcessorCounters.foreignTime()
      while next < chosen.count, isInTime, isOpen(group, since: began) {
        defer { next += 1 }
        if let pass = try PredictedPass(chosen[next], team: team) { group.append(pass) }
      }
      let measured = try visit(group, since: ticks)
      options.report(measured.map(\.row))
      passes += measured
      try calibrate()
    }
    while calibrations.count < Self.leastCalibrations { try calibrate() }
  }

  private var isInTime: Bool {
    options.seconds.map { (ContinuousClock.now - start) / .seconds(1) < $0 } ?? true
  }

  /// Whether a group takes another workload.
  private func isOpen(_ group: [PredictedPass], since start: ContinuousClock.Instant) -> Bool {
    let visits = Double(PredictedPass.leastVisits + 1)
    let seconds = group.reduce(0) {
      $0 + min(passSeconds, visits * max(PredictedPass.secondsPerVisit, $1.roughSeconds))
    }
    return group.reduce(0) { $0 + $1.requiredBytes } < Self.groupBytes
      && seconds + (ContinuousClock.now - start) / .seconds(1) < groupSeconds
  }

  private mutating func calibrate() throws {
    let deadline = isQuick ? ContinuousClock.now + .seconds(Self.calibrationSeconds) : nil
    let measured = try Calibration.measure(
      team: team, machine: machine, quick: isQuick, deadline: deadline)
    calibrations.append(measured)
    fits.append(Calibration.fit(measured, team: team, machine: machine))
  }

  /// Measures a group: its workloads take turns.
  private func visit(
    _ group: [PredictedPass], since ticks: (foreign: Int, total: Int)?
  ) throws -> [MeasuredPass] {
    var group = group
    for _ in 0..<max(PredictedPass.leastVisits, options.rounds + 2) {
      for index in group.indices where group[index].isOpen(limit: passSeconds) {
        try group[index].visit()
      }
    }
    let others = Self.others(since: ticks)
    return try group.indices.map { try group[$0].measured(others: others) }
  }

  /// What the passes tell, predicted by all calibrations together.
  var records: [PredictionRecord] {
    guard let first = calibrations.first else { return [] }
    let all = first.merged(with: Array(calibrations.dropFirst()))
    let model = TimeModel(device: Calibration.fit(all, team: team, machine: machine).device)
    let alone = fits.map { TimeModel(device: $0.device) }
    return passes.map {
      $0.record(
        model, alone: alone, part: "\(options.part.number)/\(options.part.of)", cases: cases)
    }
  }

  /// Mean absolute errors of the calibrations on operators held out, in percent.
  var operatorErrors: [Double] { fits.map(\.fit.meanAbsolutePercentageError) }
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
