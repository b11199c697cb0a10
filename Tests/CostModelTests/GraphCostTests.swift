import CostModel
import Glibc
import Graph
import HardwareModel
import Models
import Quantities
import TestSupport
import Testing
import Workloads

@Suite struct GraphCostTests {
  static func workload(
    layers: Int = 3, batch: Int = 2, sequence: Int = 16, task: WorkloadTask = .pretrain,
    precision: Precision = .fp32
  ) throws -> Workload {
    let text = """
      {"id": "tiny", "name": "tiny", "family": "language", "status": "open", "source": "test",
       "objective": "causal-lm", "architecture":
       \(ReferenceModels.gpt2(layers, 64, 4, 100, 128))}
      """
    let model = try ModelProfile(parsing: Array(text.utf8), file: "tiny")
    return try Workload(
      model,
      WorkloadRequest(task: task, batch: batch, sequence: sequence, precision: precision))
  }

  static func training(_ workload: Workload) throws -> TrainingGraph {
    try #require(workload.training)
  }

  @Test func parametersAreThoseOfGPT2() throws {
    let cost = try GraphCost(training: Self.training(Self.workload()))
    // Token and position tables; per layer 12h² + 13h; the final norm 2h; the head is tied.
    let layer = 12 * 64 * 64 + 13 * 64
    #expect(cost.parameters.total == 100 * 64 + 128 * 64 + 3 * layer + 2 * 64)
    #expect(cost.parameters.trainable == cost.parameters.total)
    let sum = cost.parameters.byRole.map(\.count).reduce(0, +)
    #expect(sum == cost.parameters.total)
  }

  @Test(arguments: [1, 2, 7, 40])
  func layersAddUp(layers: Int) throws {
    let one = try GraphCost(training: Self.training(Self.workload(layers: 1)))
    let two = try GraphCost(training: Self.training(Self.workload(layers: 2)))
    let many = try GraphCost(training: Self.training(Self.workload(layers: layers)))
    #expect(
      many.flops.forward
        == one.flops.forward + (layers - 1) * (two.flops.forward - one.flops.forward))
    #expect(
      many.flops.backward
        == one.flops.backward + (layers - 1) * (two.flops.backward - one.flops.backward))
    #expect(
      many.parameters.total
        == one.parameters.total + (layers - 1) * (two.parameters.total - one.parameters.total))
  }

  @Test(arguments: [1, 3, 8])
  func flopsGrowWithTheBatch(batch: Int) throws {
    let one = try GraphCost(training: Self.training(Self.workload(batch: 1)))
    let many = try GraphCost(training: Self.training(Self.workload(batch: batch)))
    #expect(many.flops.step == batch * one.flops.step)
    #expect(many.parameters == one.parameters)
  }

  @Test func backwardIsTwiceForward() throws {
    let cost = try GraphCost(training: Self.training(Self.workload()))
    #expect(cost.flops.backward == 2 * cost.flops.forward)
    #expect(cost.flops.hardwareStep < cost.flops.step)
    let inference = try GraphCost(inference: Self.workload(task: .infer).forward)
    #expect(inference.flops.backward == 0)
    #expect(inference.flops.forward == cost.flops.forward)
  }

  @Test func tableHoldsEveryOperator() throws {
    let cost = try GraphCost(training: Self.training(Self.workload()))
    #expect(cost.operators.map(\.flops).reduce(0, +) == cost.flops.step)
    #expect(cost.operators.first { $0.kind == "attention" }?.count == 3)
    #expect(
      cost.operators.map(\.count).reduce(0, +)
        == cost.forward.operatorCount + cost.backward.operatorCount
        + cost.optimizer.operatorCount)
  }

  @Test func anEvaluationTakesMicroseconds() throws {
    let cost = try GraphCost(training: Self.training(Self.workload(layers: 96)))
    let model = TimeModel(device: TimeModelTests.device())
    /// Processor time of this thread: what other threads and programs take does not count.
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    var seconds = 0.0
    let spent = (0..<5).map { _ in
      let start = now()
      for _ in 0..<100 { seconds += model.seconds(cost.forward) }
      return now() - start
    }
    #expect(seconds > 0)
    // 100 evaluations of 96 layers; generous for a debug build.
    #expect(try #require(spent.min()) < 0.5)
  }
}

@Suite struct MemoryModelTests {
  static func model(_ batch: Int, layers: Int = 4, _ precision: Precision = .fp32) throws
    -> MemoryModel
  {
    MemoryModel(
      training: try GraphCostTests.training(
        GraphCostTests.workload(layers: layers, batch: batch, precision: precision)))
  }

  @Test func statesFollowTheParametersFormat() throws {
    let fp32 = try Self.model(1).estimate()
    #expect(fp32.optimizerBytes == 2 * fp32.parametersBytes)
    #expect(fp32.gradientsBytes == fp32.parametersBytes)
    let bf16 = try Self.model(1, .bf16).estimate()
    #expect(2 * bf16.parametersBytes == fp32.parametersBytes)
    #expect(bf16.optimizerBytes == 2 * bf16.parametersBytes)
    let mixed = Precision(parameters: .fp32, compute: .bf16)
    #expect(try Self.model(1, mixed).estimate().parametersBytes == fp32.parametersBytes)
  }

  @Test func memoryGrowsWithTheBatch() throws {
    var last = 0
    for batch in [1, 2, 3, 5, 8, 16, 64] {
      let peak = try Self.model(batch).estimate().peakBytes
      #expect(peak >= last)
      last = peak
    }
  }

  @Test func recomputeKeepsLess() throws {
    let memory = try Self.model(8, layers: 12)
    let full = memory.estimate(MemorySettings(recompute: .full))
    let none = memory.estimate()
    #expect(full.activationsBytes < none.activationsBytes / 3)
    #expect(full.peakBytes < none.peakBytes)
  }

  @Test(arguments: UInt64(1)...20)
  func zeroNeverTakesMore(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let memory = try Self.model(Int.random(in: 1...8, using: &random))
    let ranks = Int.random(in: 1...64, using: &random)
    for kernel in [OptimizerKernel.fused, .foreach] {
      for accumulates in [false, true] {
        for recompute in Recompute.allCases {
          let peaks = (0...3).map { stage in
            memory.estimate(
              MemorySettings(
                recompute: recompute, zeroStage: stage, dataParallel: ranks,
                optimizerKernel: kernel, accumulates: accumulates)
            ).peakBytes
          }
          #expect(peaks == peaks.sorted(by: >), "ranks \(ranks): \(peaks)")
        }
      }
    }
  }

  @Test func decodersHaveACache() throws {
    let graph = try GraphCostTests.workload(layers: 3, task: .infer).forward
    // Keys and values of 64 values in fp32 for each of 3 layers.
    #expect(MemoryModel(inference: graph).kvCacheBytesPerToken == 3 * 2 * 64 * 4)
  }

  @Test func energyLiesBetweenIdleAndBusy() {
    var device = TimeModelTests.device()
    #expect(EnergyModel(device: device).energy(over: Seconds(1), busy: 1) == nil)
    device.maxPower = Watts(400)
    let energy = EnergyModel(device: device)
    #expect(energy.energy(over: Seconds(10), busy: 1)?.value == 3400)
    #expect(energy.energy(over: Seconds(10), busy: 0)?.value == 600)
  }
}
