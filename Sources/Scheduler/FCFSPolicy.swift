/// First come, first served: jobs start strictly in queue order; the first that does not fit holds
/// up all behind it.
public struct FCFSPolicy: SchedulingPolicy {
  /// `fcfs`.
  public static let name = "fcfs"
  /// Creates the policy.
  public init() {}

  /// Starts jobs from the head of the queue while they fit.
  public mutating func decide(
    _ state: ClusterState, on event: SchedulingEvent
  ) -> PolicyOutcome {
    var outcome = PolicyOutcome()
    var free = state.free
    _ = startHeads(state, free: &free, &outcome)
    return outcome
  }
}

/// Starts jobs from the head of the queue while they fit, and returns the first that does not.
func startHeads(
  _ state: ClusterState, free: inout Amounts, _ outcome: inout PolicyOutcome
) -> Job? {
  var position = 0
  while position < state.queue.count {
    let job = state.queue[position]
    guard free.covers(job.demand) else { return job }
    free -= job.demand
    outcome.starts.append(job)
    position += 1
  }
  return nil
}
