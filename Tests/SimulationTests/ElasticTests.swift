import Scheduler
import Simulation
import TestSupport
import Testing

/// Jobs that can run on different numbers of devices, in virtual time.
@Suite struct ElasticTests {
  /// A job whose speed on n devices follows Amdahl's law with a part that does not scale.
  static func job(
    _ number: Int, submit: Double, cores: Int, seconds: Double, serial: Double,
    sizes: [Int] = [1, 2, 4, 8, 16], cost: Double = 10
  ) -> TraceJob {
    var job = Job(number: number, submit: submit, cores: cores, estimateSeconds: seconds)
    job.traits.elastic = ElasticRange(
      points: sizes.map { .init(devices: $0, speedup: 1 / (serial + (1 - serial) / Double($0))) })
    job.traits.preemption = Preemption(checkpointSeconds: cost, restoreSeconds: cost)
    return TraceJob(id: "\(number)", job: job, runSeconds: seconds)
  }

  /// Jobs that come in waves, each asking for a number of devices of its own.
  static func jobs(_ seed: UInt64, count: Int = 80) -> [TraceJob] {
    var random = SplitMix64(seed: seed)
    var time = 0.0
    return (0..<count).map { number in
      time += Double(random.int(0...(random.chance(0.1) ? 4000 : 300)))
      return job(
        number, submit: time, cores: 1 << random.int(0...3),
        seconds: Double(random.int(200...4000)), serial: Double(random.int(1...20)) / 100)
    }
  }

  static func simulated(
    _ jobs: [TraceJob], cores: Int, _ policy: PolicyName
  ) -> SimulationResult {
    simulate(jobs, on: Resources(processors: cores), policy: policy.policy())
  }

  @Test func aLoneJobTakesAllDevicesThatMakeItFaster() throws {
    // 1000 s on one device; on 16 of a range up to 16: 1000 × (0.1 + 0.9 / 16).
    let job = Self.job(0, submit: 0, cores: 1, seconds: 1000, serial: 0.1)
    let alone = try #require(Self.simulated([job], cores: 64, .elasticGoodput).schedule.first)
    #expect(alone.cores == 16)
    #expect(abs(alone.end - 156.25) < 1e-6)
    // A fixed-size policy gives it what it asked for.
    let fixed = try #require(Self.simulated([job], cores: 64, .easy).schedule.first)
    #expect(fixed.cores == 1 && fixed.end == 1000)
  }

  /// By hand: a takes all 4 devices at 0, where it would end at 1000 / 4 = 250 (linear speed-up).
  /// At 50 it has 800 device-seconds left when b comes with 100: b alone is worth most, so a is
  /// asked at 60, a round after its start, to make room.
  @Test func aShortJobTakesDevicesFromALongOne() throws {
    func linear(_ number: Int, _ submit: Double, _ seconds: Double) -> TraceJob {
      Self.job(
        number, submit: submit, cores: 1, seconds: seconds, serial: 0, sizes: [1, 2, 4], cost: 5)
    }
    let result = Self.simulated(
      [linear(0, 0, 1000), linear(1, 50, 100)], cores: 4, .elasticGoodput)
    #expect(result.preemptions >= 1)
    let short = try #require(result.schedule.first { $0.number == 1 })
    // Asked at 60, 5 s to write the state, 100 / 4 s to run.
    #expect(short.start == 65 && short.cores == 4 && short.end == 90)
    let long = try #require(result.schedule.first { $0.number == 0 })
    // 60 × 4 done at 60; 760 left on 4 devices from 90, after 5 s of reading.
    #expect(long.start == 90 && abs(long.end - (90 + 5 + 190)) < 1e-6)
  }

  /// By hand: a is believed to take 100 / 4 = 25 s and takes 250. At 60 b comes with 200 / 4 s; a
  /// is 35 s late and said to need as long again: it keeps its devices. At 120 it is 95 s late, and
  /// b is worth more.
  @Test func aJobThatOutlastsItsEstimateStarvesNobody() throws {
    func linear(_ number: Int, _ submit: Double, _ seconds: Double) -> TraceJob {
      Self.job(
        number, submit: submit, cores: 1, seconds: seconds, serial: 0, sizes: [1, 2, 4], cost: 5)
    }
    var late = linear(0, 0, 1000)
    late.job.estimateSeconds = 100
    var settings = SimulationSettings()
    settings.jobsMayOutlast = true
    let result = simulate(
      [late, linear(1, 60, 200)], on: Resources(processors: 4),
      policy: PolicyName.elasticGoodput.policy(), settings)
    let other = try #require(result.schedule.first { $0.number == 1 })
    #expect(other.start == 125 && other.end == 175 && other.cores == 4)
    // 120 × 4 of 1000 s done; the rest from 175, after 5 s of reading.
    let rest = try #require(result.schedule.first { $0.number == 0 })
    #expect(rest.start == 175 && abs(rest.end - (180 + 130)) < 1e-6)
  }

