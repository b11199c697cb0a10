import CostModel
import Executor
import Graph
import HardwareDiscovery
import HardwareModel
import Quantities
import Testing

@testable import Calibration

@Suite struct CurveFitTests {
  /// A point of a made-up machine: 100 GFLOP/s and 10 µs to start.
  static func point(_ flops: Int, isHeldOut: Bool = false) -> MeasuredPoint {
    let cost = OperatorCost(
      operatorClass: .matrix, dataType: .fp32, modelFlops: flops, hardwareFlops: flops,
      vectorFlops: 0, bytesRead: 0, bytesWritten: 0)
    return MeasuredPoint(
      cost: cost, seconds: 10e-6 + Double(flops) / 100e9, isHeldOut: isHeldOut)
  }

  @Test func recoversALatencyAndARate() {
    let works = (10..<33).map { 1 << $0 }
    let held = (10..<32).map { 3 << ($0 - 1) }
    let points =
      works.map { CurveFitTests.point($0) } + held.map { CurveFitTests.point($0, isHeldOut: true) }
    var device = Device(
      id: "t", name: "t", kind: .cpu, memoryBytes: 1, memoryBandwidth: BytesPerSecond(1e10),
      peaks: [], vectorFlopsPerSecond: FlopsPerSecond(1e9), launchOverhead: Seconds(0), source: "t")
    device.rates = CurveFit.curves(points)
    let fit = CurveFit.fit(device, points)
    #expect(fit.points == held.count)
    #expect(fit.meanAbsolutePercentageError < 6)
  }

  @Test func heldOutPointsMakeNoCurve() {
    #expect(CurveFit.curves([CurveFitTests.point(1000, isHeldOut: true)]).isEmpty)
  }

  @Test func pointsRiseAndBinsAreApart() {
    let points = [5000, 100, 120, 150, 900].map { CurveFitTests.point($0) }
    let bins = CurveFit.binned(points)
    #expect(bins.count == 3)
    #expect(zip(bins, bins.dropFirst()).allSatisfy { $0.work < $1.work })
  }

  /// Classes whose operators kernels run here.
  static let run = OperatorClass.allCases.filter { $0 != .convolution && $0 != .transform }

  @Test(arguments: run)
  func everyClassIsMeasuredAndChecked(_ operatorClass: OperatorClass) {
    for quick in [true, false] {
      let cases = Calibration.cases(operatorClass, .bf16, quick: quick)
      #expect(cases.contains { !$0.isHeldOut } && cases.contains { $0.isHeldOut })
      #expect(
        cases.allSatisfy {
          $0.cost.operatorClass == operatorClass && $0.cost.dataType == .bf16
            && $0.cost.movedBytes > 0
        })
    }
  }

  @Test func measuresThisMachine() throws {
    let machine = try HardwareDiscovery.discover(.live)
    let pool = try WorkerPool(layout: PoolLayout(machine: machine))
    defer { pool.shutdown() }
    let team = try pool.lease(Array(pool.layout.workers.indices))
    let watch = Stopwatch(team: team, rounds: 2...2, tolerance: 1, secondsPerCase: 1)
    let points = try watch.measure(
      Calibration.cases(.normalization, .fp32, quick: true).filter { $0.cost.work < 4e6 }
    ).points
    // Microseconds each; a machine that stands still for a while falls on few of them.
    let seconds = points.map(\.seconds).sorted()
    #expect(seconds.count > 1 && seconds[0] > 0 && seconds[seconds.count / 2] < 1)
  }
}
