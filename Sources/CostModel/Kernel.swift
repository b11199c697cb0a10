public import Graph

/// What runs an operator on a processor: one for each kind, but operators of one kind that run at
/// speeds of their own have kernels of their own.
public enum Kernel: String, Sendable, Hashable, CaseIterable {
  case linear, linearGradInput, linearGradWeight, matmul, patchEmbedding, patchEmbeddingGradWeight,
    attention, attentionBackward, layerNorm, layerNormBackward, rmsNorm, rmsNormBackward,
    l2Normalize, l2NormalizeBackward, add, sumLeading, parametricRelu, parametricReluBackward,
    scaleColumns, scaleColumnsBackward, scale, scaleByExponential, scaleByExponentialBackward,
    activation, activationBackward, gatedActivation, gatedActivationBackward, rotary, embedding,
    embeddingBackward, prependTokens, prependTokensBackward, pool, poolBackward, cast,
    crossEntropy, crossEntropyBackward, contrastiveLoss, contrastiveLossBackward, batchedMatmul,
    convolution, convolutionGradInput, convolutionGradWeight, expertLinear, expertLinearGradInput,
    expertLinearGradWeight, fftConvolution, fftConvolutionBackward, channelNorm,
    channelNormBackward, softmax, softmaxBackward, multiply, multiplyBackward, partialRotary,
    detach, permute, contiguous, concatenate, slice, pad, roll, gatherRows, scatterRows, resample,
    resampleBackward, poolWindows, poolWindowsBackward, reduce, expand, elementLoss,
    elementLossBackward, meanLoss, meanLossBackward, optimizer
  case groupedConvolution, groupedConvolutionGradInput, groupedConvolutionGradWeight,
    transposedConvolution, transposedConvolutionGradInput, transposedConvolutionGradWeight,
    biasedAttention, biasedAttentionBackward, storedNorm, transposition,
    depthwiseConvolution, depthwiseConvolutionGradInput, depthwiseConvolutionGradWeight,
    pointwiseConvolution, pointwiseConvolutionGradInput, pointwiseConvolutionGradWeight,
    maximumPoolBackward
  /// Norms of channels of single positions, as graphs and tables have them: no run of positions to
  /// go along.
  case pointNorm, pointStoredNorm, pointNormBackward
  /// Products of maps with one factor a channel (squeeze and excitation).
  case channelMultiply, channelMultiplyBackward
  /// Means, sums and copies along an operand's last axes.
  case innerReduce, innerExpand
  /// Depth-wise convolutions of sequences.
  case sequenceConvolution, sequenceConvolutionGradInput, sequenceConvolutionGradWeight
  /// A linear map whose weight the optimizer changes, so that it is not kept packed.
  case trainedLinear
  /// Bringing a convolution's trained weights into the order that its kernel likes, once a step.
  case weightPacking

  /// The operator's kind without its parameters.
  public var word: String {
    switch self {
    case .groupedConvolution, .depthwiseConvolution, .transposedConvolution,
      .pointwiseConvolution, .sequenceConvolution:
      Kernel.convolution.rawValue
    case .groupedConvolutionGradInput, .depthwiseConvolutionGradInput,
      .transposedConvolutionGradInput, .pointwiseConvolutionGradInput,
      .sequenceConvolutionGradInput:
      Kernel.convolutionGradInput.rawValue
    case .groupedConvolutionGradWeight, .depthwiseConvolutionGradWeight,
      .transposedConvolutionGradWeight, .pointwiseConvolutionGradWeight,
      .sequenceConvolutionGradWeight:
      Kernel.convolutionGradWeight.rawValue
    case .biasedAttention: Kernel.attention.rawValue
    case .biasedAttentionBackward: Kernel.attentionBackward.rawValue
    case .storedNorm, .pointNorm, .pointStoredNorm: Kernel.channelNorm.rawValue
    case .pointNormBackward: Kernel.channelNormBackward.rawValue
    case .channelMultiply: Kernel.multiply.rawValue
    case .channelMultiplyBackward: Kernel.multiplyBackward.rawValue
    case .innerReduce: Kernel.reduce.rawValue
    case .innerExpand: Kernel.expand.rawValue
    case .transposition: Kernel.permute.rawValue
    case .maximumPoolBackward: Kernel.poolWindowsBackward.rawValue
    case .trainedLinear: Kernel.linear.rawValue
    default: rawValue
    }
  }

