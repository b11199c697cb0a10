import CostModel
import Glibc
import Graph
import HardwareModel
import Quantities
import TestSupport
import Testing

/// What devices' profiles say their kernels reach, against measurements of single kernels.
@Suite struct MeasuredClassTests {
  private func seconds(
    _ device: Device, _ type: DataType, _ m: Double, _ n: Double, _ k: Double
  ) -> Double {
    let flops = Int(2 * m * n * k)
    let cost = OperatorCost(
      operatorClass: .matrix, dataType: type, modelFlops: flops, hardwareFlops: flops,
      vectorFlops: 0, bytesRead: Int(m * k), bytesWritten: 0)
    let shape = ProductShape(rows: m, columns: n, inner: k, tokens: .rows, cut: .none)
    let item = WorkItem(.product(shape), cost: cost, isCut: false)
    return WorkTime(device: device).seconds(item, WorkCut())
  }

  /// LLMCompass (Zhang et al., ISCA 2024), products of 16 bits timed on an MI210, in milliseconds.
  @Test(arguments: [
    (512.0, 12_288.0, 12_288.0, 1.4054), (2048, 12_288, 12_288, 5.3905),
    (32_768, 12_288, 12_288, 81.4046), (8192, 1024, 1024, 0.1950), (8192, 4096, 4096, 2.2901),
    (8192, 32_768, 32_768, 146.2553),
  ])
  func productsOnAnMI210(m: Double, n: Double, k: Double, milliseconds: Double) throws {
    let device = try HardwareCatalogue.builtIn().device("mi210")
    #expect(abs(seconds(device, .fp16, m, n, k) * 1e3 / milliseconds - 1) < 0.16)
  }

  /// GELU of 537 million numbers of 16 bits on an MI210: 154.45 billion a second, of 4 bytes each
  /// (LLMCompass).
  @Test func streamsOnAnMI210() throws {
    let device = try HardwareCatalogue.builtIn().device("mi210")
    let reached = device.memoryBandwidth.value * (device.efficiency?.bandwidth ?? 0)
    #expect(abs(reached / (4 * 154.45e9) - 1) < 0.01)
  }

  /// NVIDIA's forum, topic 264462: a T4 held at 70 W multiplies 4,096 squared at about 24 TFLOP/s.
  @Test func aT4IsHeldByItsPower() throws {
    let device = try HardwareCatalogue.builtIn().device("t4")
    let rate = 2 * pow(4096.0, 3) / seconds(device, .fp16, 4096, 4096, 4096)
    #expect(abs(rate / 24e12 - 1) < 0.25, "\(rate)")
  }

  /// No extents and no software lift a product above the best that was timed on the card (MAMF,
  /// github.com/stas00/ml-engineering: 271.2, 794.5 and 668.4 TFLOP/s in bf16).
  @Test(arguments: [
    ("a100-80gb-sxm", 271.2e12), ("h100-80gb-sxm", 794.5e12), ("mi300x", 668.4e12),
  ])
  func noProductExceedsTheBestThatWasTimed(id: String, best: Double) throws {
    let device = try HardwareCatalogue.builtIn().device(id)
    let extent = 16_384.0
    let flops = Int(2 * extent * extent * extent)
    let cost = OperatorCost(
      operatorClass: .matrix, dataType: .bf16, modelFlops: flops, hardwareFlops: flops,
      vectorFlops: 0, bytesRead: 1, bytesWritten: 0)
    let shape = ProductShape(
      rows: extent, columns: extent, inner: extent, tokens: .rows, cut: .none)
    let item = WorkItem(.product(shape), cost: cost, isCut: false)
    for clock in [0.5, 1, 1.3, 2] {
      let seconds = WorkTime(device: device, clock: clock).seconds(item, WorkCut())
      #expect(Double(flops) / seconds < 1.005 * best)
    }
    let fast = WorkTime(device: device, clock: 2).seconds(item, WorkCut())
    #expect(Double(flops) / fast > 0.98 * best)
  }

  /// A limit at half of what products would draw leaves 0.5^0.55 of the clock; one above, all.
  @Test(arguments: [(1.0, 1.0), (0.5, 0.683), (0.25, 0.4665), (2, 1)])
  func aPowerLimitLowersTheClock(share: Double, clock: Double) throws {
    var device = try HardwareCatalogue.builtIn().device("l4")
    let watts = try #require(device.efficiency?.boostWatts)
    device.maxPower = Watts(share * watts)
    let held = try #require(device.efficiency?.sustainedClock(limit: share * watts))
    #expect(abs(held - clock) < 1e-3)
    var free = device
    free.efficiency?.boostWatts = nil
    let ratio =
      seconds(free, .fp32, 8192, 8192, 8192) / seconds(device, .fp32, 8192, 8192, 8192)
    #expect(abs(ratio - clock) < 2e-3)
  }

  /// The longer kernels of one graph take to launch, the longer the step; a graph's follow sooner.
  @Test func aGraphLaunchesSooner() throws {
    let device = try HardwareCatalogue.builtIn().device("h100-80gb-sxm")
    let cost = OperatorCost(
      operatorClass: .elementwise, dataType: .fp16, modelFlops: 0, hardwareFlops: 0,
      vectorFlops: 8, bytesRead: 16, bytesWritten: 16)
    let item = WorkItem(.other, cost: cost, isCut: false)
    let alone = WorkTime(device: device).seconds(item, WorkCut())
    let graph = WorkTime(device: device, launch: 0.5e-6).seconds(item, WorkCut())
    #expect(abs(alone - graph - (device.launchOverhead.value - 0.5e-6)) < 1e-12)
  }
}
