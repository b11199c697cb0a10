import Executor
import Kernels
import Quantities

/// Measures cases on a team until the medians are certain or the time is over, and says which.
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
  /// Bytes of the tensors of the cases that take turns; more of them come after those.
  var mostBytes = Int.max
  /// Programs whose tensors are at most so many bytes are run a second time in each of the least
  /// rounds, to see what they take out of the caches.
  var cachedBytes = 0
  /// When all must be over; nil for whenever it is.
  var deadline: ContinuousClock.Instant?

  /// Most of what is left until the deadline that making programs may take before they are run.
  private static let preparationShare = 0.4

  /// What a list of cases gave.
  struct Result {
    var points: [MeasuredPoint] = []
    /// Cases that the time did not suffice for.
    var leftOut = 0
  }

  /// Medians over rounds. As many cases as the memory holds take turns, and every round runs them
  /// one after the other, so that a slow moment of the machine falls on few values of each. Further
  /// rounds repeat those whose medians are uncertain, the widest intervals first, and short ones
  /// more often than long ones, which would take the time of many. Cases that no kernel here runs
  /// are left out; when the deadline has passed, the rest of the list, too: the least needed come
  /// last in it.
  /// - Parameter progress: told the share of the cases that are measured.
  func measure(
    _ cases: [MeasuredCase], progress: (_ fraction: Double) -> Void = { _ in }
  ) throws -> Result {
    var result = Result()
    let reserve = MappingReserve()
    var next = 0
    while next < cases.count {
      progress(Double(next) / Double(cases.count))
      let (start, first) = (ContinuousClock.now, next)
      let preparation = deadline.map { start + ($0 - start) * Self.preparationShare }
      var runs: [CaseRun] = []
      var bytes = 0
      while next < cases.count, bytes < mostBytes, !isAfter(preparation) {
        defer { next += 1 }
        do {
          runs.append(try CaseRun(cases[next], team, reserve))
        } catch let error as UserError where error.kind == .impossible {
          continue
        }
        bytes += runs.last?.tensorBytes ?? 0
      }
      let end = deadline.map {
        start + ($0 - start) * (Double(next - first) / Double(cases.count - first))
      }
      try repeatRounds(&runs, until: end)
      let points = runs.compactMap(\.point)
      result.points += points
      result.leftOut += runs.count - points.count
      if isOver {
        result.leftOut += cases.count - next
        break
      }
    }
    return result
  }

  private var isOver: Bool { isAfter(deadline) }

  private func isAfter(_ end: ContinuousClock.Instant?) -> Bool {
    end.map { ContinuousClock.now >= $0 } ?? false
  }

  /// The least rounds until the deadline, then further ones until `end`.
  private func repeatRounds(_ runs: inout [CaseRun], until end: ContinuousClock.Instant?) throws {
    for _ in 0..<rounds.lowerBound {
      for index in runs.indices {
        try runs[index].measure(cachedBytes: cachedBytes)
        if isOver { return }
      }
    }
    let longest = ContinuousClock.now + .seconds(secondsPerCase * Double(runs.count))
    let end = end.map { min($0, longest) } ?? longest
    for _ in rounds.lowerBound..<rounds.upperBound {
      let left = (end - ContinuousClock.now) / .seconds(1)
      let uncertain = runs.indices.filter { runs[$0].uncertainty > tolerance }
        .sorted { (runs[$1].uncertainty, $0) < (runs[$0].uncertainty, $1) }
      // Those that would leave time for all if all took as long.
      let due = uncertain.filter { Double(uncertain.count) * runs[$0].secondsPerRun <= left }
      if due.isEmpty { return }
      if let sweep, due.reduce(0, { $0 + runs[$1].tensorBytes }) < sweep.byteCount {
        try sweep.run(team)
      }
      for index in due {
        try runs[index].measure()
        if isAfter(end) { return }
      }
    }
  }
}
