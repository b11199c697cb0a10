import DataFormats
import Quantities
import Slurm

/// One job of a file for an engine.
struct SubmitJob: Sendable, Identifiable {
  var id: String
  var priority: Int
  /// The job in a fixed form, by which a ledger knows whether it is the same job.
  var text: String
  /// A model to run; nil for a program of the user's own.
  var kernel: JobSpecification?
  /// The user's own program with its arguments; empty for a model.
  var command: [String]
  var environment: [BatchJob.Variable]
  var nodes: Int
  var tasksPerNode: Int
  /// nil for a model's own number, a plan's share of the node, or one.
  var coresPerTask: Int?
  var gpusPerNode: Int
  var gpuType: String
  /// Bytes on each node; nil for what the model needs.
  var memoryBytes: Int?
  /// Seconds; nil for the prediction's upper end, or the partition's default.
  var timeLimit: Int?
  var predictedSeconds: Double?
  /// A file of `hfm plan --json`, from which nodes, tasks and GPUs follow; nil for none.
  var planPath: String?
  /// The plan in it, once it was read.
  var plan: LaunchPlan?
  /// Names of jobs that must have ended well before.
  var after: [String]
  var array: Int?
  var arrayLimit: Int?
  var isRequeued: Bool
  /// The program's exit code that says "saved, start me again"; nil for none.
  var requeueCode: Int?
  var words: [BatchJob.Word]
  var taskWords: [BatchJob.Word]

  var partition: String? { words.first { $0.option == "partition" }?.value }
}

/// Reads the jobs of `hfm submit`: those of `hfm run` with a further key `slurm`, and jobs that run
/// a program of the user's own; docs/Slurm.md describes every key.
enum SubmitFile {
  private static let own: Set<String> = [
    "id", "command", "plan", "environment", "priority", "predictedSeconds", "after", "slurm",
  ]
  private static let slurm: Set<String> = [
    "nodes", "tasksPerNode", "coresPerTask", "gpusPerNode", "gpuType", "memory", "timeLimit",
    "array", "arrayLimit", "requeue", "requeueOn", "deadline",
  ]
  /// Keys whose value goes to sbatch as it is, with the marks allowed beside letters and digits.
  private static let words: [(key: String, option: String, marks: String)] = [
    ("partition", "partition", "._-,"), ("account", "account", "._-"), ("qos", "qos", "._-"),
    ("constraint", "constraint", "._-&|,"), ("reservation", "reservation", "._-,"),
    ("switches", "switches", "@:-"), ("distribution", "distribution", ":,*"),
    ("signal", "signal", ":@"), ("nice", "nice", ""), ("licenses", "licenses", "._-:,@"),
  ]
  /// The same for srun.
  private static let taskWords: [(key: String, option: String, marks: String)] = [
    ("cpuBind", "cpu-bind", ":,_-"), ("memBind", "mem-bind", ":,_-"),
    ("gpuBind", "gpu-bind", ":,_-"), ("mpi", "mpi", "_-"),
  ]

  /// Parses a file's bytes.
  ///
  /// - Throws: `UserError` (.input) with line, key and what would be right.
  static func parse(_ bytes: [UInt8], file: String) throws(UserError) -> [SubmitJob] {
    do throws(JSONError) {
      let root = try JSONCursor(file: file, bytes: bytes)
      let jobs = try JobsFile.jobs(root, as: job)
      let names = Set(jobs.map(\.id))
      for (cursor, job) in zip(try root.field("jobs").elements(), jobs) {
        for name in job.after where !names.contains(name) {
          throw try cursor.field("after").error("no job is named \"\(name)\"")
        }
      }
      return try JobsFile.inOrder(jobs, root) { $0.after }
    } catch {
      throw UserError(
        .input, place: error.place, key: error.key, error.message,
        remedy: "docs/Slurm.md describes the format")
    }
  }

