public import Graph
public import HardwareModel

extension OperatorKind {
  /// The class under which this kind's speed is measured and predicted.
  public var operatorClass: OperatorClass {
    switch self {
    case .linear, .linearGradInput, .linearGradWeight, .matmul, .patchEmbedding,
      .patchEmbeddingGradWeight, .batchedMatmul, .expertLinear, .expertLinearGradInput,
      .expertLinearGradWeight:
      .matrix
    case .convolution, .convolutionGradInput, .convolutionGradWeight: .convolution
    case .fftConvolution, .fftConvolutionBackward: .transform
    case .attention: .attention
    case .attentionBackward: .attentionBackward
    case .layerNorm, .rmsNorm, .l2Normalize, .channelNorm, .softmax: .normalization
    case .layerNormBackward, .rmsNormBackward, .l2NormalizeBackward, .channelNormBackward,
      .softmaxBackward:
      .normalizationBackward
    case .add, .sumLeading, .scaleColumns, .scaleColumnsBackward, .scale, .scaleByExponential,
      .scaleByExponentialBackward, .rotary, .partialRotary, .cast, .multiply,
      .multiplyBackward, .detach, .permute, .contiguous, .concatenate, .slice, .pad, .roll,
      .resample, .resampleBackward, .poolWindows, .poolWindowsBackward, .reduce, .expand:
      .elementwise
    case .activation, .activationBackward, .gatedActivation, .gatedActivationBackward,
      .parametricRelu, .parametricReluBackward:
      .activation
    case .embedding, .embeddingBackward, .prependTokens, .prependTokensBackward, .pool,
      .poolBackward, .gatherRows, .scatterRows:
      .gather
    case .crossEntropy, .crossEntropyBackward, .contrastiveLoss, .contrastiveLossBackward,
      .elementLoss, .elementLossBackward, .meanLoss, .meanLossBackward:
      .loss
    case .optimizer: .optimizer
    }
  }
}
