import CostModel
import Models
import TestSupport
import Testing
import Workloads

@Suite("Slides and scans in tiles")
struct TilingTests {
  @Test("MONAI's and nnU-Net's sliding windows")
  func windows() throws {
    // nnU-Net, compute_steps_for_sliding_window((128, 64, 64), (64, 64, 64), 0.5): 3, 1, 1 steps.
    #expect(
      try Tiling(extents: [128, 64, 64], tile: [64, 64, 64], overlap: 0.5).steps == [3, 1, 1])
    // MONAI, dense_patch_slices((300, 512, 512), (96, 96, 96), (48, 48, 48)).
    #expect(
      try Tiling(extents: [300, 512, 512], tile: [96, 96, 96], overlap: 0.5).steps == [6, 10, 10])
  }

  @Test(
    "tiles cover the whole and no step is superfluous", arguments: 1...50 as ClosedRange<UInt64>)
  func cover(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let extent = Int.random(in: 1...5000, using: &random)
    let edge = Int.random(in: 1...300, using: &random)
    let overlap = Double.random(in: 0..<0.9, using: &random)
    let steps = try Tiling(extents: [extent, 1], tile: [edge, 1], overlap: overlap).steps[0]
    let stride = max(1, Int(Double(edge) * (1 - overlap)))
    #expect((steps - 1) * stride + edge >= extent)
    #expect(steps == 1 || (steps - 2) * stride + edge < extent)
  }

  @Test("a share of tissue keeps as many tiles")
  func tissue() throws {
    let tiling = try Tiling(extents: [2240, 2240], tile: [224, 224], kept: 0.25)
    #expect(tiling.tiles == 25)
    #expect(tiling.passes(batch: 8) == 4)
  }

  @Test("impossible tilings are refused", arguments: [(0.5, 0.0), (1.0, 1.0), (-0.1, 1.0)])
  func refusals(shares: (Double, Double)) {
    #expect(throws: (any Error).self) {
      try Tiling(extents: [10, 10], tile: [5, 5], overlap: shares.0, kept: shares.1)
    }
  }

  @Test("LongNet's cost grows with the slide, not with its square")
  func longNet() throws {
    let model = try ModelCatalogue.builtIn.model("gigapath-slide")
    // The sum of the shapes in github.com/prov-gigapath (86 M as published): sub-layer norms on.
    #expect(try model.parameterCount() == 86_330_880)
    func flops(_ tiles: Int) throws -> Double {
      let request = WorkloadRequest(task: .infer, batch: 1, sequence: tiles)
      return Double(try GraphCost(inference: Workload(model, request).forward).flops.forward)
    }
    let ratio = try flops(200_000) / flops(100_000)
    #expect(ratio > 1.9 && ratio < 3)
  }
}
