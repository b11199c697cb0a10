public import Graph

/// How a stack normalises.
public enum NormKind: String, Sendable, Hashable, CaseIterable {
  /// Layer normalisation with scale and shift.
  case layer
  /// Root-mean-square normalisation with scale.
  case rms
}

/// Where a layer normalises, relative to its residual sums.
public enum NormPosition: String, Sendable, Hashable, CaseIterable {
  /// After each sum (the original transformer, BERT).
  case post
  /// Before attention and MLP (GPT-2, ViT, LLaMA).
  case pre
  /// Once, before attention and MLP side by side (GPT-J, PaLM).
  case parallel
  /// Twice, before attention and MLP side by side, each with a norm of its own (GPT-NeoX).
  case parallelApart = "parallel-apart"
  /// Before attention and MLP; the normalised value, scaled, is what the branch is added to
  /// (DeepNorm as GLM-130B and ChatGLM run it, arXiv 2210.02414, section 2.2).
  case deep
  /// Before and after attention and before and after the MLP (Gemma 2, arXiv 2408.00118).
  case sandwich
}

/// A mixture of experts in place of each layer's MLP: a router sends each token to a few of them
/// (arXiv 2401.04088, section 2).
public struct Mixture: Sendable, Hashable {
  /// Experts of a layer.
  public var experts: Int
  /// Experts that a token visits.
  public var active: Int
  /// Experts that every token visits besides (DeepSeekMoE, arXiv 2401.06066, section 3.2).
  public var shared = 0
  /// First layers that have one MLP instead.
  public var denseLayers = 0
  /// The width of that MLP.
  public var denseIntermediate = 0
  /// Creates a mixture.
  public init(experts: Int, active: Int) {
    self.experts = experts
    self.active = active
  }
}

/// Equal transformer layers.
public struct TransformerStack: Sendable, Hashable {
  /// Number of layers.
  public var layers: Int
  /// Width of the residual stream.
  public var hidden: Int
  /// Query heads.
  public var heads: Int
  /// Key/value heads; fewer than `heads` for grouped-query attention, 1 for multi-query.
  public var keyValueHeads: Int
  /// Elements per head.
  public var headSize: Int
  /// Width of the MLP; for a gated one, of each of its two input products.
  public var intermediate: Int
  /// Kind of normalisation.
  public var norm: NormKind = .layer
  /// Whether layer normalisation has a shift (PaLM has none).
  public var normBias = true
  /// Place of normalisation.
  public var normPosition: NormPosition = .pre
  /// Factor of the residual in post and deep norm.
  public var residualScale = 1.0
  /// Added to the variance.
  public var epsilon = 1e-5
  /// Non-linearity of the MLP.
  public var activation: Activation = .gelu
  /// Whether the MLP multiplies f(gate) with a second product (SwiGLU, GEGLU).
  public var gated = false
  /// Experts in place of the MLP; nil for one MLP.
  public var mixture: Mixture?
  /// Biases of the query, key and value products.
  public var queryKeyValueBias = true
  /// Bias of the product after attention.
  public var outputBias = true
  /// Biases of the MLP's input products.
  public var mlpBias = true
  /// Bias of the MLP's output product; nil for `mlpBias`.
  public var mlpOutputBias: Bool?
  /// Whether a token sees only earlier ones.
  public var causal = false
  /// Keys that a query sees at most, its own included (Mistral's sliding window); nil for all.
  public var window: Int?
  /// Windows that the layers have in turn, 0 for all keys (Gemma 2, arXiv 2408.00118, section 2:
  /// 4096 and 0); empty for `window` in each.
  public var windowCycle: [Int] = []
  /// Whether the queries and keys of each head are normalised before rotation (Qwen3, Gemma 3).
  public var queryKeyNorm = false
  /// Blocks of keys that a query sees instead of all (BigBird); nil for all.
  public var blockSparse: BlockSparse?
  /// Attention over content and position apart (DeBERTa); nil without.
  public var disentangled: Disentangled?
  /// Keys and values made of one latent a token (DeepSeek-V2); nil without.
  public var latent: LatentAttention?
  /// Attention within windows and of a few tokens over all (Longformer); nil without.
  public var sliding: SlidingWindow?
  /// Whether the model's code makes queries, keys and values in one product (GPT-2, timm).
  public var packsProjections = false
  /// Whether attention never keeps its scores (flash); false where the model's code multiplies,
  /// normalises and multiplies again.
  public var fusedAttention = true
  /// Base of rotary positions; nil without.
  public var rotaryBase: Double?
  /// Elements of each head that are rotated; nil for all (GPT-J, GPT-NeoX, Phi).
  public var rotaryDimensions: Int?
  /// Position axes, each of which rotates its share of a head (2 in ChatGLM).
  public var rotaryAxes = 1
  /// Whether scores are lowered linearly with the distance (ALiBi, arXiv 2108.12409).
  public var alibi = false
  /// Buckets of learned relative positions, one bias a head, which all layers share (T5,
  /// arXiv 1910.10683, section 2.1); nil without.
  public var relativeBuckets: Int?
  /// Patches along each dimension whose relative positions each layer has a table for, one bias a
  /// head, with three more rows for the class token (BEiT, arXiv 2106.08254); nil without.
  public var relativeGrid: [Int]?
  /// Bias of the key product; nil for `queryKeyValueBias` (BEiT has none there).
  public var keyBias: Bool?
  /// Whether all layers are one and the same (ALBERT, arXiv 1909.11942).
  public var sharedLayers = false
  /// Whether each branch is scaled column by column (CaiT, DINOv2).
  public var layerScale = false
  /// Whether each layer holds a norm that no forward pass uses (MONAI's for cross-attention).
  public var spareNorm = false
  /// Whether a norm follows the last layer.
  public var finalNorm = false

