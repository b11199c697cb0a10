@testable import Commands
import DataFormats
import Executor
import Glibc
import JobStore
import Quantities
import Scheduler
import Simulation
import Synchronization
import TestSupport
import Testing
import Workloads

/// Runs jobs as short waits, step by step, and honours requests to make room.
final class SteppingRunner: JobRunner {
  private let made = Mutex<[String: Int]>([:])
  private let holds = Mutex<[String: Int]>([:])

  /// Steps made of a job, over all its runs.
  func steps(_ id: String) -> Int { made.withLock { $0[id, default: 0] } }

  /// Has a job go no further than a step until it is asked to stop or to make room.
  func hold(_ id: String, at step: Int) { holds.withLock { $0[id] = step } }

  func estimate(_ job: JobSpecification) throws(UserError) -> JobEstimate {
    if job.model == "unknown" { throw UserError(.input, "unknown model \"unknown\"") }
    return JobEstimate(seconds: Double(job.steps) * 0.005, memoryBytes: 1000)
  }

  func run(
    _ job: JobSpecification, on placement: RunPlacement, _ cancellation: Cancellation
  ) throws -> JobMeasurement {
    for step in cancellation.stepsBefore..<max(job.steps, cancellation.stepsBefore) {
      if holds.withLock({ $0[job.id] == step }) { cancellation.waitUntilAsked() }
      if cancellation.isCancelled { throw CancellationError() }
      if cancellation.makesRoom(at: step) {
        holds.withLock { $0[job.id] = nil }
        throw JobYielded(stepsDone: step, seconds: 0)
      }
      usleep(5000)
      made.withLock { $0[job.id, default: 0] += 1 }
    }
    return JobMeasurement(seconds: 1)
  }
}

