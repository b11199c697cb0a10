/// One node of a block: a kind, and tensors in the order that the kind documents.
///
/// A reference to parts that never change: a graph's nodes are copied far more often than made.
public struct Operator: Sendable, Hashable {
  @usableFromInline final class Parts: Sendable {
    @usableFromInline let kind: OperatorKind
    @usableFromInline let inputs: [TensorID]
    @usableFromInline let outputs: [TensorID]
    @usableFromInline let name: String

    init(_ name: String, _ kind: OperatorKind, _ inputs: [TensorID], _ outputs: [TensorID]) {
      (self.name, self.kind) = (name, kind)
      (self.inputs, self.outputs) = (inputs, outputs)
    }
  }

  @usableFromInline let parts: Parts

  /// What is computed.
  @inlinable
  public var kind: OperatorKind { parts.kind }
  /// Tensors read, in the order documented at the kind.
  @inlinable
  public var inputs: [TensorID] { parts.inputs }
  /// Tensors written, in the order documented at the kind.
  @inlinable
  public var outputs: [TensorID] { parts.outputs }
  /// Name for people (`attention.query`).
  @inlinable
  public var name: String { parts.name }

  /// Creates a node.
  public init(_ name: String, _ kind: OperatorKind, _ inputs: [TensorID], _ outputs: [TensorID]) {
    parts = Parts(name, kind, inputs, outputs)
  }

  /// Whether all parts are equal.
  public static func == (left: Operator, right: Operator) -> Bool {
    left.parts === right.parts
      || left.kind == right.kind && left.inputs == right.inputs && left.outputs == right.outputs
        && left.name == right.name
  }

  /// Hashes all parts.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    hasher.combine(inputs)
    hasher.combine(outputs)
    hasher.combine(name)
  }
}

/// A point-wise non-linearity.
public enum Activation: String, Sendable, Hashable, CaseIterable {
  /// x·Φ(x) with the error function (Hendrycks & Gimpel 2016).
  case gelu
  /// The same function written out with an error function (fair-esm, transformers' ESM): its
  /// intermediate results are tensors of their own in the framework.
  case geluErf
  /// The tanh approximation of GELU (same paper, section 2).
  case geluTanh
  /// x·σ(1.702x), as OpenAI's CLIP uses.
  case quickGelu
  /// x·σ(x), also called swish.
  case silu
  case relu, tanh
  /// The logistic function.
  case sigmoid
  /// max(x, 0.01x).
  case leakyRelu
  /// ln(1 + eˣ).
  case softplus
  /// x for x > 0, eˣ − 1 below (Clevert et al. 2015).
  case elu
  /// min(max(x, 0), 6).
  case relu6
  /// x·tanh(ln(1 + eˣ)) (Misra 2019).
  case mish
  /// x·min(max(x + 3, 0), 6)/6 (MobileNetV3).
  case hardSwish
  /// eˣ.
  case exponential
  /// 1/x.
  case reciprocal
  /// sin x, as Hyena's implicit filters use.
  case sine
}

/// Heads of an attention product.
///
/// Queries are `[B, S, queryHeads·headSize]`, keys and values `[B, T, keyValueHeads·headSize]`.
/// `queryHeads` is a multiple of `keyValueHeads` (grouped-query attention). A value may be of
/// another size than a key: values are `[B, T, keyValueHeads·valueSize]`, results
/// `[B, S, queryHeads·valueSize]`.
public struct AttentionGeometry: Sendable, Hashable {
  /// Number of query heads.
  public var queryHeads: Int
  /// Number of key/value heads.
  public var keyValueHeads: Int
  /// Elements per head.
  public var headSize: Int
  /// Whether query i sees only keys up to i + (T − S).
  public var causal: Bool
  /// Elements per head of a value.
  public var valueSize: Int
  /// Keys that a query sees at most, its own included (sliding window): the last ones if causal,
  /// else those around it; nil for all.
  public var window: Int?
  /// Whether a bias is added to the scores: a fourth input `[1 or B, 1 or H, 1 or S, T]`.
  public var bias = false
  /// Whether the scores are never kept (flash attention, arXiv 2205.14135). An unfused product
  /// keeps the probabilities `[B, H, S, T]` for backward instead of a statistic per query.
  public var fused = true

