import Scheduler
import Simulation
import TestSupport
import Testing

/// Gangs that run slower the more tiers of switches they span.
@Suite struct SpreadTests {
  static let speeds = [1, 0.5, 0.25]

  /// 24 nodes of four devices, three to a switch, twelve to a pod.
  static let resources = Resources(
    nodes: (0..<24).map { number in
      var node = Resources.Node(
        id: number, cpus: Array(number * 4..<number * 4 + 4), memoryBytes: 1 << 30)
      node.switchUnits = [number / 3, number / 12]
      return node
    })

  static func jobs(_ seed: UInt64) -> [TraceJob] {
    var random = SplitMix64(seed: seed)
    return (0..<200).map { number in
      let run = Double(random.int(10...1000))
      var job = Job(
        number: number, submit: Double(random.int(0...5000)), priority: random.int(0...2),
        cores: random.int(1...60), estimateSeconds: run * Double(random.int(1...3)))
      job.traits.spreadSpeeds = speeds
      job.traits.preemption = Preemption(checkpointSeconds: 1, restoreSeconds: 2)
      return TraceJob(id: "\(number)", job: job, runSeconds: run)
    }
  }

  /// The fewest tiers that hold so many devices when all are free.
  static func least(_ cores: Int) -> Int { cores <= 4 ? 0 : cores <= 12 ? 1 : cores <= 48 ? 2 : 3 }

  @Test(
    arguments: [PolicyName.easy, .easySJBF, .wfp, .sjf, .fairShare],
    1...8 as ClosedRange<UInt64>)
  func runTimesFollowPlacementsAndReservationsHold(_ policy: PolicyName, _ seed: UInt64) {
    let watch = ReservationWatch()
    var jobs = Self.jobs(seed)
    for index in jobs.indices { jobs[index].job.priority = 0 }
    let result = simulate(jobs, on: Self.resources, policy: watch.policy(policy))
    #expect(result.schedule.count == 200 && watch.promised > 0)
    #expect(watch.broken(by: result.schedule).isEmpty)
    var excesses: Set<Int> = []
    for record in result.schedule {
      let nodes = Set(record.placement.numaNodes)
      #expect((record.span == 0) == (nodes.count == 1))
      let excess = record.span - Self.least(record.cores)
      let expected = jobs[record.number].runSeconds / Self.speeds[min(excess, 2)]
      #expect(abs(record.end - record.start - expected) < 1e-6)
      excesses.insert(excess)
    }
    #expect(excesses.contains(0) && excesses.count > 1)
  }

  /// Interrupted gangs that go on elsewhere do all of their work and no more.
  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func interruptedWorkIsDoneOnce(_ seed: UInt64) {
    let jobs = Self.jobs(seed)
    var settings = SimulationSettings()
    settings.preempts = true
    let result = simulate(jobs, on: Self.resources, policy: PolicyName.easy.policy(), settings)
    #expect(result.schedule.count == 200 && result.preemptions > 0)
    for job in jobs {
      let pieces = result.attempts.filter { $0.number == job.job.number }
      // Each piece but the last ends with a checkpoint; each but the first begins with a restore.
      let work = pieces.enumerated().reduce(0) { sum, item in
        let (place, piece) = item
        let overhead = (place > 0 ? 2.0 : 0) + (place < pieces.count - 1 ? 1.0 : 0)
        let speed = Self.speeds[min(piece.span - Self.least(piece.cores), 2)]
        return sum + (piece.end - piece.start - overhead) * speed
      }
      // A piece that was interrupted while it read its state did nothing, and reads it again.
      if pieces.allSatisfy({ $0.end - $0.start > 3 }) {
        #expect(abs(work - job.runSeconds) < 1e-6 * job.runSeconds + 1e-6)
      }
    }
  }
}
