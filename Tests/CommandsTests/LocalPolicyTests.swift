@testable import Commands
import Glibc
import JobStore
import Quantities
import Scheduler
import Simulation
import Synchronization
import TestSupport
import Testing
import Workloads

/// Runs jobs as waits, each step shorter on more cores, and keeps account of who did what when.
private final class ScalingRunner: JobRunner {
  private struct State {
    var busy: Set<Int> = []
    var overlaps = 0
    /// Steps by job, each with the cores that it ran on.
    var steps: [String: [Int]] = [:]
    var order: [String] = []
    var running: [String] = []
    var mostOfArray = 0
  }
  private let state = Mutex(State())
  /// Called after each step of a job, by which it may hold the job up.
  let onStep = Mutex<(@Sendable (String, Int, Cancellation) -> Void)?>(nil)

  var overlaps: Int { state.withLock { $0.overlaps } }
  var order: [String] { state.withLock { $0.order } }
  var mostOfArray: Int { state.withLock { $0.mostOfArray } }
  func steps(_ id: String) -> [Int] { state.withLock { $0.steps[id, default: []] } }

  func estimate(_ job: JobSpecification) throws(UserError) -> JobEstimate {
    let sizes = job.coreRange.map { ElasticRange.sizes(from: $0.lowerBound, to: $0.upperBound) }
    return JobEstimate(
      seconds: Double(job.steps) * 0.02 / Double(job.cores).squareRoot(), memoryBytes: 1000,
      scaling: sizes.map { sizes in
        ElasticRange(points: sizes.map { .init(devices: $0, speedup: Double($0).squareRoot()) })
      }, checkpointSeconds: 0.001, restoreSeconds: 0.001)
  }

  func run(
    _ job: JobSpecification, on placement: RunPlacement, _ cancellation: Cancellation
  ) throws -> JobMeasurement {
    let cores = placement.cpus.count
    state.withLock { state in
      for cpu in placement.cpus where !state.busy.insert(cpu).inserted { state.overlaps += 1 }
      state.order.append(job.id)
      state.running.append(job.id)
      let tasks = state.running.count { $0.hasPrefix("task") }
      state.mostOfArray = max(state.mostOfArray, tasks)
    }
    defer {
      state.withLock { state in
        state.busy.subtract(placement.cpus)
        state.running.removeAll { $0 == job.id }
      }
    }
    for step in cancellation.stepsBefore..<job.steps {
      if cancellation.isCancelled { throw CancellationError() }
      if cancellation.makesRoom(at: step) { throw JobYielded(stepsDone: step, seconds: 0.5) }
      usleep(useconds_t(20_000 / Double(cores).squareRoot()))
      state.withLock { $0.steps[job.id, default: []].append(cores) }
      onStep.withLock { $0 }?(job.id, step, cancellation)
    }
    return JobMeasurement(seconds: 1)
  }
}

extension Cancellation {
  /// Whether a job stops before a step to make room, as the real runner does: once this run has
  /// made a step, or at once where a user wants it.
  func makesRoom(at step: Int) -> Bool {
    mustYield && (step > stepsBefore || mustYieldAtOnce)
  }

  /// Waits in a job's first run until it is asked to stop or to make room: a test that needs it
  /// still running then holds it up, so that no load of the machine decides what comes first.
  func waitUntilAsked() {
    guard stepsBefore == 0 else { return }
    _ = eventually { isCancelled || mustYield }
  }
}

