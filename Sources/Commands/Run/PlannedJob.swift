import JobStore
import Scheduler
import Simulation

/// A job ready to be scheduled: what it is, and what the scheduler sees.
struct PlannedJob: Sendable {
  var specification: JobSpecification
  var estimate: JobEstimate
  var job: Job
  /// Steps that earlier runs have made and kept.
  var stepsDone = 0
  /// Whether it was let in before: then it runs, however late it has become.
  var wasAccepted = false
  var id: String { specification.id }

  /// A specification as the scheduler sees it; numbers of users, arrays and other jobs are the
  /// back end's to give.
  ///
  /// - Parameter zero: Time 0 of the job's own times, on the driver's clock.
  init(
    _ specification: JobSpecification, _ estimate: JobEstimate, zero: Double, stepsDone: Int = 0
  ) {
    self.specification = specification
    self.estimate = estimate
    self.stepsDone = stepsDone
    job = Job(
      number: 0, submit: max(0, zero + specification.submitSeconds),
      priority: specification.priority, cores: specification.cores,
      memoryBytes: specification.memoryBytes ?? estimate.memoryBytes, estimateSeconds: 0)
    var traits = specification.fields.traits
    traits.deadline = traits.deadline.map { zero + $0 }
    traits.elastic = traits.elastic ?? estimate.scaling
    traits.traffic = estimate.traffic
    job.traits = traits
    setCosts(InterruptionCosts().preemption(of: estimate))
    job.estimateSeconds = remainingSeconds
  }

  /// Notes what an interruption of it should take. What its file says stands until the job's own
  /// runs have taken longer: a file that promises free interruptions must not make it thrash.
  mutating func setCosts(_ costs: Preemption, isMeasured: Bool = false) {
    guard specification.isPreemptible else { return }
    func seconds(_ told: Double?, _ known: Double) -> Double {
      told.map { isMeasured ? max($0, known) : $0 } ?? known
    }
    job.traits.preemption = Preemption(
      checkpointSeconds: seconds(
        specification.fields.checkpointSeconds, costs.checkpointSeconds),
      restoreSeconds: seconds(specification.fields.restoreSeconds, costs.restoreSeconds))
  }

  /// Notes what a run of some steps took on as many cores as `running` had: what is left goes on at
  /// that pace. A user's estimate stands.
  mutating func learn(_ seconds: Double, steps: Int, as running: Job) {
    guard seconds > 0, steps > 0, specification.fields.estimateSeconds == nil else { return }
    var whole = job
    (whole.estimateSeconds, whole.resumeSeconds) = (estimate.seconds, 0)
    let predicted = whole.resized(to: running.cores).estimateSeconds
    let measured = seconds / Double(steps) * Double(max(1, specification.steps))
    if predicted > 0 { estimate.seconds *= measured / predicted }
  }

  /// What is left to run on the job's own number of cores, in seconds: of the user's estimate, else
  /// of the prediction. A policy needs some length; nothing counts as a millisecond.
  var remainingSeconds: Double {
    let left = Double(max(0, specification.steps - stepsDone)) / Double(max(1, specification.steps))
    return max((specification.fields.estimateSeconds ?? estimate.seconds) * left, 1e-3)
  }

  /// The job as it is submitted at a time: one that was accepted before is not refused for a
  /// deadline that has become impossible meanwhile.
  func submitted(at now: Double) -> Job {
    var job = job
    if wasAccepted, let deadline = job.traits.deadline {
      job.traits.deadline = max(deadline, max(now, job.submit) + job.estimateSeconds)
    }
    return job
  }

  /// What is left when it goes on with as many cores as `running` had, with the time to be ready
  /// again.
  func remainingSeconds(as running: Job) -> Double {
    var rest = job
    (rest.estimateSeconds, rest.resumeSeconds) = (remainingSeconds, 0)
    return rest.resized(to: running.cores).estimateSeconds
      + (job.traits.preemption?.restoreSeconds ?? 0)
  }
}
