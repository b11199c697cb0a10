@testable import Scheduler
import Simulation
import Synchronization
import TestSupport
import Testing

/// Random jobs on random machines of several nodes; the seed is the argument.
struct RandomCase {
  let resources: Resources
  let jobs: [TraceJob]

  init(seed: UInt64, withPriorities: Bool = false) {
    var random = SplitMix64(seed: seed)
    let count = random.int(1...5)
    var next = 0
    let nodes = (0..<count).map { id -> Resources.Node in
      // Now and then a node without cores, as CXL memory shows up.
      let cores = id > 0 && random.chance(0.2) ? 0 : random.int(1...9)
      defer { next += cores }
      let distances = (0..<count).map { $0 == id ? 10 : 10 + 3 * abs($0 - id) }
      return Resources.Node(
        id: id * 2, cpus: Array(next..<next + cores), memoryBytes: random.int(0...64),
        distances: distances)
    }
    resources = Resources(nodes: nodes)
    let total = resources.total
    var time = 0.0
    jobs = (0..<120).map { number in
      time += Double(random.int(0...6))
      let run = Double(random.int(1...40))
      let job = Job(
        number: number, submit: time, priority: withPriorities ? random.int(0...2) : 0,
        cores: random.int(1...(random.chance(0.05) ? total.cores + 3 : total.cores)),
        memoryBytes: random.int(0...(random.chance(0.05) ? total.bytes + 9 : total.bytes)),
        estimateSeconds: run * Double(random.int(1...4)))
      return TraceJob(id: "j\(number)", job: job, runSeconds: run)
    }
  }
}

@Suite struct RandomScheduleTests {
  static let seeds = Array(UInt64(1)...20)

  @Test(arguments: PolicyName.allCases, seeds.prefix(6))
  func noCoreOrByteIsGivenTwice(_ policy: PolicyName, _ seed: UInt64) {
    let sample = RandomCase(seed: seed, withPriorities: true)
    let result = simulate(sample.jobs, on: sample.resources, policy: policy.policy())
    var events: [(time: Double, isStart: Bool, record: ScheduleRecord)] = []
    for record in result.schedule {
      events.append((record.start, true, record))
      events.append((record.end, false, record))
    }
    // Ends free what starts at the same time take.
    events.sort { ($0.time, $0.isStart ? 1 : 0) < ($1.time, $1.isStart ? 1 : 0) }
    var busy: Set<Int> = []
    var bytes: [Int: Int] = [:]
    for (_, isStart, record) in events {
      let placement = record.placement
      #expect(placement.cpus.count == sample.jobs[record.number].job.cores)
      #expect(placement.memoryBytes == sample.jobs[record.number].job.memoryBytes)
      for share in placement.shares {
        let node = sample.resources.nodes.first { $0.id == share.node }
        bytes[share.node, default: 0] += isStart ? share.memoryBytes : -share.memoryBytes
        #expect(bytes[share.node, default: 0] <= node?.memoryBytes ?? -1)
        for cpu in share.cpus {
          #expect(node?.cpus.contains(cpu) == true)
          if isStart {
            #expect(busy.insert(cpu).inserted, "cpu \(cpu) given twice at \(record.start)")
          } else {
            busy.remove(cpu)
          }
        }
      }
    }
  }

  @Test(arguments: PolicyName.allCases, seeds.prefix(6))
  func everyJobEndsOrIsRefusedWithAReason(_ policy: PolicyName, _ seed: UInt64) {
    let sample = RandomCase(seed: seed, withPriorities: true)
    let result = simulate(sample.jobs, on: sample.resources, policy: policy.policy())
    let ran = result.schedule.map(\.number)
    let refused = result.refused.map(\.number)
    #expect((ran + refused).sorted() == Array(0..<sample.jobs.count))
    let total = sample.resources.total
    for job in result.refused {
      let asked = sample.jobs[job.number].job
      #expect(asked.cores > total.cores || asked.memoryBytes > total.bytes)
      #expect(job.refusal.asked > job.refusal.available)
      #expect("\(job.refusal)".contains("too m"))
    }
    for record in result.schedule {
      #expect(record.start >= record.submit)
      #expect(record.end - record.start == sample.jobs[record.number].runSeconds)
    }
  }

