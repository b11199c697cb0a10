import Scheduler
import Simulation
import TestSupport
import Testing

/// Nodes that differ: sets of equal ones with a queue each.
@Suite struct PartitionTests {
  /// Two nodes of the house, one of which has a fast device, and two that are rented.
  static let resources: Resources = Resources(
    nodes: [["on-premise"], ["on-premise", "fast"], ["rented"], ["rented"]].enumerated().map {
      index, labels in
      Resources.Node(
        id: index, cpus: Array(index * 4..<index * 4 + 4), memoryBytes: 100, labels: Set(labels))
    })

  static func job(
    _ number: Int, cores: Int = 4, seconds: Double = 100, submit: Double = 0,
    _ change: (inout JobTraits) -> Void = { _ in }
  ) -> TraceJob {
    var job = Job(number: number, submit: submit, cores: cores, estimateSeconds: seconds)
    change(&job.traits)
    return TraceJob(id: "\(number)", job: job, runSeconds: seconds)
  }

  static func nodes(_ result: SimulationResult) -> [[Int]] {
    result.schedule.map(\.placement.numaNodes)
  }

  @Test func dataThatMayNotLeaveTheHouseStays() {
    let jobs = (0..<4).map { Self.job($0) { $0.requiredLabels = ["on-premise"] } }
    let result = simulate(jobs, on: Self.resources, policy: EASYPolicy())
    // Two at once at home, the others after them, though the rented nodes stand idle.
    #expect(Self.nodes(result) == [[0], [1], [0], [1]])
    #expect(result.schedule.map(\.start) == [0, 0, 100, 100])
  }

  @Test func specialNodesStayFreeForThoseThatNeedThem() {
    let jobs = [Self.job(0), Self.job(1) { $0.requiredLabels = ["fast"] }]
    let result = simulate(jobs, on: Self.resources, policy: EASYPolicy())
    #expect(Self.nodes(result) == [[0], [1]])
  }

  @Test func aJobRunsAsFastAsItsNodesAndGoesWhereItCannotOtherwise() {
    let jobs = [
      Self.job(0) { $0.speeds = [.init(label: "on-premise", factor: 0)] },
      Self.job(1) {
        $0.requiredLabels = ["fast"]
        $0.speeds = [.init(label: "fast", factor: 4)]
      },
    ]
    let result = simulate(jobs, on: Self.resources, policy: EASYPolicy())
    #expect(Self.nodes(result) == [[2], [1]])
    #expect(result.schedule.map(\.end) == [100, 25])
  }

  @Test func whatNoSetCanHoldIsRefusedWithTheLabels() {
    let jobs = [
      Self.job(0, cores: 5) { $0.requiredLabels = ["fast"] },
      Self.job(1) { $0.requiredLabels = ["quantum"] }, Self.job(2, cores: 9),
      Self.job(3) { $0.dependencies = [1] },
    ]
    let result = simulate(jobs, on: Self.resources, policy: EASYPolicy())
    let texts = Dictionary(uniqueKeysWithValues: result.refused.map { ($0.id, "\($0.refusal)") })
    #expect(texts["0"] == "asks for 5 cores on nodes with fast, there are 4: 1 too many")
    #expect(texts["1"] == "asks for 4 cores on nodes with quantum, there are 0: 4 too many")
    // The largest set has eight; a gang does not spread over different ones.
    #expect(texts["2"] == "asks for 9 cores, there are 8: 1 too many")
    #expect(texts["3"] == "depends on job 1, which did not end well")
  }

  @Test func aSetThatRunsDryTakesOver() {
    // Four fill all sets; the fifth queues behind one of the long ones, and moves when the short
    // one, on another set, ends.
    let jobs = [
      Self.job(0, seconds: 500), Self.job(1, seconds: 50), Self.job(2, seconds: 500),
      Self.job(3, seconds: 500), Self.job(4, seconds: 500, submit: 1),
      Self.job(5, seconds: 100, submit: 2),
    ]
    let result = simulate(jobs, on: Self.resources, policy: FCFSPolicy())
    #expect(result.schedule.map(\.start).max() ?? 0 <= 550)
    #expect(result.schedule.filter { $0.start == 50 }.count == 1)
  }

  @Test(arguments: PolicyName.allCases, 1...3 as ClosedRange<UInt64>)
  func nothingIsLostOrGivenTwiceAmongDifferentNodes(_ policy: PolicyName, _ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var time = 0.0
    let labels = ["on-premise", "fast", "rented"]
    let jobs = (0..<120).map { number -> TraceJob in
      time += Double(random.int(0...30))
      return Self.job(
        number, cores: random.int(1...4), seconds: Double(random.int(1...200)), submit: time
      ) { traits in
        if random.chance(0.4) { traits.requiredLabels = [labels[random.int(0...2)]] }
        if random.chance(0.3) { traits.speeds = [.init(label: "fast", factor: 2)] }
        if number > 3, random.chance(0.2) { traits.dependencies = [random.int(0...number - 1)] }
        if random.chance(0.2) { traits.array = JobArray(id: 1, limit: 2) }
        if random.chance(0.5) {
          traits.preemption = Preemption(checkpointSeconds: 1, restoreSeconds: 1)
        }
      }
    }
    let result = simulate(
      jobs, on: Self.resources, policy: policy.policy(), FaultSimulationTests.settings(seed))
    #expect(result.schedule.map(\.number) == Array(0..<jobs.count))
    var changes: [(time: Double, isStart: Bool, cpus: [Int])] = []
    for piece in result.attempts {
      changes.append((piece.start, true, piece.placement.cpus))
      changes.append((piece.end, false, piece.placement.cpus))
    }
    changes.sort { ($0.time, $0.isStart ? 1 : 0) < ($1.time, $1.isStart ? 1 : 0) }
    var busy: Set<Int> = []
    for change in changes {
      for cpu in change.cpus {
        if change.isStart {
          #expect(busy.insert(cpu).inserted, "cpu \(cpu) given twice at \(change.time)")
        } else {
          busy.remove(cpu)
        }
      }
    }
    for record in result.schedule {
      let required = jobs[record.number].job.traits.requiredLabels
      for node in record.placement.numaNodes {
        #expect(Self.resources.nodes[node].labels.isSuperset(of: required))
      }
      for other in jobs[record.number].job.traits.dependencies {
        #expect(result.schedule[other].end <= record.start)
      }
    }
  }
}
