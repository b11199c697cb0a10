/// What a back end drives: events in, decisions out.
public protocol Scheduling: Sendable {
  /// When it wants to be asked again, in seconds; nil for never.
  var wakeAt: Double? { get }
  /// Why jobs had to wait, each counted once.
  var deferrals: DeferralCounts { get }
  /// Takes a job in, or refuses it; then schedules.
  mutating func submit(_ job: Job, at now: Double) -> [Decision]
  /// Takes note that a running job ended, well or not, and schedules.
  mutating func end(_ number: Int, well: Bool, at now: Double) -> [Decision]
  /// Takes note that a running job gave its resources back and has `remaining` seconds to run; its
  /// next interruption takes `costs`, nil for what it was told before.
  mutating func yielded(
    _ number: Int, remaining: Double, costs: Preemption?, at now: Double
  ) -> [Decision]
  /// Takes note that a running job gave its resources back and will be submitted again later.
  mutating func leave(_ number: Int, at now: Double) -> [Decision]
  /// Takes note that a node failed and is expected back at a time.
  mutating func fail(node: Int, until: Double, at now: Double) -> [Decision]
  /// Takes note that a failed node is back.
  mutating func repair(node: Int, at now: Double) -> [Decision]
  /// Withdraws a waiting job, and schedules.
  mutating func withdraw(_ number: Int, at now: Double) -> [Decision]
  /// Takes a waiting job out for a while, and schedules.
  mutating func setAside(_ number: Int, at now: Double) -> [Decision]
  /// Why a job waits and when it should start; nil when it does not wait.
  func explanation(of number: Int) -> WaitExplanation?
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
      for decision in handle(event, at: time) { try backEnd.carryOut(decision, at: time) }
    }
    return events
  }

  /// What an event leads to.
  public mutating func handle(_ event: BackEndEvent, at time: Double) -> [Decision] {
    switch event {
    case .submit(let job): return submit(job, at: time)
    case .end(let number): return end(number, well: true, at: time)
    case .fail(let number): return end(number, well: false, at: time)
    case .yielded(let number, let remaining, let costs):
      return yielded(number, remaining: remaining, costs: costs, at: time)
    case .left(let number): return leave(number, at: time)
    case .nodeFailed(let node, let until): return fail(node: node, until: until, at: time)
    case .nodeRepaired(let node): return repair(node: node, at: time)
    case .withdraw(let number): return withdraw(number, at: time)
    case .setAside(let number): return setAside(number, at: time)
    case .explain(let number, let reply):
      reply(explanation(of: number))
      return []
    case .timer: return timer(at: time)
    }
  }
}
