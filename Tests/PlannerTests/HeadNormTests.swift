import CostModel
import Models
import Planner
import Quantities
import Testing
import Workloads

/// Queries and keys normalised head by head under tensor parallelism.
@Suite struct HeadNormTests {
  static func layer(_ norm: Bool, task: WorkloadTask) throws -> LayerWork {
    let text = """
      {"id": "m", "name": "m", "family": "language", "status": "open", "source": "test",
       "objective": "causal-lm", "architecture":
       {"tokens": {"vocabulary": 30000, "context": 512},
        "stack": {"layers": 4, "hidden": 512, "heads": 8, "keyValueHeads": 4, "headSize": 64,
          "norm": "rms", "causal": true, "rotaryBase": 10000, "queryKeyNorm": \(norm)},
        "heads": {"language": {"kind": "linear"}}}}
      """
    let model = try ModelProfile(parsing: Array(text.utf8), file: "m")
    let workload = WorkloadRequest(task: task, batch: 2, sequence: 128, precision: .bf16)
    let step = try StepProfile(Workload(model, workload)).layered(fusing: true)
    return try #require(step.layers.first { $0.isLayer })
  }

  /// Each device holds whole heads and the one scale for all: nothing is sent, and the work is cut.
  @Test(arguments: [WorkloadTask.infer, .pretrain])
  func normsOfHeadsStayOnTheirDevice(task: WorkloadTask) throws {
    let (plain, normed) = (try Self.layer(false, task: task), try Self.layer(true, task: task))
    #expect(normed.gathers == plain.gathers)
    #expect(normed.reductions == plain.reductions)
    #expect(normed.gradientReductions == plain.gradientReductions)
    #expect(normed.parameters.cut == plain.parameters.cut)
    // One scale of a head's size each for queries and keys, on every device.
    #expect(normed.parameters.whole == plain.parameters.whole + 2 * 64)
    func whole(_ layer: LayerWork, _ items: KeyPath<LayerWork, [WorkItem]>) -> Int {
      layer[keyPath: items].count { !$0.isCut && $0.cost.kernel == .rmsNorm }
    }
    #expect(whole(normed, \.forward) == whole(plain, \.forward))
    let backward = normed.backward.filter { $0.cost.kernel == .rmsNormBackward }
    #expect(backward.count { $0.isCut } == (task == .infer ? 0 : 2))
  }
}
