import Quantities

/// What reaches an output of a block when backward begins.
enum IncomingGradient: Sendable, Hashable {
  /// Nothing: backward does not start here.
  case none
  /// A tensor of the output's shape, given by the call.
  case tensor
  /// The output is the loss itself: its gradient is the number 1 and needs no tensor.
  case unit
}

/// Reverse-mode differentiation of one block.
///
/// Operators are walked from last to first; the gradient of a tensor that is read several times
/// is a chain of `add`. Nothing is emitted for tensors on which no trained parameter and no
/// wanted input gradient depends, nor for operators that no gradient reaches.
struct BlockDerivation {
  /// A gradient during the walk.
  private enum Gradient: Sendable {
    case unit
    case tensor(TensorID)
  }

  let block: Block
  /// Whether each tensor of the forward table depends on something that is differentiated.
  let needed: [Bool]
  private var tensors: [Tensor]
  private var gradientOf: [TensorID] = []
  private var operators: [Operator] = []
  private var gradients: TensorMap<Gradient>

  /// Which tensors of a block need a gradient, given which inputs and parameters do.
  static func needed(
    _ block: Block, inputs: [Bool], trained: (TensorID) -> Bool
  ) -> [Bool] {
    var needed = [Bool](repeating: false, count: block.tensors.count)
    for (id, flag) in zip(block.inputs, inputs) {
      needed[id.index] = flag && block[id].dataType.isFloatingPoint
    }
    for id in block.parameters where trained(id) && block[id].dataType.isFloatingPoint {
      needed[id.index] = true
    }
    let operators = block.operators
    for index in operators.indices {
      guard let first = operators[index].outputs.first else { continue }
      // Statistics (further outputs) carry no gradient.
      let isFollowed = if case .detach = operators[index].kind { false } else { true }
      needed[first.index] = isFollowed && operators[index].inputs.contains { needed[$0.index] }
    }
    return needed
  }

  init(_ block: Block, needed: [Bool]) {
    self.block = block
    self.needed = needed
    tensors = block.tensors
    // A gradient for most tensors, two for some.
    let most = 2 * block.tensors.count
    tensors.reserveCapacity(block.tensors.count + most)
    gradientOf.reserveCapacity(most)
    operators.reserveCapacity(2 * block.operators.count)
    gradients = TensorMap(count: tensors.count)
  }

  /// Derives the backward block for gradients that arrive at the outputs.
  ///
  /// - Throws: `UserError` when the block holds something that has no derivative.
  static func derive(
    _ block: Block, at position: Int, needed: [Bool], incoming: [IncomingGradient]
  ) throws(UserError) -> BackwardBlock {
    var walk = BlockDerivation(block, needed: needed)
    var outputGradients: [TensorID?] = []
    for (id, arrival) in zip(block.outputs, incoming) {
      switch arrival {
      case .none: outputGradients.append(nil)
      case .unit:
        walk.gradients[id] = .unit
        outputGradients.append(nil)
      case .tensor:
        let gradient = walk.gradientTensor(of: id)
        outputGradients.append(gradient)
        walk.accumulate(gradient, into: id)
      }
    }
    for node in block.operators.reversed() { try walk.differentiate(node) }
    return try walk.finish(position, outputGradients)
  }

  private func finish(
    _ position: Int, _ outputGradients: [TensorID?]
  ) throws(UserError) -> BackwardBlock {
    func gradient(_ id: TensorID) -> TensorID? {
      guard needed[id.index], case .tensor(let gradient) = gradients[id] else { return nil }
      return gradient
    }
    func isTerm(_ id: TensorID) -> Bool {
      if case .unit = gradients[id] { needed[id.index] } else { false }
    }
    let parameters = block.parameters.compactMap { id in
      gradient(id).map { ParameterGradient(parameter: id, gradient: $0) }
    }
    var isRead = TensorSet(count: tensors.count)
    for index in operators.indices { for id in operators[index].inputs { isRead.insert(id) } }
    let saved = block.tensors.indices.map { TensorID($0) }.filter {
      isRead.contains($0) && (block[$0].role == .input || block[$0].role == .activation)
    }
    return BackwardBlock(
      forward: position, tensors: tensors, gradientOf: gradientOf, operators: operators,
      outputGradients: outputGradients, inputGradients: block.inputs.map(gradient),
      lossInputs: block.inputs.map(isTerm), parameterGradients: parameters, saved: saved)
  }

