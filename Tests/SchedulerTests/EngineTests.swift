import Scheduler
import Testing

@Suite struct EngineTests {
  static func engine(
    cores: Int, _ policy: PolicyName = .easy, endsByEstimate: Bool = true
  ) -> SchedulerEngine {
    SchedulerEngine(
      resources: Resources(nodes: [.init(id: 0, cpus: Array(0..<cores), memoryBytes: 1 << 30)]),
      policy: policy.policy(), endsByEstimate: endsByEstimate)
  }

  static func job(
    _ number: Int, submit: Double = 0, priority: Int = 0, cores: Int, seconds: Double,
    bytes: Int = 0
  ) -> Job {
    Job(
      number: number, submit: submit, priority: priority, cores: cores, memoryBytes: bytes,
      estimateSeconds: seconds)
  }

  static func started(_ decisions: [Decision]) -> [Int] {
    decisions.compactMap { if case .start(let job, _) = $0 { job.number } else { nil } }
  }

  @Test(arguments: PolicyName.allCases)
  func higherPriorityGoesFirst(_ policy: PolicyName) {
    var engine = Self.engine(cores: 1, policy)
    #expect(Self.started(engine.submit(Self.job(0, cores: 1, seconds: 10), at: 0)) == [0])
    #expect(engine.submit(Self.job(1, submit: 1, cores: 1, seconds: 10), at: 1).isEmpty)
    #expect(
      engine.submit(Self.job(2, submit: 2, priority: 5, cores: 1, seconds: 10), at: 2).isEmpty)
    #expect(engine.state.queue.map(\.number) == [2, 1])
  }

  @Test func easyFillsOnlyWhatTheHeadLeaves() {
    var engine = Self.engine(cores: 4)
    #expect(Self.started(engine.submit(Self.job(0, cores: 2, seconds: 100), at: 0)) == [0])
    // The head needs 3 cores at 100; one core stays over beside it.
    #expect(engine.submit(Self.job(1, submit: 1, cores: 3, seconds: 50), at: 1).isEmpty)
    #expect(
      Self.started(engine.submit(Self.job(2, submit: 2, cores: 1, seconds: 500), at: 2)) == [2])
    #expect(engine.submit(Self.job(3, submit: 3, cores: 1, seconds: 500), at: 3).isEmpty)
    #expect(engine.deferrals[.reservation] == 1)
    #expect(
      Self.started(engine.submit(Self.job(4, submit: 4, cores: 1, seconds: 96), at: 4)) == [4])
  }

  @Test func jobsThatCanNeverFitAreRefusedWithTheLimit() {
    var engine = Self.engine(cores: 4)
    let many = engine.submit(Self.job(0, cores: 6, seconds: 1), at: 0)
    let large = engine.submit(Self.job(1, cores: 1, seconds: 1, bytes: 3 << 30), at: 0)
    let none = engine.submit(Self.job(2, cores: 0, seconds: 1), at: 0)
    let texts = (many + large + none).map { decision in
      if case .refuse(_, let refusal) = decision { "\(refusal)" } else { "" }
    }
    #expect(
      texts == [
        "asks for 6 cores, there are 4: 2 too many",
        "asks for 3.0 GiB of memory, there are 1.0 GiB: 2.0 GiB too much",
        "asks for no core, a negative amount of memory or no finite time",
      ])
    #expect(engine.refusals == [.cores: 1, .memory: 1, .malformed: 1])
  }

  /// The elastic one holds no place for a job that does not fit.
  @Test(arguments: PolicyName.allCases.filter { $0 != .elasticGoodput })
  func withdrawingTheHeadLetsTheNextStart(_ policy: PolicyName) {
    var engine = Self.engine(cores: 4, policy)
    _ = engine.submit(Self.job(0, cores: 2, seconds: 100), at: 0)
    _ = engine.submit(Self.job(1, submit: 1, cores: 4, seconds: 100), at: 1)
    #expect(engine.submit(Self.job(2, submit: 2, cores: 2, seconds: 200), at: 2).isEmpty)
    #expect(Self.started(engine.withdraw(1, at: 3)) == [2])
    #expect(engine.withdraw(1, at: 4).isEmpty)
    #expect(engine.end(99, at: 4).isEmpty)
  }

  /// On a real clock a job may outlast its estimate; nothing may start on its cores before its end.
  @Test(arguments: PolicyName.allCases)
  func overrunningJobsKeepTheirCores(_ policy: PolicyName) {
    var engine = Self.engine(cores: 2, policy, endsByEstimate: false)
    _ = engine.submit(Self.job(0, cores: 2, seconds: 10), at: 0)
    #expect(engine.submit(Self.job(1, submit: 1, cores: 1, seconds: 5), at: 1).isEmpty)
    #expect(engine.timer(at: 30).isEmpty)
    if policy == .conservative { #expect((engine.wakeAt ?? 0) > 30) }
    #expect(Self.started(engine.end(0, at: 45)) == [1])
    #expect(engine.end(1, at: 46).isEmpty)
    #expect(engine.state.free == engine.state.capacity)
  }

  /// The example of Ghodsi et al. (NSDI 2011, section 4.1): of 9 CPUs and 18 GB, tasks of 1 CPU and
  /// 4 GB of one user and of 3 CPUs and 1 GB of another get three and two; with accelerators for
  /// CPUs the same.
  @Test(arguments: [false, true])
  func dominantSharesAreEqualised(byAccelerators: Bool) {
    var node = Resources.Node(
      id: 0, cpus: Array(0..<(byAccelerators ? 100 : 9)), memoryBytes: 18)
    node.accelerators = byAccelerators ? (0..<9).map { "gpu\($0)" } : []
    var engine = SchedulerEngine(
      resources: Resources(nodes: [node]), policy: OrderedPolicy(DRFOrder()),
      endsByEstimate: false)
    func job(_ number: Int, _ user: Int, _ units: Int, _ bytes: Int) -> Job {
      var job = Job(
        number: number, submit: 0, cores: byAccelerators ? 1 : units, memoryBytes: bytes,
        estimateSeconds: 100)
      job.user = user
      if byAccelerators { job.traits.accelerators = units }
      return job
    }
    // Everything is taken until all tasks have come.
    #expect(Self.started(engine.submit(job(0, 3, 9, 18), at: 0)) == [0])
    for number in 1...10 {
      let isFirst = number <= 5
      let task = job(number, isFirst ? 1 : 2, isFirst ? 1 : 3, isFirst ? 4 : 1)
      #expect(engine.submit(task, at: 0).isEmpty)
    }
    #expect(Set(Self.started(engine.end(0, at: 1))) == [1, 2, 3, 6, 7])
  }

  /// By hand, with a half-life of 1000 s: of 2000 core-seconds 1000 are left then and 707 after
  /// 1500 s; a core held since 0 counts 721 and 932 by then (the integral of the decay). A share of
  /// two halves what counts.
  @Test(arguments: [(1.0, 1000.0, 2), (2, 1000, 1), (1, 1500, 1)])
  func useFadesAndSharesCount(share: Double, end: Double, first: Int) {
    let order = FairShareOrder(
      shares: [1: share], halfLifeSeconds: 1000, pastCoreSeconds: [1: 2000, 2: 0])
    var engine = SchedulerEngine(
      resources: Resources(processors: 1), policy: OrderedPolicy(order), endsByEstimate: false)
    func job(_ number: Int, _ user: Int) -> Job {
      var job = Job(number: number, submit: 0, cores: 1, estimateSeconds: 10_000)
      job.user = user
      return job
    }
    _ = engine.submit(job(0, 2), at: 0)
    // The first that waits has its reservation; the order chooses among the others.
    for (number, user) in [(1, 3), (2, 1), (3, 2)] { _ = engine.submit(job(number, user), at: 0) }
    #expect(Self.started(engine.end(0, at: end)) == [1])
    #expect(Self.started(engine.end(1, at: end)) == [first == 1 ? 2 : 3])
  }
}
