public import DataFormats
public import Quantities
import Scheduler

extension TraceJob {
  /// The keys of a line; docs/Scheduling.md describes them.
  private static let keys: Set<String> = [
    "id", "submitSeconds", "runSeconds", "cores", "memoryBytes", "estimateSeconds", "priority",
    "user", "deadlineSeconds", "limitSeconds", "dependsOn", "array", "arrayLimit", "requires",
    "checkpointSeconds", "restoreSeconds", "scaling", "accelerators", "memoryBytesPerSecond",
    "memoryBoundShare", "workingSetBytes", "speeds",
  ]

  /// The jobs of a JSON Lines trace: one object per line with `id`, `submitSeconds`, `runSeconds`
  /// and optionally `cores` (1), `memoryBytes` (0), `estimateSeconds` (the run time), `priority`
  /// (0), `user`, `deadlineSeconds`, `limitSeconds`, `dependsOn` (ids), `array` with `arrayLimit`,
  /// `requires` (labels), `checkpointSeconds` and `restoreSeconds` (it may be interrupted),
  /// `scaling` (speed by number of cores, for an elastic policy).
  ///
  /// - Throws: `UserError` that names file, line and key.
  public static func jobs(jsonLines bytes: [UInt8], file: String) throws(UserError) -> [TraceJob] {
    try jobs(lines: try lines(bytes, file: file), file: file)
  }

  /// The values of a file with one JSON value a line.
  ///
  /// - Throws: `UserError` that names file and line.
  public static func lines(_ bytes: [UInt8], file: String) throws(UserError) -> [JSONValue] {
    do {
      return try JSONLines.parse(bytes)
    } catch {
      throw UserError(
        .input, place: "\(file):\(error.line):\(error.column)", error.message,
        remedy: "give one JSON object per line")
    }
  }

  /// The jobs that lines of a JSON Lines trace describe.
  ///
  /// - Throws: `UserError` that names file, line and key.
  public static func jobs(lines: [JSONValue], file: String) throws(UserError) -> [TraceJob] {
    do throws(JSONError) {
      var reader = Reader()
      for value in lines { try reader.read(JSONCursor(file: file, root: value)) }
      return reader.jobs
    } catch {
      throw UserError(.input, place: error.place, key: error.key, error.message)
    }
  }

  /// Reads line by line, and numbers what lines name: users, arrays, earlier jobs.
  private struct Reader {
    var jobs: [TraceJob] = []
    private var numbers: [String: Int] = [:]
    private var users: [String: Int] = [:]
    private var arrays: [String: Int] = [:]

    mutating func read(_ line: JSONCursor) throws(JSONError) {
      try line.refuseUnknownKeys(known: TraceJob.keys)
      let run = try line.field("runSeconds").double(in: 0.001...1e12)
      let id = try name(line.field("id"))
      var job = Job(
        number: jobs.count,
        submit: try line.field("submitSeconds").double(in: 0...1e12),
        priority: try line.optional("priority")?.int(in: -1_000_000...1_000_000) ?? 0,
        cores: try line.optional("cores")?.int() ?? 1,
        memoryBytes: try line.optional("memoryBytes")?.int(in: 0...(Int.max / 4)) ?? 0,
        estimateSeconds: try line.optional("estimateSeconds")?.double(in: 0.001...1e12) ?? run)
      if let user = try line.optional("user") {
        job.user = Self.number(try name(user), &users)
      }
      job.traits = try traits(line)
      job.traits.elastic = try line.optional("scaling").map { cursor throws(JSONError) in
        try scaling(cursor, cores: job.cores)
      }
      if numbers[id] == nil { numbers[id] = jobs.count }
      jobs.append(TraceJob(id: id, job: job, runSeconds: run))
    }

    private mutating func traits(_ line: JSONCursor) throws(JSONError) -> JobTraits {
      var traits = JobTraits()
      traits.deadline = try line.optional("deadlineSeconds")?.double(in: 0...1e12)
      traits.limitSeconds = try line.optional("limitSeconds")?.double(in: 0.001...1e12)
      for cursor in try line.optional("dependsOn")?.elements() ?? [] {
        let id = try name(cursor)
        guard let number = numbers[id] else {
          throw cursor.error("no job \"\(id)\" stands on an earlier line")
        }
        traits.dependencies.append(number)
      }
      if let array = try line.optional("array") {
        let id = Self.number(try name(array), &arrays)
        let limit = try line.optional("arrayLimit")?.int(in: 1...1_000_000_000)
        traits.array = JobArray(id: id, limit: limit ?? 1_000_000_000)
      }
      for cursor in try line.optional("requires")?.elements() ?? [] {
        traits.requiredLabels.append(try cursor.string())
      }
      for (label, speed) in try line.optional("speeds")?.members() ?? [] {
        traits.speeds.append(LabelSpeed(label: label, factor: try speed.double(in: 0...1e6)))
      }
      traits.accelerators = try line.optional("accelerators")?.int(in: 0...1_000_000) ?? 0
      if let rate = try line.optional("memoryBytesPerSecond")?.double(in: 0...1e15) {
        traits.traffic = MemoryTraffic(
          bytesPerSecond: rate,
          boundShare: try line.optional("memoryBoundShare")?.double(in: 0...1) ?? 1,
          workingSetBytes: try line.optional("workingSetBytes")?.int(in: 0...(1 << 50)) ?? 0)
      }
      let checkpoint = try line.optional("checkpointSeconds")?.double(in: 0...1e9)
      let restore = try line.optional("restoreSeconds")?.double(in: 0...1e9)
      if checkpoint != nil || restore != nil {
        traits.preemption = Preemption(
          checkpointSeconds: checkpoint ?? 0, restoreSeconds: restore ?? 0)
      }
      return traits
    }

    /// Speeds by number of cores, in any unit; the job's own number must be within their range.
    private func scaling(_ cursor: JSONCursor, cores: Int) throws(JSONError) -> ElasticRange {
      var points: [ElasticRange.Point] = []
      for (name, speed) in try cursor.members() {
        guard let devices = Int(name), (1...10_000_000).contains(devices) else {
          throw speed.error("expected a number of cores as the key, found \"\(name)\"")
        }
        points.append(.init(devices: devices, speedup: try speed.double(in: 1e-9...1e12)))
      }
      let range = ElasticRange(points: points)
      guard let first = range.points.first, let last = range.points.last,
        (first.devices...last.devices).contains(cores)
      else { throw cursor.error("expected speeds around the job's \(cores) cores") }
      return range
    }

    private func name(_ cursor: JSONCursor) throws(JSONError) -> String {
      if let whole = cursor.value.int { return String(whole) }
      return try cursor.string()
    }

    /// The number of a name, the next one for a new name; 0 stays for none.
    private static func number(_ name: String, _ known: inout [String: Int]) -> Int {
      if let number = known[name] { return number }
      known[name] = known.count + 1
      return known.count
    }
  }
}