  private func fault(_ message: String) -> UserError {
    UserError(
      .input, place: block.name, message, remedy: "train a graph that ends in a loss")
  }

  // MARK: tensors and sums

  private mutating func gradientTensor(of id: TensorID, suffix: String = "") -> TensorID {
    let tensor = block[id]
    tensors.append(
      Tensor("d." + tensor.name + suffix, tensor.shape, tensor.dataType, .activation))
    gradientOf.append(id)
    return TensorID(tensors.count - 1)
  }

  private mutating func accumulate(_ gradient: TensorID, into id: TensorID) {
    guard needed[id.index] else { return }
    guard case .tensor(let earlier) = gradients[id] else {
      gradients[id] = .tensor(gradient)
      return
    }
    let sum = gradientTensor(of: id, suffix: ".sum")
    operators.append(Operator("sum." + block[id].name, .add, [earlier, gradient], [sum]))
    gradients[id] = .tensor(sum)
  }

  /// Emits a node whose outputs are the gradients of `targets`, and adds them up.
  private mutating func emit(
    _ node: Operator, _ kind: OperatorKind, _ inputs: [TensorID], to targets: [TensorID]
  ) {
    let outputs = targets.map { gradientTensor(of: $0) }
    operators.append(Operator("d." + node.name, kind, inputs, outputs))
    for (gradient, target) in zip(outputs, targets) { accumulate(gradient, into: target) }
  }

  // MARK: the rules

  private mutating func differentiate(_ node: Operator) throws(UserError) {
    guard let output = node.outputs.first, needed[output.index], let arrived = gradients[output]
    else { return }
    guard case .tensor(let dy) = arrived else {
      try differentiateLoss(node)
      return
    }
    let inputs = node.inputs
    switch node.kind {
    case .linear, .matmul, .patchEmbedding, .batchedMatmul, .convolution, .expertLinear,
      .fftConvolution:
      try products(node, dy)
    case .attention(let geometry):
      emit(
        node, .attentionBackward(geometry), [dy] + inputs + node.outputs, to: inputs)
    case .layerNorm:
      let (x, gamma) = (inputs[0], inputs[1])
      emit(
        node, .layerNormBackward, [dy, x, gamma] + node.outputs.dropFirst(), to: inputs)
    case .rmsNorm:
      emit(node, .rmsNormBackward, [dy] + inputs + node.outputs.dropFirst(), to: inputs)
    case .l2Normalize: emit(node, .l2NormalizeBackward, [dy] + node.outputs, to: inputs)
    case .channelNorm(let norm):
      emit(
        node, .channelNormBackward(norm), [dy] + inputs.prefix(2) + node.outputs.dropFirst(),
        to: inputs)
    case .softmax: emit(node, .softmaxBackward, [dy] + node.outputs, to: inputs)
    case .multiply:
      if needed[inputs[1].index] {
        emit(node, .multiplyBackward, [dy] + inputs, to: inputs)
      } else {
        // A mask or a constant: the other factor need not be kept.
        emit(node, .multiply, [dy, inputs[1]], to: [inputs[0]])
      }
    case .detach: break
    case .permute, .contiguous, .concatenate, .slice, .pad, .roll, .gatherRows, .scatterRows,
      .resample, .poolWindows, .reduce, .expand:
      movements(node, dy)
    case .add:
      accumulate(dy, into: inputs[0])
      guard needed[inputs[1].index] else { return }
      if block[inputs[0]].shape == block[inputs[1]].shape {
        accumulate(dy, into: inputs[1])
      } else {
        emit(node, .sumLeading, [dy], to: [inputs[1]])
      }
    case .scaleColumns: emit(node, .scaleColumnsBackward, [dy] + inputs, to: inputs)
    case .parametricRelu: emit(node, .parametricReluBackward, [dy] + inputs, to: inputs)
    case .scale(let factor): emit(node, .scale(factor), [dy], to: inputs)
    case .scaleByExponential:
      emit(node, .scaleByExponentialBackward, [dy] + inputs, to: inputs)
    case .activation(let function):
      emit(node, .activationBackward(function), [dy] + inputs, to: inputs)
    case .gatedActivation(let function):
      emit(node, .gatedActivationBackward(function), [dy] + inputs, to: inputs)
    case .rotary(let heads, let base, let inverse):
      emit(node, .rotary(heads: heads, base: base, inverse: !inverse), [dy], to: inputs)
    case .partialRotary(let heads, let dimensions, let base, let inverse):
      let kind = OperatorKind.partialRotary(
        heads: heads, dimensions: dimensions, base: base, inverse: !inverse)
      emit(node, kind, [dy], to: inputs)
    case .embedding: emit(node, .embeddingBackward, [dy, inputs[0]], to: [inputs[1]])
    case .prependTokens: emit(node, .prependTokensBackward, [dy], to: inputs)
    case .pool(let pooling):
      emit(node, .poolBackward(pooling), [dy] + inputs.dropFirst(), to: [inputs[0]])
    case .cast: emit(node, .cast, [dy], to: inputs)
    default: throw fault("no derivative of \(node.name) (\(node.kind))")
    }
  }

