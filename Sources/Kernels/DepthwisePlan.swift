import CKernels
import Graph

/// A depth-wise convolution that kernels of our own run (`Sources/CKernels/body/Depthwise.h`):
/// every channel has a window of its own, so that there is nothing to multiply matrices for.
struct DepthwisePlan {
  let shape: hfm_depthwise
  private let lanes: Int

  /// Nil for other convolutions, and for those that oneDNN runs as fast: it has code for the
  /// forward pass over planes whose channels lie last.
  init?(_ key: ConvolutionPlan.Key) {
    let geometry = key.geometry
    let channels = geometry.groups
    guard channels > 1, key.weights[0] == channels, key.weights[1] == 1,
      key.source[1] == channels, key.target[1] == channels
    else { return nil }
    let isLast = [key.sourceLayout, key.targetLayout].allSatisfy { $0 == .channelsLast }
    if key.role == ConvolutionPlan.Role.target.rawValue, isLast, geometry.dimensions == 2 {
      return nil
    }
    let ones = [Int](repeating: 1, count: max(0, 3 - geometry.dimensions))
    let zeros = [Int](repeating: 0, count: ones.count)
    let isSource = key.role == ConvolutionPlan.Role.source.rawValue
    let (from, to) = isSource ? (key.target, key.source) : (key.source, key.target)
    let (read, written) =
      isSource
      ? (key.targetStrides, key.sourceStrides) : (key.sourceStrides, key.targetStrides)
    var shape = hfm_depthwise()
    shape.kind = Int32(key.role)
    (shape.batch, shape.channels) = (Int64(from[0]), Int64(channels))
    copy(ones + from.dropFirst(2), into: &shape.from)
    copy(ones + to.dropFirst(2), into: &shape.to)
    copy(ones + key.weights.dropFirst(2), into: &shape.kernel)
    copy(ones + geometry.stride, into: &shape.stride)
    copy(zeros + geometry.padding, into: &shape.padding)
    copy(ones + geometry.dilation, into: &shape.dilation)
    shape.fromSample = Int64(read[0])
    shape.fromChannel = Int64(read[1])
    shape.fromStep = Int64(read[read.count - 1])
    shape.toSample = Int64(written[0])
    shape.toChannel = Int64(written[1])
    shape.toStep = Int64(written[written.count - 1])
    // In bf16 that is a cache line where channels lie last.
    shape.block = isLast ? 32 : 16
    guard hfm_depthwise_settle(&shape) != 0 else { return nil }
    self.shape = shape
    lanes = key.lanes
  }

  /// Blocks of channels, and units of work in one of them.
  var blocks: Int { Int((shape.channels + shape.block - 1) / shape.block) }
  var unitsOfABlock: Int {
    Int(shape.batch * shape.segments * shape.to.0 * shape.to.1)
  }
  /// Sums of the gradients of a block's weights and biases.
  var sumCount: Int {
    Int(shape.block * (shape.kernel.0 * shape.kernel.1 * shape.kernel.2 + 1))
  }

  /// Scratch that a lane needs, in bytes.
  var scratchBytes: Int { 4 * Int(shape.scratch) }
  /// Scratch that all lanes share, in bytes: sums of the first and of the last block of each.
  var sharedBytes: Int {
    shape.kind == HFM_CONVOLVE_WEIGHTS ? 4 * 2 * lanes * sumCount : 0
  }
}
