public import Graph
import Quantities

/// A graph unrolled for one machine: every operator in order, and every buffer with its lifetime.
///
/// What must be kept between forward and backward needs no special case: such a buffer's last use
/// lies in the backward part.
public struct Program: Sendable {
  /// What fills a buffer, and how long it lives.
  public enum Content: Sendable, Hashable {
    /// A parameter: random at the start, lives as long as the program.
    case parameter
    /// A constant of the model: random (numbers) or counting up (positions).
    case constant
    /// Fed from outside: random of the right range.
    case input
    /// An optimizer state or a gradient that nothing flows into: zero at the start.
    case zero
    /// Written by a step; lives from its first to its last use.
    case transient
  }

  /// A tensor in memory.
  public struct Buffer: Sendable, Hashable {
    /// Shape, number format and name.
    public var tensor: Tensor
    /// What fills it.
    public var content: Content
    /// First and last step that use it; the program's end for results.
    public var firstUse: Int, lastUse: Int
    /// The order in which its elements lie.
    fileprivate(set) var layout = MapLayout.plain
  }

  /// One operator with its buffers.
  public struct Step: Sendable {
    /// The operator as its block has it.
    public var op: Operator
    /// The table that the operator's ids are positions in.
    public var tensors: [Tensor]
    /// Positions in `buffers`, in the operator's order.
    public var inputs: [Int], outputs: [Int]
    /// Buffer of the scales of a linear map's weight of one byte an element, one a row.
    public var scales: Int?
    /// Buffers of the running mean and variance of a norm that uses stored statistics; none for
    /// those of a fresh model, mean 0 and variance 1.
    public var statistics: [Int] = []
    /// Those of its buffers that lie with their channels last.
    fileprivate(set) var channelsLast: Set<Int> = []

    /// What is read beside the inputs.
    var beside: [Int] { [scales].compactMap { $0 } + statistics }
  }

  /// Every buffer.
  public private(set) var buffers: [Buffer] = []
  /// Every step, in order.
  public private(set) var steps: [Step] = []
  /// Parameters of the forward graph, in the order in which it reads them.
  public internal(set) var parameters: [Parameter] = []
  /// Running means and variances of norms over batches, likewise.
  public internal(set) var statistics: [Parameter] = []
  /// Buffers of the graph's results, in order.
  public private(set) var results: [Int] = []

  /// An empty program.
  public init() {}

  /// Adds a buffer and returns its position.
  public mutating func add(_ tensor: Tensor, _ content: Content) -> Int {
    buffers.append(
      Buffer(tensor: tensor, content: content, firstUse: Int.max, lastUse: steps.count))
    return buffers.count - 1
  }

  /// Adds a step; `binding` gives the buffer of each of its tensors.
  public mutating func add(_ op: Operator, tensors: [Tensor], binding: (TensorID) -> Int) {
    var step = Step(
      op: op, tensors: tensors, inputs: op.inputs.map(binding), outputs: op.outputs.map(binding))
    // The graph keeps a narrow weight's scales and a norm's statistics as buffers beside it.
    func buffer(_ name: String) -> Int? {
      tensors.firstIndex { $0.name == name }.map { binding(TensorID($0)) }
    }
    if op.inputs.count > 1, tensors.indices.contains(op.inputs[1].index) {
      let weight = tensors[op.inputs[1].index]
      switch op.kind {
      case .linear where weight.dataType == .int8: step.scales = buffer(weight.name + ".scales.0")
      case .channelNorm(let norm) where norm.kind == .stored:
        let found = ["Mean", "Variance"].compactMap {
          buffer(weight.name.dropLast("weight".count) + "running" + $0)
        }
        if found.count == 2 { step.statistics = found }
      default: break
      }
    }
    for buffer in step.inputs + step.outputs + step.beside {
      use(buffer, at: steps.count)
    }
    steps.append(step)
  }

  /// Keeps a buffer to the end, so that it can be read after a run.
  public mutating func keep(_ buffer: Int) {
    results.append(buffer)
    buffers[buffer].lastUse = Int.max
  }

  private mutating func use(_ buffer: Int, at step: Int) {
    buffers[buffer].firstUse = min(buffers[buffer].firstUse, step)
    buffers[buffer].lastUse = max(buffers[buffer].lastUse, step)
  }

  /// Makes a buffer live at least throughout `steps`.
  mutating func extend(_ buffer: Int, over steps: Range<Int>) {
    guard let last = steps.last else { return }
    buffers[buffer].firstUse = min(buffers[buffer].firstUse, steps.lowerBound)
    buffers[buffer].lastUse = max(buffers[buffer].lastUse, last)
  }

  /// Makes maps lie with their channels last whatever else uses them, to measure an operator as it
  /// runs within a network. All maps of a step must then be among them, or of one position or
  /// channel.
  public mutating func keepChannelsLast(_ maps: [Int]) {
    for index in maps where !MapLayout.isIndifferent(buffers[index].tensor.shape) {
      buffers[index].layout = .channelsLast
    }
  }

  /// Settles that buffers lie with their channels last.
  mutating func lieChannelsLast(_ chosen: Set<Int>) {
    for index in chosen { buffers[index].layout = .channelsLast }
    for index in steps.indices {
      steps[index].channelsLast = chosen.intersection(steps[index].inputs + steps[index].outputs)
    }
  }

  /// Adds `first + second` and returns the buffer of the sum.
  mutating func sum(_ first: Int, _ second: Int) -> Int {
    let tensor = buffers[first].tensor
    let total = add(tensor, .transient)
    let op = Operator(
      tensor.name + ".sum", .add, [TensorID(0), TensorID(1)], [TensorID(2)])
    add(op, tensors: [tensor, tensor, tensor]) { [first, second, total][$0.index] }
    return total
  }
}
