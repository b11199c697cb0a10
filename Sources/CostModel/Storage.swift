import Graph

/// Which tensors of a block, and of its backward block, share memory: a view (another shape, order
/// or part of the same elements) has none of its own, nor has the result of an activation in place.
struct Storage {
  private var parents: [TensorID: TensorID] = [:]
  /// Results of activations that overwrite their input.
  private(set) var inPlace: Set<TensorID> = []
  /// Inputs of such activations that are views of another operator's result (PyTorch's instance
  /// normalisation reshapes that of a batch normalisation).
  private(set) var overwrittenViews: Set<TensorID> = []
  private let inputs: Set<TensorID>
  private let tensors: [Tensor]

  init(_ block: Block, _ backward: BackwardBlock?) {
    inputs = Set(block.inputs)
    tensors = block.tensors
    let all = backward?.tensors ?? block.tensors
    var producers = [Int?](repeating: nil, count: block.tensors.count)
    var readers = [Int](repeating: 0, count: block.tensors.count)
    for (position, op) in block.operators.enumerated() {
      for id in op.inputs { readers[id.index] += 1 }
      for id in op.outputs { producers[id.index] = position }
    }
    /// What gives a tensor that one operator of the block alone reads.
    func producer(_ id: TensorID) -> OperatorKind? {
      guard id.index < readers.count, readers[id.index] == 1, let position = producers[id.index]
      else { return nil }
      return block.operators[position].kind
    }
    for op in block.operators + (backward?.operators ?? []) {
      guard let from = op.inputs.first, let to = op.outputs.first else { continue }
      let overwrites = Self.overwrites(op, producer(from))
      guard overwrites || Self.isView(op, all) else { continue }
      parents[to] = root(from)
      guard overwrites else { continue }
      inPlace.insert(to)
      if case .channelNorm(let norm) = producer(from), norm.kind == .instance {
        overwrittenViews.insert(from)
      }
    }
  }

  private static func isView(_ op: Operator, _ tensors: [Tensor]) -> Bool {
    switch op.kind {
    case .permute, .slice, .detach: return true
    case .expand(_, _, let mean): return !mean
    case .cast:
      guard let from = op.inputs.first, let to = op.outputs.first else { return false }
      return tensors[from.index].dataType == tensors[to.index].dataType
    default: return false
    }
  }

  /// Convolutional networks let ReLU and leaky ReLU overwrite what a normalisation or a residual
  /// sum gives (`inplace=True` in torchvision, nnU-Net and timm).
  private static func overwrites(
    _ op: Operator, _ producer: @autoclosure () -> OperatorKind?
  ) -> Bool {
    guard case .activation(let function) = op.kind, function == .relu || function == .leakyRelu
    else { return false }
    switch producer() {
    case .channelNorm, .add: return true
    default: return false
    }
  }

  func root(_ id: TensorID) -> TensorID { parents.isEmpty ? id : parents[id] ?? id }

  /// The memory that an operator reads or writes, each once.
  func touched(_ op: Operator) -> [TensorID] {
    var result: [TensorID] = []
    result.reserveCapacity(op.inputs.count + op.outputs.count)
    for list in [op.inputs, op.outputs] {
      for id in list.map(root) where !result.contains(id) { result.append(id) }
    }
    return result
  }

  /// The last of some operators that touches each of `count` tensors' memory; -1 for none.
  func lastUse(_ operators: [Operator], of count: Int) -> [Int] {
    var result = [Int](repeating: -1, count: count)
    for (step, op) in operators.enumerated() {
      for id in op.inputs { result[root(id).index] = step }
      for id in op.outputs { result[root(id).index] = step }
    }
    return result
  }
  func isInput(_ id: TensorID) -> Bool { inputs.contains(id) }
  func isActivation(_ id: TensorID) -> Bool {
    id.index < tensors.count && tensors[id.index].role == .activation && !inputs.contains(id)
  }
}
