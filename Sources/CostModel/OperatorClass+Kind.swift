public import Graph
public import HardwareModel

extension OperatorKind {
  /// The class under which this kind's speed is measured and predicted.
  public var operatorClass: OperatorClass {
    switch self {
    case .linear, .linearGradInput, .linearGradWeight, .matmul, .patchEmbedding,
      .patchEmbeddingGradWeight:
      .matrix
    case .attention: .attention
    case .attentionBackward: .attentionBackward
    case .layerNorm, .rmsNorm, .l2Normalize: .normalization
    case .layerNormBackward, .rmsNormBackward, .l2NormalizeBackward: .normalizationBackward
    case .add, .sumLeading, .scaleColumns, .scaleColumnsBackward, .scale, .scaleByExponential,
      .scaleByExponentialBackward, .rotary, .cast:
      .elementwise
    case .activation, .activationBackward, .gatedActivation, .gatedActivationBackward:
      .activation
    case .embedding, .embeddingBackward, .prependTokens, .prependTokensBackward, .pool,
      .poolBackward:
      .gather
    case .crossEntropy, .crossEntropyBackward, .contrastiveLoss, .contrastiveLossBackward: .loss
    case .optimizer: .optimizer
    }
  }

  /// The kind's name without its parameters: the key of the operators table.
  public var word: String {
    switch self {
    case .linear: "linear"
    case .linearGradInput: "linearGradInput"
    case .linearGradWeight: "linearGradWeight"
    case .matmul: "matmul"
    case .patchEmbedding: "patchEmbedding"
    case .patchEmbeddingGradWeight: "patchEmbeddingGradWeight"
    case .attention: "attention"
    case .attentionBackward: "attentionBackward"
    case .layerNorm: "layerNorm"
    case .layerNormBackward: "layerNormBackward"
    case .rmsNorm: "rmsNorm"
    case .rmsNormBackward: "rmsNormBackward"
    case .l2Normalize: "l2Normalize"
    case .l2NormalizeBackward: "l2NormalizeBackward"
    case .add: "add"
    case .sumLeading: "sumLeading"
    case .scaleColumns: "scaleColumns"
    case .scaleColumnsBackward: "scaleColumnsBackward"
    case .scale: "scale"
    case .scaleByExponential: "scaleByExponential"
    case .scaleByExponentialBackward: "scaleByExponentialBackward"
    case .activation: "activation"
    case .activationBackward: "activationBackward"
    case .gatedActivation: "gatedActivation"
    case .gatedActivationBackward: "gatedActivationBackward"
    case .rotary: "rotary"
    case .embedding: "embedding"
    case .embeddingBackward: "embeddingBackward"
    case .prependTokens: "prependTokens"
    case .prependTokensBackward: "prependTokensBackward"
    case .pool: "pool"
    case .poolBackward: "poolBackward"
    case .cast: "cast"
    case .crossEntropy: "crossEntropy"
    case .crossEntropyBackward: "crossEntropyBackward"
    case .contrastiveLoss: "contrastiveLoss"
    case .contrastiveLossBackward: "contrastiveLossBackward"
    case .optimizer: "optimizer"
    }
  }
}
