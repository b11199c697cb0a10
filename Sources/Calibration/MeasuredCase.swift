import CostModel
import Graph
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

  /// `inputs` and `outputs` are shapes with formats, in the operator's order.
  init(
    _ kind: OperatorKind, _ inputs: [([Int], DataType)], _ outputs: [([Int], DataType)],
    cold: Set<Int> = [], isHeldOut: Bool = false
  ) {
    tensors = (inputs + outputs).enumerated().map {
      Tensor("t\($0)", $1.0, $1.1, $0 < inputs.count ? .input : .activation)
    }
    op = Operator(
      "measured", kind, inputs.indices.map { TensorID($0) },
      outputs.indices.map { TensorID(inputs.count + $0) })
    self.cold = cold
    self.isHeldOut = isHeldOut
  }

  var cost: OperatorCost { OperatorCost(op, tensors: tensors) }

  /// The operator three times, each with its own cold operands. Those have left the caches when
  /// they are read again, since all other cases of the round run in between; the other operands
  /// stay the same within a run, as a model's activations do.
  func program() -> Program {
    let copies = 3
    var program = Program()
    let same = tensors.indices.map { index in
      cold.contains(index) ? -1 : program.add(tensors[index], content(index))
    }
    for _ in 0..<copies {
      let binding = tensors.indices.map { index in
        same[index] >= 0 ? same[index] : program.add(tensors[index], content(index))
      }
      program.add(op, tensors: tensors) { binding[$0.index] }
    }
    return program
  }

  private func content(_ index: Int) -> Program.Content {
    if op.outputs.contains(TensorID(index)) { return .zero }
    if !tensors[index].dataType.isFloatingPoint { return .input }
    if case .optimizer = op.kind { return index == 0 ? .parameter : .zero }
    return tensors[index].bytes > 4 << 20 ? .zero : .parameter
  }
}

/// A measured case: its cost and the median time of one operator.
struct MeasuredPoint: Sendable {
  var cost: OperatorCost
  var seconds: Double
  var isHeldOut: Bool
  /// Half the width of the median's 95 % confidence interval, as a share of the median.
  var uncertainty = 0.0
}
