import DataFormats
import Quantities
import Slurm
import TestSupport
import Testing

/// Answers of other versions of Slurm, and answers that are none.
@Suite struct RecordedSlurmTests {
  static func client(_ answers: [String: ProcessOutput]) -> SlurmClient {
    SlurmClient { words, _, _ in
      answers[words.joined(separator: " ")]
        ?? ProcessOutput(status: 1, output: [], errors: Array("no such call".utf8))
    }
  }

  static func text(_ text: String) -> ProcessOutput {
    ProcessOutput(status: 0, output: Array(text.utf8))
  }

  /// The schema of 23.11 and newer (data_parser v0.0.40): states are lists, numbers are objects,
  /// cores stand in lists.
  static let newerQueue = """
    {"jobs": [{"job_id": 42, "job_state": ["RUNNING"], "name": "x", "comment": "hfm:1",
      "array_job_id": {"set": true, "infinite": false, "number": 0},
      "array_task_id": {"set": false, "infinite": false, "number": 0},
      "exit_code": {"return_code": {"set": true, "infinite": false, "number": 3},
        "signal": {"id": {"set": false, "infinite": false, "number": 0}}},
      "start_time": {"set": true, "infinite": false, "number": 1795612957},
      "time_limit": {"set": true, "infinite": false, "number": 10},
      "node_count": {"set": true, "infinite": false, "number": 1},
      "cpus": {"set": true, "infinite": false, "number": 4},
      "priority": {"set": true, "infinite": true, "number": 0},
      "shared": ["none"], "gres_detail": ["gpu:a100:2(IDX:4-5)"],
      "job_resources": {"nodes": {"count": 1, "list": "n1", "allocation": [
        {"index": 0, "name": "n1", "memory": {"used": 0, "allocated": 1024},
         "sockets": [{"index": 1, "cores": [
           {"index": 0, "status": ["ALLOCATED"]}, {"index": 1, "status": ["UNALLOCATED"]},
           {"index": 2, "status": ["ALLOCATED"]}]}]}]}}}]}
    """

