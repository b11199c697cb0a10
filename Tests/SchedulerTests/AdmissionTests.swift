import Scheduler
import Testing

@Suite struct AdmissionTests {
  static func job(
    _ number: Int, cores: Int = 1, seconds: Double = 10,
    _ change: (inout JobTraits) -> Void = { _ in }
  ) -> Job {
    var traits = JobTraits()
    change(&traits)
    return Job(
      number: number, submit: Double(number), cores: cores, estimateSeconds: seconds,
      traits: traits)
  }

  static func refusals(_ decisions: [Decision]) -> [Int: Refusal] {
    var found: [Int: Refusal] = [:]
    for case .refuse(let job, let refusal) in decisions { found[job.number] = refusal }
    return found
  }

  @Test func aJobWaitsForThoseItDependsOn() {
    var engine = EngineTests.engine(cores: 4)
    #expect(EngineTests.started(engine.submit(Self.job(0), at: 0)) == [0])
    #expect(engine.submit(Self.job(1) { $0.dependencies = [0] }, at: 1).isEmpty)
    #expect(engine.submit(Self.job(2) { $0.dependencies = [0, 1] }, at: 2).isEmpty)
    #expect(engine.deferrals[.dependency] == 2)
    #expect(engine.explain(2)?.dependencies == [0, 1])
    #expect(EngineTests.started(engine.end(0, at: 5)) == [1])
    #expect(EngineTests.started(engine.end(1, at: 9)) == [2])
    // One that depends on what has ended already waits for nothing.
    #expect(EngineTests.started(engine.submit(Self.job(3) { $0.dependencies = [0] }, at: 9)) == [3])
  }

  @Test func dependentsOfAFailedJobAreRefusedWithTheirOwnDependents() {
    var engine = EngineTests.engine(cores: 4)
    _ = engine.submit(Self.job(0), at: 0)
    _ = engine.submit(Self.job(1) { $0.dependencies = [0] }, at: 1)
    _ = engine.submit(Self.job(2) { $0.dependencies = [1] }, at: 2)
    let refused = Self.refusals(engine.end(0, well: false, at: 5))
    #expect(refused.keys.sorted() == [1, 2])
    #expect(refused[1]?.description == "depends on job 0, which did not end well")
    #expect(Self.refusals(engine.submit(Self.job(3) { $0.dependencies = [0] }, at: 6)).count == 1)
    #expect(Self.refusals(engine.submit(Self.job(4) { $0.dependencies = [4] }, at: 6)).count == 1)
  }

  @Test func anArrayRunsOnlySoManyTasksAtOnce() {
    var engine = EngineTests.engine(cores: 8)
    var started: [Int] = []
    for number in 0..<5 {
      started += EngineTests.started(
        engine.submit(Self.job(number) { $0.array = JobArray(id: 7, limit: 2) }, at: 0))
    }
    #expect(started == [0, 1])
    #expect(engine.deferrals[.array] == 3)
    #expect(engine.explain(4)?.reason == .array)
    #expect(engine.withdraw(3, at: 1).isEmpty)
    #expect(EngineTests.started(engine.end(1, at: 2)) == [2])
    #expect(EngineTests.started(engine.end(0, at: 3)) == [4])
    #expect(engine.end(2, at: 4).isEmpty)
  }

