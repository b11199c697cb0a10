import CKernels
import Executor
import Graph

extension WindowPooling {
  /// The C kernels' shape for an input `[B,C,s…]` and its output.
  func shape(input: [Int], output: [Int]) -> hfm_windows {
    let missing = [Int](repeating: 1, count: max(0, 3 - window.count))
    let zeros = [Int](repeating: 0, count: missing.count)
    var shape = hfm_windows()
    shape.isMean = kind == .mean ? 1 : 0
    copy(missing + input.dropFirst(2), into: &shape.input)
    copy(missing + output.dropFirst(2), into: &shape.output)
    copy(missing + window, into: &shape.window)
    copy(missing + stride, into: &shape.stride)
    copy(zeros + padding, into: &shape.padding)
    return shape
  }
}

/// Pooling and resampling: planes (sample, channel) over the lanes, or positions where channels lie
/// last.
extension KernelCall {
  /// Whether maps lie with their channels last. (One whose order makes no difference may be plain.)
  var isChannelsLast: Bool {
    inputs.contains { $0.layout == .channelsLast }
      || outputs.contains { $0.layout == .channelsLast }
  }

  /// Positions of all samples of a map.
  func positions(_ map: TensorStorage) -> Int { map.count / max(1, map.tensor.shape[1]) }

  private func planes(_ storage: TensorStorage) -> Int {
    storage.tensor.shape.prefix(2).reduce(1, *)
  }

  func poolWindows(_ pooling: WindowPooling) {
    let (x, y) = (inputs[0], outputs[0])
    let positions = outputs.count > 1 ? outputs[1].address : nil
    let shape = pooling.shape(input: x.tensor.shape, output: y.tensor.shape)
    withUnsafePointer(to: shape) { shape in
      if isChannelsLast {
        return forRows(self.positions(y)) { begin, end, _ in
          graph.poolChannels(
            shape, x.array, y.array, positions?.assumingMemoryBound(to: Int64.self),
            Int64(x.tensor.shape[1]), Int64(begin), Int64(end))
        }
      }
      forRows(planes(x)) { begin, end, _ in
        graph.poolWindows(
          shape, x.array, y.array, positions?.assumingMemoryBound(to: Int64.self), Int64(begin),
          Int64(end))
      }
    }
  }

  func poolWindowsBackward(_ pooling: WindowPooling) {
    let (dy, dx) = (inputs[0], outputs[0])
    let positions = inputs.count > 1 ? inputs[1].address : nil
    let shape = pooling.shape(input: dx.tensor.shape, output: dy.tensor.shape)
    withUnsafePointer(to: shape) { shape in
      if isChannelsLast {
        return forRows(self.positions(dx)) { begin, end, _ in
          graph.poolChannelsBackward(
            shape, dy.array, positions?.assumingMemoryBound(to: Int64.self), dx.array,
            Int64(dx.tensor.shape[1]), Int64(begin), Int64(end))
        }
      }
      forRows(planes(dx)) { begin, end, lane in
        graph.poolWindowsBackward(
          shape, dy.array, positions?.assumingMemoryBound(to: Int64.self), dx.array,
          workspace.scratch(lane), Int64(begin), Int64(end))
      }
    }
  }

  func resample(_ resampling: ResamplingPlan, backward: Bool) {
    let kernel = backward ? graph.resampleBackward : graph.resample
    resampling.withKernelShape { shape in
      if isChannelsLast {
        return forRows(positions(outputs[0])) { begin, end, _ in
          graph.resampleChannels(
            shape, inputs[0].array, outputs[0].array, Int64(outputs[0].tensor.shape[1]),
            Int64(begin), Int64(end))
        }
      }
      forRows(planes(inputs[0])) { begin, end, lane in
        kernel?(
          shape, inputs[0].array, outputs[0].array, workspace.scratch(lane), Int64(begin),
          Int64(end))
      }
    }
  }
}
