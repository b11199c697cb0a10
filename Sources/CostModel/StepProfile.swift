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
  /// Elements of each sample that replicas gather from each other before the loss.
  public var gatheredElements = 0
  private let tables: GraphTables

  /// Counts a training step.
  ///
  /// - Parameters:
  ///   - shards: whether several devices may share parameters.
  ///   - eager: whether memory is counted as CUDA's kernels without a compiler use it (see
  ///     `Conventions`).
  /// - Throws: `UserError` when a count exceeds `Int.max`.
  public init(
    training graph: TrainingGraph, batch: Int, shards: Bool = true, eager: Bool = false
  ) throws(UserError) {
    self.batch = batch
    tables = GraphTables(graph.forward, graph, eager: eager)
    cost = try GraphCost(graph.forward, training: graph, tables.costs)
    memory = MemoryModel(tables, shards: shards)
    trains = true
  }

  /// Counts a forward pass without backward.
  ///
  /// - Throws: `UserError` when a count exceeds `Int.max`.
  public init(inference graph: OperatorGraph, batch: Int) throws(UserError) {
    self.batch = batch
    tables = GraphTables(graph, nil)
    cost = try GraphCost(graph, training: nil, tables.costs)
    memory = MemoryModel(tables, shards: false)
    trains = false
  }

  /// The same step as layers that can be cut over devices; `fusing` and `eager` as in
  /// `LayeredStep`.
  public func layered(fusing: Bool, eager: Bool = false) -> LayeredStep {
    var step = LayeredStep(tables, fusing: fusing, eager: eager)
    if trains { step.skip(skippedSamples) }
    return step
  }
}
