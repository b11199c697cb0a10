import Graph

// What a processor's kernel does beyond what a framework's counter sees.
extension Operands {
  /// Channels that a kernel works on at a time: fp32 elements of a 512-bit register.
  static let block = 16

  /// `flops` with the channels that a convolution writes (those of the output's gradient, for a
  /// weight's) filled up to whole blocks; grouped ones work on many groups at a time and fill
  /// nothing up.
  func blocked(_ flops: Int) -> Int {
    let written: Tensor
    switch kind {
    case .convolution(let geometry, _) where geometry.groups == 1: written = outputs[0]
    case .convolutionGradInput(let geometry) where geometry.groups == 1: written = outputs[0]
    case .convolutionGradWeight(let geometry, _) where geometry.groups == 1: written = inputs[0]
    default: return flops
    }
    guard written.shape.count > 1, written.shape[1] > 0 else { return flops }
    let channels = written.shape[1]
    let blocks = (channels + Self.block - 1) / Self.block
    return Saturating.product(flops / channels, blocks * Self.block)
  }

  /// The kernel that runs the operator: to oneDNN a convolution of single positions is a product,
  /// and one of a window for each channel has kernels of its own.
  var kernel: Kernel {
    let (weight, geometry): (Tensor, ConvolutionGeometry)
    switch kind {
    case .convolution(let own, _): (weight, geometry) = (inputs[1], own)
    case .convolutionGradInput(let own): (weight, geometry) = (inputs[1], own)
    case .convolutionGradWeight(let own, _): (weight, geometry) = (outputs[0], own)
    default: return kind.kernel
    }
    guard weight.shape.count > 1 else { return kind.kernel }
    let isPoint = weight.shape.dropFirst(2).allSatisfy { $0 == 1 }
    if isPoint, geometry.groups == 1, !geometry.transposed {
      return ofRole(
        .pointwiseConvolution, .pointwiseConvolutionGradInput, .pointwiseConvolutionGradWeight)
    }
    let isDepthwise = weight.shape[0] == geometry.groups && weight.shape[1] == 1
    guard isDepthwise, geometry.groups > 1 else { return kind.kernel }
    return geometry.dimensions == 1
      ? ofRole(.sequenceConvolution, .sequenceConvolutionGradInput, .sequenceConvolutionGradWeight)
      : ofRole(
        .depthwiseConvolution, .depthwiseConvolutionGradInput, .depthwiseConvolutionGradWeight)
  }

  /// Of a convolution's kernels the one for its forward pass, or for the gradient that this is.
  private func ofRole(_ forward: Kernel, _ gradInput: Kernel, _ gradWeight: Kernel) -> Kernel {
    switch kind {
    case .convolutionGradInput: gradInput
    case .convolutionGradWeight: gradWeight
    default: forward
    }
  }

  /// Rows that a kernel begins anew (see `OperatorCost.rows`).
  var rows: Int {
    switch kind {
    case .layerNorm, .layerNormBackward, .rmsNorm, .rmsNormBackward, .softmax, .softmaxBackward,
      .l2Normalize, .l2NormalizeBackward, .crossEntropy, .crossEntropyBackward:
      return inputs[0].rows
    case .channelNorm, .channelNormBackward:
      return inputs[0].shape.prefix(2).reduce(1) { Saturating.product($0, $1) }
    case .attention(let heads): return queries(heads, inputs[0])
    case .attentionBackward(let heads): return queries(heads, inputs[1])
    default: return 0
    }
  }

  private func queries(_ heads: AttentionGeometry, _ q: Tensor) -> Int {
    heads.headSize > 0 ? q.count / heads.headSize : 0
  }

  /// Bytes read and written when a view is a copy, and when a product's operands that differ from
  /// step to step are first brought into panels, written and read once more.
  func moved(_ traffic: (read: Int, written: Int)) -> Int {
    let counted = Saturating.add(traffic.read, traffic.written)
    switch kind {
    case .linearGradInput:
      return Saturating.add(counted, Saturating.product(2, inputs[1].bytes))
    case .linearGradWeight:
      let operands = Saturating.add(inputs[0].bytes, inputs[1].bytes)
      return Saturating.add(counted, Saturating.product(2, operands))
    case .permute, .slice, .detach,
      .cast where inputs.first?.dataType == outputs.first?.dataType:
      let written = outputs.reduce(0) { Saturating.add($0, $1.bytes) }
      return Saturating.add(written, written)
    default: return counted
    }
  }
}