@Suite(.timeLimit(.minutes(45))) struct ServiceTests {
  let folder: TemporaryFolder
  var ledger: String { folder.file("l.db") }
  let runner = SteppingRunner()

  init() throws { folder = try TemporaryFolder() }

  static let resources = Resources(nodes: [.init(id: 0, cpus: [0, 1], memoryBytes: 1 << 20)])

  static func job(
    _ id: String, steps: Int, cores: Int = 1, priority: Int = 0, after: [String] = []
  ) -> JobSpecification {
    var job = JobSpecification(
      id: id, model: "m", task: .infer, batch: 1, dtype: "fp32", steps: steps,
      priority: priority, cores: cores, memoryBytes: nil, submitSeconds: 0)
    job.fields.dependsOn = after
    return job
  }

  /// Serves in a thread while the body runs, then stops, and returns what the service said.
  private func serving(
    _ place: String? = nil, _ body: () throws -> Void
  ) throws -> String {
    let recorder = ConsoleRecorder()
    let (isReady, isOver) = (Flag(), Flag())
    var session = ServiceSession(
      resources: Self.resources, policy: .easy, runner: runner, console: recorder.console,
      watchesSignals: false)
    session.isReady = { isReady.set() }
    let (served, path) = (session, place ?? ledger)
    let isStarted = DriverThread.start {
      do { try served.run(ledger: path) } catch { recorder.console.error("\(error)") }
      isReady.set()
      isOver.set()
    }
    #expect(isStarted && isReady.wait())
    let result = Result { try body() }
    _ = try? ServiceClient.ask(ledger: path, [("do", .string("stop"))])
    #expect(isOver.wait())
    try result.get()
    return recorder.errors
  }

  private func submit(
    _ jobs: [JobSpecification], _ place: String? = nil
  ) -> (code: Int32, output: String) {
    let recorder = ConsoleRecorder()
    do {
      let code = try LocalSubmission.run(jobs, ledger: place ?? ledger, recorder.console)
      return (code, recorder.output)
    } catch {
      return (2, "\(error)")
    }
  }

  private func ask(_ word: String, _ id: String) -> (code: Int32, output: String, errors: String) {
    FrameTests.hfm(word, id, "--ledger", ledger)
  }

  private func wait(for id: String, _ state: JobState) throws {
    let isSo = try eventually {
      try Ledger(path: ledger).jobs().first { $0.id == id }?.state == state
    }
    #expect(isSo, "\(id) never was \(state)")
  }

  @Test func jobsComeAtAnyTimeAndRun() throws {
    _ = try serving {
      let first = submit([
        Self.job("a", steps: 3), Self.job("b", steps: 2, after: ["a"]),
        Self.job("wide", steps: 1, cores: 5),
      ])
      #expect(first.code == 3)
      #expect(
        first.output
          == "a: queued\nb: queued\nwide: refused: it asks for 5 cores, there are 2: 3 too many\n")
      try wait(for: "b", .done)
      #expect(submit([Self.job("a", steps: 3)]).output == "a: done\n")
      #expect(submit([Self.job("a", steps: 9)]).code == 2)
      var later = Self.job("later", steps: 1)
      later.submitSeconds = 3600
      #expect(submit([later]).code == 0)
      #expect(
        FrameTests.hfm("jobs", "--ledger", ledger, "--why", "later").output
          .contains("later: is submitted in 3"))
      #expect(ask("cancel", "later").code == 0)
      #expect(ask("cancel", "a").errors.contains("is done already"))
      #expect(ask("pause", "zz").errors.contains("the service has no such job"))
    }
    #expect(try Ledger(path: ledger).jobs().map(\.id) == ["a", "wide", "b", "later"])
    #expect(
      FrameTests.hfm("jobs", "--ledger", ledger, "--why", "wide").output
        == "wide: refused: asks for 5 cores, there are 2: 3 too many\n")
    #expect(runner.steps("a") == 3)
  }

  @Test func waitingIsExplainedWithAForecast() throws {
    _ = try serving {
      _ = submit([
        Self.job("long", steps: 100_000, cores: 2), Self.job("next", steps: 2, cores: 2),
        Self.job("then", steps: 2, after: ["next"]),
      ])
      try wait(for: "long", .running)
      let next = FrameTests.hfm("jobs", "--ledger", ledger, "--why", "next").output
      #expect(
        next.contains("next: waits for cores: it asks for 2, 0 are free, 0 jobs stand before it"))
      #expect(next.contains("it should start in"))
      let then = FrameTests.hfm("jobs", "--ledger", ledger, "--why", "then").output
      #expect(then.contains("then: waits for next to end well"))
      let json = try JSONValue(
        parsing: FrameTests.hfm("jobs", "--ledger", ledger, "--why", "next", "--json").output)
      #expect((json["forecastStartSeconds"]?.double ?? -1) > 0)
      #expect(ask("cancel", "long").code == 0)
      try wait(for: "then", .done)
    }
    #expect(try Ledger(path: ledger).jobs().map(\.state) == [.cancelled, .done, .done])
  }

  @Test func aPausedJobKeepsItsStepsEvenThroughARestart() throws {
    runner.hold("a", at: 200)
    _ = try serving {
      _ = submit([Self.job("a", steps: 300)])
      try wait(for: "a", .running)
      #expect(ask("pause", "a").output == "a: paused\n")
      try wait(for: "a", .interrupted)
      #expect(ask("jobs", "").code == 2)
      #expect(
        FrameTests.hfm("jobs", "--ledger", ledger, "--why", "a").output
          == "a: is paused; hfm resume lets it go on\n")
    }
    let kept = try Ledger(path: ledger).progress(of: "a").stepsDone
    #expect(kept == runner.steps("a"))
    _ = try serving {
      #expect(ask("resume", "a").output == "a: resumed\n")
      #expect(ask("resume", "a").errors.contains("is not paused"))
      try wait(for: "a", .done)
    }
    #expect(runner.steps("a") == 300, "no step is made twice")
  }

  @Test func aMoreImportantJobMakesOthersWait() throws {
    runner.hold("slow", at: 200)
    let said = try serving {
      _ = submit([Self.job("slow", steps: 300, cores: 2)])
      try wait(for: "slow", .running)
      _ = submit([Self.job("urgent", steps: 2, cores: 2, priority: 5)])
      try wait(for: "urgent", .done)
      try wait(for: "slow", .done)
    }
    let ends = try Ledger(path: ledger).jobs().map { ($0.id, $0.endTime ?? 0) }
    #expect(ends.sorted { $0.1 < $1.1 }.map(\.0) == ["urgent", "slow"])
    #expect(said.contains("slow: is asked to stop at its next step and make room"))
    #expect(runner.steps("slow") == 300)
    #expect(try Ledger(path: ledger).completions() == ["slow": 1, "urgent": 1])
  }

  @Test func aTimeLimitEndsAJob() throws {
    var job = Self.job("endless", steps: 1_000_000)
    // As short as it says it is let in.
    (job.fields.estimateSeconds, job.fields.limitSeconds) = (0.5, 1)
    _ = try serving {
      #expect(submit([job]).code == 0)
      try wait(for: "endless", .failed)
    }
    #expect(try Ledger(path: ledger).jobs().map(\.reason) == ["stopped at its time limit"])
    job.fields.estimateSeconds = nil
    job.id = "refused"
    _ = try serving { #expect(submit([job]).code == 3) }
  }

  @Test func aServiceThatStopsKeepsTheStepsOfWhatRuns() throws {
    _ = try serving {
      _ = submit([Self.job("endless", steps: 1_000_000)])
      let isRunning = eventually { runner.steps("endless") > 0 }
      #expect(isRunning)
    }
    let kept = try Ledger(path: ledger).progress(of: "endless").stepsDone
    #expect(kept > 0 && kept == runner.steps("endless"))
  }

  @Test func aSecondServiceIsRefused() throws {
    _ = try serving {
      let other = ServiceSession(
        resources: Self.resources, policy: .easy, runner: runner,
        console: ConsoleRecorder().console, watchesSignals: false)
      let text = errorText { try other.run(ledger: ledger) }
      #expect(text?.contains("is served by process \(getpid()) already") == true)
      #expect(submit([Self.job("still", steps: 1)]).code == 0)
    }
    let nobody = errorText { _ = try ServiceClient.ask(ledger: ledger, [("do", .string("why"))]) }
    #expect(nobody?.contains("nobody serves this ledger") == true)
  }

  /// Root only: a process of another user can neither open the socket nor, where the socket were
  /// open to all, get an answer; and it cannot read the ledger.
  @Test(.enabled(if: geteuid() == 0, "needs root, to become another user"))
  func aForeignUserIsRefused() async throws {
    chmod(folder.path, 0o755)
    let (isReady, isOver) = (Flag(), Flag())
    var session = ServiceSession(
      resources: Self.resources, policy: .easy, runner: runner,
      console: ConsoleRecorder().console, watchesSignals: false)
    session.isReady = { isReady.set() }
    let (served, path) = (session, ledger)
    _ = DriverThread.start {
      try? served.run(ledger: path)
      isReady.set()
      isOver.set()
    }
    #expect(isReady.wait())
    await #expect(processExitsWith: .exitCode(0)) { [path = path as String] in
      exit(foreignerIsKeptOut(path, expecting: "belongs to another user") ? 0 : 1)
    }
    // Even where somebody opened the door, the kernel's word on the peer decides.
    chmod(ServiceSocket.path(ledger: path), 0o666)
    await #expect(processExitsWith: .exitCode(0)) { [path = path as String] in
      exit(foreignerIsKeptOut(path, expecting: "this service belongs to another user") ? 0 : 1)
    }
    _ = try ServiceClient.ask(ledger: path, [("do", .string("stop"))])
    #expect(isOver.wait())
  }

  /// Root only: a file system of one megabyte that is full while jobs run, are interrupted and are
  /// handed over. What was accepted is done in the end, the file is sound, nothing is done twice.
  @Test(.enabled(if: geteuid() == 0, "needs root, to mount a small file system"))
  func aFullDiskLosesNothing() throws {
    let disk = folder.file("disk")
    mkdir(disk, 0o700)
    guard mount("tmpfs", disk, "tmpfs", 0, "size=1m") == 0 else {
      // A container may not mount; the ledger's own test limits its pages instead.
      return print("aFullDiskLosesNothing skipped: mount is not permitted here")
    }
    defer { umount2(disk, Int32(MNT_DETACH)) }
    let path = disk + "/l.db"
    var accepted: Set<String> = ["long"]
    _ = try serving(path) {
      #expect(submit([Self.job("long", steps: 300, cores: 2)], path).code == 0)
      let isRunning = eventually { runner.steps("long") > 0 }
      #expect(isRunning)
      Self.fill(disk + "/filler")
      var refusals = 0
      for number in 0..<200 {
        let answer = submit([Self.job("more\(number)", steps: 1, priority: number % 2)], path)
        if answer.code == 0 {
          accepted.insert("more\(number)")
        } else {
          refusals += 1
          #expect(answer.output.contains("disk"), "\(answer.output)")
        }
        if refusals > 3 { break }
        Self.fill(disk + "/filler")
      }
      #expect(refusals > 0)
      unlink(disk + "/filler")
      #expect(submit([Self.job("after", steps: 1)], path).code == 0)
      accepted.insert("after")
      let isDone = try eventually { try Self.allDone(path) }
      #expect(isDone)
    }
    let store = try Ledger(path: path)
    let done = try store.jobs().filter { $0.state == .done }.map(\.id)
    #expect(accepted.isSubset(of: done))
    #expect(try store.completions().values.allSatisfy { $0 == 1 })
    #expect(try store.faults().isEmpty)
    #expect(runner.steps("long") == 300)
  }

  /// Appends to a file until nothing more fits.
  private static func fill(_ path: String) {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    let block = [UInt8](repeating: 1, count: 4096)
    while write(file, block, block.count) > 0 {}
    close(file)
  }

  /// A quick sample of scripts/kill-jobs.py: a service is killed at a random moment of its work,
  /// and another goes on. Nothing is lost, and nothing completed twice.
  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func aKilledServiceLosesNothing(seed: UInt64) async throws {
    for round in 0..<3 as Range<UInt64> {
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [path = ledger as String, seed = seed as UInt64, round = round as UInt64] in
        try doomedService(path, seed: seed * 8 + round)
      }
    }
    _ = try serving {
      let isDone = try eventually { try Self.allDone(ledger) }
      #expect(isDone)
    }
    let found = try Ledger(path: ledger)
    // All three may have been killed before anything was accepted.
    let list = (try? TestFile.text(ledger + ".accepted")) ?? ""
    let accepted = list.split(separator: "\n").map(String.init)
    let states = Dictionary(
      try found.jobs().map { ($0.id, $0.state) }, uniquingKeysWith: { first, _ in first })
    for id in accepted { #expect(states[id] == .done, "\(id) was accepted") }
    #expect(try found.completions().values.allSatisfy { $0 == 1 })
    #expect(try found.faults().isEmpty)
  }

  static func allDone(_ path: String) throws -> Bool {
    try Ledger(path: path).jobs().allSatisfy { $0.state == .done }
  }
}

