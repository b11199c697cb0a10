import Scheduler
import TestSupport
import Testing

/// What a decision costs, counted in nodes of trees walked and looked at, never in time.
@Suite struct DecisionCostTests {
  /// Fills a queue with jobs of all sizes in front of a busy cluster, then counts the mean cost of
  /// an event while as many jobs end as come.
  static func workPerEvent(
    _ policy: PolicyName, waiting: Int, nodes: Int, seed: UInt64 = 1
  ) -> Double {
    var random = SplitMix64(seed: seed)
    let resources = Resources(
      nodes: (0..<nodes).map {
        .init(id: $0, cpus: Array($0 * 8..<$0 * 8 + 8), memoryBytes: 1 << 30)
      })
    var engine = SchedulerEngine(
      resources: resources, policy: policy.policy(), endsByEstimate: false)
    var running: Set<Int> = []
    var number = 0
    func submit(_ now: Double) {
      let job = Job(
        number: number, submit: now, cores: 1 << random.int(0...6),
        estimateSeconds: Double(random.int(1000...100_000)))
      number += 1
      note(engine.submit(job, at: now))
    }
    func note(_ decisions: [Decision]) {
      for case .start(let job, _) in decisions { running.insert(job.number) }
    }
    // One that all must wait behind, so that the queue grows whatever the policy.
    let wide = Job(
      number: 1_000_000, submit: 0, priority: 9, cores: nodes * 8, estimateSeconds: 1e6)
    note(engine.submit(wide, at: 0))
    for _ in 0..<waiting { submit(0) }
    note(engine.end(1_000_000, at: 1))
    let before = engine.work
    var events = 0
    for step in 0..<200 {
      let now = 2 + Double(step)
      guard let ended = running.sorted().randomElement(using: &random) else { break }
      running.remove(ended)
      note(engine.end(ended, at: now))
      submit(now)
      events += 2
    }
    #expect(events == 400)
    #expect(engine.state.queue.count >= waiting / 4, "the queue was never long")
    return Double(engine.work - before) / Double(events)
  }

  /// Sixteen times the queue: a logarithm grows by 4 / log₂ of the length, a line by 16.
  @Test(arguments: [PolicyName.fcfs, .easy, .easySJBF])
  func aDecisionCostsAboutALogarithmOfTheQueue(_ policy: PolicyName) {
    let costs = [2_000, 32_000].map { Self.workPerEvent(policy, waiting: $0, nodes: 64) }
    #expect(costs[0] > 1)
    // Twice the logarithm's share, for what differs between the two queues beside their length.
    #expect(costs[1] < 2 * costs[0] * (15.0 / 11), "\(costs)")
  }

  @Test(arguments: [PolicyName.fcfs, .easy])
  func aDecisionCostsAboutALogarithmOfTheNodes(_ policy: PolicyName) {
    let costs = [100, 1600].map { Self.workPerEvent(policy, waiting: 8_000, nodes: $0) }
    #expect(costs[1] < 2 * costs[0] * (15.0 / 11), "\(costs)")
  }
}
