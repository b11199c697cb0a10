/// What happens outside the scheduler.
public enum BackEndEvent: Sendable {
  /// A job is submitted.
  case submit(Job)
  /// A running job ended well.
  case end(Int)
  /// A running job ended otherwise: it failed, was cancelled or ran into its limit.
  case fail(Int)
  /// A running job wrote its state, gave its resources back and has so many seconds left to run;
  /// `costs` is what its next interruption should take, nil for what was told before.
  case yielded(Int, remainingSeconds: Double, costs: Preemption? = nil)
  /// A running job gave its resources back and will be submitted again later.
  case left(Int)
  /// A node, by its position, failed and is expected back at a time.
  case nodeFailed(Int, until: Double)
  /// A failed node is back.
  case nodeRepaired(Int)
  /// A waiting job is withdrawn.
  case withdraw(Int)
  /// A waiting job is taken out for a while; it is submitted again later.
  case setAside(Int)
  /// Someone asks why a job waits and when it should start; nil when it does not wait.
  case explain(Int, reply: @Sendable (WaitExplanation?) -> Void)
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
