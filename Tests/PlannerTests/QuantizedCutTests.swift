import CostModel
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Workloads

/// Frozen matrices in four bits keep their bytes however a plan cuts the model.
@Suite struct QuantizedCutTests {
  static func estimate(
    _ quantize: DataType?, _ change: (inout Configuration) -> Void
  ) throws -> PlanEstimate {
    let model = try PlanSearchTests.model(layers: 16, hidden: 2048)
    var configuration = Configuration(
      parallelism: Parallelism(), microBatch: 1, accumulation: 8, recompute: .full)
    change(&configuration)
    let request = PlanRequest(
      cluster: PlanSearchTests.cluster(), globalBatch: configuration.globalBatch, precision: .bf16)
    var workload = WorkloadRequest(task: .lora, batch: 1, sequence: 256, precision: .bf16)
    workload.options.quantize = quantize
    let profile = try StepProfile(Workload(model, workload))
    return try #require(PlanEstimator(profile, request).estimate(configuration))
  }

  /// A cut over two devices holds half of what one device holds, by the walk over the graph.
  @Test(arguments: [DataType.int4, .int8, nil])
  func aCutDividesWhatOneDeviceHolds(format: DataType?) throws {
    let whole = Double(try Self.estimate(format) { _ in }.memory.parametersBytes)
    let cuts: [(inout Configuration) -> Void] = [
      { $0.parallelism.pipeline = 2 }, { $0.parallelism.tensor = 2 },
    ]
    for cut in cuts {
      let half = Double(try Self.estimate(format, cut).memory.parametersBytes)
      // Embedding and head lie on one stage each, norms on every device.
      #expect(half > 0.45 * whole && half < 0.65 * whole, "\(half / whole)")
    }
  }

  @Test func offloadMovesThePackedBytes() throws {
    let wide = try Self.estimate(nil) { $0.offload = .parameters }
    let packed = try Self.estimate(.int4) { $0.offload = .parameters }
    #expect(packed.hostBytes < wide.hostBytes / 2)
    #expect(packed.breakdown.offload < wide.breakdown.offload)
  }

  /// Scales go where their matrices go: 16 equal layers over two stages, and columns or rows over
  /// two devices.
  @Test(arguments: [DataType.int4, .int8])
  func aCutDividesTheScales(format: DataType) throws {
    let whole = try Self.estimate(format) { _ in }.memory.buffersBytes
    #expect(whole > 0)
    #expect(
      try 2 * Self.estimate(format) { $0.parallelism.pipeline = 2 }.memory.buffersBytes == whole)
    #expect(
      try 2 * Self.estimate(format) { $0.parallelism.tensor = 2 }.memory.buffersBytes == whole)
  }

  /// A packed matrix is widened before each product: its bytes read, two bytes an element written.
  @Test(arguments: [false, true])
  func wideningTakesItsBytes(backward: Bool) throws {
    let device = PlanSearchTests.cluster().device
    func seconds(_ quantize: DataType?) throws -> Double {
      let model = try PlanSearchTests.model(layers: 4, hidden: 2048)
      var workload = WorkloadRequest(task: .lora, batch: 4, sequence: 512, precision: .bf16)
      workload.options.quantize = quantize
      let step = try StepProfile(Workload(model, workload)).layered(fusing: true)
      let layer = try #require(step.layers.first { $0.isLayer })
      return WorkTime(device: device).seconds(
        backward ? layer.backward : layer.forward, WorkCut())
    }
    // Four square matrices of attention, two of the MLP four times as large.
    let elements = 12.0 * 2048 * 2048
    let bandwidth = device.memoryBandwidth.value * DeviceEfficiency.assumed.bandwidth
    let launches =
      try (seconds(.int4) - seconds(nil) - elements * (0.5 + 2) / bandwidth)
      / device.launchOverhead.value
    #expect(launches > 0.99 && launches < 6.01, "\(launches)")
  }
}
