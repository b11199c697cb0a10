public import Graph

extension OperatorKind {
  /// Name of the kernel that runs it on a processor: `word`, but operators of one kind that run at
  /// speeds of their own have names of their own.
  public var kernel: String {
    switch self {
    case .convolution(let geometry, _) where geometry.groups > 1: "groupedConvolution"
    case .convolutionGradInput(let geometry) where geometry.groups > 1:
      "groupedConvolutionGradInput"
    case .convolutionGradWeight(let geometry, _) where geometry.groups > 1:
      "groupedConvolutionGradWeight"
    case .convolution(let geometry, _) where geometry.transposed: "transposedConvolution"
    case .convolutionGradInput(let geometry) where geometry.transposed:
      "transposedConvolutionGradInput"
    case .convolutionGradWeight(let geometry, _) where geometry.transposed:
      "transposedConvolutionGradWeight"
    case .attention(let heads) where heads.bias: "biasedAttention"
    case .attentionBackward(let heads) where heads.bias: "biasedAttentionBackward"
    case .channelNorm(let norm) where norm.kind == .stored: "storedNorm"
    case .partialRotary: "rotary"
    default: word
    }
  }
}
