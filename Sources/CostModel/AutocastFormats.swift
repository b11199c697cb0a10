import Graph
import Quantities

/// Which activations PyTorch's autocast leaves in fp32 though the graph states the format computed
/// in (torch.amp, "Autocast Op Reference"): normalisations, softmax and exponentials compute in
/// fp32; sums, products by elements and joins take the widest operand; tables and inputs are fp32;
/// matrix products and convolutions give the narrow format, each from a narrow copy of its own of
/// what it reads.
struct AutocastFormats: Sendable, Hashable {
  /// Wide tensors of each call's block.
  private(set) var wide: [Set<TensorID>] = []

  /// Follows formats through a graph whose parameters are wider than its products.
  init(_ graph: OperatorGraph) {
    var values = [Bool](repeating: false, count: graph.values.count)
    for value in graph.inputs {
      values[value.index] = graph.values[value.index].dataType.isFloatingPoint
    }
    for call in graph.calls {
      let block = graph.blocks[call.block]
      var inputs = call.inputs.map { values[$0.index] }
      var tensors = Self.wide(block, inputs)
      if call.count > 1 {
        // What an iteration gives is what the next takes.
        for (input, output) in block.outputs.enumerated() where tensors.contains(output) {
          inputs[input] = true
        }
        tensors = Self.wide(block, inputs)
      }
      for (output, value) in zip(block.outputs, call.outputs) {
        values[value.index] = tensors.contains(output)
      }
      wide.append(tensors)
    }
  }

  private static func wide(_ block: Block, _ inputs: [Bool]) -> Set<TensorID> {
    var wide: Set<TensorID> = []
    for (id, isWide) in zip(block.inputs, inputs) where isWide { wide.insert(id) }
    for (index, tensor) in block.tensors.enumerated() where tensor.dataType == .fp32 {
      switch tensor.role {
      case .parameter, .buffer: wide.insert(TensorID(index))
      default: break
      }
    }
    for op in block.operators {
      guard let first = op.outputs.first, block[first].dataType.isFloatingPoint else { continue }
      if givesWide(op, block, wide) { wide.insert(first) }
    }
    return wide
  }

  private static func givesWide(
    _ op: Operator, _ block: Block, _ wide: Set<TensorID>
  ) -> Bool {
    if isProduct(op.kind) { return false }
    switch op.kind {
    case .layerNorm, .rmsNorm, .l2Normalize, .softmax, .activation(.exponential),
      .activation(.reciprocal), .activation(.softplus), .activation(.geluTanh):
      return true
    case .channelNorm(let norm):
      // Group normalisation is on the list of fp32 operators, batch and instance are not.
      if case .group = norm.kind { return true }
      return op.inputs.first.map(wide.contains) ?? false
    case .cast:
      guard let from = op.inputs.first, let to = op.outputs.first else { return false }
      let isView = block[from].dataType == block[to].dataType
      return isView ? wide.contains(from) : block[to].dataType == .fp32
    case .gatherRows, .scatterRows, .parametricRelu, .channelNormBackward:
      return op.inputs.first.map(wide.contains) ?? false
    case .embedding: return op.inputs.last.map(wide.contains) ?? false
    default: return op.inputs.contains(where: wide.contains)
    }
  }

  /// Whether autocast computes an operator in the narrow format.
  static func isProduct(_ kind: OperatorKind) -> Bool {
    switch kind {
    case .linear, .linearGradInput, .linearGradWeight, .matmul, .batchedMatmul, .patchEmbedding,
      .patchEmbeddingGradWeight, .convolution, .convolutionGradInput, .convolutionGradWeight,
      .expertLinear, .expertLinearGradInput, .expertLinearGradWeight, .attention,
      .attentionBackward:
      true
    default: false
    }
  }
}

/// The formats of one call's tensors, forward and backward.
struct BlockFormats: Sendable, Hashable {
  /// Tensors that are in fp32 whatever the graph says.
  private let wide: Set<TensorID>
  /// Whether autocast's rules apply at all.
  let isAutocast: Bool

  /// The formats that the graph states.
  static let stated = BlockFormats(wide: [], isAutocast: false)

  /// The formats of a call under autocast; gradients have those of what they belong to.
  init(_ wide: Set<TensorID>, _ backward: BackwardBlock?) {
    var all = wide
    if let backward {
      let first = backward.tensors.count - backward.gradientOf.count
      for (index, target) in backward.gradientOf.enumerated() where wide.contains(target) {
        all.insert(TensorID(first + index))
      }
    }
    self.init(wide: all, isAutocast: true)
  }

  private init(wide: Set<TensorID>, isAutocast: Bool) {
    self.wide = wide
    self.isAutocast = isAutocast
  }

  /// Whether a tensor is wider than the graph states.
  func widens(_ id: TensorID, _ tensors: [Tensor]) -> Bool {
    wide.contains(id) && tensors[id.index].dataType.bits < 32
  }

  /// Bytes of a tensor.
  func bytes(_ id: TensorID, _ tensors: [Tensor]) -> Int {
    let tensor = tensors[id.index]
    return widens(id, tensors) ? DataType.fp32.bytes(tensor.count) : tensor.bytes
  }
}