  @Test func whatCanNeverStartIsRefusedOnSubmission() {
    var engine = SchedulerEngine(
      resources: Resources(nodes: [
        .init(id: 0, cpus: [0, 1], memoryBytes: 100, labels: ["on-premise"]),
        .init(id: 1, cpus: [2, 3], memoryBytes: 100, labels: ["on-premise", "a100"]),
      ]), policy: EASYPolicy(), endsByEstimate: true)
    let late = Self.job(0, seconds: 100) { $0.deadline = 60 }
    let abroad = Self.job(1) { $0.requiredLabels = ["h100"] }
    let long = Self.job(2, seconds: 100) { $0.limitSeconds = 40 }
    let home = Self.job(3) { $0.requiredLabels = ["on-premise"] }
    let texts = [late, abroad, long].map {
      Self.refusals(engine.submit($0, at: 10))[$0.number]?.description
    }
    #expect(
      texts == [
        "would end 50 s after its deadline even if it started now",
        "asks for 1 cores on nodes with h100, there are 0: 1 too many",
        "is estimated to take 100 s, its limit is 40 s: 60 s too long",
      ])
    #expect(EngineTests.started(engine.submit(home, at: 10)) == [3])
    #expect(engine.refusals == [.deadline: 1, .labels: 1, .time: 1])
  }

  @Test(arguments: PolicyName.allCases)
  func theForecastIsWhatThenHappens(_ policy: PolicyName) throws {
    var engine = EngineTests.engine(cores: 4, policy)
    for number in 0..<12 {
      let job = Job(
        number: number, submit: 0, cores: 1 + number % 4,
        estimateSeconds: Double(10 + 7 * (number % 5)))
      _ = engine.submit(job, at: 0)
    }
    let waiting = engine.state.queue.map(\.number)
    #expect(waiting.count > 4)
    var forecasts: [Int: Double] = [:]
    for number in waiting {
      let why = try #require(engine.explain(number))
      let start: Double = try #require(why.forecastStart)
      forecasts[number] = start
    }
    var now = 0.0
    while let first = engine.state.releases.first {
      now = min(first.time, engine.wakeAt ?? .infinity)
      let decisions = now < first.time ? engine.timer(at: now) : engine.end(first.number, at: now)
      for number in EngineTests.started(decisions) { #expect(forecasts[number] == now) }
    }
    #expect(engine.state.queue.isEmpty)
  }

  @Test func aMoreImportantJobInterruptsThoseThatAllowIt() {
    var engine = EngineTests.engine(cores: 4, endsByEstimate: false)
    engine.preemptsByPriority = true
    let yielding = Preemption(checkpointSeconds: 1, restoreSeconds: 1)
    _ = engine.submit(Self.job(0, cores: 2, seconds: 100) { $0.preemption = yielding }, at: 0)
    _ = engine.submit(Self.job(1, cores: 2, seconds: 100), at: 0)
    var urgent = Job(number: 2, submit: 5, priority: 1, cores: 2, estimateSeconds: 10)
    // Interrupting it costs 2 s: it works 4 times as long first, after a second of setting up.
    #expect(engine.submit(urgent, at: 5).isEmpty)
    #expect(engine.wakeAt == 9)
    let decisions = engine.timer(at: 9)
    #expect(decisions == [.preempt(engine.runningJob(0)?.job ?? urgent)])
    // It was asked once; a second look asks nobody else, least of all one that forbids it.
    #expect(engine.timer(at: 9.5).isEmpty)
    let costly = Preemption(checkpointSeconds: 10, restoreSeconds: 20)
    #expect(EngineTests.started(engine.yielded(0, remaining: 97, costs: costly, at: 10)) == [2])
    #expect(engine.explain(0)?.forecastStart == 20)
    urgent.number = 3
    urgent.cores = 3
    #expect(engine.submit(urgent, at: 11).isEmpty, "two cores are free at most")
    #expect(engine.withdraw(3, at: 11).isEmpty)
    #expect(EngineTests.started(engine.end(2, at: 20)) == [0])
    // It has told that an interruption costs it 30 s, 20 of them to be ready again.
    urgent.cores = 2
    #expect(engine.submit(urgent, at: 50).isEmpty)
    #expect(engine.wakeAt == 160)
  }

  @Test func aFailedNodeTakesItsJobsWithItAndComesBack() {
    var engine = SchedulerEngine(
      resources: Resources(nodes: [
        .init(id: 0, cpus: [0, 1], memoryBytes: 10), .init(id: 1, cpus: [2, 3], memoryBytes: 10),
      ]), policy: EASYPolicy(), endsByEstimate: true)
    _ = engine.submit(Self.job(0, cores: 2, seconds: 50), at: 0)
    _ = engine.submit(Self.job(1, cores: 2, seconds: 50), at: 0)
    let decisions = engine.fail(node: 0, until: 30, at: 10)
    #expect(decisions.count == 1)
    if case .lose(let job) = decisions.first { #expect(job.number == 0) }
    #expect(engine.state.free == Amounts(cores: 0, bytes: 10))
    #expect(engine.fail(node: 0, until: 99, at: 11).isEmpty)
    #expect(engine.explain(0)?.forecastStart == 30)
    #expect(EngineTests.started(engine.repair(node: 0, at: 30)) == [0])
  }
}
