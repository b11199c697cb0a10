/// What happens outside the scheduler.
public enum BackEndEvent: Sendable {
  /// A job is submitted.
  case submit(Job)
  /// A running job ended.
  case end(Int)
  /// A waiting job is withdrawn.
  case withdraw(Int)
  /// The time that the scheduler asked for has come.
  case timer
}

/// The world that decisions are carried out in: a virtual clock or this machine.
public protocol BackEnd {
  /// What it throws; `Never` for a simulated world.
  associatedtype Failure: Error
  /// The next event with its time in seconds; waits for it on a real clock. `wakeAt` asks for a
  /// timer event at that time if nothing happens before. Nil when there is nothing more to come.
  mutating func nextEvent(wakeAt: Double?) throws(Failure) -> (time: Double, event: BackEndEvent)?
  /// Carries a decision out.
  mutating func carryOut(_ decision: Decision, at now: Double) throws(Failure)
}

extension SchedulerEngine {
  /// Runs events through the scheduler until the back end has no more.
  ///
  /// - Returns: How many events there were.
  /// - Throws: What the back end throws.
  public mutating func drive<World: BackEnd>(
    _ backEnd: inout World
  ) throws(World.Failure) -> Int {
    var events = 0
    while let (time, event) = try backEnd.nextEvent(wakeAt: wakeAt) {
      events += 1
      let decisions =
        switch event {
        case .submit(let job): submit(job, at: time)
        case .end(let number): end(number, at: time)
        case .withdraw(let number): withdraw(number, at: time)
        case .timer: timer(at: time)
        }
      for decision in decisions { try backEnd.carryOut(decision, at: time) }
    }
    return events
  }
}