  private mutating func products(_ node: Operator, _ dy: TensorID) throws(UserError) {
    let inputs = node.inputs
    let (a, b) = (inputs[0], inputs[1])
    switch node.kind {
    case .linear:
      affine(node, dy, .linearGradInput) { .linearGradWeight(bias: $0) }
    case .expertLinear:
      affine(node, dy, .expertLinearGradInput) { .expertLinearGradWeight(bias: $0) }
    case .convolution(let geometry, _):
      affine(node, dy, .convolutionGradInput(geometry)) {
        .convolutionGradWeight(geometry, bias: $0)
      }
    case .fftConvolution: emit(node, .fftConvolutionBackward, [dy, a, b], to: [a, b])
    case .matmul(let transpose): multiplied(node, dy, transpose) { .matmul($0) }
    case .batchedMatmul(let transpose): multiplied(node, dy, transpose) { .batchedMatmul($0) }
    case .patchEmbedding(let patch, _):
      guard !needed[a.index] else { throw fault("\(node.name): images get no gradient") }
      let bias = inputs.count > 2 && needed[inputs[2].index] ? inputs[2] : nil
      if needed[b.index] {
        let kind = OperatorKind.patchEmbeddingGradWeight(patch: patch, bias: bias != nil)
        emit(node, kind, [dy, a], to: bias.map { [b, $0] } ?? [b])
      } else if let bias {
        emit(node, .sumLeading, [dy], to: [bias])
      }
    default: break
    }
  }

  /// Gradients of `y = w(x) + b` for an operator that is linear in x and in w.
  private mutating func affine(
    _ node: Operator, _ dy: TensorID, _ gradInput: OperatorKind,
    _ gradWeight: (_ bias: Bool) -> OperatorKind
  ) {
    let inputs = node.inputs
    let (x, w) = (inputs[0], inputs[1])
    // The input's gradient comes first: the previous layer waits for it, the weight's does not.
    if needed[x.index] { emit(node, gradInput, [dy, w], to: [x]) }
    let bias = inputs.count > 2 && needed[inputs[2].index] ? inputs[2] : nil
    if needed[w.index] {
      // Named apart from the input's gradient.
      let weight = Operator(node.name + ".weight", node.kind, inputs, node.outputs)
      emit(weight, gradWeight(bias != nil), [dy, x], to: bias.map { [w, $0] } ?? [w])
    } else if let bias {
      biasAlone(node, dy, bias)
    }
  }

