import Executor
import Kernels
import Quantities

/// Measures cases on a team until the medians are certain, or says that they are not.
struct Stopwatch {
  let team: WorkerTeam
  /// Rounds over all cases: at least, and at most.
  let rounds: ClosedRange<Int>
  /// A median is certain when half its confidence interval is this share of it.
  let tolerance: Double
  /// Seconds after which a list of cases gets no further round than the least.
  let secondsPerList: Double

  /// Medians over rounds; every round runs each case once, so that a slow moment of the machine
  /// falls on all alike. Cases that no kernel here runs are left out.
  func measure(_ cases: [MeasuredCase]) throws -> [MeasuredPoint] {
    let runnable = try cases.compactMap { item -> (MeasuredCase, ProgramRunner)? in
      do {
        return (item, try ProgramRunner(item.program(), team: team, seed: 7))
      } catch let error as UserError where error.kind == .impossible {
        return nil
      }
    }
    let steps = runnable.map { MeasuredCase.measured($0.1.program) }
    for (_, runner) in runnable { try runner.run() }
    var times = runnable.map { _ in [Double]() }
    let start = ContinuousClock.now
    for round in 1...rounds.upperBound {
      for (index, (_, runner)) in runnable.enumerated() {
        runner.resetProfile()
        try runner.run(profile: true)
        times[index] += steps[index].map { runner.stepSeconds[$0] }
      }
      guard round >= rounds.lowerBound else { continue }
      let isLate = (ContinuousClock.now - start) / .seconds(1) > secondsPerList
      if isLate || times.allSatisfy({ Self.uncertainty($0) <= tolerance }) { break }
    }
    return zip(runnable, times).map { item, times in
      let middle = median(times)
      let mean = times.reduce(0) { $0 + min($1, 5 * middle) } / Double(max(1, times.count))
      return MeasuredPoint(
        cost: item.0.cost, seconds: middle, isHeldOut: item.0.isHeldOut,
        uncertainty: Self.uncertainty(times), mean: mean)
    }
  }

  /// Half the width of the 95 % confidence interval of the median, by order statistics and so
  /// without assuming a distribution, as a share of the median (Hoefler and Belli, SC 2015, section
  /// 3.1.3: ranks n/2 ± 1.96·√n/2). Infinite below six values, which give no such interval.
  static func uncertainty(_ values: [Double]) -> Double {
    let count = values.count
    let middle = median(values)
    guard count >= 6, middle > 0 else { return .infinity }
    let sorted = values.sorted()
    let reach = 0.98 * Double(count).squareRoot()
    let low = max(0, Int((Double(count) / 2 - reach).rounded(.down)) - 1)
    let high = min(count - 1, Int((Double(count) / 2 + reach).rounded(.up)))
    return (sorted[high] - sorted[low]) / 2 / middle
  }
}

/// The middle value; 0 for none.
func median(_ values: [Double]) -> Double {
  guard !values.isEmpty else { return 0 }
  let sorted = values.sorted()
  let half = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
