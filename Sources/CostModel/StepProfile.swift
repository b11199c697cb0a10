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
  fileprivate let tables: GraphTables
  private let prints: StepFootprints

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
    prints = StepFootprints(tables)
    memory = MemoryModel(tables, prints, shards: shards)
    trains = true
  }

  /// Counts a forward pass without backward.
  ///
  /// - Throws: `UserError` when a count exceeds `Int.max`.
  public init(inference graph: OperatorGraph, batch: Int) throws(UserError) {
    self.batch = batch
    tables = GraphTables(graph, nil)
    cost = try GraphCost(graph, training: nil, tables.costs)
    prints = StepFootprints(tables)
    memory = MemoryModel(tables, prints, shards: false)
    trains = false
  }

  /// Counts a graph that differs from another step's in the number of samples alone.
  fileprivate init(
    _ graph: OperatorGraph, _ training: TrainingGraph?, batch: Int, scaling other: StepProfile
  ) throws(UserError) {
    self.batch = batch
    tables = GraphTables(graph, training, scaling: other.tables)
    cost = try GraphCost(graph, training: training, tables.costs, scaling: other.cost)
    prints = StepFootprints(tables)
    memory = MemoryModel(tables, prints, scaling: other.memory)
    trains = other.trains
    (skippedSamples, gatheredElements) = (other.skippedSamples, other.gatheredElements)
  }

  /// The same step as layers that can be cut over devices; `fusing` and `eager` as in
  /// `LayeredStep`.
  public func layered(fusing: Bool, eager: Bool = false) -> LayeredStep {
    var step = LayeredStep(tables, prints, fusing: fusing, eager: eager)
    if trains { step.skip(skippedSamples) }
    return step
  }
}

/// Profiles of one step for any micro-batch, from those of two: without building graphs again, and
/// counting only what depends on the number of samples.
public struct StepFamily: Sendable {
  private let base: StepProfile
  private let scaling: BatchScaling

  /// Compares two micro-batches of one step; nil where they do not tell others (`BatchScaling`).
  public init?(_ small: StepProfile, _ large: StepProfile) {
    let (one, other) = (small.tables, large.tables)
    let scaling: BatchScaling? =
      if let training = one.training, let second = other.training {
        BatchScaling(training, of: small.batch, second, of: large.batch)
      } else {
        BatchScaling(one.graph, of: small.batch, other.graph, of: large.batch)
      }
    guard let scaling, small.skippedSamples == large.skippedSamples,
      small.gatheredElements == large.gatheredElements
    else { return nil }
    (base, self.scaling) = (small, scaling)
  }

  /// The profile of a micro-batch, as if it were built and counted by itself; nil where it must be.
  ///
  /// - Throws: `UserError` when a count exceeds `Int.max`.
  public func profile(_ batch: Int) throws(UserError) -> StepProfile? {
    guard base.trains else {
      guard let graph = scaling.graph(batch) else { return nil }
      return try StepProfile(graph, nil, batch: batch, scaling: base)
    }
    guard let training = scaling.trainingGraph(batch) else { return nil }
    return try StepProfile(training.forward, training, batch: batch, scaling: base)
  }
}
