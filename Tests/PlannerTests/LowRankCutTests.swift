import CostModel
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Workloads

/// Low-rank updates under tensor parallelism keep the cut of the matrices that they stand beside
/// (Megatron-Bridge, peft/utils.py, `ParallelLinearAdapter`).
@Suite struct LowRankCutTests {
  static let (batch, sequence, rank) = (4, 512, 8)

  static func layer(_ targets: [String]?) throws -> LayerWork {
    let model = try PlanSearchTests.model(layers: 4, hidden: 2048)
    var workload = WorkloadRequest(
      task: targets == nil ? .pretrain : .lora, batch: batch, sequence: sequence, precision: .bf16)
    workload.options.rank = targets == nil ? nil : rank
    workload.options.targets = targets ?? []
    let step = try StepProfile(Workload(model, workload)).layered(fusing: true)
    return try #require(step.layers.first { $0.isLayer })
  }

  /// Nothing is gathered, and beside a matrix cut by rows only the few columns are summed.
  @Test(arguments: [
    (["query", "value"], 0), (["attention.output"], 1), (["all"], 2), (["mlp.up"], 0),
  ])
  func onlyFewColumnsTravel(targets: [String], byRows: Int) throws {
    let (plain, adapted) = try (Self.layer(nil), Self.layer(targets))
    #expect(adapted.gathers.bytes == plain.gathers.bytes)
    let narrow = Double(Self.batch * Self.sequence * Self.rank * 2)
    #expect(adapted.reductions.bytes - plain.reductions.bytes == Double(byRows) * narrow)
    #expect(adapted.gradientReductions.bytes < 1.02 * plain.gradientReductions.bytes)
    for item in adapted.forward {
      if case .attention = item.shape { #expect(item.isCut) }
    }
  }

  /// Four devices that train updates alone need less backward time than if they trained everything,
  /// and hardly more forward.
  @Test(arguments: [1, 2, 4])
  func updatesAloneAreCheaper(tensor: Int) throws {
    let time = WorkTime(device: PlanSearchTests.cluster().device)
    var cut = WorkCut()
    cut.tensor = tensor
    cut.sequenceParallel = tensor > 1
    let (plain, adapted) = try (Self.layer(nil), Self.layer(["query", "value"]))
    #expect(time.seconds(adapted.backward, cut) < 0.8 * time.seconds(plain.backward, cut))
    #expect(time.seconds(adapted.forward, cut) < 1.25 * time.seconds(plain.forward, cut))
  }
}
