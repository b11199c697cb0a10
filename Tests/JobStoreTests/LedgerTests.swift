import Glibc
import JobStore
import Quantities
import TestSupport
import Testing

@Suite struct LedgerTests {
  let folder: TemporaryFolder
  var path: String { folder.file("ledger.db") }

  init() throws { folder = try TemporaryFolder() }

  @Test func aJobsWholeLife() throws {
    let ledger = try Ledger(path: path)
    #expect(try ledger.submit(id: "a", specification: "{}", at: 10) == .queued)
    try ledger.predict("a", seconds: 2.5)
    let run = try ledger.begin(
      "a", on: RunPlacement(numaNodes: [0, 1], cpus: [0, 4], memoryBytes: 1 << 40), at: 11)
    #expect(try ledger.jobs().map(\.state) == [.running])
    try ledger.finish(
      run: run, state: .done, measuredSeconds: 2.25, at: 14,
      measurements: [(name: "loss", unit: "", value: 0.5), (name: "step", unit: "s", value: 0.1)])
    // Another reader sees the same through its own connection.
    let job = try #require(try Ledger(path: path).jobs().first)
    #expect(job.state == .done)
    #expect(job.numaNodes == [0, 1])
    #expect(job.cpus == [0, 4])
    #expect(job.memoryBytes == 1 << 40)
    #expect(job.predictedSeconds == 2.5)
    #expect(job.measuredSeconds == 2.25)
    #expect(job.startTime == 11)
    #expect(job.endTime == 14)
    #expect(try ledger.measurements(of: "a").map(\.value) == [0.5, 0.1])
    #expect(try ledger.submit(id: "a", specification: "{}", at: 20) == .done)
    #expect(try ledger.submit(id: "a", specification: "{1}", at: 20) == .conflict)
  }

  /// An engine's nodes have names; a job that is tried again has none until it is given some.
  @Test func nodesOfAnEngineAreRemembered() throws {
    let ledger = try Ledger(path: path)
    func enter(_ token: String) throws {
      _ = try ledger.enter(
        id: "a", specification: "{}", engine: "slurm", token: token, predictedSeconds: nil, at: 0)
    }
    try enter("1")
    try ledger.noteEngineNodes(["n1", "n2"], of: "a")
    try ledger.noteEngineNodes(["n1", "n3"], of: "a")
    #expect(try Ledger(path: path).engineNodes() == ["a": ["n1", "n3"]])
    try ledger.settle("a", as: .failed)
    try enter("2")
    #expect(try ledger.engineNodes().isEmpty)
  }

  /// What runs took is found again, the latest in the order of writing.
  @Test func costsOfInterruptionsOutlastTheProcess() throws {
    let ledger = try Ledger(path: path)
    for number in 1...4 {
      let id = "job\(number)"
      _ = try ledger.submit(id: id, specification: id, at: 0)
      let run = try ledger.begin(
        id, on: RunPlacement(numaNodes: [0], cpus: [0], memoryBytes: 1), at: 0)
      try ledger.yield(
        id, run: run, stepsDone: 1, isPaused: false, measuredSeconds: 1, at: 1,
        measurements: [
          (name: "setup", unit: "s", value: Double(number)),
          (name: "setupBytes", unit: "bytes", value: 100),
        ])
    }
    let found = try Ledger(path: path).measurements("setup", per: "setupBytes", last: 3)
    #expect(found.map(\.0) == [2, 3, 4] && found.allSatisfy { $0.1 == 100 })
    #expect(try ledger.measurements("setup", per: "nothing", last: 3).isEmpty)
  }

  @Test func failedAndRefusedJobsMayBeTriedAgain() throws {
    let ledger = try Ledger(path: path)
    #expect(try ledger.submit(id: "a", specification: "", at: 0) == .queued)
    try ledger.settle("a", as: .refused, reason: "too large")
    #expect(try ledger.jobs().first?.reason == "too large")
    #expect(try ledger.submit(id: "a", specification: "", at: 1) == .queued)
    #expect(try ledger.jobs().first?.reason == "")
  }

