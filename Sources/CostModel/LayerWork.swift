public import Graph
import HardwareModel
import Quantities

/// What one call of a block (a layer of a stack, an embedding, a head) costs in a step, counted
/// once for one micro-batch and evaluated under any cut over devices.
public struct LayerWork: Sendable, Hashable {
  /// The block's name.
  public var name: String
  /// Iterations: layers.
  public var count: Int
  /// Whether recomputation covers it (a repeated layer).
  public var isLayer: Bool
  /// Kernels of one iteration.
  public var forward: [WorkItem] = []
  /// Kernels of one iteration's backward pass; empty for a frozen part.
  public var backward: [WorkItem] = []
  /// Number and bytes of the sums over tensor parallel devices in forward, one iteration.
  public var reductions = Traffic()
  /// The same for the gradients of inputs that are cut by columns.
  public var gradientReductions = Traffic()
  /// What is gathered because one device needs all of it; the same again in backward.
  public var gathers = Traffic()
  /// Experts that a router chooses from; 0 without.
  public var experts = 0.0
  /// Bytes of the rows that a router sends to experts; as many come back, and both ways again in
  /// backward.
  public var dispatched = 0.0
  /// Bytes of the experts' combined result.
  public var combined = 0.0
  /// Elements of the experts' parameters, all and trained; one iteration.
  public var expertParameters = 0.0, expertTrained = 0.0
  /// Elements of parameters that tensor parallelism cuts, and that it leaves whole; one iteration.
  public var parameters = Split()
  /// Those that are trained.
  public var trained = Split()
  /// Of `parameters`, those of parameters that all iterations share.
  public var tied = Split()
  /// The same of `trained`.
  public var tiedTrained = Split()
  /// Of `parameters`, frozen ones kept in fewer than 16 bits, and their bytes.
  public var packed = Split(), packedBytes = Split()
  /// Bytes of constants: scales of packed matrices are cut as these are. One iteration.
  public var buffers = Split()
  /// The same of experts.
  public var expertBuffers = 0.0
  /// Bytes of one element of a parameter.
  public var parameterBytes = 4.0
  /// Bytes kept for backward inside one iteration.
  public var saved = Split()
  /// Of `saved`, autocast's copies of weights, and what its norms keep wider than the format
  /// computed in: a framework that shards parameters keeps neither.
  public var weightCopies = Split(), widened = Split()
  /// Of `saved`, what point-wise operators and norms wrote: selective recomputation drops it.
  public var cheap = Split()
  /// Largest growth of live bytes while one iteration runs forward.
  public var forwardPeak = Split()
  /// The same while its backward runs.
  public var backwardPeak = Split()
  /// Elements of the logits that a loss reads, on one device before cutting.
  public var logits = 0.0
  /// Bytes of the scores of unfused attention that are kept (always cut over heads).
  public var scores = 0.0
  /// Bytes of the values handed on from one iteration to the next.
  public var boundary = 0.0
  /// Bytes of keys and values of attention, one iteration; ring attention passes them on.
  public var keyValue = 0.0
  /// Bytes of queries, keys, values and results, one iteration; all-to-all attention exchanges
  /// them.
  public var exchanged = 0.0

  /// A number of messages and their bytes.
  public struct Traffic: Sendable, Hashable {
    /// Messages.
    public var count = 0.0
    /// Bytes of all of them.
    public var bytes = 0.0

    /// No message.
    public init() {}
    init(_ messages: [Int]) {
      count = Double(messages.count)
      bytes = messages.reduce(0) { $0 + Double($1) }
    }
  }

  /// An amount that tensor parallelism divides and one that it does not.
  public struct Split: Sendable, Hashable {
    /// Divided by the tensor parallel devices.
    public var cut = 0.0
    /// The same on each of them.
    public var whole = 0.0
    /// Of rows sent to experts: of an expert's inner width, and of the model's.
    public var expertInner = 0.0, expertWide = 0.0

