import HardwareModel
import Quantities
import Scheduler
import Testing
import Workloads

@testable import Commands

/// Real workloads placed by what they are predicted to do to each other.
@Suite struct ContentionPlacementTests {
  /// Two cores a node; one core alone reads 22 GB/s, both 27. Speeds of two cores are told, so half
  /// of them is what each has beside a like neighbour.
  static var device: Device {
    var device = Device(
      id: "t", name: "t", kind: .cpu, memoryBytes: 64 << 30, memoryBandwidth: BytesPerSecond(54e9),
      peaks: [.init(.fp32, FlopsPerSecond(400e9))],
      vectorFlopsPerSecond: FlopsPerSecond(400e9), launchOverhead: Seconds(0), source: "made up")
    device.neighbour = NeighbourEffect(
      cores: 1, cacheBytes: 32 << 20, aloneBytesPerSecond: BytesPerSecond(22e9),
      slowdowns: [[1, 1, 1], [1, 1, 2], [1, 1, 44.0 / 27]])
    return device
  }

  static func estimate(sequence: Int, batch: Int) throws -> JobEstimate {
    let job = JobSpecification(
      id: "a", model: "pubmedbert", task: .infer, batch: batch, sequence: sequence, dtype: "fp32",
      steps: 1, priority: 0, cores: 1, memoryBytes: nil, submitSeconds: 0)
    return try KernelJobRunner.estimate(job, device: device, total: 4)
  }

  /// Nodes of the two jobs, started one after the other on two nodes of two cores.
  static func nodes(_ first: JobEstimate, _ second: JobEstimate) -> [Int] {
    var nodes = (0..<2).map {
      Resources.Node(id: $0, cpus: [$0 * 2, $0 * 2 + 1], memoryBytes: 64 << 30)
    }
    for index in nodes.indices {
      nodes[index].memoryBandwidth = 27e9
      nodes[index].cacheBytes = 32 << 20
      nodes[index].neighbour = device.neighbour
    }
    var engine = SchedulerEngine(
      resources: Resources(nodes: nodes), policy: FCFSPolicy(), endsByEstimate: true)
    let jobs = [first, second].enumerated().map { number, estimate in
      var job = Job(
        number: number, submit: 0, cores: 1, memoryBytes: estimate.memoryBytes,
        estimateSeconds: estimate.seconds)
      job.traits.traffic = estimate.traffic
      return job
    }
    return jobs.flatMap { engine.submit($0, at: 0) }.flatMap { decision -> [Int] in
      if case .start(_, let placement) = decision { placement.numaNodes } else { [] }
    }
  }

  @Test func twoJobsThatStreamWeightsGoToTwoNodes() throws {
    let (weights, products) = (
      try Self.estimate(sequence: 1, batch: 1), try Self.estimate(sequence: 128, batch: 4)
    )
    let stream = try #require(weights.traffic)
    #expect(stream.boundShare > 0.9, "\(stream)")
    #expect(stream.bytesPerSecond > 18e9 && stream.bytesPerSecond <= 22e9, "\(stream)")
    let beside = stream.slowdown(
      beside: [stream], on: SharedMemory(bytesPerSecond: 27e9, effect: Self.device.neighbour))
    #expect(beside > 1.4 && beside < 44.0 / 27 + 1e-6)
    #expect(Self.nodes(weights, weights) == [0, 1])
    // Arithmetic does not mind; the node that is left fullest is taken.
    #expect((products.traffic?.boundShare ?? 1) < 0.5, "\(products.traffic as Any)")
    #expect(Self.nodes(products, products) == [0, 0])
  }
}
