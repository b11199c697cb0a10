/// Whether a job could ever run: asked on submission, so that no job waits in vain.
enum Feasibility {
  /// Why not, or nil.
  static func refusal(
    of job: Job, capacity: Amounts, labels: Set<String>, now: Double
  ) -> Refusal? {
    guard job.cores >= 1, job.memoryBytes >= 0, job.demand.accelerators >= 0,
      job.estimateSeconds.isFinite,
      job.estimateSeconds > 0, job.submit.isFinite
    else { return Refusal(limit: .malformed, asked: 0, available: 0) }
    if job.cores > capacity.cores {
      return Refusal(limit: .cores, asked: job.cores, available: capacity.cores)
    }
    if job.memoryBytes > capacity.bytes {
      return Refusal(limit: .memory, asked: job.memoryBytes, available: capacity.bytes)
    }
    let accelerators = job.demand.accelerators
    if accelerators > capacity.accelerators {
      return Refusal(
        limit: .accelerators, asked: accelerators, available: capacity.accelerators)
    }
    return job.hasTraits ? refusal(ofTraits: job, labels, now) : nil
  }

  private static func refusal(
    ofTraits job: Job, _ labels: Set<String>, _ now: Double
  ) -> Refusal? {
    let traits = job.traits
    if !labels.isSuperset(of: traits.requiredLabels) {
      return Refusal(
        limit: .labels, asked: job.cores, available: 0, labels: traits.requiredLabels.sorted())
    }
    if let limit = traits.limitSeconds, job.estimateSeconds > limit {
      return Refusal(
        limit: .time, asked: whole(job.estimateSeconds), available: whole(limit))
    }
    let end = max(now, job.submit) + job.estimateSeconds
    if let deadline = traits.deadline, end > deadline {
      // At least a second, so that nobody reads of 0 s too late.
      return Refusal(
        limit: .deadline, asked: max(whole(end), whole(deadline) + 1), available: whole(deadline))
    }
    return nil
  }

  private static func whole(_ seconds: Double) -> Int {
    Int(min(max(seconds.rounded(.up), -1e15), 1e15))
  }
}
