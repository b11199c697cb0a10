/// The backward pass of one block, derived from it (see `TrainingGraph.derive`).
///
/// Its table is the forward block's table followed by gradients, so that a `TensorID` of the
/// forward block means the same tensor in both. Each gradient is written once; where nothing is
/// computed (`add` hands its gradient on), several of the ids below may be one and the same tensor.
/// The gradient of the loss, and of each loss that it is the sum of, is the number 1 and has no
/// tensor.
public struct BackwardBlock: Sendable, Hashable {
  /// Position of the forward block in `OperatorGraph.blocks`.
  public var forward: Int
  /// Forward table, then gradients.
  public var tensors: [Tensor]
  /// What each tensor behind the forward table is the gradient of, in order.
  public var gradientOf: [TensorID]
  /// Backward nodes in execution order.
  public var operators: [Operator]
  /// Gradient of each forward output, given by the call; nil where none flows.
  public var outputGradients: [TensorID?]
  /// Gradient of each forward input, handed on; nil where none is needed.
  public var inputGradients: [TensorID?]
  /// Whether an input is a term of the loss, whose gradient is the number 1.
  public var lossInputs: [Bool]
  /// Gradient of each trained parameter of the block.
  public var parameterGradients: [ParameterGradient]
  /// Forward inputs and activations that backward reads: what must be kept from forward.
  public var saved: [TensorID]

  /// Creates a backward block.
  public init(
    forward: Int, tensors: [Tensor], gradientOf: [TensorID], operators: [Operator],
    outputGradients: [TensorID?],
    inputGradients: [TensorID?], lossInputs: [Bool], parameterGradients: [ParameterGradient],
    saved: [TensorID]
  ) {
    self.forward = forward
    self.tensors = tensors
    self.gradientOf = gradientOf
    self.operators = operators
    self.outputGradients = outputGradients
    self.inputGradients = inputGradients
    self.lossInputs = lossInputs
    self.parameterGradients = parameterGradients
    self.saved = saved
  }
}

/// A trained parameter of a block and the tensor that receives its gradient.
public struct ParameterGradient: Sendable, Hashable {
  /// The parameter, in the forward block's table.
  public var parameter: TensorID
  /// Its gradient, in the backward block's table.
  public var gradient: TensorID
  /// Pairs a parameter with its gradient.
  public init(parameter: TensorID, gradient: TensorID) {
    self.parameter = parameter
    self.gradient = gradient
  }
}

/// One use of a backward block, for iterations `firstIteration ..< firstIteration + count` of a
/// forward call, executed from the last of them down to the first.
public struct BackwardCall: Sendable, Hashable {
  /// Position in `OperatorGraph.calls`.
  public var call: Int
  /// Position in `TrainingGraph.backwardBlocks`.
  public var block: Int
  /// First iteration that this call covers.
  public var firstIteration: Int
  /// Number of iterations.
  public var count: Int

  /// Creates a backward call.
  public init(call: Int, block: Int, firstIteration: Int, count: Int) {
    self.call = call
    self.block = block
    self.firstIteration = firstIteration
    self.count = count
  }
}

/// A forward graph that ends in a loss, its backward pass and its optimizer step.
///
/// At graph level, a value that several calls read receives the sum of their gradients; a shared
/// parameter receives the sum over the calls and iterations that tie to it.
public struct TrainingGraph: Sendable, Hashable {
  /// Forward, with the loss as first output.
  public var forward: OperatorGraph
  /// Every distinct backward block.
  public var backwardBlocks: [BackwardBlock]
  /// Backward calls in execution order (last forward call first).
  public var backwardCalls: [BackwardCall]
  /// The update rule.
  public var optimizer: OptimizerKind

  /// Creates a training graph from its parts.
  public init(
    forward: OperatorGraph, backwardBlocks: [BackwardBlock], backwardCalls: [BackwardCall],
    optimizer: OptimizerKind
  ) {
    self.forward = forward
    self.backwardBlocks = backwardBlocks
    self.backwardCalls = backwardCalls
    self.optimizer = optimizer
  }
}
