public import Graph
public import Quantities

/// Everything that a plan needs to know of one micro-batch: counted once, evaluated on any device
/// and under any setting without building the graph again.
public struct StepProfile: Sendable {
  /// Samples in the micro-batch.
  public let batch: Int
  /// FLOPs, bytes and parameters.
  public let cost: GraphCost
  /// Memory.
  public let memory: MemoryModel
  /// Whether this is a training step.
  public let trains: Bool
  /// Share of the samples that each trained block leaves out (stochastic depth); `cost` and
  /// `memory` count them all.
  public var skippedSamples = 0.0
  private let graph: OperatorGraph
  private let training: TrainingGraph?

  /// Counts a training step.
  ///
  /// - Parameter shards: whether several devices may share parameters.
  /// - Throws: `UserError` when a count exceeds `Int.max`.
  public init(
    training graph: TrainingGraph, batch: Int, shards: Bool = true
  ) throws(UserError) {
    self.batch = batch
    cost = try GraphCost(training: graph)
    memory = MemoryModel(training: graph, shards: shards)
    trains = true
    self.graph = graph.forward
    training = graph
  }

  /// Counts a forward pass without backward.
  ///
  /// - Throws: `UserError` when a count exceeds `Int.max`.
  public init(inference graph: OperatorGraph, batch: Int) throws(UserError) {
    self.batch = batch
    cost = try GraphCost(inference: graph)
    memory = MemoryModel(inference: graph)
    trains = false
    self.graph = graph
    training = nil
  }

  /// The same step as layers that can be cut over devices; `fusing` as in `LayeredStep`.
  public func layered(fusing: Bool) -> LayeredStep {
    if let training {
      var step = LayeredStep(training: training, fusing: fusing)
      step.skip(skippedSamples)
      return step
    }
    return LayeredStep(inference: graph, fusing: fusing)
  }
}
