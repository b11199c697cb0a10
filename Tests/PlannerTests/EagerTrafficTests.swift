import CostModel
import Graph
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Workloads

/// What code without a compiler runs beside the operators of a graph.
@Suite struct EagerTrafficTests {
  private func layers(_ id: String, _ precision: Precision, eager: Bool) throws -> LayeredStep {
    let request = WorkloadRequest(task: .pretrain, batch: 2, sequence: 64, precision: precision)
    let workload = try Workload(try ModelCatalogue.builtIn.model(id), request)
    return try StepProfile(workload).layered(fusing: true, eager: eager)
  }

  private let mixed = Precision(parameters: .fp32, compute: .bf16)
  private let pure = Precision(parameters: .bf16, compute: .bf16)

  /// Each matrix and bias of a BERT layer is cast once, 6 bytes an element, and each gradient back.
  @Test func autocastCastsEachWeight() throws {
    let step = try layers("bert-base", mixed, eager: true)
    let layer = try #require(step.layers.first { $0.isLayer })
    func casts(_ items: [WorkItem]) -> Int {
      items.filter(\.isWrittenOut).reduce(0) { $0 + $1.cost.bytes }
    }
    // Four of 768², two of 768·3,072.
    let weights = 6 * (4 * 768 * 768 + 2 * 768 * 3072)
    #expect(casts(layer.forward) >= weights)
    #expect(casts(layer.backward) >= weights)
    let plain = try layers("bert-base", pure, eager: true)
    let pureLayer = try #require(plain.layers.first { $0.isLayer })
    #expect(casts(pureLayer.forward) == 0, "BERT's functions are kernels of PyTorch's own")
  }

  /// GPT-2's GELU is written out (eight kernels), LLaMA's rotary positions and norms are, too.
  @Test(arguments: [("gpt2", 7), ("llama3.2-1b", 5 + 2 * 5)])
  func functionsThatCodeWritesOutAreKernels(id: String, kernels: Int) throws {
    let step = try layers(id, pure, eager: true)
    let layer = try #require(step.layers.first { $0.isLayer })
    #expect(layer.forward.count(where: \.isWrittenOut) >= kernels)
    let compiled = try layers(id, pure, eager: false)
    #expect(compiled.layers.allSatisfy { !$0.forward.contains(where: \.isWrittenOut) })
  }

  /// A block of threads for each channel: 32 channels take four times as long as 128 of a quarter.
  @Test func fewChannelsLeaveTheMemoryWaiting() throws {
    let device = try HardwareCatalogue.builtIn().device("h100-80gb-sxm")
    let time = WorkTime(device: device, launch: 0, channelBlocks: 7e8)
    let cost = OperatorCost(
      operatorClass: .normalization, dataType: .bf16, modelFlops: 0, hardwareFlops: 0,
      vectorFlops: 0, bytesRead: 1 << 28, bytesWritten: 1 << 28)
    func seconds(_ sets: Double) -> Double {
      time.seconds(WorkItem(.channelNorm(sets: sets), cost: cost, isCut: false), WorkCut())
    }
    #expect(abs(seconds(32) / seconds(128) - 4) < 1e-9)
    // With a channel for every unit the three passes over memory decide.
    #expect(seconds(1e6) > 3 * Double(1 << 28) / 3.35e12)
    #expect(seconds(1e6) == seconds(2e6))
  }

  /// 16,384 × 768 × 30,522 in bf16 on an H100: 240 TFLOP/s, 656 at 3,072 columns
  /// (`scripts/gpu/operators.py`); vector units do not mind.
  @Test func rowsOff16BytesAreSlow() throws {
    let time = WorkTime(device: try HardwareCatalogue.builtIn().device("h100-80gb-sxm"))
    func rate(_ columns: Double, _ type: DataType) -> Double {
      let flops = 2 * 16_384.0 * 768 * columns
      let shape = ProductShape(
        rows: 16_384, columns: columns, inner: 768, tokens: .none, cut: .none, experts: 0)
      let cost = OperatorCost(
        operatorClass: .matrix, dataType: type, modelFlops: 0, hardwareFlops: Int(flops),
        vectorFlops: 0, bytesRead: 0, bytesWritten: 0)
      let item = WorkItem(.product(shape), cost: cost, isCut: false)
      return flops / time.seconds(item, WorkCut())
    }
    #expect(abs(rate(30_522, .bf16) / rate(30_528, .bf16) - 0.36) < 0.09)
    #expect(rate(30_521, .bf16) < 0.75 * rate(30_522, .bf16))
    #expect(rate(30_522, .fp32) > 0.8 * rate(30_528, .fp32))
  }
}
