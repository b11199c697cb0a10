@testable import Commands
import Executor
import DataFormats
import Glibc
import JobStore
import TestSupport
import Testing

/// `hfm run` with the real kernels on this machine.
@Suite(.serialized) struct RunCommandTests {
  let folder: TemporaryFolder
  var jobs: String { folder.file("jobs.json") }
  var ledger: String { folder.file("ledger.db") }

  init() throws { folder = try TemporaryFolder() }

  static func text(_ repeats: Int) -> String {
    """
    {"jobs": [
      {"id": "short", "model": "esm2-8m", "task": "infer", "sequence": 32, "repeats": 2,
        "priority": 1},
      {"id": "long", "model": "esm2-8m", "task": "infer", "sequence": 32, "repeats": \(repeats),
        "submitSeconds": 0.01},
      {"id": "tune", "model": "alphabert", "task": "finetune", "sequence": 32, "steps": 2}
    ]}
    """
  }

  @Test func jobsRunWithRealKernels() throws {
    try TestFile.write(Self.text(3), to: jobs)
    let result = FrameTests.hfm("run", jobs, "--ledger", ledger, "--json", "--quiet")
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.errors.isEmpty)
    let json = try JSONValue(parsing: result.output)
    #expect(json["jobs"]?.array?.map { $0["id"]?.string } == ["short", "long", "tune"])
    for job in json["jobs"]?.array ?? [] {
      #expect(job["state"]?.string == "done")
      #expect((job["measuredSeconds"]?.double ?? 0) > 0)
      #expect((job["predictedSeconds"]?.double ?? 0) > 0)
      #expect(job["placement"]?["cpus"]?.array?.count == 1)
      #expect((job["placement"]?["memoryBytes"]?.int ?? 0) > 1_000_000)
      #expect((job["endSeconds"]?.double ?? 0) > (job["startSeconds"]?.double ?? 1e9))
    }
    #expect(try Ledger(path: ledger).measurements(of: "tune").contains { $0.name == "loss" })
    // Again: nothing is left to do.
    let again = FrameTests.hfm("run", jobs, "--ledger", ledger, "--json")
    #expect(again.code == 0)
    #expect(again.errors.contains("3 jobs were done before"))
  }

  @Test(arguments: [
    ("\"model\": \"esm2-8n\"", Int32(2), "unknown model \"esm2-8n\"; did you mean esm2-8m"),
    ("\"model\": \"esm2-8m\", \"memory\": \"1MB\"", 3, "are too little: the job needs"),
    ("\"model\": \"esm2-8m\", \"cores\": 100000", 3, "asks for 100000 cores, there are"),
  ])
  func jobsThatCannotRun(keys: String, code: Int32, message: String) throws {
    try TestFile.write("{\"jobs\": [{\"id\": \"a\", \"task\": \"infer\", \(keys)}]}", to: jobs)
    let result = FrameTests.hfm("run", jobs, "--ledger", ledger)
    #expect(result.code == code)
    #expect((result.errors + result.output).contains(message))
  }

  /// A process that gets SIGINT or SIGTERM while a job runs leaves with 130 and a ledger to go on
  /// from; a second process then does the rest.
  @Test(arguments: [SIGINT, SIGTERM])
  func aSignalStopsTheRunAndTheLedgerResumesIt(signal: Int32) async throws {
    try TestFile.write(Self.text(1_000_000), to: jobs)
    await #expect(processExitsWith: .exitCode(130)) {
      [jobs = jobs as String, ledger = ledger as String, signal] in
      interruptSelf(signal, whenRunning: "long", ledger: ledger)
      exit(HFM.run(["run", jobs, "--ledger", ledger], .standard()))
    }
    let store = try Ledger(path: ledger)
    #expect(try store.faults().isEmpty)
    let states = try store.jobs()
    #expect(states.first { $0.id == "long" }?.state == .interrupted)
    #expect(states.allSatisfy { $0.state == .done || $0.state == .interrupted })
    #expect(try store.cancel("long") == .cancelled)
    let rest = FrameTests.hfm("run", jobs, "--ledger", ledger, "--json")
    #expect(rest.code == 0)
    let json = try JSONValue(parsing: rest.output)
    #expect(
      json["jobs"]?.array?.map { $0["state"]?.string } == ["done", "cancelled", "done"])
  }
}

/// Sends this process a signal as soon as the ledger says that a job runs.
private func interruptSelf(_ signal: Int32, whenRunning id: String, ledger: String) {
  _ = DriverThread.start {
    while true {
      usleep(20_000)
      guard access(ledger, R_OK) == 0, let store = try? Ledger(path: ledger),
        let job = try? store.jobs().first(where: { $0.id == id }), job.state == .running
      else { continue }
      kill(getpid(), signal)
      return
    }
  }
}
