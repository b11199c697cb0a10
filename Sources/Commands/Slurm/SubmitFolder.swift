import DataFormats
import Glibc
import Quantities
import Slurm
import Workloads

/// A job's own folder: its script, its input, and what it left behind.
enum SubmitFolder {
  /// Writes the script, and the file of `hfm run` for a model.
  static func write(_ batch: BatchJob, _ job: SubmitJob) throws(UserError) {
    try makeFolder(batch.folder)
    try makeFolder(batch.home)
    if let kernel = job.kernel {
      try Files.writeAtomically(file(kernel, job.memoryBytes).text(), to: batch.home + "/jobs.json")
    }
    if let file = batch.planFile, let plan = job.plan {
      try Files.writeAtomically(plan.text, to: batch.home + "/" + file)
    }
    try Files.writeAtomically(try SbatchScript.text(batch), to: batch.home + "/job.sh")
  }

  private static func makeFolder(_ path: String) throws(UserError) {
    if mkdir(path, 0o700) != 0, errno != EEXIST {
      throw UserError(
        .run, place: path, "the folder cannot be made: \(String(cString: strerror(errno)))",
        remedy: "give --work FOLDER that all nodes see and you may write")
    }
  }

  private static func file(_ job: JobSpecification, _ memory: Int?) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("id", .string(job.id)), ("model", .string(job.model)), ("task", .string(job.task.rawValue)),
      ("batch", .number(job.batch)), ("dtype", .string(job.dtype)),
      (job.task == .infer ? "repeats" : "steps", .number(job.steps)), ("cores", .number(job.cores)),
    ]
    if let sequence = job.sequence { members.append(("sequence", .number(sequence))) }
    if let image = job.image {
      members.append(("image", .string(image.map(String.init).joined(separator: "x"))))
    }
    if let bytes = job.memoryBytes { members.append(("memory", .number(bytes))) }
    return .object([("jobs", .array([.object(members)]))])
  }

  /// What the script wrote at its end: exit code, begin and end in seconds since 1970.
  static func ended(_ batch: BatchJob) -> (code: Int, begin: Double, end: Double)? {
    guard batch.array == nil, let bytes = try? Files.read(batch.home + "/ended", limit: 4096)
    else { return nil }
    let cells = String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }
    guard cells.count == 4, let code = Int(cells[1]), let begin = Double(cells[2]),
      let end = Double(cells[3]), end >= begin
    else { return nil }
    return (code, begin, end)
  }

  /// Seconds that the program ran in parts after which it was started again.
  static func earlierParts(_ batch: BatchJob) -> Double {
    guard batch.array == nil, let bytes = try? Files.read(batch.home + "/parts", limit: 1 << 20)
    else { return 0 }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").reduce(0) { sum, line in
      let times = line.split(separator: " ").compactMap { Double($0) }
      return times.count == 2 ? sum + max(0, times[1] - times[0]) : sum
    }
  }

  /// Slurm's number of the job that began; nil when none did.
  static func started(_ batch: BatchJob) -> Int? {
    guard let bytes = try? Files.read(batch.home + "/started", limit: 4096) else { return nil }
    return Int(String(decoding: bytes, as: UTF8.self).prefix { $0.isNumber })
  }

  /// The GPUs that the job was given, by node, as its script saw them.
  static func grantedGPUs(_ batch: BatchJob) -> [String: [Int]] {
    guard batch.array == nil, let bytes = try? Files.read(batch.home + "/granted", limit: 1 << 24)
    else { return [:] }
    var found: [String: [Int]] = [:]
    let text = String(decoding: bytes, as: UTF8.self)
    for record in KeyValueText.records(text, startingWith: "Nodes") {
      let gpus = GRES.list(record["GRES"] ?? "").known.filter { $0.name == "gpu" }
      for node in HostList.expand(record["Nodes"] ?? "") ?? [] {
        found[node] = gpus.flatMap(\.indices).sorted()
      }
    }
    return found
  }

  /// The kernels' time that `hfm run` measured; nil for other programs.
  static func measured(_ batch: BatchJob, _ job: SubmitJob) -> Double? {
    guard job.kernel != nil,
      let bytes = try? Files.read(batch.home + "/output.txt", limit: 1 << 24),
      let document = try? JSONValue(parsing: bytes)
    else { return nil }
    return document["jobs"]?[0]?["measuredSeconds"]?.double
  }

  /// The last line that the job wrote to standard error, shortened and made harmless.
  static func lastError(_ batch: BatchJob) -> String? {
    guard batch.array == nil,
      let bytes = try? Files.read(batch.home + "/errors.txt", limit: 1 << 24)
    else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    let line = lines.last { !$0.hasPrefix("srun:") } ?? lines.last
    return line.map {
      String($0.unicodeScalars.filter { $0.value >= 32 }.prefix(200).map(Character.init))
    }
  }

  /// Waits until no sbatch of an earlier call that was killed is still on its way: it carries its
  /// job's comment in its arguments.
  static func awaitOrphans(_ tokens: Set<String>, console: Console) {
    for round in 0..<240 {
      guard let orphan = orphan(tokens) else { return }
      if round == 0 { console.note("waiting for sbatch \(orphan) of an earlier call to end") }
      usleep(250_000)
    }
    console.warn("an sbatch of an earlier call still runs after a minute")
  }

  private static func orphan(_ tokens: Set<String>) -> Int? {
    for name in (try? Files.names(in: "/proc")) ?? [] {
      guard let id = Int(name), let bytes = try? Files.read("/proc/\(id)/cmdline", limit: 1 << 20)
      else { continue }
      let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      guard words.first?.hasSuffix("sbatch") == true else { continue }
      let prefix = "--comment=" + BatchJob.comment("")
      if words.contains(where: {
        $0.hasPrefix(prefix) && tokens.contains(String($0.dropFirst(prefix.count)))
      }) {
        return id
      }
    }
    return nil
  }
}
