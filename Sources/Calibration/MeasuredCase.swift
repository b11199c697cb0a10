import CostModel
import Executor
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
}

/// Measures cases on a team.
struct Stopwatch {
  let team: WorkerTeam
  let repeats: Int

  /// Medians of `repeats` rounds; every round runs each case once, so that a slow moment of the
  /// machine falls on all alike.
  func measure(_ cases: [MeasuredCase]) throws -> [MeasuredPoint] {
    let runners = try cases.map {
      try ProgramRunner($0.program(), team: team, seed: 7)
    }
    for runner in runners { try runner.run() }
    var times = cases.map { _ in [Double]() }
    for _ in 0..<repeats {
      for (index, runner) in runners.enumerated() {
        runner.resetProfile()
        try runner.run(profile: true)
        times[index].append(median(runner.stepSeconds))
      }
    }
    return zip(cases, times).map {
      MeasuredPoint(cost: $0.cost, seconds: median($1), isHeldOut: $0.isHeldOut)
    }
  }
}

/// The middle value; 0 for none.
func median(_ values: [Double]) -> Double {
  guard !values.isEmpty else { return 0 }
  let sorted = values.sorted()
  let half = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