  /// A bias whose weight is frozen: the gradient summed over all but the bias's dimension.
  private mutating func biasAlone(_ node: Operator, _ dy: TensorID, _ bias: TensorID) {
    if case .convolution = node.kind {
      let axes = tensors[dy.index].shape.indices.filter { $0 != 1 }
      emit(node, .reduce(.sum, axes: axes), [dy], to: [bias])
    } else {
      emit(node, .sumLeading, [dy], to: [bias])
    }
  }

  private mutating func multiplied(
    _ node: Operator, _ dy: TensorID, _ transpose: Transpose,
    _ product: (Transpose) -> OperatorKind
  ) {
    let (a, b) = (node.inputs[0], node.inputs[1])
    let left: (Transpose, [TensorID])
    let right: (Transpose, [TensorID])
    switch transpose {
    case .none: (left, right) = ((.right, [dy, b]), (.left, [a, dy]))
    case .left: (left, right) = ((.right, [b, dy]), (.none, [a, dy]))
    case .right: (left, right) = ((.none, [dy, b]), (.left, [dy, a]))
    }
    if needed[a.index] { emit(node, product(left.0), left.1, to: [a]) }
    if needed[b.index] { emit(node, product(right.0), right.1, to: [b]) }
  }

  /// Adjoints of operators that only move, repeat or add up elements.
  private mutating func movements(_ node: Operator, _ dy: TensorID) {
    let inputs = node.inputs
    let x = inputs[0]
    let shape = block[x].shape
    switch node.kind {
    case .permute(let order):
      let inverse = order.indices.map { axis in order.firstIndex(of: axis) ?? axis }
      emit(node, .permute(inverse), [dy], to: [x])
    case .concatenate(let axis):
      var start = 0
      for input in inputs {
        let count = block[input].shape[axis]
        if needed[input.index] {
          emit(node, .slice(axis: axis, start: start, count: count), [dy], to: [input])
        }
        start += count
      }
    case .slice(let axis, let start, let count):
      let after = shape[axis] - start - count
      emit(node, .pad(axis: axis, before: start, after: after), [dy], to: [x])
    case .pad(let axis, let before, _):
      emit(node, .slice(axis: axis, start: before, count: shape[axis]), [dy], to: [x])
    case .roll(let shifts): emit(node, .roll(shifts.map { -$0 }), [dy], to: [x])
    case .gatherRows: emit(node, .scatterRows(rows: shape[1]), [dy, inputs[1]], to: [x])
    case .scatterRows: emit(node, .gatherRows, [dy, inputs[1]], to: [x])
    case .resample(let extents, let mode):
      emit(node, .resampleBackward(to: extents, mode), [dy], to: [x])
    case .poolWindows(let pooling):
      emit(node, .poolWindowsBackward(pooling), [dy] + node.outputs.dropFirst(), to: [x])
    case .reduce(let reduction, let axes):
      let kind = OperatorKind.expand(
        axes: axes, extents: axes.map { shape[$0] }, mean: reduction == .mean)
      emit(node, kind, [dy], to: [x])
    case .expand(let axes, _, let mean):
      emit(node, .reduce(mean ? .mean : .sum, axes: axes), [dy], to: [x])
    default: emit(node, .contiguous, [dy], to: [x])
    }
  }

  /// Rules for an output whose gradient is the number 1.
  private mutating func differentiateLoss(_ node: Operator) throws(UserError) {
    let read = node.inputs + node.outputs.dropFirst()
    switch node.kind {
    case .crossEntropy: emit(node, .crossEntropyBackward, read, to: [node.inputs[0]])
    case .contrastiveLoss: emit(node, .contrastiveLossBackward, read, to: [node.inputs[0]])
    case .elementLoss(let loss):
      emit(node, .elementLossBackward(loss), node.inputs, to: [node.inputs[0]])
    case .meanLoss:
      emit(node, .meanLossBackward, [node.outputs[1]], to: [node.inputs[0]])
    case .add:
      for id in node.inputs where needed[id.index] { gradients[id] = .unit }
    default: throw fault("\(node.name) is not a loss")
    }
  }
}
