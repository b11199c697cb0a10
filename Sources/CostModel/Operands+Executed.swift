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

  /// The kernel that runs the operator: oneDNN's fast gradient of depthwise weights is for windows
  /// of at most 3 elements, and a convolution of single positions is a product to it.
  var kernel: Kernel {
    if let pointwise { return pointwise }
    if case .convolutionGradWeight(let geometry, _) = kind, geometry.groups > 1,
      geometry.dimensions > 1, outputs[0].shape.dropFirst(2).contains(where: { $0 > 3 })
    {
      return .wideGroupedConvolutionGradWeight
    }
    return kind.kernel
  }

  /// The kernel of a convolution whose windows are single positions.
  private var pointwise: Kernel? {
    let (weight, geometry, kernel): (Tensor, ConvolutionGeometry, Kernel)
    switch kind {
    case .convolution(let own, _):
      (weight, geometry, kernel) = (inputs[1], own, .pointwiseConvolution)
    case .convolutionGradInput(let own):
      (weight, geometry, kernel) = (inputs[1], own, .pointwiseConvolutionGradInput)
    case .convolutionGradWeight(let own, _):
      (weight, geometry, kernel) = (outputs[0], own, .pointwiseConvolutionGradWeight)
    default: return nil
    }
    let isPoint = weight.shape.dropFirst(2).allSatisfy { $0 == 1 }
    return isPoint && geometry.groups == 1 && !geometry.transposed ? kernel : nil
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
