@testable import Commands
import DataFormats
import Glibc
import JobStore
import Quantities
import Scheduler
import Synchronization
import TestSupport
import Testing
import Workloads

/// Runs jobs as waits, and keeps account of who held which core when.
private final class WaitingRunner: JobRunner {
  private struct State {
    var busy: Set<Int> = []
    var overlaps = 0
    var runs: [String: Int] = [:]
  }
  private let state = Mutex(State())
  let started = Mutex<(@Sendable (String) -> Void)?>(nil)

  var overlaps: Int { state.withLock { $0.overlaps } }
  func runs(_ id: String) -> Int { state.withLock { $0.runs[id, default: 0] } }

  func estimate(_ job: JobSpecification) throws(UserError) -> JobEstimate {
    if job.model == "unknown" {
      throw UserError(.input, "unknown model \"unknown\"", remedy: "did you mean uni?")
    }
    return JobEstimate(seconds: Double(job.steps) * 0.01, memoryBytes: 1000)
  }

  func run(
    _ job: JobSpecification, on placement: RunPlacement, _ cancellation: Cancellation
  ) throws -> JobMeasurement {
    state.withLock { state in
      for cpu in placement.cpus where !state.busy.insert(cpu).inserted { state.overlaps += 1 }
      state.runs[job.id, default: 0] += 1
    }
    defer { state.withLock { $0.busy.subtract(placement.cpus) } }
    started.withLock { $0 }?(job.id)
    if job.model == "broken" { throw UserError(.run, "the kernel failed") }
    for step in cancellation.stepsBefore..<job.steps {
      if cancellation.isCancelled { throw CancellationError() }
      if cancellation.makesRoom(at: step) { throw JobYielded(stepsDone: step, seconds: 0) }
      usleep(10_000)
    }
    return JobMeasurement(
      seconds: Double(job.steps) * 0.01, details: [(name: "passes", unit: "", value: 1)])
  }
}

@Suite struct RunSessionTests {
  let folder: TemporaryFolder
  private let runner = WaitingRunner()
  var ledger: String { folder.file("ledger.db") }

  init() throws { folder = try TemporaryFolder() }

  static func job(
    _ id: String, model: String = "m", steps: Int = 3, cores: Int = 1, memory: Int? = nil
  ) -> JobSpecification {
    JobSpecification(
      id: id, model: model, task: .infer, batch: 1, dtype: "fp32", steps: steps, priority: 0,
      cores: cores, memoryBytes: memory, submitSeconds: 0)
  }

  private func session(_ policy: PolicyName = .easy) -> RunSession {
    RunSession(
      resources: Resources(nodes: [
        .init(id: 0, cpus: [0, 1], memoryBytes: 1 << 20, distances: [10, 20]),
        .init(id: 1, cpus: [2, 3], memoryBytes: 1 << 20, distances: [20, 10]),
      ]), policy: policy, runner: runner, console: ConsoleRecorder().console,
      watchesSignals: false)
  }

  @Test(arguments: PolicyName.allCases)
  func jobsShareTheMachineWithoutOverlap(_ policy: PolicyName) throws {
    let jobs = (0..<12).map { Self.job("j\($0)", steps: 1 + $0 % 3, cores: 1 + $0 % 4) }
    let report = try session(policy).run(jobs, ledger: ledger)
    #expect(report.exitCode == 0)
    #expect(report.outcomes.map(\.id) == jobs.map(\.id))
    #expect(report.outcomes.allSatisfy { $0.state == .done })
    for (job, outcome) in zip(jobs, report.outcomes) {
      #expect(outcome.placement?.cpus.count == job.cores)
      #expect(outcome.measuredSeconds == Double(job.steps) * 0.01)
      #expect((outcome.startSeconds ?? .infinity) <= (outcome.endSeconds ?? -1))
    }
    #expect(runner.overlaps == 0)
    #expect(try Ledger(path: ledger).jobs().allSatisfy { $0.state == .done && $0.runs == 1 })
    #expect(try Ledger(path: ledger).measurements(of: "j0").map(\.name) == ["passes"])
  }

  @Test func aFailedJobDoesNotStopTheOthers() throws {
    let jobs = [Self.job("bad", model: "broken", cores: 4), Self.job("good", cores: 4)]
    let report = try session().run(jobs, ledger: ledger)
    #expect(report.outcomes.map(\.state) == [.failed, .done])
    #expect(report.outcomes[0].reason == "the kernel failed")
    #expect(report.exitCode == 4)
  }

