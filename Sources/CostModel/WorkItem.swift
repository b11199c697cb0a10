/// Which axis of a product something runs along.
public enum ProductAxis: UInt8, Sendable, Hashable { case rows, columns, inner, none }

/// The extents of a matrix product `rows × inner` by `inner × columns`, and how it is cut.
public struct ProductShape: Sendable, Hashable {
  /// Rows of the result.
  public var rows: Double
  /// Columns of the result.
  public var columns: Double
  /// Extent that is summed over.
  public var inner: Double
  /// The axis along which tokens (samples times positions) run; context parallelism cuts it.
  public var tokens: ProductAxis
  /// The axis that tensor parallelism cuts; in an expert's product, expert tensor parallelism.
  public var cut: ProductAxis
  /// Experts between which the token axis is divided, each with a matrix of its own; 0 for one
  /// product of all tokens.
  public var experts: Double
  /// Bytes that a kernel moves before the product where its matrix is kept in fewer bits than it is
  /// computed in: packed ones read, wide ones written. That is how frozen matrices are trained
  /// through (bitsandbytes' `MatMul4Bit`, forward and backward; Dettmers et al., QLoRA, arXiv
  /// 2305.14314, equation 5); 0 for a matrix that is not packed.
  public var widened = 0.0

  /// Creates a shape.
  public init(
    rows: Double, columns: Double, inner: Double, tokens: ProductAxis, cut: ProductAxis,
    experts: Double = 0
  ) {
    self.rows = rows
    self.columns = columns
    self.inner = inner
    self.tokens = tokens
    self.cut = cut
    self.experts = experts
  }
}

/// A convolution as the matrix product that libraries run it as (Chetlur et al., cuDNN, arXiv
/// 1410.0759, section 3): positions by channels, summed over channels and taps.
public struct ConvolutionShape: Sendable, Hashable {
  /// Rows and columns of the result of one group, and the extent that is summed over.
  public var rows, columns, inner: Double
  /// Groups of channels, each a product of its own.
  public var groups: Double
  /// Whether libraries know an algorithm with fewer multiplications: 3×3 in the plane, stride 1
  /// (Lavin & Gray, arXiv 1509.09308).
  public var hasFastAlgorithm: Bool
  /// Whether it steps through three dimensions.
  public var isVolume = false

  /// Creates a shape.
  public init(
    rows: Double, columns: Double, inner: Double, groups: Double, hasFastAlgorithm: Bool
  ) {
    self.rows = rows
    self.columns = columns
    self.inner = inner
    self.groups = groups
    self.hasFastAlgorithm = hasFastAlgorithm
  }
}

/// The extents of an attention product.
public struct AttentionShape: Sendable, Hashable {
  /// Sequences.
  public var batch: Double
  /// Query heads.
  public var heads: Double
  /// Key and value heads.
  public var keyValueHeads: Double
  /// Elements of a head.
  public var headSize: Double
  /// Queries and keys of a sequence.
  public var queries, keys: Double
  /// Whether a query sees earlier keys only.
  public var causal: Bool
  /// Whether this is the backward product.
  public var backward: Bool
  /// Whether the graph itself keeps the scores (unfused attention).
  public var keepsScores: Bool
}

/// One kernel of a pass, uncut: what it costs and how it can be cut.
public struct WorkItem: Sendable, Hashable {
  /// What is computed.
  public enum Shape: Sendable, Hashable {
    case product(ProductShape)
    case attention(AttentionShape)
    case convolution(ConvolutionShape)
    /// A normalisation of channels: so many means and variances.
    case channelNorm(sets: Double)
    /// Bytes through memory, or a product of a shape that is not known here.
    case other
  }
  /// The shape.
  public var shape: Shape
  /// Counts of the whole, on one device.
  public var cost: OperatorCost
  /// Whether tensor parallelism divides it (else sequence parallelism may).
  public var isCut: Bool
  /// Whether it computes a parameter's gradient: what a zero-bubble schedule may put off.
  public var isWeightGradient = false
  /// Whether it works on rows that a router sent to experts: the busiest device decides.
  public var isExpert = false
  /// Whether its bytes are those of the code that runs, so that no fusion makes them fewer.
  public var isWrittenOut = false
  /// Whether the host's language asks for it by itself (see `Block.launchedWithOthers`).
  public var isAskedFor = true
  /// Whether it belongs to a layer: fp8 recipes leave embeddings and heads wide.
  public var isInLayer = false
  /// Occurrences in an iteration.
  public var weight = 1.0

  /// Creates an item that occurs once.
  public init(_ shape: Shape, cost: OperatorCost, isCut: Bool) {
    self.shape = shape
    self.cost = cost
    self.isCut = isCut
  }
}

/// How one micro-batch's work is divided over devices, and how kernels are chosen.
public struct WorkCut: Sendable, Hashable {
  /// Tensor parallel devices.
  public var tensor = 1
  /// Context parallel devices.
  public var context = 1
  /// Whether what tensor parallelism leaves whole is cut along the sequence.
  public var sequenceParallel = false
  /// Whether attention is one fused kernel (else scores are written to memory).
  public var fusedAttention = true
  /// Devices over which the experts of a layer are spread.
  public var expert = 1
  /// Devices over which each expert's matrices are cut: 1, or the tensor parallel ones.
  public var expertTensor = 1
  /// Whether inputs that are cut along the sequence are gathered again in backward, not kept whole.
  public var regathers = true
  /// Rows of the busiest expert parallel device over the mean.
  public var imbalance = 1.0

  /// One device.
  public init() {}
}