  @Test func cancelling() throws {
    let ledger = try Ledger(path: path)
    #expect(try ledger.cancel("a") == .unknown)
    _ = try ledger.submit(id: "a", specification: "", at: 0)
    #expect(try ledger.cancel("a") == .requested(.current))
    #expect(try ledger.cancellationRequests() == ["a"])
    try ledger.settle("a", as: .interrupted)
    #expect(try ledger.cancel("a") == .cancelled)
    #expect(try ledger.cancel("a") == .settled(.cancelled))
    #expect(try ledger.submit(id: "a", specification: "", at: 0) == .cancelled)
  }

  @Test func jobsOfAProcessThatIsGoneAreInterrupted() throws {
    do {
      let ledger = try Ledger(path: path)
      let gone = ProcessIdentity(id: Int(getpid()), startTicks: 1)
      _ = try ledger.submit(id: "queued", specification: "", at: 0, by: gone)
      _ = try ledger.submit(id: "running", specification: "", at: 0, by: gone)
      _ = try ledger.begin(
        "running", on: RunPlacement(numaNodes: [0], cpus: [0], memoryBytes: 0), at: 0)
      _ = try ledger.submit(id: "mine", specification: "", at: 0)
    }
    let jobs = try Ledger(path: path).jobs()
    #expect(jobs.map(\.state) == [.interrupted, .interrupted, .queued])
  }

  @Test func foreignFilesAreRefusedByName() throws {
    try TestFile.write("this is no database, but it is long enough", to: path)
    #expect(errorText { _ = try Ledger(path: path) }?.hasPrefix(path) == true)
    let missing = folder.file("no/such/folder.db")
    #expect(errorText { _ = try Ledger(path: missing) }?.hasPrefix(missing) == true)
  }

  /// A child writes transactions without pause and is killed some milliseconds after it has done
  /// `done` jobs; whatever it was doing, the file is sound, and its open jobs are resumed.
  @Test(arguments: [(0, 20), (0, 60), (5, 1), (20, 7)])
  func aKilledWriterLeavesASoundLedger(done: Int, milliseconds: Int) async throws {
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [path = path as String, done, milliseconds] in
      try ledgerWriter(path, killedAfter: done, andMilliseconds: milliseconds)
    }
    let ledger = try Ledger(path: path)
    #expect(try ledger.faults().isEmpty)
    let jobs = try ledger.jobs()
    #expect(jobs.count { $0.state == .done } >= done)
    let open = jobs.filter { $0.state != .done }
    #expect(open.allSatisfy { $0.state == .interrupted })
    // The writer goes from job to job, so all but the last are done, without gaps.
    #expect(jobs.map(\.id) == (0..<jobs.count).map { "job\($0)" })
    #expect(jobs.dropLast().allSatisfy { $0.state == .done && $0.measuredSeconds == 1 })
    for job in open {
      #expect(try ledger.submit(id: job.id, specification: job.id, at: 9) == .queued)
    }
  }
}

/// Writes jobs until the process is killed from a second thread.
private func ledgerWriter(
  _ path: String, killedAfter jobs: Int, andMilliseconds milliseconds: Int
) throws {
  let ledger = try Ledger(path: path)
  var number = 0
  while true {
    if number == jobs { killThisProcess(after: milliseconds) }
    _ = try ledger.submit(id: "job\(number)", specification: "job\(number)", at: 0)
    let run = try ledger.begin(
      "job\(number)", on: RunPlacement(numaNodes: [0], cpus: [0], memoryBytes: 1), at: 0)
    try ledger.finish(run: run, state: .done, measuredSeconds: 1, at: 1)
    number += 1
  }
}

/// Starts a thread that kills this process.
private func killThisProcess(after milliseconds: Int) {
  var thread = pthread_t()
  let delay = UnsafeMutablePointer<Int>.allocate(capacity: 1)
  delay.pointee = milliseconds
  pthread_create(
    &thread, nil,
    { argument in
      usleep(UInt32(argument?.load(as: Int.self) ?? 0) * 1000)
      kill(getpid(), SIGKILL)
      return nil
    }, delay)
}
