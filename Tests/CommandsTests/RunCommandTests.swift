@testable import Commands
import Executor
import DataFormats
import Glibc
import JobStore
import Scheduler
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
    #expect(again.errors.contains("3 jobs done before"))
  }

  /// An elastic training beside another job stops at a step's bound when that has ended, goes on
  /// with all cores, and has learnt in the end what it learns in one go.
  @Test(.enabled(if: Processors.count > 1, "one core alone: nothing to change to"))
  func realTrainingGoesOnWithOtherCores() throws {
    let cores = try LocalMachine(deviceProfile: nil).resources.total.cores
    func job(_ id: String, _ keys: String) -> String {
      "{\"id\": \"\(id)\", \"model\": \"esm2-8m\", \"task\": \"finetune\", \"sequence\": 16, "
        + "\"steps\": 100, \(keys)}"
    }
    func loss(_ id: String, _ ledger: String) throws -> Double {
      let found = try Ledger(path: ledger).measurements(of: id).first { $0.name == "loss" }
      return try #require(found?.value)
    }
    // The larger number leaves no core to the short job, whose one pass is over long before a
    // hundred steps are, on whatever machine.
    let elastic =
      "\"scaling\": {\"1\": 1, \"\(cores)\": 1.2}, \"estimateSeconds\": 600, "
      + "\"checkpointSeconds\": 0, \"restoreSeconds\": 0"
    let short =
      "{\"id\": \"short\", \"model\": \"esm2-8m\", \"task\": \"infer\", \"sequence\": 16}"
    let all = [
      short, job("elastic", elastic), job("whole", "\"cores\": 1, \"after\": [\"elastic\"]"),
    ]
    try TestFile.write("{\"jobs\": [\(all.joined(separator: ", "))]}", to: jobs)
    let result = FrameTests.hfm(
      "run", jobs, "--ledger", ledger, "--policy", "elastic-goodput", "--round", "100ms", "--json")
    #expect(result.code == 0, "\(result.errors)")
    let outcomes = try #require(try JSONValue(parsing: result.output)["jobs"]?.array)
    let counts = outcomes.first { $0["id"]?.string == "elastic" }?["coreCounts"]?.array ?? []
    #expect(Set(counts.compactMap(\.int)) == [1, cores], "\(counts)")
    #expect(relativeError(try loss("elastic", ledger), try loss("whole", ledger)) < 1e-3)
    #expect(access(ledger + ".checkpoint-elastic", F_OK) != 0, "a checkpoint is left behind")
  }

  /// With a division every hundredth of a second, which is less than a change costs on any machine,
  /// three elastic trainings do not chase each other: each sets itself up and goes on in peace for
  /// as long as interrupting it was seen to cost.
  @Test(.enabled(if: Processors.count > 1, "one core alone: nothing to change to"))
  func shortRoundsDoNotThrash() throws {
    let all = (0..<3).map { number in
      """
      {"id": "\(number)", "model": "esm2-8m", "task": "finetune", "sequence": 16, "steps": 80,
        "minCores": 1, "maxCores": 2, "estimateSeconds": 600,
        "submitSeconds": \(Double(number) * 0.4)}
      """
    }
    try TestFile.write("{\"jobs\": [\(all.joined(separator: ", "))]}", to: jobs)
    let result = FrameTests.hfm(
      "run", jobs, "--ledger", ledger, "--policy", "elastic-goodput", "--round", "10ms", "--json")
    #expect(result.code == 0, "\(result.errors)")
    let store = try Ledger(path: ledger)
    // Every run has told what it took to be ready; the least of them is a lower bound of all.
    let setups = try store.measurements("setup", per: "setupBytes", last: 1000).map(\.0)
    let least = try #require(setups.min())
    #expect(least > 0)
    let runs = try store.endedRuns()
    #expect(setups.count == runs.count)
    // A first run knows only what was assumed, or seen of others; the last ends by itself.
    let middle = Set(runs.map(\.specification)).flatMap { job in
      runs.filter { $0.specification == job }.dropFirst().dropLast()
    }
    // All together, as a busy machine may hold one up between its start and what is noted of it.
    let seconds = middle.map(\.coreSeconds)
    #expect(
      seconds.reduce(0, +) >= 2 * least * Double(seconds.count), "\(seconds), \(setups)")
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
