public import Executor
public import HardwareModel
public import Quantities

extension Calibration {
  /// Measures a whole machine: all workers as one team; half of them as a team of their own while
  /// the other half does the same, so that jobs on some of the cores are predicted with their
  /// neighbours at work; then memory, caches, and products and copies by scope.
  ///
  /// - Parameters:
  ///   - quick: fewer shapes and rounds, within 15 seconds of `start`.
  ///   - start: when the caller began.
  ///   - progress: told what is measured, and the fraction done, 0 … 1.
  /// - Throws: `UserError` when memory does not suffice or a worker is leased; `CancellationError`.
  public static func run(
    pool: WorkerPool, machine: Machine, quick: Bool,
    dataTypes: [DataType] = Calibration.dataTypes, since start: ContinuousClock.Instant = .now,
    progress: (_ what: String, _ fraction: Double) -> Void = { _, _ in }
  ) throws -> CalibrationResult {
    let workers = Array(pool.layout.workers.indices)
    let schedule = CalibrationSchedule(start: start, isQuick: quick)
    let share = workers.count > 1 ? 0.45 : 0.9
    func whole<R>(_ body: (WorkerTeam) throws -> R) throws -> R {
      let team = try pool.lease(workers)
      defer { team.release() }
      return try body(team)
    }
    let disturbance = try whole { try Disturbance(team: $0) }
    var result = try whole { team in
      let measured = try measure(
        team: team, machine: machine, quick: quick, dataTypes: dataTypes,
        deadline: schedule.end(of: .whole, isAlone: workers.count == 1)
      ) { progress($0, share * $1) }
      return fit(measured, team: team, machine: machine)
    }
    if workers.count > 1 {
      let part = try half(pool, machine, quick, dataTypes, schedule.end(of: .part)) {
        progress("\($0), half of the cores", share + share * $1)
      }
      result.device.partialSpeeds = [
        PartialSpeed(
          cores: workers.count / 2, memoryBandwidth: part.device.memoryBandwidth,
          rates: part.device.rates, laws: part.device.laws)
      ]
      result.device.neighbour = try neighbour(
        pool, machine, rounds: quick ? 3 : 11, deadline: schedule.end(of: .neighbours))
      result.certainty.halfWidths += part.certainty.halfWidths
      result.certainty.leftOut += part.certainty.leftOut
    }
    progress("memory, caches and scopes", 0.9)
    let memory = MemoryProbe(pool: pool, machine: machine, isQuick: quick)
    result.memory = try memory.run()
    result.scopes = try ScopeProbe(
      pool: pool, memory: memory, dataTypes: dataTypes, rounds: quick ? 2...2 : 9...15
    ).run()
    result.notes = try whole { team in
      try disturbance.notes(team: team, result.certainty)
    }
    return result
  }

  /// How the two halves of the workers slow each other: one round at least.
  private static func neighbour(
    _ pool: WorkerPool, _ machine: Machine, rounds: Int, deadline: ContinuousClock.Instant?
  ) throws -> NeighbourEffect {
    let size = pool.layout.workers.count / 2
    let own = try pool.lease(Array(0..<size))
    defer { own.release() }
    let other = try pool.lease(Array(size..<(2 * size)))
    defer { other.release() }
    var probe = try NeighbourProbe(own, beside: other, machine: machine)
    for round in 0..<rounds {
      if round > 0, let deadline, ContinuousClock.now >= deadline { break }
      try probe.measure()
    }
    return probe.effect
  }

  /// The first half of the workers while the second half is calibrated again and again.
  private static func half(
    _ pool: WorkerPool, _ machine: Machine, _ quick: Bool, _ dataTypes: [DataType],
    _ deadline: ContinuousClock.Instant?, _ progress: (String, Double) -> Void
  ) throws -> CalibrationResult {
    let size = pool.layout.workers.count / 2
    let half = try pool.lease(Array(0..<size))
    defer { half.release() }
    let neighbour = try pool.lease(Array(size..<(2 * size)))
    defer { neighbour.release() }
    return try Companion.during(isReady: true) {
      _ = try measure(
        team: neighbour, machine: machine, quick: quick, isPart: true, dataTypes: dataTypes,
        deadline: deadline)
    } stop: {
      neighbour.cancel()
    } _: {
      let measured = try measure(
        team: half, machine: machine, quick: quick, isPart: true, dataTypes: dataTypes,
        deadline: deadline, progress: progress)
      return fit(measured, team: half, machine: machine)
    }
  }
}