  @Test func aJobThatCanNeverFitIsRefusedWithTheLimit() throws {
    let jobs = [Self.job("wide", cores: 9), Self.job("large", memory: 3 << 20), Self.job("fits")]
    let report = try session().run(jobs, ledger: ledger)
    #expect(report.outcomes.map(\.state) == [.refused, .refused, .done])
    #expect(report.outcomes[0].reason == "asks for 9 cores, there are 4: 5 too many")
    #expect(report.exitCode == 3)
  }

  @Test func aWrongJobStopsBeforeAnythingIsWritten() {
    let text = errorText {
      _ = try session().run([Self.job("a"), Self.job("b", model: "unknown")], ledger: ledger)
    }
    #expect(text == "job \"b\": unknown model \"unknown\"; did you mean uni?")
    #expect(access(ledger, F_OK) != 0)
  }

  @Test func anInterruptedRunIsResumed() throws {
    let jobs = [
      Self.job("first", steps: 1, cores: 4), Self.job("second", steps: 100_000, cores: 4),
      Self.job("third", steps: 1),
    ]
    var first = session(.fcfs)
    let inbox = Inbox()
    first.inbox = inbox
    runner.started.withLock {
      $0 = { if $0 == "second" { inbox.post(.interrupted) } }
    }
    let report = try first.run(jobs, ledger: ledger)
    #expect(report.exitCode == 130)
    #expect(report.outcomes.map(\.state) == [.done, .interrupted, .interrupted])
    #expect(try Ledger(path: ledger).jobs().map(\.state) == [.done, .interrupted, .interrupted])

    runner.started.withLock { $0 = nil }
    // The same job in the ledger's eyes, so its length must stay; stop waiting for it early.
    let again = try session(.fcfs).run([jobs[0], jobs[2]], ledger: ledger)
    #expect(again.exitCode == 0)
    #expect(again.outcomes.map(\.state) == [.done, .done])
    #expect(again.outcomes.map(\.isEarlier) == [true, false])
    #expect(runner.runs("first") == 1)
  }

  @Test func cancellingARunningAndAWaitingJob() throws {
    let jobs = [
      Self.job("runs", steps: 100_000, cores: 4), Self.job("waits", steps: 1, cores: 4),
      Self.job("last", steps: 1, cores: 4),
    ]
    let path = ledger
    runner.started.withLock {
      $0 = { id in
        guard id == "runs", let other = try? Ledger(path: path) else { return }
        #expect((try? other.cancel("waits")) == .requested(.current))
        #expect((try? other.cancel("runs")) == .requested(.current))
      }
    }
    let report = try session(.fcfs).run(jobs, ledger: ledger)
    #expect(report.outcomes.map(\.state) == [.cancelled, .cancelled, .done])
    #expect(runner.runs("waits") == 0)
    #expect(report.exitCode == 0)
  }

  @Test func anotherJobOfTheSameNameIsRefused() throws {
    _ = try session().run([Self.job("a", steps: 1)], ledger: ledger)
    let text = errorText { _ = try session().run([Self.job("a", steps: 2)], ledger: ledger) }
    #expect(text?.contains("the ledger holds another job of this name") == true)
  }

  @Test func jobsAndCancelReadTheLedger() throws {
    _ = try session().run([Self.job("a", steps: 1), Self.job("w", cores: 9)], ledger: ledger)
    let table = FrameTests.hfm("jobs", "--ledger", ledger)
    #expect(table.code == 0)
    #expect(table.output.contains("w: refused: asks for 9 cores, there are 4: 5 too many"))
    let json = try JSONValue(parsing: FrameTests.hfm("jobs", "--ledger", ledger, "--json").output)
    #expect(json[0]?["id"]?.string == "a")
    #expect(json[0]?["state"]?.string == "done")
    #expect(json[0]?["placement"]?["cpus"]?.array?.count == 1)
    #expect(json[0]?["measuredSeconds"]?.double == 0.01)
    #expect(FrameTests.hfm("cancel", "a", "--ledger", ledger).errors.contains("is done already"))
    #expect(FrameTests.hfm("cancel", "b", "--ledger", ledger).code == 2)
    let missing = FrameTests.hfm("jobs", "--ledger", folder.file("none.db"))
    #expect(missing.code == 2)
    #expect(missing.errors.contains("there is no ledger"))
  }
}
