import CSystemShims
@testable import Executor
import Glibc
import HardwareModel
import Quantities
import Synchronization
import TestSupport
import Testing

@Suite(.serialized) struct PoolTests {
  /// The processing units that this process may use, by asking to run on each.
  static let allowed = (0..<Int(sysconf(Int32(_SC_NPROCESSORS_CONF)))).filter { cpu in
    (try? WorkerPool(layout: PoolLayout(workers: [.init(cpu: cpu, numaNode: 0)])))?
      .notes.isEmpty ?? false
  }

  @Test func lanesSitOnDistinctPinnedProcessingUnits() throws {
    let cpus = PoolTests.allowed
    let pool = try WorkerPool(
      layout: PoolLayout(workers: cpus.map { .init(cpu: $0, numaNode: 0) }))
    #expect(pool.notes.isEmpty)
    let team = try pool.lease(Array(cpus.indices))
    let seen = Guarded<[Int: Int]>([:])
    try team.run { scope in
      scope.forEachLane { lane in
        let cpu = Int(hfm_current_cpu())
        seen.withLock { $0[lane] = cpu }
      }
    }
    #expect(seen.withLock { seen in cpus.indices.map { seen[$0] ?? -1 } } == cpus)
  }

  @Test func aMissingProcessingUnitIsANoteNotACrash() throws {
    let pool = try WorkerPool(layout: PoolLayout(workers: [.init(cpu: 100_000, numaNode: 0)]))
    #expect(pool.notes.count == 1)
    let team = try pool.lease([0])
    #expect(try team.run { $0.count } == 1)
  }

  @Test func layoutsFollowCoresNodesAndLimits() {
    var machine = Machine(source: "made up", name: "")
    machine.numaNodes = [0, 1].map {
      NUMANode(
        id: $0, cpus: [], memoryBytes: 1, memorySource: "",
        distances: $0 == 0 ? [10, 21] : [21, 10])
    }
    // Cores alternate between nodes; two threads each.
    machine.cores = (0..<4).map {
      Core(id: $0, cpus: [$0, $0 + 4], numaNode: 1 - $0 % 2, package: 0, kind: 0)
    }
    machine.processingUnits = (0..<8).map {
      ProcessingUnit(id: $0, core: $0 % 4, numaNode: 1 - $0 % 2)
    }
    let whole = PoolLayout(machine: machine)
    #expect(whole.workers.map(\.cpu) == [1, 3, 0, 2])
    #expect(whole.workers.map(\.numaNode) == [0, 0, 1, 1])
    #expect(whole.distance(0, 1) == 10 && whole.distance(0, 2) == 21)
    #expect(PoolLayout(machine: machine, hyperthreads: true).workers.count == 8)
    machine.limits = Limits(
      cpus: [4, 2, 5], cpuQuota: nil, memoryBytes: 1, memorySource: "", lockedMemoryBytes: nil)
    #expect(PoolLayout(machine: machine).workers.map(\.cpu) == [5, 4, 2])
  }

  @Test func aWorkerIsNeverGivenTwice() throws {
    let pool = try WorkerPool(layout: .onFirstCPU(4))
    let first = try pool.lease([0, 2])
    for bad in [[], [2], [1, 2], [1, 1], [4], [-1]] {
      #expect(throws: UserError.self) { try pool.lease(bad) }
    }
    let second = try pool.lease([3, 1])
    #expect(first.count == 2 && second.workers == [3, 1] && second.numaNodes == [0])
    first.release()
    #expect(throws: UserError.self) { try first.run { _ in } }
    #expect(try pool.lease([2]).workers == [2])
    #expect(throws: UserError.self) { try second.run { _ in try second.run { _ in } } }
  }

  @Test(arguments: 1...3)
  func teamsSideBySideDoNotInterfere(seed: UInt64) throws {
    let pool = try WorkerPool(layout: .onFirstCPU(6))
    let teams = try [[0, 5], [1, 3], [4, 2]].map { try pool.lease($0) }
    let sums = Guarded<[Int]>([])
    inThreads(teams.count) { index in
      for round in 0..<50 {
        let total = try? teams[index].run { scope in
          let partial = Guarded(0)
          scope.parallelFor(1000) { range, _ in
            let sum = range.reduce(0, +)
            partial.withLock { $0 += sum }
          }
          scope.taskGroup { group in
            for _ in 0..<10 { group.add { [round] in _ = round } }
          }
          return partial.withLock { $0 }
        }
        sums.withLock { $0.append(total ?? -1) }
      }
    }
    #expect(sums.withLock { $0 } == Array(repeating: 499_500, count: 150))
  }

  @Test(arguments: Placement.allCases)
  func idleWorkersUseNoProcessorTime(placement: Placement) throws {
    let (_, team) = try placement.team(8)
    // The workers' own clocks, so that other tests of this process do not count.
    let clocks = try team.run { scope in
      let clocks = Guarded<[clockid_t]>([])
      scope.forEachLane { _ in
        var clock = clockid_t()
        pthread_getcpuclockid(pthread_self(), &clock)
        clocks.withLock { [clock] in $0.append(clock) }
      }
      scope.taskGroup { group in group.add {} }
      return clocks.withLock { $0 }
    }
    func used() -> Double {
      clocks.reduce(0) { sum, clock in
        var time = timespec()
        clock_gettime(clock, &time)
        return sum + Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
      }
    }
    #expect(clocks.count == team.count && used() > 0)
    // Workers that have just worked spin for a while, on a busy machine as soon as they get a
    // processor; those that never sleep would use theirs in each of the windows.
    let areAsleep = eventually(within: 60) {
      let before = used()
      usleep(300_000)
      return used() - before < 0.3 * 0.02
    }
    #expect(areAsleep)
  }