  /// The kernel whose law stands in where a profile has none of this one.
  var standIn: Kernel? {
    switch self {
    case .trainedLinear: .linear
    case .pointwiseConvolution: .convolution
    case .pointwiseConvolutionGradInput: .convolutionGradInput
    case .pointwiseConvolutionGradWeight: .convolutionGradWeight
    case .depthwiseConvolution, .sequenceConvolution: .groupedConvolution
    case .depthwiseConvolutionGradInput, .sequenceConvolutionGradInput: .groupedConvolutionGradInput
    case .depthwiseConvolutionGradWeight, .sequenceConvolutionGradWeight:
      .groupedConvolutionGradWeight
    case .maximumPoolBackward: .poolWindowsBackward
    case .pointNorm: .channelNorm
    case .pointStoredNorm: .storedNorm
    case .pointNormBackward: .channelNormBackward
    case .channelMultiply: .multiply
    case .channelMultiplyBackward: .multiplyBackward
    case .innerReduce: .reduce
    case .innerExpand: .expand
    default: nil
    }
  }
}

extension OperatorKind {
  /// The kind's name without its parameters: the key of the operators table.
  public var word: String { kernel.word }

  /// The kernel that runs it.
  public var kernel: Kernel {
    switch self {
    case .linear: .linear
    case .linearGradInput: .linearGradInput
    case .linearGradWeight: .linearGradWeight
    case .matmul: .matmul
    case .patchEmbedding: .patchEmbedding
    case .patchEmbeddingGradWeight: .patchEmbeddingGradWeight
    case .attention(let heads): heads.bias ? .biasedAttention : .attention
    case .attentionBackward(let heads):
      heads.bias ? .biasedAttentionBackward : .attentionBackward
    case .layerNorm: .layerNorm
    case .layerNormBackward: .layerNormBackward
    case .rmsNorm: .rmsNorm
    case .rmsNormBackward: .rmsNormBackward
    case .l2Normalize: .l2Normalize
    case .l2NormalizeBackward: .l2NormalizeBackward
    case .add: .add
    case .sumLeading: .sumLeading
    case .parametricRelu: .parametricRelu
    case .parametricReluBackward: .parametricReluBackward
    case .scaleColumns: .scaleColumns
    case .scaleColumnsBackward: .scaleColumnsBackward
    case .scale: .scale
    case .scaleByExponential: .scaleByExponential
    case .scaleByExponentialBackward: .scaleByExponentialBackward
    case .activation: .activation
    case .activationBackward: .activationBackward
    case .gatedActivation: .gatedActivation
    case .gatedActivationBackward: .gatedActivationBackward
    case .rotary: .rotary
    case .embedding: .embedding
    case .embeddingBackward: .embeddingBackward
    case .prependTokens: .prependTokens
    case .prependTokensBackward: .prependTokensBackward
    case .pool: .pool
    case .poolBackward: .poolBackward
    case .cast: .cast
    case .crossEntropy: .crossEntropy
    case .crossEntropyBackward: .crossEntropyBackward
    case .contrastiveLoss: .contrastiveLoss
    case .contrastiveLossBackward: .contrastiveLossBackward
    case .batchedMatmul: .batchedMatmul
    case .convolution(let geometry, _):
      geometry.groups > 1
        ? .groupedConvolution : geometry.transposed ? .transposedConvolution : .convolution
    case .convolutionGradInput(let geometry):
      geometry.groups > 1
        ? .groupedConvolutionGradInput
        : geometry.transposed ? .transposedConvolutionGradInput : .convolutionGradInput
    case .convolutionGradWeight(let geometry, _):
      geometry.groups > 1
        ? .groupedConvolutionGradWeight
        : geometry.transposed ? .transposedConvolutionGradWeight : .convolutionGradWeight
    case .expertLinear: .expertLinear
    case .expertLinearGradInput: .expertLinearGradInput
    case .expertLinearGradWeight: .expertLinearGradWeight
    case .fftConvolution: .fftConvolution
    case .fftConvolutionBackward: .fftConvolutionBackward
    case .channelNorm(let norm): norm.kind == .stored ? .storedNorm : .channelNorm
    case .channelNormBackward: .channelNormBackward
    case .softmax: .softmax
    case .softmaxBackward: .softmaxBackward
    case .multiply: .multiply
    case .multiplyBackward: .multiplyBackward
    case .partialRotary: .partialRotary
    case .detach: .detach
    case .permute(let order): order.last == order.count - 1 ? .permute : .transposition
    case .contiguous: .contiguous
    case .concatenate: .concatenate
    case .slice: .slice
    case .pad: .pad
    case .roll: .roll
    case .gatherRows: .gatherRows
    case .scatterRows: .scatterRows
    case .resample: .resample
    case .resampleBackward: .resampleBackward
    case .poolWindows: .poolWindows
    case .poolWindowsBackward(let pooling):
      pooling.kind == .maximum ? .maximumPoolBackward : .poolWindowsBackward
    case .reduce: .reduce
    case .expand: .expand
    case .elementLoss: .elementLoss
    case .elementLossBackward: .elementLossBackward
    case .meanLoss: .meanLoss
    case .meanLossBackward: .meanLossBackward
    case .optimizer: .optimizer
    }
  }
}