  @Test(arguments: PolicyName.allCases, seeds.prefix(6))
  func theSameTraceGivesTheSameSchedule(_ policy: PolicyName, _ seed: UInt64) {
    let sample = RandomCase(seed: seed, withPriorities: true)
    let first = simulate(sample.jobs, on: sample.resources, policy: policy.policy())
    let second = simulate(sample.jobs, on: sample.resources, policy: policy.policy())
    #expect(first.schedule == second.schedule)
    #expect(first.refused == second.refused)
  }

  @Test(arguments: seeds)
  func fcfsStartsInOrder(_ seed: UInt64) {
    let sample = RandomCase(seed: seed)
    let result = simulate(sample.jobs, on: sample.resources, policy: FCFSPolicy())
    for (earlier, later) in zip(result.schedule, result.schedule.dropFirst()) {
      #expect(earlier.start <= later.start)
    }
  }

  @Test(arguments: [PolicyName.fcfs, .easy, .easySJBF], seeds)
  func theHeadWaitsOnlyWhileItDoesNotFit(_ policy: PolicyName, _ seed: UInt64) {
    let sample = RandomCase(seed: seed, withPriorities: true)
    let idle = Mutex(0)
    let watched = WatchedPolicy(policy.policy()) { _, state, outcome in
      guard let head = ReservationWatch.waitingHead(state, outcome) else { return }
      var free = state.free
      for job in outcome.starts { free -= job.demand }
      if free.covers(head.demand) { idle.withLock { $0 += 1 } }
    }
    _ = simulate(sample.jobs, on: sample.resources, policy: watched)
    #expect(idle.withLock { $0 } == 0)
  }

  @Test(arguments: [PolicyName.easy, .easySJBF], seeds)
  func easyNeverDelaysTheHeadPastItsReservation(_ policy: PolicyName, _ seed: UInt64) {
    let sample = RandomCase(seed: seed)
    let watch = ReservationWatch()
    let result = simulate(sample.jobs, on: sample.resources, policy: watch.policy(policy))
    #expect(watch.promised > 0)
    #expect(watch.broken(by: result.schedule).isEmpty)
  }

  @Test(arguments: [PolicyName.wfp, .sjf, .edf, .fairShare, .drf], seeds)
  func anOrderNeverDelaysItsReservation(_ policy: PolicyName, _ seed: UInt64) {
    let sample = RandomCase(seed: seed)
    let watch = ReservationWatch()
    let result = simulate(sample.jobs, on: sample.resources, policy: watch.policy(policy))
    #expect(watch.promised > 0)
    #expect(watch.broken(by: result.schedule).isEmpty)
  }

  @Test(arguments: seeds)
  func conservativeNeverMovesAReservationBack(_ seed: UInt64) {
    let sample = RandomCase(seed: seed, withPriorities: true)
    let reserved = Mutex<[Int: Double]>([:])
    let late = Mutex(0)
    let watched = WatchedPolicy(ConservativePolicy()) { policy, _, _ in
      guard let policy = policy as? ConservativePolicy else { return }
      reserved.withLock { known in
        for (number, start) in policy.starts {
          if let before = known[number], start > before { late.withLock { $0 += 1 } }
          known[number] = start
        }
      }
    }
    let result = simulate(sample.jobs, on: sample.resources, policy: watched)
    #expect(late.withLock { $0 } == 0)
    let known = reserved.withLock { $0 }
    #expect(!known.isEmpty)
    for record in result.schedule {
      if let start = known[record.number] { #expect(record.start <= start) }
    }
  }
}

/// Lets a test look at every decision of a policy.
struct WatchedPolicy: SchedulingPolicy {
  static let name = "watched"
  func rank(_ job: Job) -> Double? { policy.rank(job) }
  var policy: any SchedulingPolicy
  let watch: @Sendable (any SchedulingPolicy, ClusterState, PolicyOutcome) -> Void

  init(
    _ policy: any SchedulingPolicy,
    _ watch: @escaping @Sendable (any SchedulingPolicy, ClusterState, PolicyOutcome) -> Void
  ) {
    self.policy = policy
    self.watch = watch
  }

  mutating func decide(_ state: ClusterState, on event: SchedulingEvent) -> PolicyOutcome {
    let outcome = policy.decide(state, on: event)
    watch(policy, state, outcome)
    return outcome
  }
}
