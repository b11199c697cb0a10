public import Graph
public import Quantities

/// Unrolls a graph into a program, remembering what backward needs to find again.
struct ProgramBuilder {
  var program = Program()
  let graph: OperatorGraph
  /// Buffer of each value of the graph.
  var values: [Int?]
  /// Buffer of each shared parameter.
  var shared: [Int] = []
  private var named: Set<Int> = []
  /// How many tables of a block's name were bound.
  private var layers: [String: Int] = [:]
  /// Buffers of each block table, by call and iteration.
  var frames: [[[Int]]] = []

  init(forward graph: OperatorGraph) throws(UserError) {
    self.graph = graph
    values = Array(repeating: nil, count: graph.values.count)
    for id in graph.inputs { values[id.index] = program.add(graph.values[id.index], .input) }
    shared = graph.sharedParameters.map { program.add($0, .parameter) }
    for call in graph.calls { try unroll(call) }
    for id in graph.outputs { if let buffer = values[id.index] { program.keep(buffer) } }
  }

  private mutating func unroll(_ call: BlockCall) throws(UserError) {
    let block = graph.blocks[call.block]
    var inputs: [Int] = []
    for id in call.inputs {
      guard let buffer = values[id.index] else {
        throw UserError(
          .input, place: graph.name, key: block.name,
          "value \(graph.values[id.index].name) is read before it is written",
          remedy: "order the calls so that each value is made before it is used")
      }
      inputs.append(buffer)
    }
    var iterations: [[Int]] = []
    for iteration in 0..<call.count {
      let earlier = call.reuses.map { frames[$0][iteration] }
      let frame = bind(block, call, inputs, reusing: earlier)
      for op in block.operators {
        program.add(op, tensors: block.tensors) { frame[$0.index] }
      }
      for (position, output) in block.outputs.enumerated() where position < inputs.count {
        if call.count > 1 { inputs[position] = frame[output.index] }
      }
      iterations.append(frame)
    }
    if let last = iterations.last {
      for (value, output) in zip(call.outputs, block.outputs) {
        values[value.index] = last[output.index]
      }
    }
    frames.append(iterations)
  }

  private mutating func parameter(_ tensor: Tensor, of block: Block) -> Int {
    let buffer = program.add(tensor, .parameter)
    name(buffer, tensor.name, of: block)
    return buffer
  }

  private mutating func buffer(_ tensor: Tensor, of block: Block) -> Int {
    let buffer = program.add(tensor, .constant)
    if tensor.name.hasSuffix(".runningMean") || tensor.name.hasSuffix(".runningVariance") {
      program.statistics.append(
        Program.Parameter(
          buffer: buffer, block: block.name, iteration: layers[block.name, default: 0],
          tensor: tensor.name))
    }
    return buffer
  }

  /// Notes where a parameter stands; one that several blocks share is named once, by the first.
  private mutating func name(_ buffer: Int, _ tensor: String, of block: Block) {
    guard named.insert(buffer).inserted else { return }
    program.parameters.append(
      Program.Parameter(
        buffer: buffer, block: block.name, iteration: layers[block.name, default: 0],
        tensor: tensor))
  }

  /// Buffers for one iteration's table; an earlier iteration's gives its parameters.
  private mutating func bind(
    _ block: Block, _ call: BlockCall, _ inputs: [Int], reusing earlier: [Int]?
  ) -> [Int] {
    var frame = Array(repeating: -1, count: block.tensors.count)
    for (id, buffer) in zip(block.inputs, inputs) { frame[id.index] = buffer }
    for tie in call.tied { frame[tie.local.index] = shared[tie.shared] }
    let isNew = earlier == nil
    defer { if isNew { layers[block.name, default: 0] += 1 } }
    for tie in call.tied { name(frame[tie.local.index], block[tie.local].name, of: block) }
    for index in block.tensors.indices where frame[index] < 0 {
      let tensor = block.tensors[index]
      frame[index] =
        switch tensor.role {
        case .parameter: earlier?[index] ?? parameter(tensor, of: block)
        case .buffer: earlier?[index] ?? buffer(tensor, of: block)
        case .activation, .input: program.add(tensor, .transient)
        }
    }
    return frame
  }
}

extension Program {
  /// Unrolls a forward graph.
  /// - Throws: `UserError` when a value is read before it is written.
  public init(inference graph: OperatorGraph) throws(UserError) {
    self = try ProgramBuilder(forward: graph).program
  }

  /// Unrolls forward, backward and optimizer step; the first result is the loss.
  /// - Throws: `UserError` when a value is read before it is written.
  public init(training graph: TrainingGraph) throws(UserError) {
    var backward = BackwardBuilder(
      graph: graph, builder: try ProgramBuilder(forward: graph.forward))
    for call in graph.backwardCalls { backward.unroll(call) }
    backward.addOptimizer()
    self = backward.builder.program
  }
}
