/// One node of a block: a kind, and tensors in the order that the kind documents.
public struct Operator: Sendable, Hashable {
  /// What is computed.
  public var kind: OperatorKind
  /// Tensors read, in the order documented at the kind.
  public var inputs: [TensorID]
  /// Tensors written, in the order documented at the kind.
  public var outputs: [TensorID]
  /// Name for people (`attention.query`).
  public var name: String

  /// Creates a node.
  public init(_ name: String, _ kind: OperatorKind, _ inputs: [TensorID], _ outputs: [TensorID]) {
    self.name = name
    self.kind = kind
    self.inputs = inputs
    self.outputs = outputs
  }
}

/// A point-wise non-linearity.
public enum Activation: String, Sendable, Hashable, CaseIterable {
  /// x·Φ(x) with the error function (Hendrycks & Gimpel 2016).
  case gelu
  /// The tanh approximation of GELU (same paper, section 2).
  case geluTanh
  /// x·σ(1.702x), as OpenAI's CLIP uses.
  case quickGelu
  /// x·σ(x), also called swish.
  case silu
  case relu, tanh
}

/// Heads of an attention product.
///
/// Queries are `[B, S, queryHeads·headSize]`, keys and values `[B, T, keyValueHeads·headSize]`.
/// `queryHeads` is a multiple of `keyValueHeads` (grouped-query attention).
public struct AttentionGeometry: Sendable, Hashable {
  /// Number of query heads.
  public var queryHeads: Int
  /// Number of key/value heads.
  public var keyValueHeads: Int
  /// Elements per head.
  public var headSize: Int
  /// Whether query i sees only keys up to i + (T − S).
  public var causal: Bool

  /// Creates a geometry.
  public init(queryHeads: Int, keyValueHeads: Int, headSize: Int, causal: Bool) {
    self.queryHeads = queryHeads
    self.keyValueHeads = keyValueHeads
    self.headSize = headSize
    self.causal = causal
  }
}

/// How one operand of a product is read.
public enum Transpose: Sendable, Hashable { case none, left, right }

/// Which token stands for a sequence.
public enum Pooling: Sendable, Hashable {
  /// Token at this position (0 for a class token).
  case token(Int)
  /// The position of the largest token id (CLIP's end-of-text); takes the ids as second input.
  case endOfText
  /// The mean over positions from this one on.
  case mean(from: Int)
}

/// The update rule of an optimizer step.
public enum OptimizerKind: String, Sendable, Hashable, CaseIterable {
  case adamw, sgd
}

/// Every computation that a graph can hold. Each kind documents `inputs → outputs`.
///
/// "rows" are all leading dimensions taken together. Gradients have the shape of what they belong
/// to. `loss` tensors are scalars in fp32. Statistics (`rstd`, `mean`, `lse`) are fp32.
public enum OperatorKind: Sendable, Hashable {
  // MARK: matrix products (model FLOPs)

  /// `x[rows,k], w[n,k], (b[n]) → y[rows,n]`, y = x·wᵀ + b.
  case linear(bias: Bool)
  /// `dy[rows,n], w[n,k] → dx[rows,k]`.
  case linearGradInput
  /// `dy[rows,n], x[rows,k] → dw[n,k], (db[n])`.
  case linearGradWeight(bias: Bool)
  /// `a, b → c`: `[m,k]·[k,n]` (none), `[k,m]ᵀ·[k,n]` (left), `[m,k]·[n,k]ᵀ` (right).
  case matmul(Transpose)
  /// `image[B,C,H,W], w[h,C,p,p], (b[h]) → [B, (H/p)·(W/p), h]`: a convolution of stride p.
  case patchEmbedding(patch: Int, bias: Bool)
  /// `dy[B,N,h], image[B,C,H,W] → dw[h,C,p,p], (db[h])`. Images need no gradient.
  case patchEmbeddingGradWeight(patch: Int, bias: Bool)
  /// `q, k, v → o[B,S,Hq·D], lse[B,Hq,S]`, softmax(q·kᵀ/√D)·v per head.
  case attention(AttentionGeometry)
  /// `do, q, k, v, o, lse → dq, dk, dv`.
  case attentionBackward(AttentionGeometry)

