import Graph
import Quantities

/// Which tensors of a block, and of its backward block, share memory: a view (another shape, order
/// or part of the same elements) has none of its own, nor has the result of an activation in place.
///
/// Everything here is by a tensor's position in the table of both; a count reads it many times.
struct Storage: Sendable {
  /// Tensors of the forward block; behind them are gradients.
  let forwardCount: Int
  /// Bytes of each tensor, and of those that are narrower, in fp32.
  let bytes: [Int], wideBytes: [Int]
  /// Forward operators' memory, and that of backward ones.
  let forward: MemoryUses, backward: MemoryUses
  /// Results of activations that overwrite their input, by forward tensor.
  private(set) var isInPlace: [Bool]
  /// Inputs of such activations that are views of another operator's result (PyTorch's instance
  /// normalisation reshapes that of a batch normalisation).
  private(set) var isOverwrittenView: [Bool]
  /// What outlives the operators.
  let kept: KeptTensors
  private let roots: [TensorID]
  private let isInput: [Bool]
  private let isComputed: [Bool]

  init(_ block: Block, _ backward: BackwardBlock?) {
    forwardCount = block.tensors.count
    let tensors = backward?.tensors ?? block.tensors
    var isInput = [Bool](repeating: false, count: forwardCount)
    for id in block.inputs { isInput[id.index] = true }
    isComputed = block.tensors.indices.map {
      block.tensors[$0].role == .activation && !isInput[$0]
    }
    self.isInput = isInput
    (bytes, wideBytes) = Self.bytes(tensors)
    let sharing = SharedMemory(block, backward, tensors)
    (roots, isInPlace, isOverwrittenView) = (
      sharing.roots, sharing.isInPlace, sharing.isOverwrittenView
    )
    kept = KeptTensors(block, backward, sharing.roots)
    forward = MemoryUses(block.operators, sharing.roots)
    self.backward = MemoryUses(backward?.operators ?? [], sharing.roots)
  }

  /// The same for tensors of other extents: of a graph for another number of samples.
  init(_ other: Storage, _ tensors: [Tensor]) {
    (forwardCount, roots, kept) = (other.forwardCount, other.roots, other.kept)
    (forward, backward) = (other.forward, other.backward)
    (isInput, isComputed) = (other.isInput, other.isComputed)
    (isInPlace, isOverwrittenView) = (other.isInPlace, other.isOverwrittenView)
    (bytes, wideBytes) = Self.bytes(tensors)
  }

  private static func bytes(_ tensors: [Tensor]) -> (stated: [Int], wide: [Int]) {
    let stated = tensors.indices.map { tensors[$0].bytes }
    let wide = tensors.indices.map {
      tensors[$0].dataType.bits < 32 ? DataType.fp32.bytes(tensors[$0].count) : stated[$0]
    }
    return (stated, wide)
  }

  func root(_ id: TensorID) -> TensorID { roots[id.index] }
  /// Whether it takes less than fp32 does.
  func isNarrow(_ id: TensorID) -> Bool { wideBytes[id.index] > bytes[id.index] }
  func isInput(_ id: TensorID) -> Bool { id.index < forwardCount && isInput[id.index] }
  /// Whether an operator of the forward block gives it.
  func isActivation(_ id: TensorID) -> Bool { id.index < forwardCount && isComputed[id.index] }
}

/// Follows views and overwriting activations through a block and its backward block.
private struct SharedMemory {
  private(set) var roots: [TensorID]
  private(set) var isInPlace: [Bool]
  private(set) var isOverwrittenView: [Bool]

  init(_ block: Block, _ backward: BackwardBlock?, _ tensors: [Tensor]) {
    let count = block.tensors.count
    roots = tensors.indices.map { TensorID($0) }
    isInPlace = [Bool](repeating: false, count: count)
    isOverwrittenView = isInPlace
    var producers = [Int](repeating: -1, count: count)
    var readers = [Int](repeating: 0, count: count)
    for position in block.operators.indices {
      for id in block.operators[position].inputs { readers[id.index] += 1 }
      for id in block.operators[position].outputs { producers[id.index] = position }
    }
    for op in block.operators {
      guard let from = op.inputs.first, let to = op.outputs.first else { continue }
      // What gives the operand, where this operator alone reads it.
      let isOnly = readers[from.index] == 1 && producers[from.index] >= 0
      if isOnly, Self.mayOverwrite(op.kind) {
        let producer = block.operators[producers[from.index]].kind
        if Self.isOverwritten(producer) {
          roots[to.index] = roots[from.index]
          isInPlace[to.index] = true
          if case .channelNorm(let norm) = producer, norm.kind == .instance {
            isOverwrittenView[from.index] = true
          }
          continue
        }
      }
      follow(op, from, to, tensors)
    }
    for op in backward?.operators ?? [] {
      guard let from = op.inputs.first, let to = op.outputs.first else { continue }
      follow(op, from, to, tensors)
    }
  }

  private mutating func follow(
    _ op: Operator, _ from: TensorID, _ to: TensorID, _ tensors: [Tensor]
  ) {
    let isView =
      switch op.kind {
      case .permute, .slice, .detach: true
      case .expand(_, _, let mean): !mean
      case .cast: tensors[from.index].dataType == tensors[to.index].dataType
      default: false
      }
    if isView { roots[to.index] = roots[from.index] }
  }

  /// Convolutional networks let ReLU and leaky ReLU overwrite what a normalisation or a residual
  /// sum gives (`inplace=True` in torchvision, nnU-Net and timm).
  private static func mayOverwrite(_ kind: OperatorKind) -> Bool {
    if case .activation(let function) = kind {
      return function == .relu || function == .leakyRelu
    }
    return false
  }

  private static func isOverwritten(_ kind: OperatorKind) -> Bool {
    switch kind {
    case .channelNorm, .add: true
    default: false
    }
  }
}