  /// However often others come, nobody is interrupted for priority before it has worked four times
  /// as long as that costs: checkpoint and restart take at most a fifth of the time in which it
  /// holds devices. A policy that weighs the costs itself keeps to a half.
  @Test(
    arguments: 1...6 as ClosedRange<UInt64>, [(PolicyName.elasticGoodput, 0.5), (.easy, 0.2)])
  func interruptionsTakeAPartAtMost(_ seed: UInt64, _ rule: (policy: PolicyName, most: Double)) {
    let (policy, most) = rule
    var random = SplitMix64(seed: seed)
    var jobs = Self.jobs(seed)
    for index in jobs.indices {
      jobs[index].job.priority = policy == .easy ? random.int(0...5) : 0
      jobs[index].job.traits.preemption = Preemption(
        checkpointSeconds: Double(random.int(1...60)), restoreSeconds: Double(random.int(1...60)))
    }
    var settings = SimulationSettings()
    settings.preempts = true
    var choices = PolicySettings()
    choices.roundSeconds = 1
    let result = simulate(
      jobs, on: Resources(processors: 16), policy: policy.policy(choices), settings)
    #expect(result.preemptions > 0 && result.schedule.count == jobs.count)
    let ends = Dictionary(uniqueKeysWithValues: result.schedule.map { ($0.number, $0.end) })
    for attempt in result.attempts where attempt.end != ends[attempt.number] {
      guard let costs = jobs[attempt.number].job.traits.preemption else { continue }
      let cost = costs.checkpointSeconds + costs.restoreSeconds
      #expect(cost <= most * (attempt.end - attempt.start) + 1e-6)
    }
  }

  /// Two jobs that do more apart than together share two devices, however long it takes them to
  /// make room: whoever left all devices goes on with one, beside the other, until one of them
  /// ends.
  @Test(arguments: 1...60 as ClosedRange<UInt64>)
  func whoMakesRoomGoesOnBesideTheOther(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let cost = 0.01 + 20 * random.double()
    var jobs = [Double.zero, 30 * random.double()].enumerated().map { number, submit in
      Self.job(
        number, submit: submit, cores: 1, seconds: 1000 + 500 * random.double(), serial: 0.67,
        sizes: [1, 2], cost: cost)
    }
    // Some never hold all devices.
    if random.chance(0.3) {
      jobs[1].job.traits.elastic = ElasticRange(points: [.init(devices: 1, speedup: 1)])
    }
    var settings = PolicySettings()
    settings.roundSeconds = [0.1, 1, 10][random.int(0...2)]
    let result = simulate(
      jobs, on: Resources(processors: 2), policy: PolicyName.elasticGoodput.policy(settings))
    #expect(result.schedule.count == 2)
    for number in 0...1 {
      let counts = result.attempts.filter { $0.number == number }.map(\.cores)
      #expect(zip(counts, counts.dropFirst()).allSatisfy { $0 != $1 }, "cost \(cost): \(counts)")
      // All devices, one of two, and all again when the other is done.
      #expect(counts.count <= 3, "cost \(cost): \(counts)")
    }
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func workIsConservedAndNoDeviceIsGivenTwice(_ seed: UInt64) {
    let jobs = Self.jobs(seed)
    let result = Self.simulated(jobs, cores: 24, .elasticGoodput)
    #expect(result.schedule.count == jobs.count && result.refused.isEmpty)
    #expect(result.metrics.utilization <= 1)
    var changes: [(Double, Int)] = []
    for record in result.schedule {
      let range = jobs[record.number].job.traits.elastic
      #expect(range?.points.contains { $0.devices == record.cores } == true)
      // Nobody ends faster than alone on the most devices.
      let best =
        jobs[record.number].runSeconds / (range?.speedup(devices: 16) ?? 1)
        * (range?.speedup(devices: jobs[record.number].job.cores) ?? 1)
      #expect(record.end - record.submit >= best - 1e-6)
      changes += [(record.start, record.cores), (record.end, -record.cores)]
    }
    var busy = 0
    for change in changes.sorted(by: { ($0.0, $0.1) < ($1.0, $1.1) }) {
      busy += change.1
      #expect(busy <= 24)
    }
    #expect(Self.simulated(jobs, cores: 24, .elasticGoodput).schedule == result.schedule)
  }

  /// The seeds played no part in the policy's design.
  @Test(arguments: 101...106 as ClosedRange<UInt64>)
  func elasticJobsEndSoonerThanUnderFixedSizes(_ seed: UInt64) {
    let jobs = Self.jobs(seed, count: 200)
    let elastic = Self.simulated(jobs, cores: 32, .elasticGoodput).metrics
    for policy in [PolicyName.fcfs, .easy, .conservative, .easySJBF, .sjf, .wfp] {
      let fixed = Self.simulated(jobs, cores: 32, policy).metrics
      #expect(elastic.meanJctSeconds < fixed.meanJctSeconds, "\(policy)")
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func failuresLoseNoElasticJob(_ seed: UInt64) {
    let jobs = Self.jobs(seed)
    let resources = Resources(
      nodes: (0..<6).map { node in
        .init(id: node, cpus: Array(node * 4..<node * 4 + 4), memoryBytes: 1)
      })
    let result = simulate(
      jobs, on: resources, policy: ElasticGoodputPolicy(), FaultSimulationTests.settings(seed))
    #expect(result.failures > 0)
    #expect(result.schedule.map(\.number) == Array(0..<jobs.count))
  }
}