  // MARK: normalisation

  /// `x[rows,h], gamma[h], beta[h] → y[rows,h], mean[rows], rstd[rows]`.
  case layerNorm(epsilon: Double)
  /// `dy, x, gamma, mean, rstd → dx, dgamma, dbeta`.
  case layerNormBackward
  /// `x[rows,h], gamma[h] → y[rows,h], rstd[rows]`.
  case rmsNorm(epsilon: Double)
  /// `dy, x, gamma, rstd → dx, dgamma`.
  case rmsNormBackward
  /// `x[rows,h] → y[rows,h], norm[rows]`: rows divided by their Euclidean length.
  case l2Normalize
  /// `dy, y, norm → dx`.
  case l2NormalizeBackward

  // MARK: element-wise

  /// `a, b → a + b`; b's shape is a's or a suffix of it (broadcast over leading dimensions).
  case add
  /// `dy → db`: sums the leading dimensions that `add` or `scaleColumns` broadcast over.
  case sumLeading
  /// `x[rows,h], g[h] → x·g` column by column (LayerScale).
  case scaleColumns
  /// `dy, x, g → dx, dg`.
  case scaleColumnsBackward
  /// `x → x·factor`.
  case scale(Double)
  /// `x, s[] → x·exp(s)`: CLIP's learned temperature.
  case scaleByExponential
  /// `dy, x, s → dx, ds[]`.
  case scaleByExponentialBackward
  /// `x → f(x)`.
  case activation(Activation)
  /// `dy, x → dx`, x is the forward input.
  case activationBackward(Activation)
  /// `gate, up → f(gate)·up`.
  case gatedActivation(Activation)
  /// `dy, gate, up → dgate, dup`.
  case gatedActivationBackward(Activation)
  /// `x[B,S,heads·D] → y`: rotary positions 0…S−1 on each head (RoFormer, arXiv 2104.09864, eq. 34;
  /// halves are rotated against each other as in GPT-NeoX and LLaMA). `inverse` is its backward.
  case rotary(heads: Int, base: Double, inverse: Bool)

  // MARK: data movement

  /// `ids[B,S] int32, table[V,h] → [B,S,h]`.
  case embedding
  /// `dy[B,S,h], ids[B,S] → dtable[V,h]` (dense).
  case embeddingBackward
  /// `x[B,N,h], token[t,h] → [B,t+N,h]`: class and register tokens in front.
  case prependTokens
  /// `dy[B,t+N,h] → dx[B,N,h], dtoken[t,h]`.
  case prependTokensBackward
  /// `x[B,S,h], (ids[B,S]) → [B,h]`.
  case pool(Pooling)
  /// `dy[B,h], (ids[B,S]) → dx[B,S,h]`.
  case poolBackward(Pooling)
  /// `x → y`: the same bytes under another shape or number format.
  case cast

  // MARK: loss

  /// `logits[rows,V], labels[rows] int32 → loss[], logSumExp[rows]`; label −100 is ignored;
  /// mean over the others.
  case crossEntropy
  /// `logits, labels, logSumExp → dlogits` (for a loss gradient of 1).
  case crossEntropyBackward
  /// `logits[n,n] → loss[], rowLse[n], columnLse[n]`: CLIP's symmetric cross-entropy with targets
  /// on the diagonal (arXiv 2103.00020, figure 3).
  case contrastiveLoss
  /// `logits, rowLse, columnLse → dlogits`.
  case contrastiveLossBackward

  // MARK: optimizer

  /// `parameter, gradient, state… → ` (in place). States: adamw has first and second moment.
  case optimizer(OptimizerKind)
}
