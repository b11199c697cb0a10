import Graph
import Quantities

/// Adds the backward pass and the optimizer step to an unrolled forward graph.
struct BackwardBuilder {
  let graph: TrainingGraph
  var builder: ProgramBuilder
  /// Gradient of each value so far.
  private var valueGradients: [Int?]
  /// Gradients that an iteration hands to the one before it, by call.
  private var handed: [[Int?]]
  /// Trained parameters and their gradients, in the order in which backward reaches them.
  private var trained: [(parameter: Int, gradient: Int)] = []
  /// Position in `trained` by the parameter's buffer.
  private var position: [Int: Int] = [:]

  init(graph: TrainingGraph, builder: ProgramBuilder) {
    self.graph = graph
    self.builder = builder
    valueGradients = Array(repeating: nil, count: graph.forward.values.count)
    handed = graph.forward.calls.map { Array(repeating: nil, count: $0.outputs.count) }
  }

  mutating func unroll(_ call: BackwardCall) {
    for iteration in (call.firstIteration..<call.firstIteration + call.count).reversed() {
      unroll(call, iteration: iteration)
    }
  }

  private mutating func unroll(_ call: BackwardCall, iteration: Int) {
    let block = graph.backwardBlocks[call.block]
    let forwardCall = graph.forward.calls[call.call]
    var frame = builder.frames[call.call][iteration]
    frame += Array(repeating: -1, count: max(0, block.tensors.count - frame.count))
    let isLast = iteration == forwardCall.count - 1
    for (output, id) in block.outputGradients.enumerated() {
      guard let id else { continue }
      let given =
        isLast ? valueGradients[forwardCall.outputs[output].index] : handed[call.call][output]
      frame[id.index] = given ?? builder.program.add(block.tensors[id.index], .zero)
    }
    for index in frame.indices where frame[index] < 0 {
      frame[index] = builder.program.add(block.tensors[index], .transient)
    }
    for op in block.operators {
      builder.program.add(op, tensors: block.tensors) { frame[$0.index] }
    }
    handOn(block, frame, call: call.call, iteration: iteration)
    for pair in block.parameterGradients {
      collect(frame[pair.gradient.index], of: frame[pair.parameter.index])
    }
  }

  private mutating func handOn(_ block: BackwardBlock, _ frame: [Int], call: Int, iteration: Int) {
    let forwardCall = graph.forward.calls[call]
    handed[call] = Array(repeating: nil, count: forwardCall.outputs.count)
    for (input, id) in block.inputGradients.enumerated() {
      guard let id else { continue }
      let gradient = frame[id.index]
      if iteration > 0, input < forwardCall.outputs.count {
        handed[call][input] = gradient
      } else {
        let value = forwardCall.inputs[input].index
        valueGradients[value] =
          valueGradients[value].map { builder.program.sum($0, gradient) } ?? gradient
      }
    }
  }

  /// A parameter that several calls or iterations use receives the sum of their gradients.
  private mutating func collect(_ gradient: Int, of parameter: Int) {
    if let known = position[parameter] {
      trained[known].gradient = builder.program.sum(trained[known].gradient, gradient)
    } else {
      position[parameter] = trained.count
      trained.append((parameter, gradient))
    }
  }

  /// One update per trained parameter, after the whole backward pass, as trainers that clip
  /// gradients must do.
  mutating func addOptimizer() {
    for (parameter, gradient) in trained {
      let tensor = builder.program.buffers[parameter].tensor
      var buffers = [parameter, gradient]
      for state in graph.optimizer.states(of: tensor) {
        buffers.append(builder.program.add(state, .zero))
      }
      let op = Operator(
        tensor.name + ".update", .optimizer(graph.optimizer), buffers.indices.map { TensorID($0) },
        [])
      let tensors = buffers.map { builder.program.buffers[$0].tensor }
      builder.program.add(op, tensors: tensors) { buffers[$0.index] }
    }
  }
}
