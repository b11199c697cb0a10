import CostModel
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

  /// Every product but the narrow ones of updates is divided, in both passes.
  @Test(arguments: [["query", "value"], ["attention.output"], ["all"]])
  func matricesStayCut(targets: [String]) throws {
    let adapted = try Self.layer(targets)
    var products = 0
    for item in adapted.forward + adapted.backward {
      guard case .product(let shape) = item.shape,
        min(shape.rows, shape.columns, shape.inner) > Double(4 * Self.rank)
      else { continue }
      products += 1
      #expect(shape.cut != .none)
    }
    #expect(products >= 8)
  }
}
