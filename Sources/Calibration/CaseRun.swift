import Executor
import Graph
import Kernels
import Quantities

/// A case ready to run, and what its runs took.
struct CaseRun {
  let item: MeasuredCase
  let runner: ProgramRunner
  /// Positions of the measured steps.
  private let steps: [Int]
  private var times: [Double] = []
  /// The same of runs just after another, which left their memory in the caches.
  private var cachedTimes: [Double] = []
  /// Seconds of the shortest run, all its steps together.
  private(set) var secondsPerRun = Double.infinity
  private(set) var uncertainty = Double.infinity

  /// Prepares it and runs it once, so that its pages are there.
  init(_ item: MeasuredCase, _ team: WorkerTeam, _ reserve: MappingReserve) throws {
    self.item = item
    runner = try ProgramRunner(item.program(), team: team, seed: 7, reserve: reserve)
    steps = MeasuredCase.measured(runner.program)
    try runner.run()
  }

  /// Bytes of its tensors: of the kernels' scratch, which may be much more, they touch a part.
  var tensorBytes: Int { runner.program.buffers.reduce(0) { $0 + $1.tensor.bytes } }

  /// Runs it once more; and then again where its tensors are at most so many bytes.
  mutating func measure(cachedBytes: Int = 0) throws {
    times += try run()
    secondsPerRun = min(secondsPerRun, runner.stepSeconds.reduce(0, +))
    uncertainty = Certainty.halfWidth(ofMedian: times)
    if tensorBytes <= cachedBytes { cachedTimes += try run() }
  }

  private func run() throws -> [Double] {
    runner.resetProfile()
    try runner.run(profile: true)
    return steps.map { runner.stepSeconds[$0] }
  }

  /// Seconds for which a worker is stopped at most: some time slices of another program. What takes
  /// longer is no part of usual work.
  private static let longestInterruption = 0.03

  /// Nil where it was never measured.
  var point: MeasuredPoint? {
    if times.isEmpty { return nil }
    let middle = times.median
    let mean =
      times.reduce(0) { $0 + min($1, middle + Self.longestInterruption) } / Double(times.count)
    return MeasuredPoint(
      cost: item.cost, seconds: middle, isHeldOut: item.isHeldOut, uncertainty: uncertainty,
      mean: mean, cachedSeconds: cachedTimes.isEmpty ? nil : cachedTimes.median)
  }
}
