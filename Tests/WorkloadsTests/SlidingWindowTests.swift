import CostModel
import Models
import Quantities
import TestSupport
import Testing
import Workloads

@Suite("Sliding windows")
struct SlidingWindowTests {
  /// `monai.inferers.sliding_window_inference` over 300×512×512 with windows of 128 and an overlap
  /// of 0.25 has 3·5·5 windows (dense_patch_slices with an interval of 96); nnU-Net's
  /// `compute_steps_for_sliding_window` with a step of 0.5 gives 4·7·7.
  @Test(arguments: [(0.25, 75), (0.5, 196), (0, 48)])
  func published(overlap: Double, windows: Int) {
    let window = SlidingWindow(overlap: overlap)
    let passes = window.passes(extents: [300, 512, 512], window: [128, 128, 128])
    #expect(passes == windows)
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func windowsCoverTheWholeAndNoneIsTooMany(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let extent = Int.random(in: 1...2000, using: &random)
    let size = Int.random(in: 1...300, using: &random)
    let window = SlidingWindow(overlap: Double(Int.random(in: 0...9, using: &random)) / 10)
    let step = max(1, Int(Double(size) * (1 - window.overlap)))
    let count = window.count(extent: extent, window: size)
    #expect((count - 1) * step + size >= extent)
    #expect(count == 1 || (count - 2) * step + size < extent)
  }

  @Test func workOfAVolumeIsThatOfItsWindows() throws {
    let model = try ModelCatalogue.builtIn.model("nnunet-3d-fullres")
    var request = WorkloadRequest(task: .infer, batch: 1, precision: .bf16)
    let one = try GraphCost(inference: Workload(model, request).forward)
    request.volume = [300, 512, 512]
    request.window = SlidingWindow(overlap: 0.5, mirrors: 8)
    let all = try Workload(model, request)
    #expect(all.forward.passes == 196 * 8)
    let cost = try GraphCost(inference: all.forward)
    #expect(cost.flops.forward == 196 * 8 * one.flops.forward)
    #expect(cost.parameters.total == one.parameters.total)
    let memory = MemoryModel(inference: all.forward).estimate(MemorySettings())
    let single = MemoryModel(
      inference: try Workload(model, .init(task: .infer, batch: 1, precision: .bf16)).forward
    )
    .estimate(MemorySettings())
    #expect(memory.peakBytes == single.peakBytes)
  }

  @Test func windowsInBatchesAndSlicesOfAVolume() throws {
    let model = try ModelCatalogue.builtIn.model("nnunet-2d")
    var request = WorkloadRequest(task: .infer, batch: 2, precision: .bf16)
    request.volume = [40, 600, 512]
    request.window = SlidingWindow(overlap: 0.5, batch: 16)
    let workload = try Workload(model, request)
    // 40 slices of 2 windows, of 2 volumes: 160 windows in passes of 16.
    #expect(workload.forward.passes == 10)
    #expect(workload.resolved.batch == 16)
    #expect(workload.resolved.spatial == [512, 512])
  }

  @Test func tissueOfASlide() throws {
    let model = try ModelCatalogue.builtIn.model("resnet50")
    var request = WorkloadRequest(
      task: .infer, batch: 1, image: ImageSize(height: 22_400, width: 44_800))
    request.window = SlidingWindow(overlap: 0, batch: 100, share: 0.25)
    #expect(try Workload(model, request).forward.passes == 50)
  }

  @Test func mistakesAreNamed() throws {
    let model = try ModelCatalogue.builtIn.model("nnunet-3d-fullres")
    var request = WorkloadRequest(task: .pretrain, batch: 1)
    request.volume = [300, 512, 512]
    request.window = SlidingWindow()
    let training = #expect(throws: UserError.self) { try Workload(model, request) }
    #expect(training?.description.contains("--window: windows are walked in inference") == true)
    request.task = .infer
    request.window?.patch = [64, 64]
    let flat = #expect(throws: UserError.self) { try Workload(model, request) }
    #expect(flat?.description.contains("windows of 2 extents over a whole of 3") == true)
    request.window?.patch = [100, 128, 128]
    let odd = #expect(throws: UserError.self) { try Workload(model, request) }
    #expect(odd?.description.contains("multiple of 32x32x32") == true)
    request.window = SlidingWindow(overlap: 1)
    #expect(throws: UserError.self) { try Workload(model, request) }
  }
}