/// Policies, users, deadlines, arrays, labels and elastic jobs on the local back end.
@Suite(.timeLimit(.minutes(45))) struct LocalPolicyTests {
  let folder: TemporaryFolder
  private let runner = ScalingRunner()
  var ledger: String { folder.file("ledger.db") }

  init() throws { folder = try TemporaryFolder() }

  static func job(
    _ id: String, steps: Int = 3, cores: Int = 1, priority: Int = 0,
    _ change: (inout JobSpecification) -> Void = { _ in }
  ) -> JobSpecification {
    var job = JobSpecification(
      id: id, model: "m", task: .infer, batch: 1, dtype: "fp32", steps: steps, priority: priority,
      cores: cores, memoryBytes: nil, submitSeconds: 0)
    change(&job)
    return job
  }

  private func session(
    _ policy: PolicyName, cores: Int, _ choices: LocalChoices = LocalChoices()
  ) -> RunSession {
    RunSession(
      resources: Resources(nodes: [
        .init(id: 0, cpus: Array(0..<cores), memoryBytes: 1 << 20, labels: choices.labels)
      ]), policy: policy, choices: choices, runner: runner, console: ConsoleRecorder().console,
      watchesSignals: false)
  }

  @Test func anElasticJobChangesItsCoresAtAStep() throws {
    var choices = LocalChoices()
    choices.roundSeconds = 0.05
    // The opener keeps the second back until the first has begun, and the first goes on beyond its
    // sixth step when it has been asked to make room.
    func elastic(_ id: String, _ steps: Int, after: [String] = []) -> JobSpecification {
      Self.job(id, steps: steps) {
        $0.coreRange = 1...4
        $0.fields.estimateSeconds = 600
        $0.fields.dependsOn = after
      }
    }
    let jobs = [
      elastic("first", 120), elastic("second", 40, after: ["opener"]), Self.job("opener", steps: 1),
    ]
    let runner = runner
    runner.onStep.withLock {
      $0 = { id, step, cancellation in
        if id == "opener" { _ = eventually { runner.steps("first").count > 2 } }
        if id == "first", step == 5 { cancellation.waitUntilAsked() }
      }
    }
    let report = try session(.elasticGoodput, cores: 5, choices).run(jobs, ledger: ledger)
    #expect(report.outcomes.map(\.state) == [.done, .done, .done])
    let sizes = runner.steps("first")
    // No step is lost or made twice, whatever the cores; it had all of them and then fewer.
    #expect(sizes.count == 120 && runner.steps("second").count == 40)
    #expect(sizes.first == 4 && sizes.contains { $0 < 4 })
    #expect(report.outcomes[0].coreCounts.count > 1)
    #expect(Set(report.outcomes[0].coreCounts) == Set(sizes))
    #expect(runner.overlaps == 0)
    // Time of steps before an interruption counts.
    let pieces = report.outcomes[0].coreCounts.count
    #expect(report.outcomes[0].measuredSeconds == 1 + 0.5 * Double(pieces - 1))
    #expect(try Ledger(path: ledger).jobs().allSatisfy { $0.state == .done })
  }

  @Test func theEarliestDeadlineGoesFirst() throws {
    // The first that waits has its reservation; the others come by their deadlines.
    let jobs = [
      Self.job("blocks", steps: 4), Self.job("first"),
      Self.job("late") { $0.fields.deadlineSeconds = 3000 },
      Self.job("never") { $0.fields.deadlineSeconds = 0.01 },
      Self.job("soon") { $0.fields.deadlineSeconds = 1000 }, Self.job("someday"),
    ]
    let report = try session(.edf, cores: 1).run(jobs, ledger: ledger)
    #expect(runner.order == ["blocks", "first", "soon", "late", "someday"])
    #expect(report.outcomes[3].state == .refused)
    #expect(report.outcomes[3].reason.contains("after its deadline even if it started now"))
  }

  /// A missed deadline ends nothing, but is said.
  @Test func aMissedDeadlineIsSaid() throws {
    // It is let in where this machine does not stand still for three seconds, and then is late.
    let job = Self.job("a", steps: 160) {
      $0.fields.deadlineSeconds = 3
      $0.fields.estimateSeconds = 0.01
    }
    let report = try session(.easy, cores: 1).run([job], ledger: ledger)
    #expect(report.outcomes[0].state == .done && report.exitCode == 0)
    #expect(report.outcomes[0].reason.hasSuffix("s after its deadline"))
    #expect(try Ledger(path: ledger).jobs()[0].reason == report.outcomes[0].reason)
  }

  /// Whoever has used less goes first, whoever came first; a share of two counts half; and the
  /// ledger remembers what was used before.
  @Test func sharesAreFair() throws {
    func order(_ tag: String, _ choices: LocalChoices = LocalChoices()) throws -> [String] {
      // Carol's first keeps the core busy, and her second has the first reservation.
      let users = ["carol", "carol", "alice", "alice", "bob"]
      let jobs = users.enumerated().map { number, user in
        // Each of Alice's as long as many of Bob's, whatever else the machine does.
        Self.job("\(tag)-\(user)\(number)", steps: user == "alice" ? 50 : 2) {
          $0.fields.user = user
        }
      }
      let before = runner.order.count
      _ = try session(.fairShare, cores: 1, choices).run(jobs, ledger: ledger)
      return runner.order[before...].dropFirst(2).map { String($0.dropFirst(2)) }
    }
    _ = try order("x")
    // Alice has used more by now, and the ledger tells.
    #expect(try order("y").first == "bob4")
    var choices = LocalChoices()
    choices.shares = [("alice", 1000)]
    #expect(try order("z", choices) == ["alice2", "alice3", "bob4"])
  }

  @Test func anArrayKeepsItsLimit() throws {
    let jobs = (0..<9).map { number in
      Self.job("task\(number)") {
        $0.fields.array = "night"
        $0.fields.arrayLimit = 2
      }
    }
    // The first does not end before another has begun.
    let runner = runner
    runner.onStep.withLock { $0 = { _, _, _ in _ = eventually { runner.mostOfArray > 1 } } }
    let report = try session(.easy, cores: 4).run(jobs, ledger: ledger)
    #expect(report.outcomes.allSatisfy { $0.state == .done })
    #expect(runner.mostOfArray == 2)
  }

  @Test func dataStaysWhereItMayBe() throws {
    let jobs = [Self.job("a") { $0.fields.requires = ["on-premise"] }]
    let away = try session(.easy, cores: 1).run(jobs, ledger: ledger)
    #expect(away.outcomes[0].state == .refused && away.exitCode == 3)
    #expect(away.outcomes[0].reason.contains("on nodes with on-premise"))
    var choices = LocalChoices()
    choices.labels = ["on-premise", "gpu"]
    let home = try session(.easy, cores: 1, choices).run(jobs, ledger: ledger)
    #expect(home.outcomes[0].state == .done)
  }

  @Test func dependenciesAreChecked() throws {
    let typo = errorText {
      _ = try session(.easy, cores: 1).run(
        [Self.job("first"), Self.job("b") { $0.fields.dependsOn = ["firs"] }], ledger: ledger)
    }
    #expect(
      typo?.contains("job \"b\": after: no job is named \"firs\"; did you mean first?") == true)
    #expect(try Ledger(path: ledger).jobs().isEmpty)
    // In any order of the file; and one that was cancelled takes those along that wait for it.
    let jobs = [
      Self.job("c") { $0.fields.dependsOn = ["b"] }, Self.job("b") { $0.fields.dependsOn = ["a"] },
      Self.job("a"),
    ]
    _ = try session(.easy, cores: 2).run(jobs, ledger: ledger)
    #expect(runner.order == ["a", "b", "c"])
    let store = try Ledger(path: ledger)
    _ = try store.submit(id: "gone", specification: Self.job("gone").text, at: 0)
    try store.settle("gone", as: .cancelled)
    let left = try session(.easy, cores: 2).run(
      [
        Self.job("gone"), Self.job("d") { $0.fields.dependsOn = ["gone"] },
        Self.job("e") { $0.fields.dependsOn = ["d"] },
      ], ledger: ledger)
    #expect(left.outcomes.map(\.state) == [.cancelled, .refused, .refused])
    #expect(left.outcomes[1].reason == "depends on gone, which will not end well here")
  }

  /// A job that is cancelled before its submission does not hold those up for ever that wait for
  /// it.
  @Test func cancellingAJobToComeReleasesThoseThatWait() throws {
    let path = ledger
    runner.onStep.withLock {
      $0 = { id, step, _ in
        if id == "now", step == 2 { _ = try? Ledger(path: path).cancel("later") }
      }
    }
    let report = try session(.easy, cores: 1).run(
      [
        Self.job("later") { $0.submitSeconds = 3600 },
        Self.job("waits") { $0.fields.dependsOn = ["later"] }, Self.job("now", steps: 100),
      ], ledger: ledger)
    #expect(report.outcomes.map(\.state) == [.cancelled, .refused, .done])
    #expect(report.outcomes[1].reason == "depends on later, which did not end well")
  }

  /// `hfm run` too makes room for a more important job, and keeps what others have made.
  @Test func aMoreImportantJobInterruptsAtAStep() throws {
    // The opener keeps the urgent one back until the slow one runs, which waits to be asked.
    let runner = runner
    runner.onStep.withLock {
      $0 = { id, step, cancellation in
        if id == "opener" { _ = eventually { runner.steps("slow").count > 2 } }
        if id == "slow", step == 9 { cancellation.waitUntilAsked() }
      }
    }
    let report = try session(.easy, cores: 3).run(
      [
        Self.job("slow", steps: 60, cores: 2), Self.job("opener", steps: 1),
        Self.job("urgent", steps: 2, cores: 2, priority: 5) { $0.fields.dependsOn = ["opener"] },
      ], ledger: ledger)
    #expect(report.outcomes.map(\.state) == [.done, .done, .done])
    #expect(Set(runner.order.prefix(2)) == ["slow", "opener"])
    #expect(runner.order.dropFirst(2) == ["urgent", "slow"])
    #expect(runner.steps("slow").count == 60)
  }

  @Test func anInterruptedRunKeepsItsSteps() throws {
    let jobs = [Self.job("long", steps: 50)]
    let inbox = Inbox()
    var first = session(.easy, cores: 1)
    first.inbox = inbox
    runner.onStep.withLock {
      $0 = { _, step, cancellation in
        guard step == 9 else { return }
        inbox.post(.interrupted)
        cancellation.waitUntilAsked()
      }
    }
    #expect(try first.run(jobs, ledger: ledger).exitCode == 130)
    let made = runner.steps("long").count
    #expect(made == 10)
    #expect(try Ledger(path: ledger).jobs()[0].state == .interrupted)
    runner.onStep.withLock { $0 = nil }
    #expect(try session(.easy, cores: 1).run(jobs, ledger: ledger).exitCode == 0)
    #expect(runner.steps("long").count == 50)
  }
}
