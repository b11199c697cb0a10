public import DataFormats
public import Quantities
import Scheduler

extension TraceJob {
  /// The keys of a line; docs/Scheduling.md describes them.
  private static let keys = JobFields.keys.union([
    "id", "submitSeconds", "runSeconds", "cores", "memoryBytes", "priority", "accelerators",
    "memoryBytesPerSecond", "memoryBoundShare", "workingSetBytes", "speeds", "spreadSpeeds",
  ])

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

  /// The users that lines name, by the number that their jobs carry.
  ///
  /// - Throws: `UserError` that names file, line and key.
  public static func users(lines: [JSONValue], file: String) throws(UserError) -> NameNumbers {
    var users = NameNumbers()
    do throws(JSONError) {
      for value in lines {
        if let user = try JSONCursor(file: file, root: value).optional("user") {
          _ = users.number(of: try JobFields.name(user))
        }
      }
    } catch {
      throw UserError(.input, place: error.place, key: error.key, error.message)
    }
    return users
  }

  /// Reads line by line, and numbers what lines name: users, arrays, earlier jobs.
  private struct Reader {
    var jobs: [TraceJob] = []
    private var numbers: [String: Int] = [:]
    private var users = NameNumbers()
    private var arrays = NameNumbers()

    mutating func read(_ line: JSONCursor) throws(JSONError) {
      try line.refuseUnknownKeys(known: TraceJob.keys)
      let run = try line.field("runSeconds").double(in: 0.001...1e12)
      let id = try JobFields.name(line.field("id"))
      guard numbers[id] == nil else {
        throw try line.field("id").error("an earlier line has a job \"\(id)\"")
      }
      let cores = try line.optional("cores")?.int() ?? 1
      let fields = try JobFields(line, cores: cores)
      var job = Job(
        number: jobs.count,
        submit: try line.field("submitSeconds").double(in: 0...1e12),
        priority: try line.optional("priority")?.int(in: -1_000_000...1_000_000) ?? 0,
        cores: cores,
        memoryBytes: try line.optional("memoryBytes")?.int(in: 0...(Int.max / 4)) ?? 0,
        estimateSeconds: fields.estimateSeconds ?? run)
      if let user = fields.user { job.user = users.number(of: user) }
      job.traits = try traits(line, fields)
      numbers[id] = jobs.count
      jobs.append(TraceJob(id: id, job: job, runSeconds: run))
    }

    private mutating func traits(
      _ line: JSONCursor, _ fields: JobFields
    ) throws(JSONError) -> JobTraits {
      var traits = fields.traits
      for id in fields.dependsOn {
        guard let number = numbers[id] else {
          throw try line.field("dependsOn").error("no job \"\(id)\" stands on an earlier line")
        }
        traits.dependencies.append(number)
      }
      traits.array = fields.jobArray(&arrays)
      for (label, speed) in try line.optional("speeds")?.members() ?? [] {
        traits.speeds.append(LabelSpeed(label: label, factor: try speed.double(in: 0...1e6)))
      }
      for speed in try line.optional("spreadSpeeds")?.elements() ?? [] {
        traits.spreadSpeeds.append(try speed.double(in: 1e-6...1e6))
      }
      traits.accelerators = try line.optional("accelerators")?.int(in: 0...1_000_000) ?? 0
      if let rate = try line.optional("memoryBytesPerSecond")?.double(in: 0...1e15) {
        traits.traffic = MemoryTraffic(
          bytesPerSecond: rate,
          boundShare: try line.optional("memoryBoundShare")?.double(in: 0...1) ?? 1,
          workingSetBytes: try line.optional("workingSetBytes")?.int(in: 0...(1 << 50)) ?? 0)
      }
      return traits
    }
  }
}
