public import Executor
public import HardwareModel
public import Quantities
import Synchronization

extension Calibration {
  /// Measures a whole machine: all workers as one team, then half of them as a team of their own
  /// while the other half does the same, so that jobs on some of the cores are predicted with
  /// their neighbours at work.
  ///
  /// - Parameters: as `run(team:machine:quick:dataTypes:progress:)`.
  /// - Throws: `UserError` when memory does not suffice or a worker is leased; `CancellationError`.
  public static func run(
    pool: WorkerPool, machine: Machine, quick: Bool,
    dataTypes: [DataType] = Calibration.dataTypes,
    progress: (_ what: String, _ fraction: Double) -> Void = { _, _ in }
  ) throws -> CalibrationResult {
    let workers = Array(pool.layout.workers.indices)
    let hasHalves = workers.count > 1
    let share = hasHalves ? 0.5 : 1
    let whole = try pool.lease(workers)
    var result: CalibrationResult
    do {
      defer { whole.release() }
      result = try run(team: whole, machine: machine, quick: quick, dataTypes: dataTypes) {
        progress($0, share * $1)
      }
    }
    guard hasHalves else { return result }
    let size = workers.count / 2
    let half = try pool.lease(Array(workers[..<size]))
    defer { half.release() }
    let neighbour = try Neighbour(
      pool.lease(Array(workers[size..<(2 * size)])), machine, quick, dataTypes)
    defer { neighbour.end() }
    let part = try run(team: half, machine: machine, quick: quick, dataTypes: dataTypes) {
      progress("\($0), half of the cores", share + share * $1)
    }
    result.device.partialSpeeds = [
      PartialSpeed(
        cores: size, memoryBandwidth: part.device.memoryBandwidth, rates: part.device.rates)
    ]
    return result
  }
}

/// Keeps a team busy with calibrations until it is ended.
private final class Neighbour: Sendable {
  private let team: WorkerTeam
  private let isEnded = Atomic<Bool>(false)
  private let isIdle = Atomic<Bool>(false)

  init(_ team: WorkerTeam, _ machine: Machine, _ quick: Bool, _ dataTypes: [DataType]) throws {
    self.team = team
    let isStarted = DriverThread.start { [self] in
      while !isEnded.load(ordering: .acquiring) {
        // Its result is not wanted; an error ends the load, which only makes the measured half
        // faster.
        guard
          (try? Calibration.run(team: team, machine: machine, quick: quick, dataTypes: dataTypes))
            != nil
        else { break }
      }
      isIdle.store(true, ordering: .releasing)
    }
    if !isStarted { isIdle.store(true, ordering: .releasing) }
  }

  /// Cancels the load and waits until the team is free.
  func end() {
    isEnded.store(true, ordering: .releasing)
    team.cancel()
    while !isIdle.load(ordering: .acquiring) { DriverThread.pause() }
    team.release()
  }
}
