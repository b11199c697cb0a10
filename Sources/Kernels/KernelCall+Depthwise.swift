import CKernels
import Executor
import Graph

/// Depth-wise convolutions: lanes take units, of which a block of channels has many.
extension KernelCall {
  /// - Parameter bias: of the target, or its gradient.
  func depthwise(
    _ plan: DepthwisePlan, source: TensorStorage, weights: TensorStorage, bias: TensorStorage?,
    target: TensorStorage
  ) {
    let none = hfm_array(data: nil, type: Int32(HFM_F32))
    let (w, b) = (weights.array, bias?.array ?? none)
    withUnsafePointer(to: plan.shape) { shape in
      if shape.pointee.kind == HFM_CONVOLVE_WEIGHTS {
        return weightSums(plan, shape, dy: target.array, x: source.array, dw: w, db: b)
      }
      let isForward = shape.pointee.kind == HFM_CONVOLVE
      let (from, to) = isForward ? (source, target) : (target, source)
      forRows(plan.blocks * plan.unitsOfABlock) { begin, end, lane in
        graph.depthwise(
          shape, from.array, w, b, to.array, workspace.scratch(lane), Int64(begin), Int64(end))
      }
    }
  }

  /// Gradients of weights and biases. A lane stores those of blocks that are its own; blocks that
  /// lanes share are added up afterwards, in the order of lanes.
  private func weightSums(
    _ plan: DepthwisePlan, _ shape: UnsafePointer<hfm_depthwise>, dy: hfm_array, x: hfm_array,
    dw: hfm_array, db: hfm_array
  ) {
    let (units, size) = (plan.unitsOfABlock, plan.sumCount)
    guard units > 0 else { return }
    let shared = workspace.shared.assumingMemoryBound(to: Float.self)
    func own(_ lane: Int) -> Range<Int> {
      TeamScope.chunk(lane, of: scope.count, count: plan.blocks * units)
    }
    func sums(_ lane: Int, _ block: Int) -> UnsafeMutablePointer<Float> {
      shared + (2 * lane + (block == own(lane).lowerBound / units ? 0 : 1)) * size
    }
    scope.forEachLane { lane in
      let own = own(lane)
      guard !own.isEmpty else { return }
      let scratch = workspace.scratch(lane)
      for block in own.lowerBound / units...(own.upperBound - 1) / units {
        let part = own.clamped(to: block * units..<(block + 1) * units)
        let sums = sums(lane, block)
        graph.depthwiseWeights(
          shape, dy, x, sums, scratch, Int64(part.lowerBound), Int64(part.upperBound))
        if part.count == units {
          graph.depthwiseStore(shape, sums, dw, db, Int64(block), scratch)
        }
      }
    }
    for lane in 0..<scope.count {
      let first = own(lane)
      let block = first.upperBound / units
      let all = block * units..<(block + 1) * units
      // Where this lane begins a block, and others go on with it.
      guard first.lowerBound <= all.lowerBound, first.upperBound > all.lowerBound else { continue }
      let total = sums(lane, block)
      for next in lane + 1..<scope.count where own(next).overlaps(all) {
        graph.blend(total, sums(next, block), total, 1, 1, 0, Int64(size))
      }
      graph.depthwiseStore(shape, total, dw, db, Int64(block), workspace.scratch(0))
    }
  }
}
