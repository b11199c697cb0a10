import CKernels
import Executor
import Graph

extension ConvolutionPlan {
  /// One lane's shape and where it starts in each tensor, in elements.
  struct Cut {
    var shape: hfm_convolution_shape
    var source = 0, weights = 0, target = 0, bias = 0
  }
}

/// How a convolution is cut over the lanes.
extension ConvolutionPlan.Key {
  private typealias Cut = ConvolutionPlan.Cut

  private var isWeights: Bool { role == ConvolutionPlan.Role.weights.rawValue }
  private var isSource: Bool { role == ConvolutionPlan.Role.source.rawValue }

  private func ranges(_ count: Int, grain: Int = 1) -> [Range<Int>] {
    (0..<lanes).map { TeamScope.chunk($0, of: lanes, count: count, grain: grain) }
      .filter { !$0.isEmpty }
  }

  /// The cut by samples where they share out evenly, else by slabs along the first dimension. Each
  /// lane then brings only its own part of the maps into oneDNN's order, but all weights; empty
  /// where those are the larger part. A weight's gradient is a sum over the lanes.
  var positionCuts: [ConvolutionPlan.Cut] {
    let batch = source[0]
    let fewGroups = geometry.groups > 1 && geometry.groups < lanes && batch > 1 && !isWeights
    let samples = batch % lanes == 0 || batch >= 4 * lanes || fewGroups
    let maps = source.reduce(1, *) + target.reduce(1, *)
    if samples, !isWeights || lanes == 1 || maps > 2 * lanes * sumCount {
      return ranges(batch).map { range in
        var cut = Cut(shape: whole)
        cut.shape.batch = Int64(range.count)
        cut.source = range.lowerBound * Int(cut.shape.sourceStride)
        cut.target = range.lowerBound * Int(cut.shape.targetStride)
        cut.shape.isPartial = isWeights && lanes > 1 ? 1 : 0
        return cut
      }
    }
    let extent = isSource ? source[2] : target[2]
    guard maps > 2 * lanes * sumCount, extent >= 4 * lanes else { return [] }
    let slabs = ranges(extent).compactMap { isSource ? sourceSlab($0) : targetSlab($0) }
    return slabs.count == ranges(extent).count ? slabs : []
  }

  /// What makes the target's `range` of the first dimension; nil where that is padding alone.
  private func targetSlab(_ range: Range<Int>) -> ConvolutionPlan.Cut? {
    let (stride, padding) = (geometry.stride[0], geometry.padding[0])
    let first = range.lowerBound * stride - padding
    let end = (range.upperBound - 1) * stride - padding + reach + 1
    return slab(max(0, first)..<min(source[2], end), range, padding: max(0, -first))
  }

  /// What the target adds to the source's `range` of the first dimension.
  private func sourceSlab(_ range: Range<Int>) -> ConvolutionPlan.Cut? {
    let (stride, padding) = (geometry.stride[0], geometry.padding[0])
    let position = range.lowerBound + padding
    // The first window that reaches the range, or one that begins no later than it.
    let first = min(max(0, (position - reach + stride - 1) / stride), position / stride)
    let end = min(target[2], (range.upperBound - 1 + padding) / stride + 1)
    return slab(range, first..<max(first, end), padding: position - first * stride)
  }

  /// From a window's first element of the first dimension to its last.
  private var reach: Int { (weights[2] - 1) * geometry.dilation[0] }

  private func slab(
    _ sources: Range<Int>, _ targets: Range<Int>, padding: Int
  ) -> ConvolutionPlan.Cut? {
    guard !sources.isEmpty, !targets.isEmpty else { return nil }
    var cut = Cut(shape: whole)
    cut.shape.source.0 = Int64(sources.count)
    cut.shape.target.0 = Int64(targets.count)
    cut.shape.padding.0 = Int64(padding)
    cut.source = sources.lowerBound * sourceStrides[2]
    cut.target = targets.lowerBound * targetStrides[2]
    cut.shape.isPartial = isWeights && lanes > 1 ? 1 : 0
    return cut
  }

  /// The cut by groups, else by the channels that are not summed over; by samples where neither
  /// gives every lane a part.
  var channelCuts: [ConvolutionPlan.Cut] {
    let groups = geometry.groups
    if groups > 1 {
      return ranges(groups, grain: groups >= 16 * lanes ? 16 : 1).map { range in
        var cut = Cut(shape: whole)
        let (inputs, outputs) = (Int(cut.shape.inputs), Int(cut.shape.outputs))
        cut.shape.groups = Int64(range.count)
        cut.source = range.lowerBound * inputs * Int(cut.shape.sourceChannelStride)
        cut.target = range.lowerBound * outputs * Int(cut.shape.targetChannelStride)
        cut.weights = range.lowerBound * outputs * Int(cut.shape.weightStride)
        cut.bias = range.lowerBound * outputs
        return cut
      }
    }
    let (inputs, outputs) = (weights[1], weights[0])
    if isSource || (isWeights && !hasBias && outputs < lanes && inputs > outputs) {
      return ranges(inputs, grain: inputs >= 16 * lanes ? 16 : 1).map { range in
        var cut = Cut(shape: whole)
        cut.shape.inputs = Int64(range.count)
        cut.source = range.lowerBound * Int(cut.shape.sourceChannelStride)
        cut.weights = range.lowerBound * weights.dropFirst(2).reduce(1, *)
        return cut
      }
    }
    return ranges(outputs, grain: outputs >= 16 * lanes ? 16 : 1).map { range in
      var cut = Cut(shape: whole)
      cut.shape.outputs = Int64(range.count)
      cut.target = range.lowerBound * Int(cut.shape.targetChannelStride)
      cut.weights = range.lowerBound * Int(cut.shape.weightStride)
      cut.bias = range.lowerBound
      return cut
    }
  }
}
