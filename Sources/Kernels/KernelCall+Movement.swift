import CKernels
import Executor
import Graph

extension KernelCall {
  /// Cuts a box over the lanes: by rows, or within the rows where there are fewer than lanes.
  private func forBox(
    _ plan: MovePlan,
    _ body: (_ box: UnsafePointer<hfm_box>, _ begin: Int64, _ end: Int64) -> Void
  ) {
    guard plan.rows < scope.count else {
      return withUnsafePointer(to: plan.box) { box in
        forRows(plan.rows) { begin, end, _ in body(box, Int64(begin), Int64(end)) }
      }
    }
    forElements(plan.columns) { begin, end, _ in
      var box = plan.box
      let last = Int(box.rank) - 1
      withUnsafeMutableBytes(of: &box.extents) {
        $0.bindMemory(to: Int64.self)[last] = Int64(end - begin)
      }
      box.xAt += Int64(begin) * withUnsafeBytes(of: &box.x) { $0.bindMemory(to: Int64.self)[last] }
      box.yAt += Int64(begin) * withUnsafeBytes(of: &box.y) { $0.bindMemory(to: Int64.self)[last] }
      withUnsafePointer(to: box) { body($0, 0, Int64(plan.rows)) }
    }
  }

  /// Operators that only move elements.
  func move(_ plans: [MovePlan], factor: Float) {
    let y = outputs[0].array
    for plan in plans {
      let x: hfm_array
      if let input = plan.input {
        x = inputs[input].array
      } else {
        workspace.value(0).pointee = 0
        x = hfm_array(data: UnsafeMutableRawPointer(workspace.value(0)), type: y.type)
      }
      forBox(plan) { box, begin, end in graph.move(box, x, y, factor, begin, end) }
    }
  }

  /// `a op b` with `b` repeated.
  func combine(_ operation: Int, _ plan: MovePlan, _ a: TensorStorage, _ b: TensorStorage) {
    forBox(plan) { box, begin, end in
      graph.combine(Int32(operation), box, a.array, b.array, outputs[0].array, begin, end)
    }
  }

  /// Sums `x` (times `z`) into an output.
  func reduce(
    _ shape: hfm_reduction, _ x: TensorStorage, times z: TensorStorage? = nil,
    into y: TensorStorage, factor: Float = 1
  ) {
    withUnsafePointer(to: shape) { shape in
      forRows(y.count, grain: y.count >= 64 * scope.count ? 16 : 1) { begin, end, _ in
        graph.reduce(
          shape, x.array, z?.array ?? hfm_array(), y.array, factor, Int64(begin), Int64(end))
      }
    }
  }

  func executeBroadcast() {
    switch (kind, plan) {
    case (.add, .broadcast(let plan)): combine(HFM_ADD, plan, inputs[0], inputs[1])
    case (.multiply, .broadcast(let plan)): combine(HFM_MULTIPLY, plan, inputs[0], inputs[1])
    case (.multiplyBackward, .broadcastGradient(let plan, let sum)):
      combine(HFM_MULTIPLY, plan, inputs[0], inputs[2])
      reduce(sum, inputs[0], times: inputs[1], into: outputs[1])
    case (.sumLeading, .reduction(let sum)): reduce(sum, inputs[0], into: outputs[0])
    case (.reduce(let reduction, _), .reduction(let sum)):
      let terms = outputs[0].count == 0 ? 1 : inputs[0].count / outputs[0].count
      let factor = reduction == .mean ? 1 / Float(terms) : 1
      reduce(sum, inputs[0], into: outputs[0], factor: factor)
    default: break
    }
  }
}
