import CostModel
import Graph
import HardwareModel
import Kernels
import Quantities

/// One operator with shapes, to be measured: a point of its class's curve, or a held-out check.
struct MeasuredCase: Sendable {
  var op: Operator
  var tensors: [Tensor]
  /// Operands that a model reads from memory and not from a cache: weights, and what forward saved
  /// for backward.
  var cold: Set<Int>
  /// Measured to test the curves, not to make them.
  var isHeldOut: Bool
  /// Whether its weight, the second input, changes from step to step, as in training: it is not
  /// kept packed then.
  var isTrained: Bool

  /// `inputs` and `outputs` are shapes with formats, in the operator's order.
  init(
    _ kind: OperatorKind, _ inputs: [([Int], DataType)], _ outputs: [([Int], DataType)],
    cold: Set<Int> = [], isHeldOut: Bool = false, isTrained: Bool = false
  ) {
    tensors = (inputs + outputs).enumerated().map {
      Tensor("t\($0)", $1.0, $1.1, $0 < inputs.count ? .input : .activation)
    }
    op = Operator(
      Self.name, kind, inputs.indices.map { TensorID($0) },
      outputs.indices.map { TensorID(inputs.count + $0) })
    self.cold = cold
    self.isHeldOut = isHeldOut
    self.isTrained = isTrained
  }

  var cost: OperatorCost {
    isTrained
      ? OperatorCost(training: op, tensors: tensors) : OperatorCost(op, tensors: tensors)
  }

  /// Kernels that most of a model's time goes to: measured with every calibration and at every
  /// size. A quick one leaves large sizes of the others out, measures on part of the cores only
  /// products, and scales the other laws to it.
  private static let major: Set<Kernel> = [
    .linear, .linearGradInput, .linearGradWeight, .batchedMatmul, .attention,
    .attentionBackward, .biasedAttention, .biasedAttentionBackward, .convolution,
    .convolutionGradInput, .convolutionGradWeight, .layerNorm, .layerNormBackward, .channelNorm,
    .channelNormBackward, .storedNorm, .add, .activation, .activationBackward, .embedding,
    .embeddingBackward, .optimizer, .crossEntropy, .crossEntropyBackward,
  ]
  /// Bytes that a quick calibration moves with one of the other kernels.
  private static let mostMinorBytes = 5 << 20
  /// FLOP that it takes on part of the cores, which are the slower the fewer they are.
  private static let mostPartFlops = 150_000_000

  /// Whether most of a model's time goes to its kernel.
  var isMajor: Bool { Self.major.contains(op.kind.kernel) }

  /// Whether a quick calibration measures it, on all of the cores or on part of them.
  func isQuick(onPart: Bool) -> Bool {
    guard onPart else { return isMajor || cost.movedBytes <= Self.mostMinorBytes }
    return isMajor && !isHeldOut && cost.operatorClass.workIsFlops
      && cost.hardwareFlops <= Self.mostPartFlops
  }

  /// Name of the steps that are measured.
  private static let name = "measured"

  /// How often a run has the operator: the shorter, the more often, for the same certainty costs
  /// little there. Lengths are of one core at 100 GFLOP/s and 10 GB/s.
  private var copies: Int {
    let seconds = Double(cost.hardwareFlops) / 1e11 + Double(cost.movedBytes) / 1e10
    return seconds < 100e-6 ? 6 : seconds < 2e-3 ? 3 : 2
  }

  /// Whether each time writes a buffer of its own: what a forward pass computes goes where nothing
  /// was written for long, since training keeps it and inference takes turns with its buffers. Its
  /// gradients go where saved activations were read for the last time.
  private var writesAnew: Bool {
    switch op.kind {
    case .linear: isTrained
    case .convolution, .attention, .linearGradInput, .convolutionGradInput, .attentionBackward,
      .activationBackward, .gatedActivationBackward:
      true
    default:
      [.normalization, .normalizationBackward, .elementwise].contains(op.kind.operatorClass)
    }
  }

  /// Operands whose product's step it is measured as, in the first one's place: so functions and
  /// residual sums run in models, where they follow a product or a norm tile by tile. Of a sum, the
  /// other term was there before.
  private var fused: Range<Int> {
    switch op.kind {
    case .activation: 0..<1
    case .gatedActivation: 0..<2
    case .add where tensors[0].shape == tensors[1].shape: 0..<1
    default: 0..<0
    }
  }

