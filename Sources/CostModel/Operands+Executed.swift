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

  /// The kernel that runs the operator.
  var kernel: Kernel {
    switch kind {
    case .convolution(let geometry, _): convolution(geometry, weight: inputs[1])
    case .convolutionGradInput(let geometry): convolution(geometry, weight: inputs[1])
    case .convolutionGradWeight(let geometry, _): convolution(geometry, weight: outputs[0])
    case .channelNorm(let norm) where hasSinglePositions:
      norm.kind == .stored ? .pointStoredNorm : .pointNorm
    case .channelNormBackward where hasSinglePositions: .pointNormBackward
    case .multiply where isByChannel(0, 1): .channelMultiply
    case .multiplyBackward where isByChannel(1, 2): .channelMultiplyBackward
    case .reduce(_, let axes) where axes.contains(inputs[0].shape.count - 1): .innerReduce
    case .expand(let axes, _, _) where axes.contains(outputs[0].shape.count - 1): .innerExpand
    default: kind.kernel
    }
  }

  /// Whether channels have one position each.
  private var hasSinglePositions: Bool { inputs[0].shape.count < 3 }

  /// Whether an operand has an element for all positions of a channel of a map.
  private func isByChannel(_ map: Int, _ factor: Int) -> Bool {
    let (map, factor) = (inputs[map], inputs[factor])
    return map.shape.count > 2 && factor.shape.count == map.shape.count
      && factor.shape.dropFirst(2).allSatisfy { $0 == 1 } && factor.count < map.count
  }

  /// To oneDNN a convolution of single positions is a product, and one of a window for each channel
  /// has kernels of its own.
  private func convolution(_ geometry: ConvolutionGeometry, weight: Tensor) -> Kernel {
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
    case .rotary(let heads, _, _), .partialRotary(let heads, _, _, _):
      return Saturating.product(inputs[0].rows, heads)
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
