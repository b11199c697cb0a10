public import Scheduler

/// What a simulation in rounds gave; times in seconds.
public struct RoundResult: Sendable {
  /// End of each job, in the trace's order.
  public var ends: [Double]
  /// From time 0 to the last end.
  public var makespanSeconds: Double
  /// Mean of end − submission.
  public var meanJctSeconds: Double
  /// Device-seconds used over device-seconds there were within the makespan.
  public var utilization: Double
  /// Rounds.
  public var rounds: Int
}

/// Replays jobs in rounds, as Gavel's simulator does: a round ends when the last of its jobs has
/// made its steps, and what is submitted meanwhile waits for the next.
public func simulateRounds(
  _ jobs: [RoundJob], scheduler: RoundScheduler
) -> RoundResult {
  var scheduler = scheduler
  var waiting = jobs.indices.sorted { (jobs[$0].submit, $0) > (jobs[$1].submit, $1) }
  var active: [Int: RoundJob] = [:]
  var result = RoundResult(
    ends: Array(repeating: .infinity, count: jobs.count), makespanSeconds: 0, meanJctSeconds: 0,
    utilization: 0, rounds: 0)
  var now = waiting.last.map { jobs[$0].submit } ?? 0
  var used = 0.0
  while !active.isEmpty || !waiting.isEmpty {
    if active.isEmpty, let next = waiting.last { now = max(now, jobs[next].submit) }
    while let next = waiting.last, jobs[next].submit <= now {
      waiting.removeLast()
      active[next] = jobs[next]
      active[next]?.number = next
      if let job = active[next] { scheduler.add(job) }
    }
    let state = RoundState(
      now: now, devices: scheduler.devices, jobs: active.keys.sorted().compactMap { active[$0] })
    let assignments = scheduler.round(state)
    guard !assignments.isEmpty else { break }
    result.rounds += 1
    var end = now
    for assignment in assignments {
      guard var job = active[assignment.number] else { continue }
      let speed = job.stepsPerSecond[assignment.kind]
      let steps = min((speed * scheduler.roundSeconds).rounded(.down), job.remainingSteps)
      // A step longer than a round is made all the same.
      let made = max(steps, min(1, job.remainingSteps))
      let seconds = made / speed
      end = max(end, now + seconds)
      used += seconds * Double(job.devices)
      job.remainingSteps -= made
      active[assignment.number] = job.remainingSteps > 0 ? job : nil
      scheduler.ran(assignment, seconds: seconds)
      guard job.remainingSteps <= 0 else { continue }
      result.ends[assignment.number] = now + seconds
      scheduler.remove(assignment.number)
    }
    now = end
  }
  result.makespanSeconds = result.ends.filter(\.isFinite).max() ?? 0
  let durations = zip(jobs, result.ends).map { $1 - $0.submit }
  result.meanJctSeconds = durations.reduce(0, +) / Double(max(1, jobs.count))
  let capacity = Double(scheduler.devices.reduce(0, +)) * result.makespanSeconds
  result.utilization = capacity > 0 ? used / capacity : 0
  return result
}
