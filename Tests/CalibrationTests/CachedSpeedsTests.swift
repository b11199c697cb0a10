import CostModel
import DataFormats
import Executor
import Graph
import HardwareDiscovery
import HardwareModel
import Quantities
import Testing

@testable import Calibration

/// What operators take when their operands lie in the caches, and what several measurements say
/// together.
@Suite struct CachedSpeedsTests {
  private func cost(_ bytes: Int, _ kernel: Kernel = .multiply) -> OperatorCost {
    OperatorCost(
      operatorClass: .elementwise, dataType: .fp32, modelFlops: 0, hardwareFlops: 0,
      vectorFlops: 0, bytesRead: bytes, bytesWritten: 0, kernel: kernel)
  }

  private func law(_ bytesPerSecond: Double) -> RateLaw {
    RateLaw(
      operatorClass: .elementwise, dataType: .fp32, kernel: Kernel.multiply.rawValue,
      startSeconds: 1e-6, flopsPerSecond: nil, bytesPerSecond: bytesPerSecond)
  }

  private func device(cachedBytesPerSecond: Double) -> Device {
    var device = Device(roughly: Machine(source: "t", name: "t"))
    device.memoryBandwidth = BytesPerSecond(1e10)
    device.laws = [law(1e10)]
    device.cached = CachedSpeeds(cacheBytes: 32 << 20, laws: [law(cachedBytesPerSecond)])
    return device
  }

  @Test func aLawIsMadeOfFourPointsInTheCaches() throws {
    let points = (1...6).map { step in
      var point = MeasuredPoint(
        cost: cost(step << 16), seconds: 1e-6 + Double(step << 16) / 1e10, isHeldOut: false)
      point.cachedSeconds = step > 4 ? nil : 1e-6 + Double(step << 16) / 4e10
      return point
    }
    let found = try #require(LawFit().cachedLaws(points).first)
    #expect(found.kernel == "multiply" && found.farBytesPerSecond == nil)
    #expect(abs(found.seconds(cost(1 << 17)) / (1e-6 + 131_072 / 4e10) - 1) < 1e-6)
    #expect(LawFit().cachedLaws(Array(points.dropFirst())).isEmpty)
  }

  @Test(arguments: [(1, 1.0), (16 << 20, 1), (24 << 20, 0.5), (32 << 20, 0), (1 << 40, 0)])
  func whatFillsHalfOfTheCachesIsFoundThere(bytes: Int, share: Double) {
    #expect(CachedSpeeds(cacheBytes: 32 << 20, laws: []).share(of: bytes) == share)
    #expect(CachedSpeeds(cacheBytes: 0, laws: []).share(of: bytes) == 0)
  }

  @Test func operandsInTheCachesAreNeverSlower() {
    let cost = cost(1 << 20)
    let (far, near) = (law(1e10).seconds(cost), law(4e10).seconds(cost))
    let fast = TimeModel(device: device(cachedBytesPerSecond: 4e10))
    #expect(fast.seconds(cost) == far && fast.seconds(cost, cached: 0) == far)
    #expect(abs(fast.seconds(cost, cached: 1) - near) < 1e-12)
    #expect(abs(fast.seconds(cost, cached: 0.5) - (far + near) / 2) < 1e-12)
    let slow = TimeModel(device: device(cachedBytesPerSecond: 1e9))
    #expect(slow.seconds(cost, cached: 1) == far)
    // A kernel without such a law.
    #expect(
      fast.seconds(self.cost(1 << 20, .add), cached: 1) == fast.seconds(self.cost(1 << 20, .add)))
  }

  /// What comes from memory at 20 GB/s cannot save more than that takes.
  @Test func theCachesSaveNoMoreThanMemoryTakes() {
    var device = device(cachedBytesPerSecond: 1e12)
    device.memoryBandwidth = BytesPerSecond(2e10)
    let (model, cost) = (TimeModel(device: device), cost(1 << 20))
    #expect(abs(model.seconds(cost) - model.seconds(cost, cached: 1) - 1_048_576 / 2e10) < 1e-12)
  }

  @Test func profilesKeepThemAndPartsOfAProcessorHaveNone() throws {
    let device = device(cachedBytesPerSecond: 4e10)
    #expect(try Device(parsing: device.json.text().utf8, file: "f") == device)
    #expect(device.share(cores: 1, of: 2).cached == nil)
    #expect(device.share(cores: 2, of: 2).cached == device.cached)
  }

  /// One of three measurements was made while the machine was slow.
  @Test func aSlowMeasurementDoesNotCount() throws {
    let all = [1.0, 1.8, 1.02].map { factor in
      var measured = TeamMeasurement(tolerance: 0.05)
      measured.streams = [.fp32: 1e10 / factor]
      measured.interference = factor
      measured.points = (1...3).map {
        var point = MeasuredPoint(
          cost: cost($0 << 20), seconds: factor * Double($0), isHeldOut: $0 == 3)
        point.cachedSeconds = $0 == 1 ? factor / 2 : nil
        return point
      }
      // Not all were measured each time.
      if factor == 1 { measured.points.removeLast() }
      return measured
    }
    let merged = all[0].merged(with: Array(all.dropFirst()))
    #expect(merged.points.map(\.cost.bytesRead) == [1 << 20, 2 << 20, 3 << 20])
    #expect(merged.points[0].seconds == 1.02 && merged.points[0].cachedSeconds == 0.51)
    #expect(merged.points[1].seconds == 2.04 && merged.points[1].cachedSeconds == nil)
    #expect(abs(merged.points[2].seconds - 3 * (1.8 + 1.02) / 2) < 1e-12)
    #expect(merged.points.map(\.isHeldOut) == [false, false, true])
    #expect(merged.streams[.fp32] == 1e10 / 1.02 && merged.interference == 1.02)
  }
}