  /// The operator some times, each with its own cold operands. Those have left the caches when
  /// they are read again, since all other cases of the round, or a sweep, run in between. The other
  /// operands are made anew before each time by a product, as in a model: they lie where its lanes
  /// wrote them, which is in part beside another core.
  func program() -> Program {
    var program = Program()
    let own = writesAnew ? cold.union(op.outputs.map(\.index)) : cold
    let same = tensors.indices.map { index in
      own.contains(index) ? -1 : program.add(tensors[index], content(index))
    }
    let fused = fused
    let producers = op.inputs.indices.filter { isProduced($0) }.map {
      (
        isFused: fused.contains($0),
        made: Producer(
          tensors[$0], into: same[$0], terms: fused.contains($0) ? 128 : 16, &program)
      )
    }
    let small = program.add(Tensor("small", [16], .fp32, .activation), .zero)
    for _ in 0..<copies {
      let binding = tensors.indices.map { index in
        if !fused.isEmpty, op.outputs.contains(TensorID(index)) { return same[op.inputs[0].index] }
        return same[index] >= 0 ? same[index] : program.add(tensors[index], content(index))
      }
      for producer in producers where !producer.isFused { producer.made.add(to: &program) }
      // Ends the producers' group, so that the operator is no epilogue of theirs; and writes the
      // first elements of a weight that changes.
      let touched = isTrained ? binding[1] : small
      let element = Tensor(
        "small", [min(16, program.buffers[touched].tensor.count)],
        program.buffers[touched].tensor.dataType, .activation)
      program.add(
        Operator("between", .scale(1), [TensorID(0)], [TensorID(0)]), tensors: [element]
      ) { _ in touched }
      for producer in producers where producer.isFused { producer.made.add(to: &program) }
      program.add(op, tensors: tensors) { binding[$0.index] }
      program.keepChannelsLast(op.kind.maps(of: binding))
    }
    return program
  }

  /// Positions of the measured steps in the program.
  static func measured(_ program: Program) -> [Int] {
    program.steps.indices.filter { program.steps[$0].op.name == name }
  }

  private func isProduced(_ index: Int) -> Bool {
    let tensor = tensors[index]
    return !cold.contains(index) && tensor.dataType.isFloatingPoint && tensor.shape.count > 1
      && tensor.columns > 0
  }

  private func content(_ index: Int) -> Program.Content {
    if op.outputs.contains(TensorID(index)) { return .zero }
    if !tensors[index].dataType.isFloatingPoint { return .input }
    if case .optimizer = op.kind { return index == 0 ? .parameter : .zero }
    // Drawing random numbers would take longer than the measurement.
    return tensors[index].bytes > 64 << 10 ? .zero : .parameter
  }
}

/// A product with few terms that writes a tensor.
private struct Producer {
  private let tensors: [Tensor]
  private let binding: [Int]

  /// Of a tensor whose buffer is `target`. What handing a group of steps to the lanes takes is
  /// shared out by their times: a product that functions follow has as many terms as make it the
  /// longest.
  init(_ tensor: Tensor, into target: Int, terms: Int, _ program: inout Program) {
    let x = Tensor("x", [tensor.rows, terms], tensor.dataType, .activation)
    let w = Tensor("w", [tensor.columns, terms], tensor.dataType, .buffer)
    tensors = [x, w, Tensor("y", [tensor.rows, tensor.columns], tensor.dataType, .activation)]
    binding = [program.add(x, .parameter), program.add(w, .parameter), target]
  }

  func add(to program: inout Program) {
    let op = Operator("producer", .linear(bias: false), [TensorID(0), TensorID(1)], [TensorID(2)])
    program.add(op, tensors: tensors) { binding[$0.index] }
  }
}

/// A measured case: its cost and the median time of one operator.
struct MeasuredPoint: Sendable {
  var cost: OperatorCost
  var seconds: Double
  var isHeldOut: Bool
  /// Half the width of the median's 95 % confidence interval, as a share of the median; infinite
  /// where too few values tell.
  var uncertainty = 0.0
  /// The mean, of which a value counts for at most a usual interruption more than the median.
  var mean = 0.0
  /// The median when all its memory lay in the caches; nil where that was not measured.
  var cachedSeconds: Double?
}