  @Test func newerQueuesAreRead() throws {
    let (jobs, notes) = try Self.client(["squeue --json": Self.text(Self.newerQueue)])
      .jobs(coresPerSocket: ["n1": 16])
    let job = try #require(jobs.first)
    #expect(notes.isEmpty, "\(notes)")
    #expect(job.state == "RUNNING" && job.timeLimit == 600 && job.exitCode == 3)
    #expect(job.arrayTask == nil && job.isExclusive && job.startTime == 1_795_612_957)
    #expect(
      job.grants == [
        SlurmGrant(node: "n1", cores: [16, 18], gpus: [4, 5], gpuCount: 2, memoryBytes: 1 << 30)
      ])
  }

  /// 22.05's schema in short: bare numbers, words, maps of sockets and cores.
  static let olderQueue = """
    {"jobs": [{"job_id": 7, "job_state": "RUNNING", "name": "x", "comment": "hfm:2", "cpus": 4,
      "array_job_id": 0, "array_task_id": null, "exit_code": 0, "start_time": 1795612957,
      "time_limit": 10, "node_count": 1, "priority": 4294901759, "shared": "none",
      "gres_detail": ["gpu:a100:1(IDX:4)"], "tres_per_node": "gpu:1",
      "job_resources": {"allocated_nodes": [{"nodename": "n1", "memory_allocated": 1024,
        "sockets": {"1": {"cores": {"0": "allocated", "1": "unassigned"}}}}]}}]}
    """

  /// A schema that changes in any place makes values unknown, never a crash or a number from
  /// nowhere.
  @Test(arguments: 1...200 as ClosedRange<UInt64>) func anyShapeIsRead(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for text in [Self.newerQueue, Self.olderQueue] {
      let sound = try Self.client(["squeue --json": Self.text(text)]).jobs().jobs
      #expect(sound.count == 1 && sound[0].grants.count == 1)
      let changed = Self.changed(try JSONValue(parsing: text), &random).text()
      guard
        let jobs = try? Self.client(["squeue --json": Self.text(changed)])
          .jobs(coresPerSocket: ["n1": 16]).jobs
      else { continue }
      for job in jobs {
        #expect(job.cpus >= 0 && job.nodeCount >= 0 && job.memoryBytes >= 0, "\(changed)")
        for grant in job.grants { #expect(grant.memoryBytes >= 0 && grant.gpuCount >= 0) }
      }
    }
  }

  static let nodes = """
    {"nodes": [{"name": "n1", "boards": 1, "sockets": 2, "cores": 16, "threads": 1, "cpus": 32,
      "real_memory": 64000, "gres": "gpu:a100:8(S:0-1)", "gres_used": "gpu:a100:2(IDX:0-1)",
      "features": "ib", "partitions": ["all"], "state": "idle", "state_flags": [],
      "reason": "", "address": "n1"}]}
    """

  @Test(arguments: 1...200 as ClosedRange<UInt64>) func anyShapeOfNodesIsRead(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let changed = Self.changed(try JSONValue(parsing: Self.nodes), &random).text()
    let site = try Self.client([
      "sinfo --json": Self.text(changed), "scontrol show config": Self.text(""),
      "scontrol -d show node": Self.text(""), "scontrol -o show partition": Self.text(""),
    ]).site()
    for node in site.nodes {
      #expect(node.cores > 0 && node.memoryBytes >= 0 && node.gpuCount >= 0, "\(changed)")
    }
  }

  /// The value with one part in ten replaced by something of another shape.
  static func changed(_ value: JSONValue, _ random: inout SplitMix64) -> JSONValue {
    if random.chance(0.1) {
      let strays: [JSONValue] = [
        .null, .bool(true), .number(-1), .number(Int.max), JSONValue(.number("1e400")), .string(""),
        .string("n[1-"), .array([]), .array([.null, .number(3)]), .object([]),
        .object([("set", .bool(true)), ("number", .string("x"))]), .string("gpu:a100:x(IDX:9-1)"),
      ]
      return strays[random.int(0...strays.count - 1)]
    }
    switch value.content {
    case .array(let items): return .array(items.map { changed($0, &random) })
    case .object(let members):
      return .object(members.map { ($0.key, changed($0.value, &random)) })
    default: return value
    }
  }

  @Test func whatIsNotUnderstoodIsSaid() throws {
    let json = "{\"jobs\": [{\"job_id\": 1, \"job_state\": \"RUNNING\", \"cpus\": [1, 2]}, {}]}"
    let (jobs, notes) = try Self.client(["squeue --json": Self.text(json)]).jobs()
    #expect(jobs.count == 1)
    #expect(notes.contains { $0.contains("\"cpus\" has an unknown shape") })
    #expect(notes.contains { $0.contains("a job without a number") })
  }

  @Test(arguments: ["", "{", "[]", "slurm_load_jobs error", "{\"jobs\": 3}"])
  func noQueueIsAnError(answer: String) {
    #expect(throws: UserError.self) {
      try Self.client(["squeue --json": Self.text(answer)]).jobs()
    }
  }

  /// Without JSON (an old Slurm, or none built in) nodes are read from scontrol.
  @Test func nodesAreReadFromTextWhereThereIsNoJSON() throws {
    let node = """
      NodeName=g1 Arch=x86_64 CoresPerSocket=32
         CPUAlloc=0 CPUTot=128 CPULoad=0.01
         AvailableFeatures=a100,ib
         Gres=gpu:a100:4(S:0-1)
         GresUsed=gpu:a100:1(IDX:2)
         NodeAddr=10.0.0.1 NodeHostName=g1
         RealMemory=512000 Sockets=2 Boards=1
         State=DOWN*+DRAIN ThreadsPerCore=2
         Partitions=gpu
         Reason=Not responding [slurm@2026-01-01T00:00:00]
      """
    let site = try Self.client([
      "scontrol show config": Self.text("ClusterName = old\nSLURM_VERSION = 20.02.7\n"),
      "scontrol -d show node": Self.text(node), "scontrol -o show partition": Self.text(""),
    ]).site()
    let read = try #require(site.nodes.first)
    #expect(read.cores == 64 && read.threadsPerCore == 2 && read.gpuCount == 4)
    #expect(read.availability == .down && read.reason.hasPrefix("Not responding"))
    #expect(read.gresUsed.first?.indices == [2] && read.address == "10.0.0.1")
    #expect(!site.notes.isEmpty)
  }

  @Test func programsRunWithoutAShell() throws {
    let said = try ProcessRunner.run(["printf", "%s|", "$(id)", "a b", "`x`", ";"])
    #expect(said.text == "$(id)|a b|`x`|;|")
    #expect(try ProcessRunner.run(["cat"], input: Array("in".utf8)).text == "in")
    #expect(try ProcessRunner.run(["sh", "-c", "echo no >&2; exit 7"]).status == 7)
    #expect(try ProcessRunner.run(["sh", "-c", "echo no >&2; exit 7"]).complaint == "no")
    #expect(throws: UserError.self) { try ProcessRunner.run(["/no/such/program"]) }
    #expect(throws: UserError.self) { try ProcessRunner.run(["echo", "a\0b"]) }
  }

  @Test func programsThatTakeTooLongAreKilledWithTheirChildren() throws {
    let clock = ContinuousClock()
    let start = clock.now
    let answer = try ProcessRunner.run(["sh", "-c", "sleep 900 & sleep 900"], within: 0.5)
    #expect(answer.isTimedOut)
    #expect(clock.now - start < .seconds(450))
  }

  @Test(arguments: 1...100 as ClosedRange<UInt64>)
  func quotedTextIsOneHarmlessWord(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let text = String(
      decoding: (0..<random.int(0...40)).map { _ in UInt8(random.int(1...255)) }, as: UTF8.self)
    let word = try ShellWord.quoted(text)
    #expect(word.utf8.allSatisfy { (0x21...0x7E).contains($0) })
    #expect(!word.dropFirst(2).dropLast().contains("'"))
    let said = try ProcessRunner.run(["bash", "-c", "printf %s \(word)"])
    #expect(said.output == Array(text.utf8))
  }
}
