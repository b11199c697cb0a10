public import Graph
import Quantities

/// Which operators this machine's kernels run. Every operator can be counted; those without a
/// kernel refuse before anything is allocated.
public enum KernelSupport {
  /// Whether a kernel exists for a kind.
  public static func covers(_ kind: OperatorKind) -> Bool {
    switch kind {
    case .linear, .linearGradInput, .linearGradWeight, .matmul, .patchEmbedding,
      .patchEmbeddingGradWeight, .layerNorm, .layerNormBackward, .rmsNorm, .rmsNormBackward,
      .l2Normalize, .l2NormalizeBackward, .add, .sumLeading, .scaleColumns,
      .scaleColumnsBackward, .scale, .scaleByExponential, .scaleByExponentialBackward, .rotary,
      .embedding, .embeddingBackward, .prependTokens, .prependTokensBackward, .pool,
      .poolBackward, .cast, .crossEntropy, .crossEntropyBackward, .contrastiveLoss,
      .contrastiveLossBackward:
      true
    case .attention(let geometry), .attentionBackward(let geometry):
      geometry.fused && !geometry.bias && geometry.window == nil
        && geometry.valueSize == geometry.headSize
    case .activation(let function), .activationBackward(let function),
      .gatedActivation(let function), .gatedActivationBackward(let function):
      function.code != nil
    case .optimizer(let rule): rule == .adamw || rule == .sgd
    default: false
    }
  }

  static func missing(_ name: String, _ kind: OperatorKind) -> UserError {
    UserError(
      .impossible, key: name, "no kernel here runs \(kind)",
      remedy: "count and plan this model; run one of those that hfm demo lists")
  }
}

extension Program.Step {
  /// Throws when no kernel covers the operator or the way in which its operands broadcast.
  func checkKernel() throws(UserError) {
    guard KernelSupport.covers(op.kind) else { throw KernelSupport.missing(op.name, op.kind) }
    switch op.kind {
    case .add, .sumLeading:
      // Kernels repeat whole rows: the smaller shape must be a suffix of the larger.
      let small = op.kind == .add ? inputTensors[1].shape : outputTensors[0].shape
      guard inputTensors[0].shape.reversed().starts(with: small.reversed()) else {
        throw KernelSupport.missing(op.name, op.kind)
      }
    default: break
    }
  }
}
