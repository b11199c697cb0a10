public import Quantities

/// Builds a block operator by operator: output shapes follow from the inputs, and every shape is
/// checked where it arises, so that a wrong model fails with the operator's name.
public struct BlockBuilder: Sendable {
  /// The block so far.
  public private(set) var block: Block
  /// Parameters are stored in its `parameters`, activations in its `compute` format.
  public let precision: Precision
  /// Multiply-adds of one iteration, at most; kept to refuse shapes whose FLOPs overflow.
  public private(set) var work = 0

  /// How the block's matrices are adapted; nil leaves them as they are.
  public let adaptation: MatrixAdaptation?
  /// Whether batch normalisation uses its stored statistics (inference), not those of the batch.
  public var storedStatistics = false

  /// Starts an empty block.
  public init(_ name: String, precision: Precision, adaptation: MatrixAdaptation? = nil) {
    block = Block(name: name)
    self.precision = precision
    self.adaptation = adaptation
  }

  /// An error about one of this block's parts.
  func fault(_ part: String, _ message: String, remedy: String = "") -> UserError {
    UserError(
      .input, place: block.name, key: part, message,
      remedy: remedy.isEmpty ? "check the model's and the workload's shapes" : remedy)
  }

  mutating func append(_ tensor: Tensor) throws(UserError) -> TensorID {
    guard let count = Limits.elements(tensor.shape) else {
      throw fault(
        tensor.name, "shape \(tensor.shape) is not positive or too large",
        remedy: "a tensor holds 1 to 2^48 elements")
    }
    let (sum, overflow) = work.addingReportingOverflow(count * 8)
    guard !overflow, sum <= Limits.work else {
      throw fault(tensor.name, "the block is too large to be counted")
    }
    work = sum
    block.tensors.append(tensor)
    return TensorID(block.tensors.count - 1)
  }

  /// Adds a tensor that the call binds; `dataType` defaults to the compute format.
  ///
  /// - Throws: `UserError` for a shape that is not positive or too large.
  public mutating func input(
    _ name: String, _ shape: [Int], _ dataType: DataType? = nil
  ) throws(UserError) -> TensorID {
    let id = try append(Tensor(name, shape, dataType ?? precision.compute, .input))
    block.inputs.append(id)
    return id
  }

  /// Adds a parameter; `type` defaults to the format of parameters.
  ///
  /// - Throws: `UserError` for a shape that is not positive or too large.
  public mutating func parameter(
    _ name: String, _ shape: [Int], _ role: ParameterRole, type: DataType? = nil
  ) throws(UserError) -> TensorID {
    try append(Tensor(name, shape, type ?? precision.parameters, .parameter(role)))
  }

  /// Adds a constant that belongs to the model: not trained, counted apart from parameters.
  ///
  /// - Throws: `UserError` for a shape that is not positive or too large.
  public mutating func buffer(
    _ name: String, _ shape: [Int], _ dataType: DataType? = nil
  ) throws(UserError) -> TensorID {
    try append(Tensor(name, shape, dataType ?? precision.parameters, .buffer))
  }

  /// Adds an operator with its output tensors and returns all of them.
  ///
  /// The first output is named like the operator, further ones after what they hold. `shape`
  /// is needed only by `cast`. `type` is the first output's format where it is not the usual one:
  /// that of an activation read, for operators that only move elements and softmax; the compute
  /// format for the rest.
  ///
  /// - Throws: `UserError` that names the operator whose inputs do not fit.
  public mutating func applyAll(
    _ name: String, _ kind: OperatorKind, _ inputs: [TensorID], shape: [Int]? = nil,
    type: DataType? = nil
  ) throws(UserError) -> [TensorID] {
    let tensors = inputs.map { block[$0] }
    let inferred: [[Int]]?
    do {
      inferred = try ShapeInference(inputs: tensors).outputs(of: kind)
    } catch { throw fault(name, error.message) }
    guard let shapes = inferred ?? shape.map({ [$0] }) else {
      throw fault(name, "the operator's output shape must be given")
    }
    guard let added = Limits.work(kind, tensors, shapes), work + added <= Limits.work else {
      throw fault(name, "more work than can be counted", remedy: "use smaller shapes")
    }
    work += added
    var outputs: [TensorID] = []
    for (index, shape) in shapes.enumerated() {
      let label = index == 0 ? name : name + "." + Self.statistic(kind, index)
      let usual = Self.format(kind, index, shape, tensors, precision.compute)
      let format = index == 0 ? type ?? usual : usual
      outputs.append(try append(Tensor(label, shape, format, .activation)))
    }
    block.operators.append(Operator(name, kind, inputs, outputs))
    return outputs
  }

