import CostModel
import Glibc
import Graph
import HardwareModel
import Quantities
import TestSupport
import Testing

/// Laws of a kernel's time that hold on every device.
@Suite struct KernelTimeTests {
  private func cost(_ type: DataType, flops: Double, bytes: Double) -> OperatorCost {
    OperatorCost(
      operatorClass: .matrix, dataType: type, modelFlops: Int(flops),
      hardwareFlops: Int(flops), vectorFlops: 0, bytesRead: Int(bytes), bytesWritten: 0)
  }

  private func product(_ type: DataType, _ m: Double, _ n: Double, _ k: Double) -> WorkItem {
    let shape = ProductShape(rows: m, columns: n, inner: k, tokens: .rows, cut: .none)
    return WorkItem(
      .product(shape), cost: cost(type, flops: 2 * m * n * k, bytes: m * k), isCut: false)
  }

  /// A slower format hides the same waits behind fewer elements: it loses less on a short sum.
  @Test(arguments: ["a100-80gb-sxm", "v100-32gb", "h100-80gb-sxm", "t4"])
  func slowFormatsLoseLessOnShortSums(id: String) throws {
    let time = WorkTime(device: try HardwareCatalogue.builtIn().device(id))
    func loss(_ type: DataType) -> Double {
      let short = time.seconds(product(type, 8192, 8192, 512), WorkCut())
      let long = time.seconds(product(type, 8192, 8192, 16_384), WorkCut())
      return 32 * short / long
    }
    #expect(loss(.fp32) < loss(.fp16))
    #expect(loss(.fp32) >= 1)
  }

  /// A product of a few rows and columns (a head of two classes) takes no longer than one tile of a
  /// library's smallest, however little of it is used.
  @Test(
    arguments: ["a100-80gb-sxm", "v100-32gb", "h100-80gb-sxm", "mi210"],
    1...5 as ClosedRange<UInt64>)
  func smallProductsTakeATileAtMost(id: String, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let time = WorkTime(device: try HardwareCatalogue.builtIn().device(id))
    let inner = Double(32 * Int.random(in: 1...128, using: &random))
    let tile = time.seconds(product(.fp16, 64, 64, inner), WorkCut())
    let rows = Double(Int.random(in: 1...64, using: &random))
    let columns = Double(32 * Int.random(in: 1...2, using: &random))
    let small = time.seconds(product(.fp16, rows, columns, inner), WorkCut())
    #expect(small <= tile * 1.0001, "\(rows)x\(columns)x\(inner): \(small) over \(tile)")
  }

  /// The same holds for convolutions of few channels, and for slower units of one generation.
  @Test func slowUnitsLoseLessOnFewChannels() throws {
    func loss(_ id: String, _ type: DataType) throws -> Double {
      let time = WorkTime(device: try HardwareCatalogue.builtIn().device(id))
      func seconds(_ inner: Double) -> Double {
        let shape = ConvolutionShape(
          rows: 1_048_576, columns: 256, inner: inner, groups: 1, hasFastAlgorithm: false)
        let flops = 2 * shape.rows * shape.columns * inner
        return time.seconds(
          WorkItem(.convolution(shape), cost: cost(type, flops: flops, bytes: 1e6), isCut: false),
          WorkCut())
      }
      return 64 * seconds(64) / seconds(4096)
    }
    // On the A100 in 16 bits half of a sum of 64 is waiting: 64 / (64 + 64) over 4096 / 4160.
    let half = try loss("a100-80gb-sxm", .fp16)
    #expect(abs(half - 2 * 4096 / 4160) < 0.06)
    #expect(try loss("a100-80gb-sxm", .fp32) < 1.1)
    #expect(try loss("v100-32gb", .fp16) < 0.85 * half)
  }

  /// PyTorch's gated FFT convolution on an H100, 64 sequences of 768 channels: 84.8 ms at 32K
  /// points and 3,071.4 ms at 1M (github.com/HazyResearch/flash-fft-conv, README). Gates and
  /// padding, a fifth of that, are operators of their own here; filters are transformed once.
  @Test(arguments: [(32_768.0, 0.0848), (1_048_576, 3.0714)])
  func fftConvolutionsPassOverMemory(points: Double, measured: Double) throws {
    let time = WorkTime(device: try HardwareCatalogue.builtIn().device("h100-80gb-sxm"))
    let rows = 64.0 * 768
    let levels = log2(2 * points)
    let item = WorkItem(
      .other,
      cost: OperatorCost(
        operatorClass: .transform, dataType: .fp16, modelFlops: 0, hardwareFlops: 0,
        vectorFlops: Int(2 * rows * 2 * points * 2.5 * levels), bytesRead: Int(2 * rows * points),
        bytesWritten: Int(2 * rows * points)), isCut: false)
    let ratio = time.seconds(item, WorkCut()) / measured
    #expect(ratio > 0.6 && ratio < 1, "\(ratio)")
  }

  /// An odd extent costs as much as one of 8 elements, never more.
  @Test func oddExtentsArePadded() throws {
    let time = WorkTime(device: try HardwareCatalogue.builtIn().device("a100-80gb-sxm"))
    let odd = time.seconds(product(.fp16, 4096, 4096, 4097), WorkCut())
    let eight = time.seconds(product(.fp16, 4096, 4096, 4104), WorkCut())
    let aligned = time.seconds(product(.fp16, 4096, 4096, 4096), WorkCut())
    #expect(odd <= eight)
    #expect(odd > aligned)
  }

  private func convolution(_ type: DataType, isFast: Bool) -> WorkItem {
    let shape = ConvolutionShape(
      rows: 262_144, columns: 64, inner: 576, groups: 1, hasFastAlgorithm: isFast)
    let flops = 2 * 262_144.0 * 64 * 576
    return WorkItem(.convolution(shape), cost: cost(type, flops: flops, bytes: 1e7), isCut: false)
  }

  /// Winograd's algorithm helps vector units only; conversions of layout burden matrix units only.
  @Test func convolutionsTakeTheirAlgorithms() throws {
    let device = try HardwareCatalogue.builtIn().device("v100-32gb")
    let plain = WorkTime(device: device)
    let converting = WorkTime(device: device, transposes: 2)
    func seconds(_ time: WorkTime, _ type: DataType, _ isFast: Bool) -> Double {
      time.seconds(convolution(type, isFast: isFast), WorkCut())
    }
    #expect(seconds(plain, .fp32, true) < 0.6 * seconds(plain, .fp32, false))
    #expect(seconds(plain, .fp16, true) == seconds(plain, .fp16, false))
    #expect(seconds(converting, .fp16, false) > seconds(plain, .fp16, false))
    #expect(seconds(converting, .fp32, false) == seconds(plain, .fp32, false))
  }
}
