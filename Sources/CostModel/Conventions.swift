import Graph
import Quantities

/// What PyTorch and the common model code keep or allocate beyond the graph's own tensors: general
/// rules by operator kind, from their source, none fitted to a model.
///
/// - Cross-entropy is log_softmax and nll_loss: the log-probabilities are kept instead of the
///   logits, and backward makes the gradient of both. They are fp32 under autocast (its list of
///   fp32 operators) and in decoders (transformers' causal loss casts logits to float).
/// - Autocast keeps a copy of each weight in the format computed in until backward has used it,
///   and normalises in fp32, so that a normalisation's kept input is fp32. Root-mean-square norms
///   are written out in the models' code (transformers), in fp32 whatever the input, and keep
///   what the gain multiplies.
/// - The tanh form of GELU as transformers' `gelu_new` writes it keeps three more tensors of its
///   input's size (tanh, its sum with 1, and x/2; in fp32 under autocast, which computes powers
///   so), x·σ(1.702x) one more (σ), GELU written out with erf two (x/√2 and 1 + erf instead of x,
///   and x/2). ReLU, tanh, the logistic function, exp and a leaky ReLU
///   in place keep their result, which is the next product's operand anyway, instead of their
///   input.
/// - CUDA's softmax and log_softmax read a narrow operand and write fp32 in one kernel under
///   autocast, and backward writes the narrow gradient (`half_to_float` of PyTorch's
///   `aten/src/ATen/native/cuda/SoftMax.cu`; autocast's `fp32_set_opt_dtype`), so that no wide
///   copy of the operand is made; elsewhere one is. Decoders' own cast of logits to fp32 remains.
/// - A maximum or mean over windows keeps its input, though only its extents are needed.
struct Conventions: Sendable, Hashable {
  /// The format that products are computed in where weights are stored wider; nil: in theirs.
  let narrow: DataType?
  /// Whether autocast makes narrow copies of wide tensors.
  private(set) var autocast: Bool
  private var upcastsLoss: Bool
  /// Whether attention masks hide later tokens, as decoders' do.
  private let causal: Bool
  /// Whether softmax widens its operand within its kernel.
  private let widensInKernel: Bool

  /// Looks at a graph's formats and attention masks.
  ///
  /// - Parameter eager: whether CUDA's kernels run without a compiler.
  init(_ graph: OperatorGraph, eager: Bool = false) {
    widensInKernel = eager
    var narrow: DataType?
    var causal = false
    for block in graph.blocks {
      for op in block.operators {
        if let (_, format) = Self.copiedWeight(op, block.tensors) { narrow = format }
        if case .attention(let heads) = op.kind, heads.causal { causal = true }
      }
    }
    self.narrow = narrow
    self.causal = causal
    autocast = narrow != nil
    upcastsLoss = autocast || causal
  }

  /// The same where the framework shards parameters and gathers them in the format computed in
  /// (FSDP's `MixedPrecision`: Zhao et al., PyTorch FSDP, VLDB 2023, section 4.4): no autocast, so
  /// that products make no copies of weights and norms compute in that format.
  var sharded: Conventions {
    var result = self
    result.autocast = false
    result.upcastsLoss = causal
    return result
  }

  /// The weight that autocast copies for a product, and the format of the copy.
  private static func copiedWeight(_ op: Operator, _ tensors: [Tensor]) -> (Int, DataType)? {
    switch op.kind {
    case .linear, .patchEmbedding, .convolution, .expertLinear:
      let (x, w) = (op.inputs[0].index, op.inputs[1].index)
      let format = tensors[x].dataType
      return tensors[w].dataType.bits > format.bits ? (w, format) : nil
    default: return nil
    }
  }

  /// Bytes of a block's weight copies.
  func weightCopies(_ block: Block) -> Int {
    guard autocast else { return 0 }
    return block.operators.reduce(0) { sum, op in
      guard let (weight, type) = Self.copiedWeight(op, block.tensors) else { return sum }
      return Saturating.add(sum, type.bytes(block.tensors[weight].count))
    }
  }

  private func lossType(_ logits: Tensor) -> DataType { upcastsLoss ? .fp32 : logits.dataType }

  /// Tensors that a training framework keeps though no backward operator of the graph reads them.
  static func keptInputs(_ block: Block) -> [TensorID] {
    block.operators.compactMap { op in
      if case .poolWindows = op.kind { op.inputs.first } else { nil }
    }
  }

