import CostModel
import HardwareModel
import Models
import Planner
import Quantities
import Testing
import Workloads

/// Stochastic depth that computes only the samples it keeps (DINOv2,
/// `dinov2/layers/block.py`, `drop_add_residual_stochastic_depth`).
@Suite struct StochasticDepthTests {
  /// UNI trains by DINOv2's default configuration, whose rate is 0.3: each of the student's blocks
  /// works on 0.7 of its samples, the teacher's on all.
  @Test func theStudentsBlocksSkipSamples() throws {
    let model = try ModelCatalogue.builtIn.model("uni")
    let request = WorkloadRequest(task: .pretrain, batch: 2, precision: .fp32)
    var profile = try StepProfile(Workload(model, request))
    #expect(profile.skippedSamples == 0.3)
    let kept = profile.layered(fusing: true)
    profile.skippedSamples = 0
    let all = profile.layered(fusing: true)
    var blocks = 0
    for (skipping, whole) in zip(kept.layers, all.layers) {
      let trains = whole.isLayer && !whole.backward.isEmpty
      blocks += trains ? whole.count : 0
      for (item, full) in zip(
        skipping.forward + skipping.backward, whole.forward + whole.backward)
      {
        #expect(abs(item.weight - (trains ? 0.7 : 1) * full.weight) < 1e-12)
      }
    }
    #expect(blocks >= 24)
  }

  @Test func aFineTunedBackboneSkipsNone() throws {
    let model = try ModelCatalogue.builtIn.model("uni")
    let request = WorkloadRequest(task: .finetune, batch: 2, precision: .fp32)
    #expect(try StepProfile(Workload(model, request)).skippedSamples == 0)
  }
}
