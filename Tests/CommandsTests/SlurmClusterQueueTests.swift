import Commands
import DataFormats
import Glibc
import Slurm
import TestSupport
import Testing

/// The live queue of a real Slurm, and our program inside of its allocations.
@Suite(.serialized, .enabled(if: StartedSlurm.isPresent, "\(StartedSlurm.absence)"))
struct SlurmClusterQueueTests {
  let client = SlurmClient()

  private func clear() throws {
    let open = try client.states().filter {
      !$0.value.allSatisfy { SlurmJob(id: 0, state: $0).isOver }
    }
    try client.cancel(open.keys.sorted())
    let isClear = try eventually {
      try client.states().values.joined().allSatisfy { SlurmJob(id: 0, state: $0).isOver }
    }
    try #require(isClear)
  }

  @discardableResult
  private func sleeper(_ words: String...) throws -> Int {
    let answer = try client.call(
      ["sbatch", "--parsable", "-o", "/dev/null", "--mem=100"] + words + ["--wrap", "sleep 3000"])
    return try #require(Int(answer.text.filter { $0.isNumber }))
  }

  /// Submits a line of shell and waits for its end; `sbatch --wait` looks far too rarely.
  private func batch(_ words: [String], _ line: String) throws {
    let answer = try client.call(["sbatch", "--parsable", "-t60"] + words + ["--wrap", line])
    let id = try #require(Int(answer.text.filter { $0.isNumber }))
    let isOver = try eventually {
      try (client.states()[id] ?? []).allSatisfy { SlurmJob(id: id, state: $0).isOver }
    }
    #expect(isOver, "job \(id) does not end")
  }

  /// Our forecast beside Slurm's own, `squeue --start`, of every waiting job.
  @Test func startsAreForetoldAsSlurmDoes() throws {
    try clear()
    defer { try? clear() }
    try sleeper("-N3", "--exclusive", "-t6")
    try sleeper("-N4", "--exclusive", "-t10")
    try sleeper("-N1", "--exclusive", "-t20")
    try sleeper("-N2", "--exclusive", "-t5")
    let jobs = try forecast(waiting: 3)
    for job in jobs {
      let expected = try #require(job["slurmStartSeconds"]?.double)
      let own = try #require(job["startSeconds"]?["conservative"]?.double)
      // Slurm plans in whole minutes and rounds time limits up to them.
      #expect(
        abs(own - expected) <= 120, "job \(job["id"]?.int ?? 0): \(own) s, Slurm \(expected) s")
    }
  }

  /// Our forecast beside `sbatch --test-only`, which says where a job would stand behind those that
  /// run.
  @Test func aTestOnlyStartIsForetold() throws {
    try clear()
    defer { try? clear() }
    let first = try sleeper("-N4", "--exclusive", "-t7")
    let isRunning = try eventually { try client.states()[first] == ["RUNNING"] }
    try #require(isRunning)
    let told = try client.call([
      "sbatch", "--test-only", "-N2", "--exclusive", "-t5", "--wrap", "x",
    ])
    let text = String(decoding: told.errors, as: UTF8.self)
    let found = try #require(text.firstRange(of: "to start at "))
    let slurms = try Self.seconds(String(text[found.upperBound...].prefix { $0 != " " }))
    try sleeper("-N2", "--exclusive", "-t5")
    let jobs = try forecast(waiting: 1)
    let own = try #require(jobs.first?["startSeconds"]?["easy"]?.double)
    let now = Double(time(nil))
    #expect(abs(now + own - slurms) <= 60, "\(text)")
  }

  /// The waiting jobs, once Slurm's backfill has planned each.
  private func forecast(waiting count: Int) throws -> [JSONValue] {
    var jobs: [JSONValue] = []
    let isPlanned = try eventually {
      let answer = try SlurmClusterProfileTests.hfm([
        "simulate", "--from", "slurm", "--policy", "easy,conservative,fcfs", "--json",
      ])
      jobs = answer.json?["jobs"]?.array ?? []
      return jobs.count == count
        && jobs.allSatisfy { $0["slurmStartSeconds"]?.double != nil }
    }
    #expect(
      isPlanned, "\(jobs.count) jobs wait, not \(count), or Slurm has no start for them")
    return jobs
  }

  /// `2026-11-25T14:44:31` of this host's time zone, by date(1).
  static func seconds(_ text: String) throws -> Double {
    let answer = try ProcessRunner.run(["date", "-d", text, "+%s"])
    return try #require(Double(answer.text.filter { $0.isNumber }))
  }

  /// One allocation of two nodes runs a queue by real kernels: each task its part, on no more than
  /// the cores and memory that it was given.
  @Test func aQueueRunsInsideOfAnAllocation() throws {
    try clear()
    let folder = try TemporaryFolder()
    let jobs = (0..<4).map { index in
      JSONValue.object([
        ("id", .string("q\(index)")), ("model", .string("pubmedbert")), ("task", .string("infer")),
        ("sequence", .number(16)),
      ])
    }
    try TestFile.write(
      JSONValue.object([("jobs", .array(jobs))]).text(), to: folder.file("queue.json"))
    let run =
      "srun --output=\(folder.file("out.%t")) --error=\(folder.file("err.%t")) "
      + "\(StartedSlurm.program) run \(folder.file("queue.json")) "
      + "--ledger \(folder.file("ledger.db")) --json"
    try batch(
      ["-N2", "--ntasks-per-node=1", "-c1", "--mem=3000", "-o", folder.file("batch")], run)
    var done: [String] = []
    for task in 0..<2 {
      let json = try JSONValue(parsing: try TestFile.read(folder.file("out.\(task)")))
      let errors = try TestFile.text(folder.file("err.\(task)"))
      #expect(errors.contains("task \(task) of 2"))
      for job in json["jobs"]?.array ?? [] {
        #expect(job["state"]?.string == "done")
        #expect(job["placement"]?["cpus"]?.array?.count == 1)
        #expect((job["placement"]?["memoryBytes"]?.int ?? .max) <= 3000 << 20)
        done.append(job["id"]?.string ?? "")
      }
    }
    #expect(done.sorted() == ["q0", "q1", "q2", "q3"])
  }

  /// A job that asks for more than the allocation holds is refused, although the machine has it.
  @Test func theAllocationsMemoryIsALimit() throws {
    try clear()
    let folder = try TemporaryFolder()
    try TestFile.write(
      """
      {"jobs": [{"id": "big", "model": "pubmedbert", "task": "infer", "sequence": 16,
        "memory": "1GiB"}]}
      """, to: folder.file("queue.json"))
    let run =
      "srun --output=\(folder.file("out")) --error=\(folder.file("err")) "
      + "\(StartedSlurm.program) run "
      + "\(folder.file("queue.json")) --ledger \(folder.file("ledger.db")) --json"
    try batch(["-N1", "-c1", "--mem=600", "-o", folder.file("batch")], run)
    let json = try JSONValue(parsing: try TestFile.read(folder.file("out")))
    #expect(json["jobs"]?[0]?["state"]?.string == "refused")
  }
}