  private static func job(_ cursor: JSONCursor) throws(JSONError) -> SubmitJob {
    let id = try JobsFile.name(cursor.field("id"))
    let settings = try cursor.optional("slurm")
    let known = slurm.union(words.map(\.key)).union(taskWords.map(\.key))
    try settings?.refuseUnknownKeys(known: known)
    var kernel: JobSpecification?
    var command: [String] = []
    if let list = try cursor.optional("command") {
      try cursor.refuseUnknownKeys(known: own)
      for word in try list.elements() { command.append(try text(word)) }
      if command.first?.isEmpty ?? true { throw list.error("names no program") }
    } else {
      kernel = try model(cursor)
    }
    let array = try settings?.optional("array")?.int(in: 1...100_000)
    let plan = try cursor.optional("plan")
    if plan != nil {
      for key in ["nodes", "tasksPerNode", "array"] {
        if let given = try settings?.optional(key) {
          throw given.error("stands beside \"plan\", from which nodes and tasks follow")
        }
      }
    }
    return SubmitJob(
      id: id, priority: try cursor.optional("priority")?.int(in: -1_000_000...1_000_000) ?? 0,
      text: "slurm " + cursor.value.text(pretty: false), kernel: kernel, command: command,
      environment: try cursor.optional("environment").map(environment) ?? [],
      nodes: try settings?.optional("nodes")?.int(in: 1...100_000) ?? 1,
      tasksPerNode: try settings?.optional("tasksPerNode")?.int(in: 1...4096) ?? 1,
      coresPerTask: try settings?.optional("coresPerTask")?.int(in: 1...4096) ?? kernel?.cores,
      gpusPerNode: try settings?.optional("gpusPerNode")?.int(in: 0...4096) ?? 0,
      gpuType: try settings?.optional("gpuType").map { cursor throws(JSONError) in
        try checked(cursor, "._-")
      } ?? "",
      memoryBytes: try settings?.optional("memory").map(JobsFile.memory) ?? kernel?.memoryBytes,
      timeLimit: try settings?.optional("timeLimit").map(seconds),
      predictedSeconds: try cursor.optional("predictedSeconds")?.double(in: 0.001...1e9),
      planPath: try plan.map(text),
      after: try cursor.optional("after").map(names) ?? [], array: array,
      arrayLimit: try settings?.optional("arrayLimit")?.int(in: 1...100_000),
      isRequeued: try settings?.optional("requeue")?.bool() ?? false,
      requeueCode: try settings?.optional("requeueOn")?.int(in: 1...255),
      words: try options(words, settings) + deadline(settings),
      taskWords: try options(taskWords, settings))
  }

  /// The keys of `hfm run` alone.
  private static func model(_ cursor: JSONCursor) throws(JSONError) -> JobSpecification {
    guard case .object(let members) = cursor.value.content else {
      throw cursor.error("expected an object")
    }
    for key in ["dependsOn", "user", "deadlineSeconds", "array", "arrayLimit", "requires"] {
      if let stray = try cursor.optional(key) {
        throw stray.error(
          "is for hfm run and hfm serve-jobs; Slurm has \"after\", the submitting user, and "
            + "\"slurm\": deadline, array, arrayLimit, constraint")
      }
    }
    let rest = members.filter { !["slurm", "after", "environment"].contains($0.key) }
    let value = JSONValue(
      .object(rest), line: cursor.value.line, column: cursor.value.column)
    return try JobsFile.job(JSONCursor(file: cursor.file, root: value))
  }

  private static func text(_ cursor: JSONCursor) throws(JSONError) -> String {
    let text = try cursor.string()
    guard !text.utf8.contains(0), text.utf8.count <= 100_000 else {
      throw cursor.error("holds a zero byte, or more than 100,000 bytes")
    }
    return text
  }

  private static func environment(
    _ cursor: JSONCursor
  ) throws(JSONError) -> [BatchJob.Variable] {
    var variables: [BatchJob.Variable] = []
    for (name, value) in try cursor.members() {
      variables.append(BatchJob.Variable(name, try text(value)))
    }
    return variables
  }

  private static func names(_ cursor: JSONCursor) throws(JSONError) -> [String] {
    var names: [String] = []
    for name in try cursor.elements() { names.append(try name.string()) }
    return names
  }

  /// A string, or a whole number as one.
  private static func plain(_ cursor: JSONCursor) throws(JSONError) -> String {
    if let number = cursor.value.int { return String(number) }
    return try cursor.string()
  }

  private static func seconds(_ cursor: JSONCursor) throws(JSONError) -> Int {
    let text = try plain(cursor)
    guard let seconds = AmountParser.seconds(text), (1...1e9).contains(seconds) else {
      throw cursor.error("expected a duration such as \"30m\", found \(cursor.excerpt)")
    }
    return Int(seconds.rounded(.up))
  }

  private static func checked(_ cursor: JSONCursor, _ marks: String) throws(JSONError) -> String {
    let text = try plain(cursor)
    do {
      return try ShellWord.checked(text, key: cursor.path, marks: marks)
    } catch {
      throw cursor.error(error.message + "; " + error.remedy)
    }
  }

  private static func options(
    _ known: [(key: String, option: String, marks: String)], _ settings: JSONCursor?
  ) throws(JSONError) -> [BatchJob.Word] {
    var found: [BatchJob.Word] = []
    for item in known {
      guard let cursor = try settings?.optional(item.key) else { continue }
      found.append(BatchJob.Word(item.option, try checked(cursor, item.marks)))
    }
    return found
  }

  private static func deadline(_ settings: JSONCursor?) throws(JSONError) -> [BatchJob.Word] {
    guard let cursor = try settings?.optional("deadline") else { return [] }
    return [BatchJob.Word("deadline", "now+\(try seconds(cursor))")]
  }
}
