import DataFormats
import HardwareModel
import Quantities
import Simulation

/// A trace in either format.
enum SimulatedTrace {
  case swf(SWFTrace)
  case jsonLines

  init(_ bytes: [UInt8], file: String) throws(UserError) {
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
    if first == UInt8(ascii: "{") {
      self = .jsonLines
      return
    }
    do {
      self = .swf(try SWFTrace(parsing: bytes))
    } catch {
      throw UserError(
        .input, place: "\(file):\(error.line):\(error.column)", error.message,
        remedy: "give a trace in the Standard Workload Format or in JSON Lines")
    }
  }

  /// Processors of the traced machine, if the header tells.
  var processors: Int? {
    guard case .swf(let trace) = self else { return nil }
    return trace.headerValue("MaxProcs").flatMap { Int($0) }
      ?? trace.headerValue("MaxNodes").flatMap { Int($0) }
  }

  /// The users that it names; none for a trace that has their numbers only.
  func users(_ bytes: [UInt8], file: String) throws(UserError) -> NameNumbers {
    guard case .jsonLines = self else { return NameNumbers() }
    return try TraceJob.users(lines: try TraceJob.lines(bytes, file: file), file: file)
  }

  /// Its jobs for a machine of so many cores.
  ///
  /// - Parameter clusters: What workloads are planned for; none for processors without a device.
  func jobs(
    _ bytes: [UInt8], file: String, cores: Int, clusters: [Cluster]
  ) throws(UserError) -> [TraceJob] {
    let jobs =
      switch self {
      case .swf(let trace): TraceJob.jobs(swf: trace, processors: cores)
      case .jsonLines: try planned(try TraceJob.lines(bytes, file: file), file, clusters)
      }
    guard !jobs.isEmpty else {
      throw UserError(.input, place: file, "holds no job", remedy: "give a trace with jobs")
    }
    return jobs
  }

  private func planned(
    _ lines: [JSONValue], _ file: String, _ clusters: [Cluster]
  ) throws(UserError) -> [TraceJob] {
    var lines = lines
    for place in lines.indices {
      lines[place] = try PlanFileLine.expanded(lines[place], file: file)
    }
    guard let first = lines.first(where: PlannedTrace.isPlanned) else {
      return try TraceJob.jobs(lines: lines, file: file)
    }
    guard !clusters.isEmpty else {
      throw UserError(
        .input, place: "\(file):\(first.line)", key: "model",
        "a workload is planned for a cluster's devices",
        remedy: "give --cluster NAME or FILE, or runSeconds in place of the model")
    }
    var planner = PlannedTrace(clusters: clusters, file: file)
    var expanded: [JSONValue] = []
    for line in lines { expanded.append(try planner.expanded(line)) }
    return try TraceJob.jobs(lines: expanded, file: file)
  }
}
