import Scheduler
import Simulation
import TestSupport
import Testing

/// The whole scheduler in virtual time while nodes fail, come back and jobs interrupt each other.
@Suite struct FaultSimulationTests {
  static func settings(_ seed: UInt64) -> SimulationSettings {
    var settings = SimulationSettings()
    settings.failures = (meanUp: 120, meanDown: 15)
    settings.seed = seed
    settings.preempts = true
    return settings
  }

  static func jobs(_ sample: RandomCase, _ seed: UInt64) -> [TraceJob] {
    var random = SplitMix64(seed: seed &+ 1000)
    return sample.jobs.enumerated().map { index, job in
      var job = job
      if random.chance(0.5) {
        job.job.traits.preemption = Preemption(
          checkpointSeconds: Double(random.int(0...2)), restoreSeconds: Double(random.int(0...2)))
      }
      if index > 3, random.chance(0.2) {
        job.job.traits.dependencies = [random.int(0...index - 1)]
      }
      if random.chance(0.2) { job.job.traits.array = JobArray(id: random.int(0...1), limit: 2) }
      job.job.user = random.int(0...3)
      return job
    }
  }

  @Test(.timeLimit(.minutes(45)), arguments: PolicyName.allCases, 1...3 as ClosedRange<UInt64>)
  func everyJobEndsOnceOrIsRefused(_ policy: PolicyName, _ seed: UInt64) {
    let sample = RandomCase(seed: seed, withPriorities: true)
    let jobs = Self.jobs(sample, seed)
    let result = simulate(
      jobs, on: sample.resources, policy: policy.policy(), Self.settings(seed))
    let ran = result.schedule.map(\.number)
    let refused = result.refused.map(\.number)
    #expect((ran + refused).sorted() == Array(0..<jobs.count))
    #expect(result.failures > 0)
    // Dependencies hold whatever happened.
    let ends = Dictionary(uniqueKeysWithValues: result.schedule.map { ($0.number, $0.end) })
    for record in result.schedule {
      for other in jobs[record.number].job.traits.dependencies {
        #expect((ends[other] ?? .infinity) <= record.start)
      }
    }
    #expect(result.metrics.fairness > 0 && result.metrics.fairness <= 1 + 1e-12)
    let again = simulate(
      jobs, on: sample.resources, policy: policy.policy(), Self.settings(seed))
    #expect(again.schedule == result.schedule)
  }

  @Test func lostWorkIsCounted() {
    let jobs = (0..<40).map {
      TraceJob(
        id: "\($0)", job: Job(number: $0, submit: 0, cores: 1, estimateSeconds: 50), runSeconds: 50)
    }
    let resources = Resources(nodes: (0..<8).map { .init(id: $0, cpus: [$0], memoryBytes: 1) })
    var settings = SimulationSettings()
    let calm = simulate(jobs, on: resources, policy: EASYPolicy(), settings)
    settings.failures = (meanUp: 100, meanDown: 10)
    let rough = simulate(jobs, on: resources, policy: EASYPolicy(), settings)
    #expect(calm.failures == 0 && calm.lostCoreSeconds == 0)
    #expect(rough.failures > 0 && rough.lostCoreSeconds > 0)
    #expect(rough.metrics.makespanSeconds > calm.metrics.makespanSeconds)
    #expect(rough.schedule.count == 40)
  }

  @Test func metricsOfAScheduleByHand() throws {
    // One core: a from 0 to 10, b waits from 0 to 10 and runs to 20; two users.
    let jobs = [(0, 1), (1, 2)].map { number, user in
      var job = Job(number: number, submit: 0, cores: 1, estimateSeconds: 10)
      job.user = user
      return TraceJob(id: "\(number)", job: job, runSeconds: 10)
    }
    let metrics = simulate(jobs, on: Resources(processors: 1), policy: FCFSPolicy()).metrics
    // Slowdowns 1 and 2: (1 + 2)² / (2 × (1 + 4)).
    #expect(abs(metrics.fairness - 0.9) < 1e-12)
    // b stays 20 s at a mean load of 1.5: 20 / (10 × 1.5).
    #expect(abs(metrics.worstFinishTimeRatio - 20.0 / 15) < 1e-12)
    #expect(metrics.fragmentation == 0)
    #expect(metrics.busyCoreSeconds == 20 && metrics.idleCoreSeconds == 0)
  }

  /// A day of two prices: jobs with room before their deadline move into the cheap half, the others
  /// start at once, and no deadline is missed.
  @Test func carbonAwareJobsMoveIntoTheCleanHours() {
    let curve = CarbonCurve(values: [100, 10], stepSeconds: 1000)
    let jobs = [(900.0, 400.0), (2500, 400), (nil, 400)].enumerated().map { number, demand in
      var job = Job(number: number, submit: 0, cores: 1, estimateSeconds: demand.1)
      job.traits.deadline = demand.0
      return TraceJob(id: "\(number)", job: job, runSeconds: demand.1)
    }
    let result = simulate(
      jobs, on: Resources(processors: 4), policy: CarbonAwarePolicy(curve: curve))
    #expect(result.schedule.map(\.start) == [0, 1000, 0])
    #expect(curve.mean(from: 500, to: 1500) == 55)
    #expect(curve.mean(from: 0, to: 4000) == 55)
  }
}
