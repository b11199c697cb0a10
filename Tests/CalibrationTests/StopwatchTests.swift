import CostModel
import Executor
import Graph
import HardwareDiscovery
import HardwareModel
import Quantities
import Testing

@testable import Calibration

/// What is measured how often, and how certain it is said to be.
@Suite struct StopwatchTests {
  private func withTeam<R>(_ body: (WorkerTeam) throws -> R) throws -> R {
    let pool = try WorkerPool(layout: PoolLayout(machine: try HardwareDiscovery.discover(.live)))
    defer { pool.shutdown() }
    let team = try pool.lease([0])
    defer { team.release() }
    return try body(team)
  }

  private func product(_ side: Int) -> MeasuredCase {
    let x = ([side, side], DataType.fp32)
    return MeasuredCase(.linear(bias: false), [x, x], [x], cold: [1])
  }

  /// No median is certain to nothing: a short product is repeated until rounds are over, one that
  /// takes a thousand times as long is not repeated at all.
  @Test func shortOperatorsAreRepeatedAndLongOnesAreNot() throws {
    let points = try withTeam { team in
      try Stopwatch(
        team: team, rounds: 1...4, tolerance: 0, secondsPerCase: 0.004,
        sweep: CacheSweep(cacheBytes: 1 << 20)
      ).measure([product(32), product(768)]).points
    }
    #expect(points.count == 2 && points.allSatisfy { $0.seconds > 0 && $0.mean > 0 })
    // Six short ones a run, two long ones: fewer than six values tell no interval.
    #expect(points[0].uncertainty < .infinity && points[1].uncertainty == .infinity)
  }

  /// Time that is over is no error: what was not measured is counted.
  @Test func aDeadlineIsKept() throws {
    let cases = (0..<2000).map { _ in product(256) }
    func measured(within seconds: Double) throws -> Stopwatch.Result {
      try withTeam { team in
        try Stopwatch(
          team: team, rounds: 2...4, tolerance: 0, secondsPerCase: 1,
          deadline: .now + .seconds(seconds)
        ).measure(cases)
      }
    }
    // On a busy machine the time may be over before the first is measured: then longer.
    var seconds = 0.3
    var result = try measured(within: seconds)
    while result.points.isEmpty, seconds < 60 {
      seconds *= 2
      result = try measured(within: seconds)
    }
    #expect(!result.points.isEmpty && result.points.count + result.leftOut == cases.count)
    #expect(result.leftOut > 0)
    let none = try measured(within: 0)
    #expect(none.points.isEmpty && none.leftOut == cases.count)
  }

  /// Programs that fit are run again at once; those that do not, and those in further rounds, are
  /// not.
  @Test func smallProgramsAreMeasuredInTheCaches() throws {
    let result = try withTeam { team in
      try Stopwatch(
        team: team, rounds: 2...2, tolerance: 1, secondsPerCase: 0, mostBytes: 1 << 20,
        cachedBytes: 4 << 20
      ).measure([product(64), product(1024)])
    }
    #expect(result.points.count == 2 && result.leftOut == 0)
    #expect((result.points[0].cachedSeconds ?? 0) > 0 && result.points[1].cachedSeconds == nil)
  }

  /// Major kernels come first, and each kernel has its share of what a deadline leaves: of the
  /// rest, too, half of the time measures some of each.
  @Test func whatATimeLeavesOutIsSpread() {
    let cases = Calibration.cases([.fp32], quick: true, isPart: false)
    let minor = cases.firstIndex { !$0.isMajor } ?? 0
    #expect(minor > 100 && cases[..<minor].allSatisfy(\.isMajor))
    #expect(cases[minor...].allSatisfy { !$0.isMajor })
    for all in [cases[..<minor], cases[minor...]] {
      let half = Set(all.prefix(all.count / 2).map(\.cost.kernel))
      #expect(half == Set(all.map(\.cost.kernel)))
    }
  }

  @Test func intervalsAreSummedUp() {
    let certainty = Certainty(
      tolerance: 0.05, halfWidths: [0.04, .infinity, 0.01, 0.2, 0.05, 0.06, .infinity])
    #expect(certainty.count == 7 && certainty.untold == 2 && certainty.uncertain == 2)
    #expect(certainty.halfWidth(of: 0) == 0.01)
    #expect(certainty.halfWidth(of: 0.5) == 0.05)
    #expect(certainty.halfWidth(of: 0.9) == 0.2)
    #expect(Certainty(tolerance: 0.05, halfWidths: [.infinity]).halfWidth(of: 0.5) == 0)
  }

  /// Packing a larger weight takes longer, in each format; one shape is held out.
  @Test(arguments: Calibration.dataTypes)
  func packingIsMeasured(type: DataType) throws {
    // The shorter of several measurements, as another program may hold up one of the small weight.
    var (least, most) = (Double.infinity, Double.infinity)
    for _ in 0..<10 {
      let points = try withTeam { try PackingCases(team: $0, rounds: 6).measure(type) }
      let sorted = points.sorted { $0.cost.movedBytes < $1.cost.movedBytes }
      #expect(sorted.count >= 4 && sorted.count { $0.isHeldOut } == 1)
      #expect(sorted.allSatisfy { $0.seconds > 0 && $0.cost.kernel == .weightPacking })
      least = min(least, try #require(sorted.first).seconds)
      most = min(most, try #require(sorted.last).seconds)
      if most > least { break }
    }
    #expect(most > least)
  }

  /// A linear map is measured with its weight packed and, as training runs it, without.
  @Test func trainedWeightsAreMeasuredApart() {
    let kernels = Calibration.cases(.matrix, .fp32, quick: true).map(\.cost.kernel)
    for kernel in [Kernel.linear, .trainedLinear] {
      #expect(kernels.filter { $0 == kernel }.count > 6, "\(kernel)")
    }
  }

  /// Were every measured case given a bias, a fit could lay on it what outputs take in any case,
  /// and predict no time at all for what has none.
  @Test(arguments: [
    Kernel.linear, .trainedLinear, .convolution, .groupedConvolution, .depthwiseConvolution,
    .pointwiseConvolution, .transposedConvolution, .sequenceConvolution,
  ])
  func someHaveABiasAndSomeHaveNone(kernel: Kernel) {
    let cases =
      Calibration.cases(.matrix, .fp32, quick: true)
      + Calibration.cases(.convolution, .fp32, quick: true)
    let own = cases.map(\.cost).filter { $0.kernel == kernel }
    #expect(own.contains { $0.vectorFlops == 0 } && own.contains { $0.vectorFlops > 0 })
  }
}
