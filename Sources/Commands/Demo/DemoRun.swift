import JobStore
import Quantities
import Workloads

/// The jobs of the demonstration, and their predicted against their measured seconds.
enum DemoRun {
  /// A job of inference on half of the cores and one of training on all, for each model.
  static func jobs(_ models: [DemoModel], cores: Int) -> [JobSpecification] {
    var jobs: [JobSpecification] = []
    for model in models {
      jobs.append(
        job(
          model, .infer, id: "\(model.id)-infer", batch: model.batch, steps: DemoModel.repeats,
          cores: max(1, cores / 2)))
    }
    for model in models {
      jobs.append(
        job(
          model, model.training,
          id: "\(model.id)-train", batch: 1, steps: DemoModel.steps, cores: cores))
    }
    return jobs
  }

  private static func job(
    _ model: DemoModel, _ task: WorkloadTask, id: String, batch: Int, steps: Int,
    cores: Int
  ) -> JobSpecification {
    JobSpecification(
      id: id, model: model.id, task: task, batch: batch, sequence: model.sequence, image: nil,
      dtype: "fp32", steps: steps, priority: 0, cores: cores, memoryBytes: nil,
      submitSeconds: 0)
  }

  /// |predicted − measured| / measured of a job that was run; nil for another.
  static func error(_ outcome: JobOutcome) -> Double? {
    guard outcome.state == .done, let predicted = outcome.predictedSeconds,
      let measured = outcome.measuredSeconds, measured > 0
    else { return nil }
    return abs(predicted - measured) / measured
  }

  /// The mean of the jobs' errors; nil when none was run.
  static func meanError(_ outcomes: [JobOutcome]) -> Double? {
    let errors = outcomes.compactMap(error)
    return errors.isEmpty ? nil : errors.reduce(0, +) / Double(errors.count)
  }
}

/// Shows a runner's jobs on a progress line.
struct ObservedRunner: JobRunner {
  let runner: any JobRunner
  let progress: Progress

  func estimate(_ job: JobSpecification) throws(UserError) -> JobEstimate {
    try runner.estimate(job)
  }

  func run(
    _ job: JobSpecification, on placement: RunPlacement, _ cancellation: Cancellation
  ) throws -> JobMeasurement {
    progress.show("\(job.id) on cpu \(JobOutcome.ranges(placement.cpus))")
    defer { progress.advance(by: 1) }
    return try runner.run(job, on: placement, cancellation)
  }
}