  /// Bytes kept for backward beyond (added) and of (dropped) the tensors that the graph saves, and
  /// first results of gated activations that are two operators.
  func extraSaved(
    _ block: Block, _ backward: BackwardBlock, held: [Int], isRead: [Bool],
    _ storage: Storage, _ formats: BlockFormats
  ) -> (added: Int, dropped: Int, gates: Int) {
    var added = 0
    var dropped = 0
    var gates = 0
    for op in block.operators {
      guard let first = op.inputs.first else { continue }
      let input = block[first]
      let bytes = formats.bytes(first, storage)
      switch op.kind {
      case .crossEntropy:
        added = Saturating.add(added, lossType(input).bytes(input.count))
        if held[first.index] > 0 { dropped = Saturating.add(dropped, input.bytes) }
      case .layerNorm:
        if autocast, isRead[first.index] { added = Saturating.add(added, wide(input) - bytes) }
      case .rmsNorm:
        if isRead[first.index] { added = Saturating.add(added, wide(input) - bytes) }
        // What the gain multiplies, a tensor of its own.
        if op.inputs.count > 1,
          backward.parameterGradients.contains(where: { $0.parameter == op.inputs[1] })
        {
          let type = autocast ? DataType.fp32 : input.dataType
          added = Saturating.add(added, type.bytes(input.count))
        }
      case .activation(.geluTanh):
        let computed = autocast ? wide(input) : input.bytes
        added = Saturating.add(added, Saturating.product(3, computed))
      case .gatedActivation:
        if isRead[first.index] { gates = Saturating.add(gates, bytes) }
      case .softmax:
        // On autocast's list of fp32 operators: its result is kept wide, and narrow for the
        // product.
        if autocast, !formats.isAutocast, input.dataType.bits < 32 {
          added = Saturating.add(added, DataType.fp32.bytes(input.count))
        }
      case .channelNorm(let norm):
        // Group normalisation is on autocast's list of fp32 operators, batch and instance are not.
        if autocast, case .group = norm.kind, isRead[first.index] {
          added = Saturating.add(added, wide(input) - bytes)
        }
      case .activation(.relu), .activation(.tanh), .activation(.sigmoid), .activation(.leakyRelu),
        .activation(.exponential):
        let overwrites = op.outputs.first.map { storage.isInPlace[$0.index] } ?? false
        if held[first.index] > 0, !overwrites { dropped = Saturating.add(dropped, bytes) }
      case .activation(.geluErf): added = Saturating.add(added, Saturating.product(2, bytes))
      case .attention(let geometry):
        // Softmax is one of autocast's fp32 operators: its result is kept wide and narrow.
        if !geometry.fused, autocast, op.outputs.count > 1 {
          added = Saturating.add(added, DataType.fp32.bytes(block[op.outputs[1]].count))
        }
      case .activation(.quickGelu): added = Saturating.add(added, bytes)
      default: break
      }
    }
    return (added, dropped, gates)
  }

  /// Bytes of a tensor in fp32.
  private func wide(_ tensor: Tensor) -> Int {
    max(tensor.bytes, DataType.fp32.bytes(tensor.count))
  }

  private func widths(_ tensor: Tensor) -> (wide: Int, narrow: Int) {
    // Below 2^60, so that small multiples do not trap.
    (min(DataType.fp32.bytes(tensor.count), 1 << 59), min(tensor.bytes, 1 << 59))
  }

  private func scores(_ probabilities: Tensor) -> Int {
    autocast ? DataType.fp32.bytes(probabilities.count) : probabilities.bytes
  }

  /// Whether either of the two below may be more than 0.
  static func mayNeedWorkspace(_ kind: OperatorKind) -> Bool {
    switch kind {
    case .softmax, .softmaxBackward, .crossEntropy, .crossEntropyBackward, .activationBackward: true
    default: AutocastFormats.isProduct(kind)
    }
  }

  /// Bytes that an operator needs while it runs forward.
  func forwardWorkspace(
    _ op: Operator, _ tensors: [Tensor], _ storage: Storage, _ formats: BlockFormats
  ) -> Int {
    guard let first = op.inputs.first else { return 0 }
    switch op.kind {
    case .attention(let geometry):
      // Scores before softmax.
      guard !geometry.fused, op.outputs.count > 1 else { return 0 }
      return scores(tensors[op.outputs[1].index])
    case .softmax:
      guard autocast || formats.isAutocast else { return 0 }
      let (wide, narrow) = widths(tensors[first.index])
      // Input and result in fp32, beside the narrow input.
      guard formats.isAutocast else { return max(0, 2 * wide - narrow) }
      // The input in fp32; the result is counted so.
      return widensInKernel || formats.widens(first, storage) ? 0 : wide
    case .crossEntropy:
      let logits = tensors[first.index]
      let wide = lossType(logits)
      let isCopied = wide != logits.dataType && (causal || !widensInKernel)
      let copy = isCopied ? wide.bytes(logits.count) : 0
      return Saturating.add(wide.bytes(logits.count), copy)
    default: return 0
    }
  }

  /// Bytes that an operator needs while it runs backward, beyond its result.
  func backwardWorkspace(
    _ op: Operator, _ tensors: [Tensor], _ storage: Storage, _ formats: BlockFormats
  ) -> Int {
    guard let first = op.inputs.first else { return 0 }
    switch op.kind {
    case .activationBackward:
      guard op.inputs.count > 1, op.inputs[1].index < storage.forwardCount,
        storage.isOverwrittenView[op.inputs[1].index]
      else { return 0 }
      // Autograd's CopySlices copies the gradient of the base and that of the view.
      return Saturating.product(2, tensors[op.inputs[1].index].bytes)
    case .attentionBackward(let geometry) where !geometry.fused:
      // Gradients of the probabilities and of the scores.
      return Saturating.product(2, scores(tensors[(op.inputs.last ?? first).index]))
    case .softmaxBackward:
      guard formats.isAutocast else {
        // Both gradients in fp32 instead of narrow; the narrow result has been used before.
        let (wide, narrow) = widths(tensors[first.index])
        return !autocast || wide == narrow ? 0 : max(0, 2 * wide - 3 * narrow)
      }
      // The wide gradient, before it is cast to the narrow input's.
      let result = op.outputs.first ?? first
      let (wide, narrow) = widths(tensors[result.index])
      return widensInKernel || formats.widens(result, storage) ? 0 : wide - narrow
    case .crossEntropyBackward:
      let logits = tensors[first.index]
      let wide = lossType(logits)
      // That of the log-probabilities, beside the narrow result.
      if widensInKernel, !causal, wide != logits.dataType { return wide.bytes(logits.count) }
      // Both gradients in the loss's format; the narrow result is made after them.
      let both = Saturating.product(2, wide.bytes(logits.count))
      return max(0, both - logits.bytes)
    default:
      guard AutocastFormats.isProduct(op.kind), let result = op.outputs.first,
        formats.widens(result, storage)
      else { return 0 }
      // The narrow gradient, before it is cast to what it belongs to.
      return tensors[result.index].bytes
    }
  }
}