  /// Adds an operator and returns its first output.
  ///
  /// - Throws: `UserError` that names the operator whose inputs do not fit.
  public mutating func apply(
    _ name: String, _ kind: OperatorKind, _ inputs: TensorID..., shape: [Int]? = nil,
    type: DataType? = nil
  ) throws(UserError) -> TensorID {
    let outputs = try applyAll(name, kind, inputs, shape: shape, type: type)
    guard let first = outputs.first else { throw fault(name, "the operator has no output") }
    return first
  }

  /// Statistics and losses are fp32, positions int64, probabilities and results in `compute`.
  private static func format(
    _ kind: OperatorKind, _ index: Int, _ shape: [Int], _ inputs: [Tensor], _ compute: DataType
  ) -> DataType {
    switch kind {
    case .poolWindows where index > 0: return .int64
    case .attention(let geometry) where !geometry.fused: return compute
    case .cast, .permute, .slice, .contiguous, .softmax:
      guard let first = inputs.first, first.role == .activation else { return compute }
      return first.dataType.isFloatingPoint ? first.dataType : compute
    default: return index > 0 || shape.isEmpty ? .fp32 : compute
    }
  }

  private static func statistic(_ kind: OperatorKind, _ index: Int) -> String {
    switch kind {
    case .layerNorm: index == 1 ? "mean" : "rstd"
    case .rmsNorm: "rstd"
    case .l2Normalize: "norm"
    case .attention(let geometry): geometry.fused ? "lse" : "probabilities"
    case .channelNorm: index == 1 ? "mean" : "rstd"
    case .poolWindows: "positions"
    case .crossEntropy: "logSumExp"
    case .contrastiveLoss: index == 1 ? "rowLse" : "columnLse"
    default: "\(index)"
    }
  }

  /// Marks the block as a layer of its own (see `Block.isLayer`).
  public mutating func markLayer() { block.isLayer = true }

  /// Marks what a decoder's cache keeps of a token (see `Block.cachedElements`).
  public mutating func markCached(_ elements: Int) { block.cachedElements = elements }

  /// Marks queries, keys and values as one product (see `Block.packsProjections`).
  public mutating func markPacked() { block.packsProjections = true }

  /// Marks all operators from a position on, but the first, as launched by its call (see
  /// `Block.launchedWithOthers`).
  public mutating func markOneCall(from start: Int) {
    block.launchedWithOthers.formUnion((start..<block.operators.count).dropFirst())
  }

  /// Marks a tensor as handed on by the call.
  public mutating func output(_ id: TensorID) { block.outputs.append(id) }
}

// The compositions that every transformer is made of.
extension BlockBuilder {
  /// Layer normalisation with scale and shift.
  ///
  /// - Parameter type: format of the result; the compute format if nil.
  /// - Throws: `UserError` for shapes that do not fit.
  public mutating func layerNorm(
    _ name: String, _ x: TensorID, epsilon: Double, type: DataType? = nil
  ) throws(UserError) -> TensorID {
    let gamma = try parameter(name + ".weight", [block[x].columns], .norm)
    let beta = try parameter(name + ".bias", [block[x].columns], .norm)
    return try apply(name, .layerNorm(epsilon: epsilon), x, gamma, beta, type: type)
  }

  /// Root-mean-square normalisation with scale.
  ///
  /// - Throws: `UserError` for shapes that do not fit.
  public mutating func rmsNorm(
    _ name: String, _ x: TensorID, epsilon: Double
  ) throws(UserError) -> TensorID {
    let gamma = try parameter(name + ".weight", [block[x].columns], .norm)
    return try apply(name, .rmsNorm(epsilon: epsilon), x, gamma)
  }
}
