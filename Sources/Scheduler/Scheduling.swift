/// What a back end drives: events in, decisions out.
public protocol Scheduling: Sendable {
  /// When it wants to be asked again, in seconds; nil for never.
  var wakeAt: Double? { get }
  /// Takes a job in, or refuses it; then schedules.
  mutating func submit(_ job: Job, at now: Double) -> [Decision]
  /// Takes note that a running job ended, well or not, and schedules.
  mutating func end(_ number: Int, well: Bool, at now: Double) -> [Decision]
  /// Takes note that a running job gave its resources back and has `remaining` seconds to run.
  mutating func yielded(_ number: Int, remaining: Double, at now: Double) -> [Decision]
  /// Withdraws a waiting job, and schedules.
  mutating func withdraw(_ number: Int, at now: Double) -> [Decision]
  /// Schedules because a time that was asked for has come.
  mutating func timer(at now: Double) -> [Decision]
}

extension Scheduling {
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
        case .end(let number): end(number, well: true, at: time)
        case .fail(let number): end(number, well: false, at: time)
        case .yielded(let number, let remaining):
          yielded(number, remaining: remaining, at: time)
        case .withdraw(let number): withdraw(number, at: time)
        case .timer: timer(at: time)
        }
      for decision in decisions { try backEnd.carryOut(decision, at: time) }
    }
    return events
  }
}