  /// Creates a geometry of full, fused attention without a bias.
  public init(queryHeads: Int, keyValueHeads: Int, headSize: Int, causal: Bool) {
    self.queryHeads = queryHeads
    self.keyValueHeads = keyValueHeads
    self.headSize = headSize
    self.causal = causal
    valueSize = headSize
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
  /// Two moments (arXiv 1711.05101).
  case adamw
  /// No state.
  case sgd
  /// One momentum buffer.
  case momentum
  /// AdamW with 8-bit block-wise moments (arXiv 2110.02861).
  case adamw8bit
  /// Factored second moment, no first (arXiv 1804.04235).
  case adafactor
  /// AdamW with a trust ratio per tensor (arXiv 1904.00962).
  case lamb
  /// Orthogonalised momentum for matrices (Jordan et al. 2024), AdamW for the rest.
  case muon
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
  /// `q, k, v, (bias) → o[B,S,Hq·Dv], lse[B,Hq,S]`, softmax(q·kᵀ/√D + bias)·v per head; unfused,
  /// the second output is the probabilities `[B,Hq,S,T]`.
  case attention(AttentionGeometry)
  /// `do, q, k, v, (bias), o, lse → dq, dk, dv, (dbias)`.
  case attentionBackward(AttentionGeometry)
  /// `a[…,m,k], b[…,k,n] → c[…,m,n]` with equal leading dimensions, transposed as in `matmul`.
  case batchedMatmul(Transpose)
  /// `x[B,C,s…], w[O,C/groups,k…], (b[O]) → y[B,O,s′…]`; transposed: `w[C,O/groups,k…]`.
  case convolution(ConvolutionGeometry, bias: Bool)
  /// `dy, w → dx`.
  case convolutionGradInput(ConvolutionGeometry)
  /// `dy, x → dw, (db[O])`.
  case convolutionGradWeight(ConvolutionGeometry, bias: Bool)
  /// `x[rows,k], w[E,n,k], (b[E,n]) → y[rows,n]`: rows are grouped by expert, each multiplied with
  /// one of the E matrices (mixtures of experts). Run here, each expert gets as many rows as any
  /// other: a balanced router.
  case expertLinear(bias: Bool)
  /// `dy[rows,n], w[E,n,k] → dx[rows,k]`.
  case expertLinearGradInput
  /// `dy[rows,n], x[rows,k] → dw[E,n,k], (db[E,n])`.
  case expertLinearGradWeight(bias: Bool)
  /// `x[B,D,L], k[D,L] → y[B,D,L]`: causal convolution as long as the sequence, through transforms
  /// of 2L points (Hyena, arXiv 2302.10866). Counters see no product: model FLOPs 0.
  case fftConvolution
  /// `dy, x, k → dx, dk`.
  case fftConvolutionBackward

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
  /// `x[B,C,s…], gamma[C], beta[C] → y, mean, rstd` over the sets of `ChannelNorm`.
  case channelNorm(ChannelNorm)
  /// `dy, x, gamma, mean, rstd → dx, dgamma, dbeta`.
  case channelNormBackward(ChannelNorm)
  /// `x[…,n] → y`: softmax over the last dimension.
  case softmax
  /// `dy, y → dx`.
  case softmaxBackward

  // MARK: element-wise

  /// `a, b → a + b`; b's shape is a's, or fits it by broadcasting: aligned at the last dimension,
  /// each extent a's or 1.
  case add
  /// `a, b → a·b`, broadcast as in `add`.
  case multiply
  /// `dy, a, b → da, db`.
  case multiplyBackward
  /// `dy → db`: sums the dimensions that `add` or `scaleColumns` broadcast over.
  case sumLeading
  /// `x[rows,h], g[h] → x·g` column by column (LayerScale).
  case scaleColumns
  /// `dy, x, g → dx, dg`.
  case scaleColumnsBackward
  /// `x[B,C,s…], slope[1 or C] → x` where positive, slope·x where not (PReLU, arXiv 1502.01852).
  case parametricRelu
  /// `dy, x, slope → dx, dslope`.
  case parametricReluBackward
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
  /// Like `rotary`, on the first `dimensions` elements of each head only (GPT-J, GPT-NeoX).
  case partialRotary(heads: Int, dimensions: Int, base: Double, inverse: Bool)
  /// `x → x` without a gradient: what is computed below is not trained through this edge.
  case detach

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
  /// `x → y`: another order of the dimensions (`y.shape[i] = x.shape[order[i]]`); a view.
  case permute([Int])
  /// `x → y`: the same elements written out in order (what a view must become for a product).
  case contiguous
  /// `x₀, x₁, … → y`: joined along a dimension.
  case concatenate(axis: Int)
  /// `x → y`: `count` positions from `start` on along a dimension; a view.
  case slice(axis: Int, start: Int, count: Int)
  /// `x → y`: zeros in front of and behind a dimension.
  case pad(axis: Int, before: Int, after: Int)
  /// `x → y`: each dimension shifted in a circle by as many positions (Swin's shifted windows).
  case roll([Int])
  /// `x[B,N,h], ids[B,M] int32 → [B,M,h]`: chosen positions.
  case gatherRows
  /// `x[B,M,h], ids[B,M] int32 → [B,rows,h]`: rows added at chosen positions of zeros; the adjoint
  /// of `gatherRows`.
  case scatterRows(rows: Int)
  /// `x[B,C,s…] → y[B,C,s′…]`: resampled to the given extents.
  case resample(to: [Int], Resampling)
  /// `dy → dx`.
  case resampleBackward(to: [Int], Resampling)
  /// `x[B,C,s…] → y[B,C,s′…], (positions)`: maximum or mean over windows; the maximum's positions
  /// are int64, as autograd keeps them.
  case poolWindows(WindowPooling)
  /// `dy, (positions) → dx`.
  case poolWindowsBackward(WindowPooling)
  /// `x → y` without the dimensions in `axes` (rising): their sum or mean.
  case reduce(Reduction, axes: [Int])
  /// `x → y` with new dimensions in `axes` (rising, positions in y) of the given extents, along
  /// which x repeats, divided by their product if `mean`: the adjoint of `reduce`.
  case expand(axes: [Int], extents: [Int], mean: Bool)

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

  /// `prediction, target → loss[]`: a mean over elements.
  case elementLoss(ElementLoss)
  /// `prediction, target → dprediction`.
  case elementLossBackward(ElementLoss)
  /// `x → loss[], weight[]`: the mean over elements, and what each contributes (1/count).
  case meanLoss
  /// `weight → dx`.
  case meanLossBackward

  // MARK: optimizer

  /// `parameter, gradient, state… → ` (in place). States: adamw has first and second moment.
  case optimizer(OptimizerKind)
}