  /// Creates a stack of pre-norm layers with biases; change what differs.
  public init(layers: Int, hidden: Int, heads: Int, intermediate: Int) {
    self.layers = layers
    self.hidden = hidden
    self.heads = heads
    keyValueHeads = heads
    headSize = heads > 0 ? hidden / heads : 0
    self.intermediate = intermediate
  }

  /// Heads of the attention product.
  public var geometry: AttentionGeometry {
    var geometry = AttentionGeometry(
      queryHeads: heads, keyValueHeads: keyValueHeads, headSize: headSize, causal: causal)
    if let latent { geometry.valueSize = latent.value }
    geometry.window = window
    geometry.fused = fusedAttention
    geometry.bias = biased
    return geometry
  }

  /// Whether a bias is added to the attention scores.
  public var biased: Bool { alibi || relativeBuckets != nil || relativeGrid != nil }

  /// Columns of keys and of values.
  var keyValueWidth: Int { keyValueHeads * headSize }

  /// Columns that the cache keeps of a token: its keys and values, or its latent and shared key.
  var cacheWidths: (keys: Int, values: Int) {
    latent.map { ($0.keyValueRank, $0.rotated) } ?? (keyValueWidth, keyValueWidth)
  }

  /// Some of the layers, without the final norm.
  func part(_ range: Range<Int>) -> TransformerStack {
    var part = self
    part.layers = range.count
    part.finalNorm = false
    if let first = mixture?.denseLayers {
      part.mixture?.denseLayers = max(0, first - range.lowerBound)
    }
    if !windowCycle.isEmpty {
      part.windowCycle = windowCycle.indices.map {
        windowCycle[(range.lowerBound + $0) % windowCycle.count]
      }
    }
    return part
  }

  /// Layers whose windows may differ: each run of equal ones is built apart.
  static let mostCycledLayers = 1000

  /// Runs of neighbouring layers with one window and one kind of MLP each, as stacks that say
  /// which.
  func runs(_ range: Range<Int>) -> [(layers: Range<Int>, stack: TransformerStack)] {
    let dense = mixture?.denseLayers ?? 0
    guard !windowCycle.isEmpty || range.lowerBound < dense else { return [(range, self)] }
    if windowCycle.isEmpty {
      let middle = min(dense, range.upperBound)
      return [(range.lowerBound..<middle, at(0)), (middle..<range.upperBound, self)]
        .filter { !$0.0.isEmpty }
    }
    var runs: [(layers: Range<Int>, stack: TransformerStack)] = []
    for layer in range {
      let same = at(layer)
      if let last = runs.last, last.stack.window == same.window,
        (last.stack.mixture == nil) == (same.mixture == nil)
      {
        runs[runs.count - 1].layers = last.layers.lowerBound..<layer + 1
      } else {
        runs.append((layer..<layer + 1, same))
      }
    }
    return runs
  }

  /// The stack as one of its layers is.
  private func at(_ layer: Int) -> TransformerStack {
    var same = self
    if !windowCycle.isEmpty {
      let keys = windowCycle[layer % windowCycle.count]
      same.window = keys == 0 ? nil : keys
    }
    if let mixture, layer < mixture.denseLayers {
      same.mixture = nil
      same.intermediate = mixture.denseIntermediate
    }
    return same
  }

  /// Tokens that the key/value cache holds after `past` of them: a window forgets the others.
  func cached(_ past: Int) -> Int { min(past, window.map { $0 - 1 } ?? past) }
}
