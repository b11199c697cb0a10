public import Executor
public import Graph
public import Quantities

/// Runs a forward graph with random parameters and inputs of the real shapes.
public final class InferenceRunner: Sendable {
  /// The program and its memory.
  public let runner: ProgramRunner

  /// Allocates and fills everything; nothing is allocated per run.
  /// - Throws: see `ProgramRunner.init`.
  public init(
    _ graph: OperatorGraph, team: WorkerTeam, seed: UInt64 = 1, memoryBudget: Int? = nil,
    guards: MemoryGuard? = nil
  ) throws {
    runner = try ProgramRunner(
      Program(inference: graph), team: team, seed: seed, memoryBudget: memoryBudget,
      guards: guards)
  }

  /// Memory that running a graph needs on a number of lanes, in bytes; nothing is allocated.
  /// - Throws: `UserError` when the graph is ill-formed or exceeds the address space.
  public static func requiredBytes(_ graph: OperatorGraph, lanes: Int) throws(UserError) -> Int {
    try ProgramRunner.requiredBytes(Program(inference: graph), lanes: lanes)
  }

  /// Memory in use, in bytes.
  public var requiredBytes: Int { runner.requiredBytes }

  /// One forward pass.
  /// - Throws: see `ProgramRunner.run`.
  public func run(profile: Bool = false) throws { try runner.run(profile: profile) }

  /// The graph's results of the last run, in order.
  public func outputs() throws -> [[Float]] {
    try runner.program.results.map { try runner.read($0) }
  }
}

/// Trains a graph on one fixed random micro-batch of the real shapes.
public final class TrainingRunner: Sendable {
  /// The program and its memory.
  public let runner: ProgramRunner
  /// Hyper-parameters.
  public let settings: OptimizerSettings
  private let steps = StepCounter()

  /// Allocates and fills everything; nothing is allocated per step.
  /// - Throws: see `ProgramRunner.init`.
  public init(
    _ graph: TrainingGraph, team: WorkerTeam, seed: UInt64 = 1, memoryBudget: Int? = nil,
    settings: OptimizerSettings = OptimizerSettings(), guards: MemoryGuard? = nil
  ) throws {
    self.settings = settings
    runner = try ProgramRunner(
      Program(training: graph), team: team, seed: seed, memoryBudget: memoryBudget,
      guards: guards)
  }

  /// Memory that a step needs on a number of lanes, in bytes; nothing is allocated.
  /// - Throws: `UserError` when the graph is ill-formed or exceeds the address space.
  public static func requiredBytes(_ graph: TrainingGraph, lanes: Int) throws(UserError) -> Int {
    try ProgramRunner.requiredBytes(Program(training: graph), lanes: lanes)
  }

  /// Memory in use, in bytes.
  public var requiredBytes: Int { runner.requiredBytes }

  /// Forward, backward and update.
  /// - Returns: the loss before the update.
  /// - Throws: see `ProgramRunner.run`.
  public func step(profile: Bool = false) throws -> Float {
    try runner.run(optimizer: settings, step: steps.next(), profile: profile)
    guard let loss = runner.program.results.first else { return .nan }
    return try runner.read(loss).first ?? .nan
  }
}
