public import DataFormats
public import Quantities
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
  /// time the shorter of both and at least a second, processors are those allocated, at most all.
  /// A record without a run time or processors, or with a negative submit time, becomes a
  /// one-second job that is submitted at second 1 at the earliest.
  public static func jobs(swf trace: SWFTrace, processors: Int) -> [TraceJob] {
    trace.records.enumerated().map { number, record in
      let isBroken =
        record.runSeconds <= 0 || record.allocatedProcessors <= 0 || record.submitSeconds < 0
      let run =
        isBroken ? 1 : max(1, min(record.requestedSeconds, record.runSeconds))
      var job = Job(
        number: number,
        submit: isBroken ? max(1, record.submitSeconds) : record.submitSeconds,
        cores: max(1, min(record.allocatedProcessors, processors)),
        estimateSeconds: isBroken ? 1 : max(record.requestedSeconds, record.runSeconds))
      job.user = record.user
      return TraceJob(id: String(record.number), job: job, runSeconds: run)
    }
  }

  /// The jobs of a JSON Lines trace: one object per line with `id`, `submitSeconds`, `runSeconds`
  /// and optionally `cores` (1), `memoryBytes` (0), `estimateSeconds` (the run time) and
  /// `priority` (0).
  ///
  /// - Throws: `UserError` that names file, line and key.
  public static func jobs(jsonLines bytes: [UInt8], file: String) throws(UserError) -> [TraceJob] {
    do {
      var jobs: [TraceJob] = []
      for value in try JSONLines.parse(bytes) {
        jobs.append(try job(JSONCursor(file: file, root: value), number: jobs.count))
      }
      return jobs
    } catch let error as JSONError {
      throw UserError(.input, place: error.place, key: error.key, error.message)
    } catch let error as FormatError {
      throw UserError(
        .input, place: "\(file):\(error.line):\(error.column)", error.message,
        remedy: "give one JSON object per line")
    } catch {
      throw UserError(.input, place: file, "\(error)")
    }
  }

  private static func job(_ line: JSONCursor, number: Int) throws(JSONError) -> TraceJob {
    try line.refuseUnknownKeys(known: [
      "id", "submitSeconds", "runSeconds", "cores", "memoryBytes", "estimateSeconds", "priority",
    ])
    let run = try line.field("runSeconds").double(in: 0.001...1e12)
    let id = try line.field("id")
    let job = Job(
      number: number,
      submit: try line.field("submitSeconds").double(in: 0...1e12),
      priority: try line.optional("priority")?.int(in: -1_000_000...1_000_000) ?? 0,
      cores: try line.optional("cores")?.int() ?? 1,
      memoryBytes: try line.optional("memoryBytes")?.int(in: 0...(Int.max / 4)) ?? 0,
      estimateSeconds: try line.optional("estimateSeconds")?.double(in: 0.001...1e12) ?? run)
    let name = if let whole = id.value.int { String(whole) } else { try id.string() }
    return TraceJob(id: name, job: job, runSeconds: run)
  }
}
