public import Graph
import HardwareModel

extension WorkTally {
  /// What a processor does with convolutions' weights before each training step: it reads those
  /// that the last step's optimizer changed, and writes them in the orders that the convolution and
  /// its gradient of the input like. A framework counts no such bytes, so they are `movedBytes`
  /// alone.
  public init(packing graph: TrainingGraph) {
    self.init()
    let trained = TrainedWeights(graph)
    for backward in graph.backwardCalls {
      let gradients = graph.backwardBlocks[backward.block]
      let block = graph.forward.blocks[gradients.forward]
      for op in block.operators where trained.isChanged(op, in: gradients.forward) {
        guard case .convolution = op.kind else { continue }
        add(packing: block.tensors[op.inputs[1].index], count: backward.count)
      }
      for op in gradients.operators {
        guard case .convolutionGradInput = op.kind else { continue }
        add(packing: gradients.tensors[op.inputs[1].index], count: backward.count)
      }
    }
  }

  private mutating func add(packing weight: Tensor, count: Int) {
    add("packing", OperatorCost(packing: weight), count: count)
  }
}

extension OperatorCost {
  /// What it takes to bring a weight into another order.
  public init(packing weight: Tensor) {
    self.init(
      operatorClass: .elementwise, dataType: weight.dataType, modelFlops: 0, hardwareFlops: 0,
      vectorFlops: 0, bytesRead: 0, bytesWritten: 0, kernel: .weightPacking,
      movedBytes: Saturating.product(2, weight.bytes))
  }

  /// Counts an operator of a block whose weight the optimizer changes: a linear map's is brought
  /// into panels, written and read once more, unless its rows are too few for that.
  public init(training op: Operator, tensors: [Tensor]) {
    self.init(op, tensors: tensors)
    packWeight(of: op, tensors)
  }

  /// Adds what an operator does whose weight the optimizer changes (see `init(training:tensors:)`).
  mutating func packWeight(of op: Operator, _ tensors: [Tensor]) {
    guard kernel == .linear else { return }
    kernel = .trainedLinear
    if tensors[op.inputs[0].index].rows > Tensor.fewRows {
      let packed = Saturating.product(2, tensors[op.inputs[1].index].bytes)
      movedBytes = Saturating.add(movedBytes, packed)
    }
  }
}

/// Weights of forward blocks that a training step changes.
struct TrainedWeights {
  /// By block.
  private var tensors: [TensorSet]

  init(_ graph: TrainingGraph) {
    tensors = graph.forward.blocks.map { TensorSet(count: $0.tensors.count) }
    for block in graph.backwardBlocks {
      for gradient in block.parameterGradients { tensors[block.forward].insert(gradient.parameter) }
    }
  }

  /// Whether an operator of a block has a weight that is trained.
  func isChanged(_ op: Operator, in block: Int) -> Bool {
    op.inputs.count > 1 && tensors[block].contains(op.inputs[1])
  }
}