/// A flag between threads.
final class Flag: Sendable {
  private let value = Atomic(false)
  func set() { value.store(true, ordering: .releasing) }

  /// Waits for it.
  func wait() -> Bool { eventually { value.load(ordering: .acquiring) } }
}

/// Becomes another user, and tries to get at a ledger and its service.
private func foreignerIsKeptOut(_ ledger: String, expecting words: String) -> Bool {
  // As the program itself does.
  signal(SIGPIPE, SIG_IGN)
  guard setgid(65534) == 0, setuid(65534) == 0 else { return false }
  guard open(ledger, O_RDONLY) < 0, open(ledger + "-wal", O_RDONLY) < 0 else { return false }
  let refused = errorText {
    _ = try ServiceClient.ask(
      ledger: ledger, [("do", .string("cancel")), ("id", .string("a"))])
  }
  return refused?.contains(words) == true
}

/// Serves, submits jobs to itself, notes what was accepted, and is killed after a random time.
private func doomedService(_ ledger: String, seed: UInt64) throws {
  var random = SplitMix64(seed: seed)
  let doom = useconds_t(random.int(5_000...150_000))
  _ = DriverThread.start {
    usleep(doom)
    kill(getpid(), SIGKILL)
  }
  let isReady = Flag()
  var session = ServiceSession(
    resources: ServiceTests.resources, policy: .easy, runner: SteppingRunner(),
    console: ConsoleRecorder().console, watchesSignals: false)
  session.isReady = { isReady.set() }
  let served = session
  _ = DriverThread.start { try? served.run(ledger: ledger) }
  _ = isReady.wait()
  var number = 0
  while true {
    let id = "s\(seed)-\(number)"
    number += 1
    let job = ServiceTests.job(
      id, steps: random.int(1...3), cores: random.int(1...2), priority: random.int(0...2))
    guard (try? LocalSubmission.run([job], ledger: ledger, ConsoleRecorder().console)) == 0 else {
      continue
    }
    // Appended whole: a line that the kill cuts off would name a job that never was.
    let file = open(ledger + ".accepted", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    let line = Array((id + "\n").utf8)
    write(file, line, line.count)
    close(file)
    usleep(useconds_t(random.int(0...4000)))
  }
}
