/// A piece of a model that is described once and may be repeated: a layer, an embedding, a head.
public struct Block: Sendable, Hashable {
  /// Name for people (`encoder.layer`).
  public var name: String
  /// Every tensor of the block; a `TensorID` is a position in it.
  public var tensors: [Tensor]
  /// Tensors that a call binds from outside, in order.
  public var inputs: [TensorID]
  /// Tensors that a call hands on, in order.
  public var outputs: [TensorID]
  /// Nodes in an order in which each input is ready.
  public var operators: [Operator]
  /// Whether it is a layer of its own: the grain at which frameworks recompute activations. A
  /// block that is called several times in a row is one anyway.
  public var isLayer = false
  /// Whether the model's code makes queries, keys and values in one product of one operand (GPT-2,
  /// timm), which the graph states as three.
  public var packsProjections = false
  /// Positions of operators that the call of another one launches: PyTorch's functions that are
  /// made of several kernels, for which the host's language is left once.
  public var launchedWithOthers: Set<Int> = []
  /// Elements that a decoder's cache keeps of a token where they are not its keys and values; nil
  /// for these.
  public var cachedElements: Int?

  /// Creates a block.
  public init(
    name: String, tensors: [Tensor] = [], inputs: [TensorID] = [], outputs: [TensorID] = [],
    operators: [Operator] = []
  ) {
    self.name = name
    self.tensors = tensors
    self.inputs = inputs
    self.outputs = outputs
    self.operators = operators
  }

  /// The tensor behind an id.
  @inlinable
  public subscript(_ id: TensorID) -> Tensor { tensors[id.index] }

  /// Ids of the parameters, in table order.
  public var parameters: [TensorID] {
    tensors.indices.compactMap {
      if case .parameter = tensors[$0].role { TensorID($0) } else { nil }
    }
  }
}

/// Index of a value (a tensor that flows between blocks) in `OperatorGraph.values`.
public struct ValueID: Sendable, Hashable, Comparable {
  /// Position in `OperatorGraph.values`.
  public var index: Int
  /// Wraps a position.
  public init(_ index: Int) { self.index = index }
  /// Orders by position.
  public static func < (left: ValueID, right: ValueID) -> Bool { left.index < right.index }
}

/// One use of a block, repeated `count` times in a row.
///
/// With `count > 1`, output i of an iteration is input i of the next (`outputs.count ≤
/// inputs.count`, same shape and type); further inputs are the same for every iteration. Each
/// iteration has its own parameters, except those named in `tied`, or takes those of an earlier
/// call.
public struct BlockCall: Sendable, Hashable {
  /// Position in `OperatorGraph.blocks`.
  public var block: Int
  /// Iterations, at least 1.
  public var count: Int
  /// One value per block input (for the first iteration).
  public var inputs: [ValueID]
  /// One value per block output (of the last iteration).
  public var outputs: [ValueID]
  /// Block parameters that are a shared parameter of the graph: local id → position in
  /// `OperatorGraph.sharedParameters`. Ordered by local id.
  public var tied: [TiedParameter]
  /// Position of an earlier call of the block and count whose parameters and buffers are used once
  /// more, iteration by iteration (recycling); nil for the call's own. At most one call of those
  /// that share so may be trained; the others are detached.
  public var reuses: Int?

  /// Creates a call.
  public init(
    block: Int, count: Int = 1, inputs: [ValueID], outputs: [ValueID],
    tied: [TiedParameter] = [], reuses: Int? = nil
  ) {
    self.block = block
    self.count = count
    self.inputs = inputs
    self.outputs = outputs
    self.tied = tied
    self.reuses = reuses
  }
}

/// A block parameter that is a shared parameter of the graph.
public struct TiedParameter: Sendable, Hashable {
  /// The parameter in the block's table.
  public var local: TensorID
  /// Position in `OperatorGraph.sharedParameters`.
  public var shared: Int
  /// Ties `local` to `shared`.
  public init(local: TensorID, shared: Int) {
    self.local = local
    self.shared = shared
  }
}

/// A model's forward computation for one shape of its inputs: blocks, and calls in order.
///
/// A layer that repeats is stored once with a count, so a 100-layer model costs what one layer
/// does to build and to count.
public struct OperatorGraph: Sendable, Hashable {
  /// The model's id and the workload (`bert-base masked-lm`).
  public var name: String
  /// Tensors that flow between calls; role `.input` for the graph's own inputs.
  public var values: [Tensor]
  /// Values fed from outside (token ids, images, labels).
  public var inputs: [ValueID]
  /// Values that are the result (logits, embeddings, loss).
  public var outputs: [ValueID]
  /// Every distinct block.
  public var blocks: [Block]
  /// Uses of the blocks, in execution order.
  public var calls: [BlockCall]
  /// Parameters used by more than one call or iteration (tied embeddings), counted once.
  public var sharedParameters: [Tensor]
  /// How often the whole runs for one result (windows over a volume): work is counted so many
  /// times, parameters and memory once.
  public var passes = 1

  /// Creates a graph.
  public init(
    name: String, values: [Tensor] = [], inputs: [ValueID] = [], outputs: [ValueID] = [],
    blocks: [Block] = [], calls: [BlockCall] = [], sharedParameters: [Tensor] = []
  ) {
    self.name = name
    self.values = values
    self.inputs = inputs
    self.outputs = outputs
    self.blocks = blocks
    self.calls = calls
    self.sharedParameters = sharedParameters
  }
}
