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
  @Test func newerQueuesAreRead() throws {
    let json = """
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
    let (jobs, notes) = try Self.client(["squeue --json": Self.text(json)])
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
    let answer = try ProcessRunner.run(["sh", "-c", "sleep 60 & sleep 60"], within: 0.5)
    #expect(answer.isTimedOut)
    #expect(clock.now - start < .seconds(20))
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
