import Executor
import Glibc
import HardwareDiscovery
import HardwareModel
import JobStore
import Quantities
import Scheduler
import Synchronization
import TestSupport
import Testing

@testable import Commands

/// Predicts jobs by the cost model on a given machine, and runs each until all have started, so
/// that placements do not depend on how fast this machine is.
private final class MeetingRunner: JobRunner {
  private let device: Device
  private let cores: Int
  private let jobs: Int
  private let seesTraffic: Bool
  private let started = Mutex(0)

  init(_ device: Device, cores: Int, jobs: Int, seesTraffic: Bool) {
    (self.device, self.cores, self.jobs, self.seesTraffic) = (device, cores, jobs, seesTraffic)
  }

  func estimate(_ job: JobSpecification) throws(UserError) -> JobEstimate {
    var estimate = try KernelJobRunner.estimate(job, device: device, total: cores)
    if !seesTraffic { estimate.traffic = nil }
    return estimate
  }

  func run(
    _ job: JobSpecification, on placement: RunPlacement, _ cancellation: Cancellation
  ) throws -> JobMeasurement {
    started.withLock { $0 += 1 }
    while started.withLock({ $0 }) < jobs && !cancellation.isCancelled { usleep(1000) }
    return JobMeasurement(seconds: 1)
  }
}

/// Where real workloads go on the local back end because of what the cost model says that they do
/// to each other.
@Suite(.timeLimit(.minutes(45))) struct ContentionPlacementTests {
  /// Two processors of two cores with a cache of 32 MiB each, whose memory is as scarce as that of
  /// a virtual machine that was measured: one core reads 22 GB/s, two together 27.
  static func machine() throws -> (machine: Machine, device: Device) {
    let machine = try HardwareDiscovery.discover(
      .synthetic("Package:2 NUMANode:1(memory=16GB) L3Cache:1(size=32MB) Core:2 PU:1"))
    let effect = NeighbourEffect(
      cores: 2, cacheBytes: 32 << 20, aloneBytesPerSecond: BytesPerSecond(2 * 22e9),
      slowdowns: [[1.01, 1.01, 1.01], [1.01, 1.05, 1.01], [1.01, 1.01, 44.0 / 27]])
    var device = Device(roughly: machine)
    device.memoryBandwidth = effect.jointBytesPerSecond
    device.neighbour = effect
    return (machine, device)
  }

  /// A pass of PubMedBERT on one token streams 340 MB of weights, one on 128 tokens multiplies.
  static let streams = LocalPolicyTests.job("") {
    $0.model = "pubmedbert"
    $0.sequence = 1
  }
  static let multiplies = LocalPolicyTests.job("") {
    $0.model = "pubmedbert"
    $0.sequence = 128
  }

  /// The NUMA node of each job, in order; each holds one core.
  func nodes(_ jobs: [JobSpecification], seesTraffic: Bool = true) throws -> [Int] {
    let (machine, device) = try Self.machine()
    let resources = try LocalMachine.resources(machine, PoolLayout(machine: machine), device)
    let folder = try TemporaryFolder()
    let named = jobs.enumerated().map { number, job in
      var job = job
      job.id = String(number)
      return job
    }
    let report = try RunSession(
      resources: resources, policy: .fcfs,
      runner: MeetingRunner(
        device, cores: resources.total.cores, jobs: jobs.count, seesTraffic: seesTraffic),
      console: ConsoleRecorder().console, watchesSignals: false
    ).run(named, ledger: folder.file("ledger.db"))
    return report.outcomes.map { $0.placement?.numaNodes.first ?? -1 }
  }

  @Test func streamsKeepApartAndJobsThatMultiplyJoinThem() throws {
    // By the rule of the fullest node alone the first two would share node 0.
    let jobs = [Self.streams, Self.streams, Self.multiplies, Self.multiplies]
    #expect(try nodes(jobs, seesTraffic: false) == [0, 0, 1, 1])
    let found = try nodes(jobs)
    #expect(found[0] == 0 && found[1] == 1)
    #expect(Set(found[2...]) == [0, 1])
    // A stream that comes after one of each kind goes to the one that multiplies.
    let mixed = [Self.streams, Self.multiplies, Self.streams]
    #expect(try nodes(mixed, seesTraffic: false) == [0, 0, 1])
    #expect(try nodes(mixed) == [0, 1, 1])
  }

  /// What the choice rests on.
  @Test func theCostModelTellsThemApart() throws {
    let device = try Self.machine().device
    let (stream, product) = (
      try #require(try KernelJobRunner.estimate(Self.streams, device: device, total: 4).traffic),
      try #require(try KernelJobRunner.estimate(Self.multiplies, device: device, total: 4).traffic)
    )
    let memory = SharedMemory(
      bytesPerSecond: (device.neighbour?.jointBytesPerSecond.value ?? 0) / 2,
      cacheBytes: 32 << 20, effect: device.neighbour)
    // As docs/Scheduling.md tells, to a hundredth.
    for (first, second, told) in [
      (stream, stream, [1.10, 1.10]), (stream, product, [1.04, 1.03]),
      (product, product, [1.01, 1.01]),
    ] {
      let found = MemoryTraffic.slowdowns([first, second], on: memory)
      #expect(zip(found, told).allSatisfy { abs($0 - $1) < 0.01 }, "\(found), not \(told)")
    }
  }
}
