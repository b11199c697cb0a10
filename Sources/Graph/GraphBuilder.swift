public import Quantities

/// Builds a graph call by call; the result is valid by construction.
public struct GraphBuilder: Sendable {
  /// The graph so far.
  public private(set) var graph: OperatorGraph
  private var work = 0

  /// Starts an empty graph.
  public init(_ name: String) { graph = OperatorGraph(name: name) }

  /// Adds a value that is fed from outside.
  ///
  /// - Throws: `UserError` for a shape that is not positive or too large.
  public mutating func input(
    _ name: String, _ shape: [Int], _ dataType: DataType
  ) throws(UserError) -> ValueID {
    guard Limits.elements(shape) != nil else {
      throw UserError(
        .input, place: graph.name, key: name, "shape \(shape) is not positive or too large",
        remedy: "a tensor holds 1 to 2^48 elements")
    }
    graph.values.append(Tensor(name, shape, dataType, .input))
    let id = ValueID(graph.values.count - 1)
    graph.inputs.append(id)
    return id
  }

  /// Makes a parameter of a block a shared one and returns its position.
  public mutating func share(_ local: TensorID, of block: Block) -> Int {
    graph.sharedParameters.append(block[local])
    return graph.sharedParameters.count - 1
  }

  /// Multiply-adds of one iteration of each block, at most.
  private var blockWork: [Int] = []

  /// Calls a finished block `count` times in a row and returns its output values.
  ///
  /// - Parameter reusing: position of the call whose parameters are used again.
  ///
  /// - Throws: `UserError` when the values do not fit the block's inputs.
  public mutating func call(
    _ builder: BlockBuilder, count: Int = 1, _ inputs: [ValueID], tied: [TiedParameter] = [],
    reusing: Int? = nil
  ) throws(UserError) -> [ValueID] {
    try add(
      builder.block, work: [builder.work], count: count, inputs, tied: tied, reusing: reusing)
  }

  /// Work of one iteration of a call.
  func workOf(_ call: BlockCall) -> Int { blockWork[call.block] }

  /// Adds a call of a block whose parts take so much work.
  mutating func add(
    _ block: Block, work parts: [Int], count: Int, _ inputs: [ValueID],
    tied: [TiedParameter] = [], reusing: Int? = nil
  ) throws(UserError) -> [ValueID] {
    let sum = parts.reduce(0) { min($0 + $1, Limits.work) }
    let (product, overflow) = sum.multipliedReportingOverflow(by: count)
    guard count > 0, !overflow, product <= Limits.work, work + product <= Limits.work else {
      throw UserError(
        .input, place: graph.name, key: block.name,
        "\(count) iterations are not positive or more work than can be counted",
        remedy: "use smaller shapes")
    }
    work += product
    let position: Int
    if let known = graph.blocks.indices.first(where: { graph.blocks[$0].isSame(as: block) }) {
      position = known
    } else {
      graph.blocks.append(block)
      blockWork.append(sum)
      position = graph.blocks.count - 1
    }
    var outputs: [ValueID] = []
    for id in block.outputs {
      let tensor = block[id]
      graph.values.append(
        Tensor(block.name + "." + tensor.name, tensor.shape, tensor.dataType, .activation))
      outputs.append(ValueID(graph.values.count - 1))
    }
    graph.calls.append(
      BlockCall(
        block: position, count: count, inputs: inputs, outputs: outputs,
        tied: tied.sorted { $0.local < $1.local }, reuses: reusing))
    return outputs
  }

  /// Sets the results and checks how calls are bound; blocks were checked when they were built.
  ///
  /// - Throws: `UserError` that names the first part that does not fit.
  public mutating func finish(outputs: [ValueID]) throws(UserError) -> OperatorGraph {
    graph.outputs = outputs
    try graph.validateCalls()
    return graph
  }
}

extension Block {
  /// Equality that looks first at what tells blocks of one name apart at once.
  fileprivate func isSame(as other: Block) -> Bool {
    tensors.count == other.tensors.count && operators.count == other.operators.count
      && tensors.last?.shape == other.tensors.last?.shape && self == other
  }
}
