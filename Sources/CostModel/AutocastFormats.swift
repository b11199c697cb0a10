import Graph
import Quantities

/// Which activations PyTorch's autocast leaves in fp32 though the graph states the format computed
/// in (torch.amp, "Autocast Op Reference"): normalisations, softmax and exponentials compute in
/// fp32; sums, products by elements and joins take the widest operand; tables and inputs are fp32;
/// matrix products and convolutions give the narrow format, each from a narrow copy of its own of
/// what it reads.
struct AutocastFormats: Sendable {
  /// Which situation of its block each call is in.
  private(set) var variant: [Int] = []
  /// Wide tensors of each situation, by position in the block's table.
  private var variants: [[Bool]] = []

  /// A block whose inputs are wide or not.
  private struct Situation: Hashable {
    var block: Int
    var inputs: [Bool]
  }

  /// Follows formats through a graph whose parameters are wider than its products.
  init(_ graph: OperatorGraph) {
    var values = [Bool](repeating: false, count: graph.values.count)
    for value in graph.inputs {
      values[value.index] = graph.values[value.index].dataType.isFloatingPoint
    }
    var known: [Situation: Int] = [:]
    for call in graph.calls {
      let block = graph.blocks[call.block]
      var situation = Situation(block: call.block, inputs: call.inputs.map { values[$0.index] })
      if call.count > 1 {
        // What an iteration gives is what the next takes.
        let tensors = variants[position(situation, block, &known)]
        for (input, output) in block.outputs.enumerated() where tensors[output.index] {
          situation.inputs[input] = true
        }
      }
      let position = position(situation, block, &known)
      for (output, value) in zip(block.outputs, call.outputs) {
        values[value.index] = variants[position][output.index]
      }
      variant.append(position)
    }
  }

  /// Which tensors of a call's block are wide.
  func wide(_ call: Int) -> [Bool] { variants[variant[call]] }

  private mutating func position(
    _ situation: Situation, _ block: Block, _ known: inout [Situation: Int]
  ) -> Int {
    if let position = known[situation] { return position }
    variants.append(Self.wide(block, situation.inputs))
    known[situation] = variants.count - 1
    return variants.count - 1
  }

  private static func wide(_ block: Block, _ inputs: [Bool]) -> [Bool] {
    var wide = block.tensors.map { tensor in
      guard tensor.dataType == .fp32 else { return false }
      switch tensor.role {
      case .parameter, .buffer: return true
      default: return false
      }
    }
    for (id, isWide) in zip(block.inputs, inputs) where isWide { wide[id.index] = true }
    for op in block.operators {
      guard let first = op.outputs.first,
        block.tensors[first.index].dataType.isFloatingPoint
      else { continue }
      if givesWide(op, block, wide) { wide[first.index] = true }
    }
    return wide
  }

  private static func givesWide(
    _ op: Operator, _ block: Block, _ wide: [Bool]
  ) -> Bool {
    if isProduct(op.kind) { return false }
    switch op.kind {
    case .layerNorm, .rmsNorm, .l2Normalize, .softmax, .activation(.exponential),
      .activation(.reciprocal), .activation(.softplus), .activation(.geluTanh):
      return true
    case .channelNorm(let norm):
      // Group normalisation is on the list of fp32 operators, batch and instance are not.
      if case .group = norm.kind { return true }
      return op.inputs.first.map { wide[$0.index] } ?? false
    case .cast:
      guard let from = op.inputs.first, let to = op.outputs.first else { return false }
      let type = block.tensors[to.index].dataType
      let isView = block.tensors[from.index].dataType == type
      return isView ? wide[from.index] : type == .fp32
    case .gatherRows, .scatterRows, .parametricRelu, .channelNormBackward:
      return op.inputs.first.map { wide[$0.index] } ?? false
    case .embedding: return op.inputs.last.map { wide[$0.index] } ?? false
    default: return op.inputs.contains { wide[$0.index] }
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
struct BlockFormats: Sendable {
  /// Tensors that are in fp32 whatever the graph says, by position in the table.
  private let wide: [Bool]
  /// Whether autocast's rules apply at all.
  let isAutocast: Bool

  /// The formats that the graph states.
  static let stated = BlockFormats(wide: [], isAutocast: false)

  /// The formats of a call under autocast; gradients have those of what they belong to.
  init(_ wide: [Bool], _ backward: BackwardBlock?) {
    self.init(
      wide: wide + (backward?.gradientOf.map { wide[$0.index] } ?? []), isAutocast: true)
  }

  private init(wide: [Bool], isAutocast: Bool) {
    self.wide = wide
    self.isAutocast = isAutocast
  }

  /// Whether a tensor is wider than the graph states.
  func widens(_ id: TensorID, _ storage: Storage) -> Bool {
    isAutocast && wide[id.index] && storage.isNarrow(id)
  }

  /// Bytes of a tensor.
  func bytes(_ id: TensorID, _ storage: Storage) -> Int {
    isAutocast && wide[id.index] ? storage.wideBytes[id.index] : storage.bytes[id.index]
  }
}
