public import DataFormats
public import Scheduler

/// A job of a trace: what the scheduler sees, and how long it truly runs.
public struct TraceJob: Sendable, Hashable {
  /// Its name in the trace.
  public var id: String
  /// What the scheduler sees; `number` is the position in the trace.
  public var job: Job
  /// Its true run time in seconds, at most the estimate.
  public var runSeconds: Double

  /// Creates a job; an estimate below the run time is raised to it.
  public init(id: String, job: Job, runSeconds: Double) {
    self.id = id
    self.job = job
    self.job.estimateSeconds = max(job.estimateSeconds, runSeconds)
    self.runSeconds = runSeconds
  }
}

extension TraceJob {
  /// The jobs of an SWF trace on `processors` processors, cleaned as the simulator pyss does, so
  /// that schedules can be compared: the estimate is the longer of requested and run time, the run
  /// time the shorter of both, both in whole seconds, one at least; processors are those
  /// allocated, at most all. A record without a run time or processors, or with a negative submit
  /// time, becomes a one-second job that is submitted at second 1 at the earliest.
  public static func jobs(swf trace: SWFTrace, processors: Int) -> [TraceJob] {
    trace.records.enumerated().map { number, record in
      let isBroken =
        record.runSeconds <= 0 || record.allocatedProcessors <= 0 || record.submitSeconds < 0
      let run =
        isBroken
        ? 1 : max(1, min(record.requestedSeconds, record.runSeconds)).rounded(.towardZero)
      var job = Job(
        number: number,
        submit: isBroken ? max(1, record.submitSeconds) : record.submitSeconds,
        cores: max(1, min(record.allocatedProcessors, processors)),
        estimateSeconds: isBroken
          ? 1 : max(1, record.requestedSeconds, record.runSeconds).rounded(.towardZero))
      job.user = record.user
      return TraceJob(id: String(record.number), job: job, runSeconds: run)
    }
  }
}
