import Executor
import Kernels
import Quantities

/// Measures cases on a team until the medians are certain, or says that they are not.
struct Stopwatch {
  let team: WorkerTeam
  /// Rounds over the cases: every one runs in at least so many, and none in more.
  let rounds: ClosedRange<Int>
  /// A median is certain when half its confidence interval is this share of it.
  let tolerance: Double
  /// Seconds that rounds beyond the least may take, for each case of a list.
  let secondsPerCase: Double
  /// What makes cold operands cold again in rounds that go over too few cases to do so.
  var sweep: CacheSweep?

  /// Medians over rounds; every round runs the cases one after the other, so that a slow moment of
  /// the machine falls on all alike. Further rounds repeat those whose medians are uncertain, short
  /// ones more often than long ones, which would take the time of many. Cases that no kernel here
  /// runs are left out.
  func measure(_ cases: [MeasuredCase]) throws -> [MeasuredPoint] {
    var runs = try cases.compactMap { item -> CaseRun? in
      do {
        return try CaseRun(item, team)
      } catch let error as UserError where error.kind == .impossible {
        return nil
      }
    }
    for _ in 0..<rounds.lowerBound {
      for index in runs.indices { try runs[index].measure() }
    }
    let start = ContinuousClock.now
    for _ in rounds.lowerBound..<rounds.upperBound {
      let left = secondsPerCase * Double(runs.count) - (ContinuousClock.now - start) / .seconds(1)
      let uncertain = runs.indices.filter { runs[$0].uncertainty > tolerance }
      // Those that would leave time for all if all took as long.
      let due = uncertain.filter { Double(uncertain.count) * runs[$0].secondsPerRun <= left }
      if due.isEmpty { break }
      if let sweep, due.reduce(0, { $0 + runs[$1].runner.requiredBytes }) < sweep.byteCount {
        try sweep.run(team)
      }
      for index in due { try runs[index].measure() }
    }
    return runs.map(\.point)
  }
}

/// A case ready to run, and what its runs took.
private struct CaseRun {
  private let item: MeasuredCase
  let runner: ProgramRunner
  /// Positions of the measured steps.
  private let steps: [Int]
  private var times: [Double] = []
  /// Seconds of the shortest run, all its steps together.
  private(set) var secondsPerRun = Double.infinity
  private(set) var uncertainty = Double.infinity

  /// Prepares it and runs it once, so that its pages are there.
  init(_ item: MeasuredCase, _ team: WorkerTeam) throws {
    self.item = item
    runner = try ProgramRunner(item.program(), team: team, seed: 7)
    steps = MeasuredCase.measured(runner.program)
    try runner.run()
  }

  /// Runs it once more.
  mutating func measure() throws {
    runner.resetProfile()
    try runner.run(profile: true)
    times += steps.map { runner.stepSeconds[$0] }
    secondsPerRun = min(secondsPerRun, runner.stepSeconds.reduce(0, +))
    uncertainty = Certainty.halfWidth(ofMedian: times)
  }

  /// Seconds for which a worker is stopped at most: some time slices of another program. What takes
  /// longer is no part of usual work.
  private static let longestInterruption = 0.03

  var point: MeasuredPoint {
    let middle = median(times)
    let mean =
      times.reduce(0) { $0 + min($1, middle + Self.longestInterruption) }
      / Double(max(1, times.count))
    return MeasuredPoint(
      cost: item.cost, seconds: middle, isHeldOut: item.isHeldOut, uncertainty: uncertainty,
      mean: mean)
  }
}

/// The middle value; 0 for none.
func median(_ values: [Double]) -> Double {
  guard !values.isEmpty else { return 0 }
  let sorted = values.sorted()
  let half = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
