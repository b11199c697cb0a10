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
    var producers: [TensorID: OperatorKind] = [:]
    var readers: [TensorID: Int] = [:]
    for op in block.operators {
      for id in op.inputs { readers[id, default: 0] += 1 }
      for id in op.outputs { producers[id] = op.kind }
    }
    for op in block.operators + (backward?.operators ?? []) {
      guard let from = op.inputs.first, let to = op.outputs.first else { continue }
      let overwrites = Self.overwrites(op, producers[from]) && readers[from] == 1
      guard overwrites || Self.isView(op, all) else { continue }
      parents[to] = root(from)
      guard overwrites else { continue }
      inPlace.insert(to)
      if case .channelNorm(let norm) = producers[from], norm.kind == .instance {
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
  private static func overwrites(_ op: Operator, _ producer: OperatorKind?) -> Bool {
    guard case .activation(let function) = op.kind, function == .relu || function == .leakyRelu
    else { return false }
    switch producer {
    case .channelNorm, .add: return true
    default: return false
    }
  }

  func root(_ id: TensorID) -> TensorID { parents[id] ?? id }
  func isInput(_ id: TensorID) -> Bool { inputs.contains(id) }
  func isActivation(_ id: TensorID) -> Bool {
    id.index < tensors.count && tensors[id.index].role == .activation && !inputs.contains(id)
  }
}
