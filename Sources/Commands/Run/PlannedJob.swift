import Scheduler

extension PlannedJob {
  /// A specification as the scheduler sees it.
  init(
    _ specification: JobSpecification, _ estimate: JobEstimate, number: Int, submit: Double,
    stepsDone: Int = 0
  ) {
    var job = Job(
      number: number, submit: submit, priority: specification.priority,
      cores: specification.cores,
      memoryBytes: specification.memoryBytes ?? estimate.memoryBytes,
      // A policy needs some length; a prediction of nothing counts as a millisecond.
      estimateSeconds: max(estimate.seconds, 1e-3))
    var traits = JobTraits()
    traits.limitSeconds = specification.limitSeconds
    if specification.isPreemptible {
      traits.preemption = Preemption(checkpointSeconds: 0, restoreSeconds: 0)
    }
    traits.traffic = estimate.traffic
    job.traits = traits
    self.init(specification: specification, estimate: estimate, job: job, stepsDone: stepsDone)
    self.job.estimateSeconds = remainingSeconds
  }
}
