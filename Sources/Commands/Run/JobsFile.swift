import DataFormats
import Quantities
import Simulation
import Workloads

/// Reads JOBS.json; see docs/Jobs.md for the format.
enum JobsFile {
  private static let keys = JobFields.keys.union([
    "id", "model", "task", "batch", "sequence", "image", "dtype", "steps", "repeats", "priority",
    "cores", "minCores", "maxCores", "memory", "memoryBytes", "submitSeconds", "preemptible",
    "after",
  ])

  /// Parses a file's bytes.
  ///
  /// - Throws: `UserError` (.input) with line, key and what would be right.
  static func parse(_ bytes: [UInt8], file: String) throws(UserError) -> [JobSpecification] {
    do throws(JSONError) {
      let root = try JSONCursor(file: file, bytes: bytes)
      let jobs = try jobs(root, as: job)
      _ = try inOrder(jobs, root) { $0.after }
      return jobs
    } catch {
      throw UserError(
        .input, place: error.place, key: error.key, error.message,
        remedy: "docs/Jobs.md describes the format")
    }
  }

  /// The members of `jobs`, each named once, and at least one.
  static func jobs<Job: Identifiable<String>>(
    _ root: JSONCursor, as read: (JSONCursor) throws(JSONError) -> Job
  ) throws(JSONError) -> [Job] {
    try root.refuseUnknownKeys(known: ["jobs"])
    var jobs: [Job] = []
    var seen: Set<String> = []
    for cursor in try root.field("jobs").elements() {
      let job = try read(cursor)
      guard seen.insert(job.id).inserted else {
        throw try cursor.field("id").error("two jobs are named \"\(job.id)\"")
      }
      jobs.append(job)
    }
    if jobs.isEmpty { throw try root.field("jobs").error("holds no job") }
    return jobs
  }

  /// Jobs after those that they wait for, otherwise in the file's order; names of jobs that are not
  /// in the file hold nobody up here.
  ///
  /// - Throws: `JSONError` when jobs wait for each other.
  static func inOrder<Job: Identifiable<String>>(
    _ jobs: [Job], _ root: JSONCursor, after: (Job) -> [String]
  ) throws(JSONError) -> [Job] {
    let (sorted, circle) = sorted(jobs, after: after)
    guard circle.isEmpty else {
      throw try root.field("jobs").error(
        "jobs wait for each other: " + circle.prefix(3).map(\.id).joined(separator: ", "))
    }
    return sorted
  }

  /// The same, with the jobs that wait for each other apart.
  static func sorted<Job: Identifiable<String>>(
    _ jobs: [Job], after: (Job) -> [String]
  ) -> (sorted: [Job], circle: [Job]) {
    var left = jobs
    var sorted: [Job] = []
    var open = Set(jobs.map(\.id))
    while !left.isEmpty {
      let ready = left.filter { open.isDisjoint(with: after($0)) }
      guard !ready.isEmpty else { return (sorted, left) }
      sorted += ready
      open.subtract(ready.map(\.id))
      left.removeAll { !open.contains($0.id) }
    }
    return (sorted, [])
  }

  /// One job of the file.
  static func job(_ cursor: JSONCursor) throws(JSONError) -> JobSpecification {
    try cursor.refuseUnknownKeys(known: keys)
    let task = try cursor.field("task").word(WorkloadTask.self)
    let (cores, range) = try cores(cursor)
    var job = JobSpecification(
      id: try name(cursor.field("id")),
      model: try name(cursor.field("model")),
      task: task,
      batch: try cursor.optional("batch")?.int(in: 1...1_000_000) ?? 1,
      sequence: try cursor.optional("sequence")?.int(in: 1...10_000_000),
      image: try cursor.optional("image").map(extents),
      dtype: try cursor.optional("dtype").map(dtype) ?? Precision.fp32.word,
      steps: try steps(cursor, task),
      priority: try cursor.optional("priority")?.int(in: -1_000_000...1_000_000) ?? 0,
      cores: cores,
      memoryBytes: try either("memory", "memoryBytes", cursor).map(memory),
      submitSeconds: try cursor.optional("submitSeconds")?.double(in: 0...31_536_000) ?? 0)
    job.isPreemptible = try cursor.optional("preemptible")?.bool() ?? true
    job.coreRange = range
    job.fields = try JobFields(cursor, cores: cores)
    for other in try either("after", "dependsOn", cursor)?.elements() ?? []
    where cursor.has("after") {
      job.fields.dependsOn.append(try name(other))
    }
    return job
  }

