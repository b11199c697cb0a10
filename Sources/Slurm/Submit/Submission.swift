import DataFormats
public import Quantities

extension SlurmClient {
  /// Submits a job whose folder exists.
  ///
  /// - Returns: Slurm's number of the job.
  /// - Throws: `UserError` (.run) with sbatch's complaint, also when its answer is no number.
  public func submit(_ job: BatchJob) throws(UserError) -> Int {
    let script = Array(try SbatchScript.text(job).utf8)
    let answer = try call(SbatchScript.call(job), input: script).text
    // "123" or, on federated clusters, "123;cluster".
    let number = answer.prefix { $0.isNumber }
    guard let id = Int(number), id > 0 else {
      throw UserError(
        .run, place: "sbatch", "answered \"\(answer.prefix(60))\", which is no number")
    }
    return id
  }

  /// Asks Slurm to cancel jobs.
  public func cancel(_ ids: [Int]) throws(UserError) {
    // Long lists are cut so that no call outgrows the system's limit.
    for start in stride(from: 0, to: ids.count, by: 500) {
      let some = ids[start..<min(start + 500, ids.count)]
      _ = try attempt(["scancel"] + some.map(String.init))
    }
  }

  /// Jobs by comment, those that ended lately among them: the last word on what was submitted.
  public func numbersByComment() throws(UserError) -> [(comment: String, id: Int)] {
    // %F is the array's number, or the job's own.
    let text = try call(["squeue", "-a", "-h", "-t", "all", "-o", "%F %k"]).text
    return text.split(separator: "\n").compactMap { line in
      let sides = line.split(separator: " ", maxSplits: 1)
      guard sides.count == 2, let id = Int(sides[0]) else { return nil }
      return (String(sides[1]), id)
    }
  }

  /// States of the jobs that slurmctld knows, by the number of the job or of its array: a cheap
  /// look, where `jobs` reads some kilobytes a job.
  public func states() throws(UserError) -> [Int: [String]] {
    var states: [Int: [String]] = [:]
    for line in try call(["squeue", "-a", "-h", "-t", "all", "-o", "%F %T"]).text
      .split(separator: "\n")
    {
      let sides = line.split(separator: " ", maxSplits: 1)
      guard sides.count == 2, let id = Int(sides[0]) else { continue }
      states[id, default: []].append(String(sides[1]))
    }
    return states
  }

  /// Jobs as slurmdbd remembers them; empty where there is no slurmdbd.
  ///
  /// - Parameter ids: Slurm's numbers.
  public func accounted(_ ids: [Int]) throws(UserError) -> [SlurmJob] {
    guard !ids.isEmpty else { return [] }
    var jobs: [SlurmJob] = []
    for start in stride(from: 0, to: ids.count, by: 500) {
      let list = ids[start..<min(start + 500, ids.count)].map(String.init).joined(separator: ",")
      let answer = try attempt([
        "sacct", "-n", "-P", "-X", "-j", list, "-o",
        "JobIDRaw,State,ExitCode,Start,End,ElapsedRaw,NodeList,Comment",
      ])
      guard answer.status == 0, !answer.isTimedOut else { return jobs }
      for line in answer.text.split(separator: "\n") {
        if let job = Self.accounted(line) { jobs.append(job) }
      }
    }
    return jobs
  }

  private static func accounted(_ line: Substring) -> SlurmJob? {
    let cells = line.split(separator: "|", maxSplits: 7, omittingEmptySubsequences: false)
    guard cells.count >= 6, let id = Int(cells[0]) else { return nil }
    // "CANCELLED by 1000"
    var job = SlurmJob(id: id, state: String(cells[1].prefix { $0 != " " }))
    let code = cells[2].split(separator: ":").compactMap { Int($0) }
    if code.count == 2 { job.exitCode = code[1] > 0 ? 128 + code[1] : code[0] }
    if let elapsed = Double(cells[5]) {
      job.startTime = 0
      job.endTime = elapsed
    }
    if cells.count > 7 { job.comment = String(cells[7]) }
    return job
  }
}
