public import DataFormats
public import Quantities
public import Scheduler

/// Measured steps per second of job types by kind of device and number of devices, in Gavel's JSON:
/// `{"v100": {"('ResNet-18 (batch size 128)', 1)": {"null": 27.4, …}, …}, …}`.
public struct ThroughputTable: Sendable {
  private let root: JSONValue
  private let file: String

  /// Parses the table.
  ///
  /// - Throws: `UserError` that names file, line and column.
  public init(parsing bytes: [UInt8], file: String) throws(UserError) {
    do {
      root = try JSONValue(parsing: bytes)
    } catch {
      throw UserError(.input, place: file, "\(error)", remedy: "give a table of throughputs")
    }
    self.file = file
  }

  /// Kinds of devices in the file's order.
  public var kinds: [String] { root.object?.map(\.key) ?? [] }

  /// Steps per second of a job type on a number of devices of a kind, alone; nil when not measured.
  public func stepsPerSecond(_ jobType: String, devices: Int, kind: String) -> Double? {
    root[kind]?["('\(jobType)', \(devices))"]?["null"]?.double
  }

  /// The jobs of a trace with their throughputs on the given kinds; 0 where none was measured.
  ///
  /// - Throws: `UserError` for a job type that ran on none of them.
  public func jobs(_ trace: GavelTrace, kinds: [String]) throws(UserError) -> [RoundJob] {
    var jobs: [RoundJob] = []
    for (number, record) in trace.records.enumerated() {
      let speeds = kinds.map {
        stepsPerSecond(record.jobType, devices: record.devices, kind: $0) ?? 0
      }
      guard speeds.contains(where: { $0 > 0 }) else {
        throw UserError(
          .input, place: file, key: record.jobType,
          "holds no throughput on \(record.devices) of \(kinds.joined(separator: ", "))",
          remedy: "give a table in which every job type of the trace was measured")
      }
      jobs.append(
        RoundJob(
          number: number, submit: record.submitSeconds, devices: record.devices,
          stepsPerSecond: speeds, steps: Double(record.steps), weight: record.weight))
    }
    return jobs
  }

  /// The jobs of a trace on one kind of device, each with the speeds measured on 1, 2, 4 and 8 of
  /// them as its scaling curve; those that never ran there are left out.
  ///
  /// - Parameter preemption: What an interruption costs.
  public func elasticJobs(
    _ trace: GavelTrace, kind: String, preemption: Preemption
  ) -> [TraceJob] {
    var jobs: [TraceJob] = []
    for (number, record) in trace.records.enumerated() {
      let points = [1, 2, 4, 8].compactMap { devices -> ElasticRange.Point? in
        guard let speed = stepsPerSecond(record.jobType, devices: devices, kind: kind), speed > 0
        else { return nil }
        return ElasticRange.Point(devices: devices, speedup: speed)
      }
      guard let own = points.first(where: { $0.devices == record.devices }) else { continue }
      let seconds = Double(record.steps) / own.speedup
      var job = Job(
        number: jobs.count, submit: record.submitSeconds, cores: record.devices,
        estimateSeconds: seconds)
      job.traits.elastic = ElasticRange(points: points)
      job.traits.preemption = preemption
      jobs.append(TraceJob(id: String(number), job: job, runSeconds: seconds))
    }
    return jobs
  }
}
