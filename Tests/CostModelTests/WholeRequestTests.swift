import CostModel
import Graph
import Models
import Quantities
import TestSupport
import Testing
import Workloads

/// Inference on a slide or scan that is larger than what the model reads.
@Suite("Slides and scans as workloads")
struct WholeRequestTests {
  /// nnU-Net's `compute_steps_for_sliding_window` with a step of 0.5 over 300×512×512 gives 4·7·7
  /// windows of 128; MONAI's `dense_patch_slices` with an overlap of 0.25 gives 3·5·5.
  @Test(arguments: [(0.5, 196), (0.25, 75), (0, 48)])
  func workOfAScanIsThatOfItsWindows(overlap: Double, windows: Int) throws {
    let model = try ModelCatalogue.builtIn.model("nnunet-3d-fullres")
    var request = WorkloadRequest(task: .infer, batch: 1, precision: .bf16)
    let one = try Workload(model, request)
    request.whole = WholeRequest(extents: [300, 512, 512], overlap: overlap, mirrors: 8)
    let all = try Workload(model, request)
    #expect(all.forward.passes == windows * 8)
    #expect(all.samples == 1)
    let (cost, single) = (
      try GraphCost(inference: all.forward), try GraphCost(inference: one.forward)
    )
    #expect(cost.flops.forward == windows * 8 * single.flops.forward)
    #expect(cost.parameters.total == single.parameters.total)
    let peaks = [all, one].map {
      MemoryModel(inference: $0.forward).estimate(MemorySettings()).peakBytes
    }
    #expect(peaks[0] == peaks[1])
  }

  @Test func windowsInBatchesAndSlicesOfAScan() throws {
    let model = try ModelCatalogue.builtIn.model("nnunet-2d")
    var request = WorkloadRequest(task: .infer, batch: 16, precision: .bf16)
    request.whole = WholeRequest(extents: [40, 600, 512], overlap: 0.5)
    // 40 slices of 2 windows in passes of 16.
    let workload = try Workload(model, request)
    #expect(workload.forward.passes == 5)
    #expect(workload.resolved.spatial == [512, 512])
  }

  @Test func tissueOfASlide() throws {
    let model = try ModelCatalogue.builtIn.model("resnet50")
    var request = WorkloadRequest(task: .infer, batch: 100)
    request.whole = WholeRequest(extents: [22_400, 44_800], kept: 0.25)
    #expect(try Workload(model, request).forward.passes == 50)
  }

  @Test func mistakesAreNamed() throws {
    let model = try ModelCatalogue.builtIn.model("nnunet-3d-fullres")
    var request = WorkloadRequest(task: .pretrain, batch: 1)
    request.whole = WholeRequest(extents: [300, 512, 512])
    func message() -> String {
      let error = #expect(throws: UserError.self) { try Workload(model, request) }
      return error?.description ?? ""
    }
    #expect(message().contains("slides and scans are only inferred on"))
    request.task = .infer
    request.whole = WholeRequest(extents: [512, 512])
    #expect(message().contains("cannot be cut into tiles"))
    request.whole = WholeRequest(extents: [300, 512, 512], overlap: 1)
    #expect(message().contains("overlap"))
    request.whole = WholeRequest(extents: [300, 512, 512], mirrors: 0)
    #expect(message().contains("--mirrors"))
  }
}