    /// Nothing.
    public init() {}
    init(whole: Double) { self.whole = whole }
    /// All of it.
    public var total: Double { cut + whole + expertInner + expertWide }
    /// The share of activations on one device, before the sequence is cut over context parallel
    /// ones. Expert rows are spread with the tokens; devices that share an expert's matrices all
    /// hold its rows, of the model's width.
    public func share(_ cut: WorkCut) -> Double {
      let tensor = Double(cut.tensor)
      let experts = (expertInner + expertWide * Double(cut.expertTensor)) / tensor
      return share(tensor: tensor, sequence: cut.sequenceParallel) + experts * cut.imbalance
    }
    /// The share of one of `tensor` devices; `whole` is divided too where the sequence is cut.
    public func share(tensor: Double, sequence: Bool) -> Double {
      (sequence ? cut + whole : cut) / tensor + (sequence ? 0 : whole)
    }
    mutating func add(_ amount: Double, cut isCut: Bool) {
      if isCut { cut += amount } else { whole += amount }
    }
    mutating func add(_ other: Split, times factor: Double) {
      cut += other.cut * factor
      whole += other.whole * factor
      expertInner += other.expertInner * factor
      expertWide += other.expertWide * factor
    }
    mutating func raise(to other: Split) {
      cut = max(cut, other.cut)
      whole = max(whole, other.whole)
      expertInner = max(expertInner, other.expertInner)
      expertWide = max(expertWide, other.expertWide)
    }
    /// One of the amounts.
    enum Part { case cut, whole, expertInner, expertWide }
    mutating func add(_ amount: Double, to part: Part) {
      switch part {
      case .cut: cut += amount
      case .whole: whole += amount
      case .expertInner: expertInner += amount
      case .expertWide: expertWide += amount
      }
    }
    func times(_ factor: Double) -> Split {
      var result = Split()
      result.add(self, times: factor)
      return result
    }
  }
}

/// A step as its layers, in order: the planner's view of a graph.
public struct LayeredStep: Sendable, Hashable {
  /// Calls of the forward graph, in order.
  public var layers: [LayerWork]
  /// For each layer the first one that differs from it in nothing but the number of iterations.
  public private(set) var kinds: [Int]
  /// Bytes of parameters that several calls share (a tied table), counted in each of them: the
  /// copies too many.
  public var sharedParameters = LayerWork.Split()
  /// Those of them that are trained.
  public var sharedTrained = LayerWork.Split()

  /// Counts a training step.
  ///
  /// - Parameters:
  ///   - fusing: whether products of one input run as one kernel, as frameworks lay out query, key
  ///     and value, or gate and up.
  ///   - eager: whether casts and formulas are kernels of their own (no compiler fuses them).
  public init(training graph: TrainingGraph, fusing: Bool, eager: Bool = false) {
    let tables = GraphTables(graph.forward, graph)
    self.init(tables, StepFootprints(tables), fusing: fusing, eager: eager)
  }

  /// Counts a forward pass.
  public init(inference graph: OperatorGraph, fusing: Bool) {
    let tables = GraphTables(graph, nil)
    self.init(tables, StepFootprints(tables), fusing: fusing)
  }

  init(_ tables: GraphTables, _ prints: StepFootprints, fusing: Bool, eager: Bool = false) {
    let extraction = LayerExtraction(tables, prints, fusing: fusing, eager: eager)
    (layers, kinds) = (extraction.layers, extraction.kinds)
    share(tables.graph, tables.training)
  }

  /// What a function gives for each layer where the number of iterations does not matter to it:
  /// called once for each kind.
  public func byKind<Result>(_ body: (LayerWork) -> Result) -> [Result] {
    var results: [Result] = []
    results.reserveCapacity(layers.count)
    for index in layers.indices {
      results.append(kinds[index] < index ? results[kinds[index]] : body(layers[index]))
    }
    return results
  }

  /// Leaves out a share of the samples in each trained block: kernels take time by their rows.
  mutating func skip(_ samples: Double) {
    guard samples > 0 else { return }
    for index in layers.indices where layers[index].isLayer && !layers[index].backward.isEmpty {
      for item in layers[index].forward.indices {
        layers[index].forward[item].weight *= 1 - samples
      }
      for item in layers[index].backward.indices {
        layers[index].backward[item].weight *= 1 - samples
      }
    }
  }

  private mutating func share(_ graph: OperatorGraph, _ training: TrainingGraph?) {
    var uses = [Int](repeating: 0, count: graph.sharedParameters.count)
    var trained = uses
    // Calls that use an earlier one's parameters once more count none.
    for call in graph.calls where call.reuses == nil {
      for tie in call.tied { uses[tie.shared] += 1 }
    }
    for backward in training?.backwardCalls ?? [] {
      let gradients = training?.backwardBlocks[backward.block].parameterGradients ?? []
      for tie in graph.calls[backward.call].tied
      where gradients.contains(where: { $0.parameter == tie.local }) {
        trained[tie.shared] += 1
      }
    }
    for (index, tensor) in graph.sharedParameters.enumerated() {
      func add(_ copies: Int, to split: inout LayerWork.Split) {
        guard copies > 1 else { return }
        split.add(Double(tensor.bytes) * Double(copies - 1), cut: tensor.count > 1 << 20)
      }
      add(uses[index], to: &sharedParameters)
      add(trained[index], to: &sharedTrained)
    }
  }
}
