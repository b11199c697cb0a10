import Graph

extension ConvolutionShape {
  /// The shape of a convolution or of one of its gradients; nil for other operators.
  ///
  /// The summed extent follows from the FLOP, so that a stride counts where it thins out work.
  init?(_ op: Operator, tensors: [Tensor], flops: Int) {
    guard let output = op.outputs.first else { return nil }
    let result = tensors[output.index]
    let groups: Int
    switch op.kind {
    case .convolution(let geometry, _), .convolutionGradInput(let geometry):
      groups = geometry.groups
      isVolume = geometry.stride.count == 3
      hasFastAlgorithm = tensors[op.inputs[1].index].shape.suffix(2) == [3, 3] && geometry.isPlane
      let channels = result.shape.count > 1 ? result.shape[1] : 1
      rows = Double(result.count) / Double(max(1, channels))
      columns = Double(channels) / Double(max(1, groups))
    case .convolutionGradWeight(let geometry, _):
      groups = geometry.groups
      isVolume = geometry.stride.count == 3
      hasFastAlgorithm = result.shape.suffix(2) == [3, 3] && geometry.isPlane
      let filters = result.shape.first ?? 1
      rows = Double(filters) / Double(max(1, groups))
      columns = Double(result.count) / Double(max(1, filters))
    default: return nil
    }
    self.groups = Double(max(1, groups))
    inner = Double(flops) / max(1, 2 * rows * columns * self.groups)
  }
}

extension ConvolutionGeometry {
  /// Whether it steps by one place over two dimensions and mixes all channels.
  fileprivate var isPlane: Bool {
    stride == [1, 1] && dilation == [1, 1] && groups == 1 && !transposed
  }
}
