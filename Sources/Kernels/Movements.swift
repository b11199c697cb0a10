import CKernels
import Graph

/// How operators that only move elements do it: as boxes, worked out once.
enum Movements {
  /// The boxes of a step, in order, and the factor on all of them; nil for steps that are no
  /// movement. Their dimensions come in the order in which the result's lie.
  static func boxes(
    _ step: Program.Step
  ) -> (boxes: [(input: Int?, box: StridedBox)], factor: Float)? {
    guard let target = step.outputLayouts.first,
      let (boxes, factor) = boxes(step.op.kind, step)
    else { return nil }
    return (boxes.map { ($0.input, $0.box.ordered(as: target)) }, factor)
  }

  private static func boxes(
    _ kind: OperatorKind, _ step: Program.Step
  ) -> (boxes: [(input: Int?, box: StridedBox)], factor: Float)? {
    let inputs = step.inputTensors
    guard let x = inputs.first?.shape, let y = step.outputTensors.first?.shape else { return nil }
    let (xs, ys) = (step.inputLayouts[0].strides(x), step.outputLayouts[0].strides(y))
    switch kind {
    case .contiguous, .detach:
      return ([(0, StridedBox(extents: x, xStrides: xs, yStrides: ys))], 1)
    case .permute(let order):
      return ([(0, StridedBox(extents: y, xStrides: order.map { xs[$0] }, yStrides: ys))], 1)
    case .slice(let axis, let start, _):
      let box = StridedBox(extents: y, xStrides: xs, yStrides: ys, xStart: start * xs[axis])
      return ([(0, box)], 1)
    case .expand(let axes, let extents, let mean):
      var strides: [Int] = []
      var next = xs[...]
      for axis in y.indices { strides.append(axes.contains(axis) ? 0 : next.popFirst() ?? 0) }
      let factor = mean ? 1 / Float(extents.reduce(1, *)) : 1
      return ([(0, StridedBox(extents: y, xStrides: strides, yStrides: ys))], factor)
    case .pad(let axis, let before, let after):
      return (padding(x, y, (xs, ys), axis, before, after), 1)
    case .concatenate(let axis):
      var start = 0
      let boxes = inputs.enumerated().map { index, input in
        defer { start += input.shape[axis] }
        let box = StridedBox(
          extents: input.shape, xStrides: step.inputLayouts[index].strides(input.shape),
          yStrides: ys, yStart: start * ys[axis])
        return (input: Optional(index), box: box)
      }
      return (boxes, 1)
    case .roll(let shifts): return (rolled(x, (xs, ys), shifts), 1)
    default: return nil
    }
  }

  private static func padding(
    _ x: [Int], _ y: [Int], _ strides: (x: [Int], y: [Int]), _ axis: Int, _ before: Int,
    _ after: Int
  ) -> [(input: Int?, box: StridedBox)] {
    let (xs, ys) = strides
    let copied = StridedBox(
      extents: x, xStrides: xs, yStrides: ys, yStart: before * ys[axis])
    var boxes: [(input: Int?, box: StridedBox)] = [(0, copied)]
    for (count, start) in [(before, 0), (after, before + x[axis])] where count > 0 {
      var extents = y
      extents[axis] = count
      let zeros = [Int](repeating: 0, count: y.count)
      boxes.append(
        (
          nil,
          StridedBox(extents: extents, xStrides: zeros, yStrides: ys, yStart: start * ys[axis])
        ))
    }
    return boxes
  }

  /// Each shifted dimension falls in two; their combinations are the boxes.
  private static func rolled(
    _ shape: [Int], _ strides: (x: [Int], y: [Int]), _ shifts: [Int]
  ) -> [(input: Int?, box: StridedBox)] {
    var boxes = [StridedBox(extents: shape, xStrides: strides.x, yStrides: strides.y)]
    for axis in shape.indices {
      let extent = shape[axis]
      let shift = ((shifts[axis] % extent) + extent) % extent
      guard shift > 0 else { continue }
      boxes = boxes.flatMap { box in
        var (kept, wrapped) = (box, box)
        kept.extents[axis] = extent - shift
        kept.yStart += shift * strides.y[axis]
        wrapped.extents[axis] = shift
        wrapped.xStart += (extent - shift) * strides.x[axis]
        return [kept, wrapped]
      }
    }
    return boxes.map { (0, $0) }
  }

  /// The sum of `x` over some of its dimensions as the kernels take it; nil with too many
  /// dimensions.
  /// - Parameter layout: of x; results lie in plain order.
  static func reduction(
    _ shape: [Int], over axes: Set<Int>, layout: MapLayout = .plain
  ) -> hfm_reduction? {
    let strides = layout.strides(shape)
    func joined(_ wanted: Bool) -> (extents: [Int], strides: [Int]) {
      var result: (extents: [Int], strides: [Int]) = ([], [])
      for axis in shape.indices where axes.contains(axis) == wanted && shape[axis] != 1 {
        if let last = result.strides.last, last == strides[axis] * shape[axis] {
          result.extents[result.extents.count - 1] *= shape[axis]
          result.strides[result.strides.count - 1] = strides[axis]
        } else {
          result.extents.append(shape[axis])
          result.strides.append(strides[axis])
        }
      }
      return result
    }
    let (kept, reduced) = (joined(false), joined(true))
    let limit = Int(HFM_RANK)
    guard kept.extents.count <= limit, reduced.extents.count <= limit else { return nil }
    var result = hfm_reduction()
    result.keptRank = Int64(kept.extents.count)
    result.reducedRank = Int64(reduced.extents.count)
    copy(kept.extents, into: &result.kept)
    copy(kept.strides, into: &result.keptX)
    copy(reduced.extents, into: &result.reduced)
    copy(reduced.strides, into: &result.reducedX)
    return result
  }

  /// The dimensions of `shape` along which `small` repeats.
  static func repeated(_ small: [Int], in shape: [Int]) -> Set<Int> {
    let missing = shape.count - small.count
    return Set(shape.indices.filter { $0 < missing || small[$0 - missing] != shape[$0] })
  }
}
