import Graph
import Quantities

/// What a training step's graph ends in.
public enum TrainingLoss: String, Sendable, Hashable, CaseIterable {
  /// The loss of the objective, against labels or targets.
  case own
  /// The mean of each of the model's results, in fp32, added up: how a step is measured where only
  /// its shapes matter (`output.float().mean().backward()`). It needs no labels and keeps nothing
  /// for backward.
  case mean
}

extension GraphBuilder {
  /// Ends a graph in the mean of its results.
  ///
  /// - Parameter results: what the model gives; those in integers stay without a gradient.
  /// - Returns: the loss.
  mutating func meanLoss(
    of results: [ValueID], of scope: BuildScope
  ) throws(UserError) -> [ValueID] {
    var block = scope.block("loss")
    var values: [ValueID] = []
    var sum: TensorID?
    for value in results where format(value).isFloatingPoint {
      let index = values.count
      values.append(value)
      let result = try block.input("result.\(index)", shape(value), format(value))
      let wide = try block.apply(
        "wide.\(index)", .cast, result, shape: shape(value), type: .fp32)
      let mean = try block.apply("mean.\(index)", .meanLoss, wide)
      sum =
        try sum.map { (sum) throws(UserError) in
          try block.apply("sum.\(index)", .add, sum, mean)
        } ?? mean
    }
    guard let sum else {
      throw scope.fault("--loss", "no result to take the mean of", remedy: "use --loss own")
    }
    block.output(sum)
    return try call(block, values)
  }
}