  /// The value under one of two words for the same thing.
  private static func either(
    _ key: String, _ other: String, _ cursor: JSONCursor
  ) throws(JSONError) -> JSONCursor? {
    guard let found = try cursor.optional(key) else { return try cursor.optional(other) }
    if let stray = try cursor.optional(other) {
      throw stray.error("means the same as \"\(key)\"; give one of both")
    }
    return found
  }

  /// Cores under a policy of fixed sizes, and the range that an elastic job can use.
  private static func cores(
    _ cursor: JSONCursor
  ) throws(JSONError) -> (cores: Int, range: ClosedRange<Int>?) {
    let bounds = 1...1_000_000
    let asked = try cursor.optional("cores")?.int(in: bounds)
    guard cursor.has("minCores") || cursor.has("maxCores") else { return (asked ?? 1, nil) }
    for key in ["minCores", "maxCores"] where cursor.has("scaling") {
      if let stray = try cursor.optional(key) {
        throw stray.error("stands beside \"scaling\", which tells the range")
      }
    }
    let least = try cursor.optional("minCores")?.int(in: bounds) ?? 1
    let most = try cursor.optional("maxCores")?.int(in: least...1_000_000) ?? max(least, asked ?? 1)
    if let asked, !(least...most).contains(asked) {
      throw try cursor.field("cores").error("expected \(least) to \(most), the job's own range")
    }
    return (asked ?? least, least...most)
  }

  /// A job as the ledger holds it: `JobSpecification.text`, by its name.
  ///
  /// - Throws: `UserError` when the text is no job of this version.
  static func recorded(_ id: String, _ text: String) throws(UserError) -> JobSpecification {
    do throws(JSONError) {
      let root = try JSONCursor(file: id, bytes: Array(text.utf8))
      guard case .object(let members) = root.value.content else {
        throw root.error("expected an object")
      }
      var kept = members.filter { $0.value.content != .null }
      let isInference = root.value["task"]?.string == WorkloadTask.infer.rawValue
      for index in kept.indices {
        if kept[index].key == "steps", isInference { kept[index].key = "repeats" }
        if kept[index].key == "image", let sides = kept[index].value.array, sides.count == 2 {
          let text = sides.compactMap(\.int).map(String.init).joined(separator: "x")
          kept[index].value = .string(text)
        }
      }
      kept.append(JSONValue.Member("id", .string(id)))
      return try job(JSONCursor(file: id, root: JSONValue(.object(kept))))
    } catch {
      throw UserError(.run, place: error.place, key: error.key, error.message)
    }
  }

  static func name(_ cursor: JSONCursor) throws(JSONError) -> String {
    let text = try cursor.string()
    guard !text.isEmpty, text.utf8.count <= 4096 else {
      throw cursor.error("expected a text of 1 to 4096 bytes")
    }
    return text
  }

  private static func steps(
    _ cursor: JSONCursor, _ task: WorkloadTask
  ) throws(JSONError) -> Int {
    let other = task == .infer ? "steps" : "repeats"
    if let stray = try cursor.optional(other) {
      throw stray.error(
        task == .infer ? "belongs to training; write \"repeats\"" : "write \"steps\"")
    }
    return try cursor.optional(task == .infer ? "repeats" : "steps")?.int(in: 1...1_000_000_000)
      ?? 1
  }

  static func extents(_ cursor: JSONCursor) throws(JSONError) -> [Int] {
    let text = try cursor.string()
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    let numbers = parts.compactMap { $0 }.filter { (1...1_000_000).contains($0) }
    guard parts.count == 2, numbers.count == 2 else {
      throw cursor.error("expected height x width such as \"224x224\", found \"\(text)\"")
    }
    return numbers
  }

  private static func dtype(_ cursor: JSONCursor) throws(JSONError) -> String {
    let text = try cursor.string()
    guard let precision = Precision(word: text) else {
      throw cursor.error(
        "unknown word \"\(text)\"; known are \(Precision.words.joined(separator: ", "))")
    }
    return precision.word
  }

  static func memory(_ cursor: JSONCursor) throws(JSONError) -> Int {
    if let bytes = cursor.value.int, bytes >= 0 { return bytes }
    guard let text = cursor.value.string, let bytes = AmountParser.bytes(text) else {
      throw cursor.error("expected bytes or a size such as \"4GiB\", found \(cursor.excerpt)")
    }
    return bytes
  }
}