  @Test func twoHundredPoolsComeAndGo() throws {
    var threads: [Int32] = []
    for round in 0..<200 {
      let pool = try WorkerPool(layout: .onFirstCPU(3))
      threads += (0..<3).map {
        pool.core.outboxes[$0].pointee.thread.load(ordering: .relaxed)
      }
      let team = try pool.lease([0, 1, 2])
      try team.run { scope in
        scope.forEachLane { _ in }
        scope.taskGroup { group in for _ in 0..<5 { group.add {} } }
      }
      if round % 2 == 0 {
        pool.shutdown()
        #expect(throws: UserError.self) { try team.run { _ in } }
        #expect(throws: UserError.self) { try pool.lease([0]) }
      }
    }
    // These threads, whatever other tests start meanwhile.
    #expect(Set(threads).count > 3)
    let areGone = eventually {
      !threads.contains { access("/proc/self/task/\($0)", F_OK) == 0 }
    }
    #expect(areGone)
  }

  @Test func aBodyMayReleaseItsOwnTeam() throws {
    let pool = try WorkerPool(layout: .onFirstCPU(2))
    let team = try pool.lease([0, 1])
    try team.run { scope in
      team.release()
      // The workers are still this body's.
      #expect(throws: UserError.self) { try pool.lease([0]) }
      scope.forEachLane { _ in }
    }
    #expect(try pool.lease([0, 1]).count == 2)
  }

  @Test func shuttingDownWaitsForTheRunningBody() throws {
    let pool = try WorkerPool(layout: .onFirstCPU(2))
    let team = try pool.lease([0, 1])
    let steps = Guarded<[String]>([])
    inThreads(2) { index in
      if index == 0 {
        try? team.run { _ in
          steps.withLock { $0.append("start") }
          usleep(50_000)
          steps.withLock { $0.append("end") }
        }
      } else {
        while steps.withLock({ $0.isEmpty }) { usleep(100) }
        pool.shutdown()
        steps.withLock { $0.append("shut down") }
      }
    }
    #expect(steps.withLock { $0 } == ["start", "end", "shut down"])
    #expect(throws: UserError.self) { try team.run { _ in } }
  }

  @Test(.enabled(if: allowed.count >= 2, "needs two processing units"))
  func aWorkerWhoseProcessingUnitIsTakenAwayIsReportedAndBroughtBack() throws {
    let cpus = PoolTests.allowed
    let pool = try WorkerPool(layout: PoolLayout(workers: [.init(cpu: cpus[0], numaNode: 0)]))
    #expect(pool.checkPlacement().isEmpty)
    // As taskset would from outside: the thread may run elsewhere only.
    let thread = pool.core.outboxes[0].pointee.thread.load(ordering: .relaxed)
    #expect(hfm_pin_thread(thread, Int32(cpus[1])) == 0)
    let team = try pool.lease([0])
    #expect(try team.run { $0.count } == 1)
    let notes = pool.checkPlacement()
    #expect(notes == ["worker 0 had lost processing unit \(cpus[0]) and is back on it"])
    #expect(affinity(thread) == [cpus[0]] && pool.checkPlacement().isEmpty)
  }

  @Test func aProcessingUnitThatNeverWasIsReportedAgain() throws {
    let pool = try WorkerPool(layout: PoolLayout(workers: [.init(cpu: 100_000, numaNode: 0)]))
    let notes = pool.checkPlacement()
    #expect(notes.count == 1 && notes[0].hasPrefix("processing unit 100000 went away; worker 0"))
  }

  @Test func threadsAreNamed() throws {
    let pool = try WorkerPool(layout: .onFirstCPU(2))
    let names = try (0..<2).map { worker in
      let thread = pool.core.outboxes[worker].pointee.thread.load(ordering: .relaxed)
      return try TestFile.text("/proc/self/task/\(thread)/comm")
    }
    #expect(names == ["hfm-worker-0\n", "hfm-worker-1\n"])
  }

  @Test func trafficIsCountedPerWorker() throws {
    let pool = try WorkerPool(layout: .onFirstCPU(2))
    let team = try pool.lease([1, 0])
    try team.run { scope in
      scope.countTraffic(lane: 0, localBytes: 5, remoteBytes: 7)
      scope.countTraffic(lane: 0, localBytes: 1, remoteBytes: 0)
    }
    #expect(pool.statistics.map(\.localBytes) == [0, 6])
    #expect(pool.statistics.map(\.remoteBytes) == [0, 7])
  }

  @Test func statisticsCountWork() throws {
    let pool = try WorkerPool(layout: .onFirstCPU(2))
    let team = try pool.lease([0, 1])
    let start = pool.statistics
    try team.run { scope in for _ in 0..<10 { scope.forEachLane { _ in usleep(1000) } } }
    let end = pool.statistics
    #expect(end[1].regions - start[1].regions == 10)
    #expect(end[1].busySeconds - start[1].busySeconds > 0.009)
    #expect(end[0].busySeconds - start[0].busySeconds > 0.009)
  }
}
