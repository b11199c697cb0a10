import HardwareModel
import Scheduler
import Testing

@Suite struct PlacementTests {
  /// Four nodes of four cores in a row: neighbours at 12, then 20, then 28; a fifth holds
  /// memory only.
  static let machine = Resources(nodes: [
    .init(id: 0, cpus: [0, 1, 2, 3], memoryBytes: 100, distances: [10, 12, 20, 28, 40]),
    .init(id: 1, cpus: [4, 5, 6, 7], memoryBytes: 100, distances: [12, 10, 12, 20, 40]),
    .init(id: 2, cpus: [8, 9, 10, 11], memoryBytes: 100, distances: [20, 12, 10, 12, 40]),
    .init(id: 3, cpus: [12, 13, 14, 15], memoryBytes: 100, distances: [28, 20, 12, 10, 40]),
    .init(id: 7, cpus: [], memoryBytes: 400, distances: [40, 40, 40, 40, 10]),
  ])

  /// Submits jobs one after the other at time 0 and returns the placements of those started.
  static func placements(
    _ demands: [(cores: Int, bytes: Int)], on resources: Resources = machine
  ) -> [Placement] {
    var engine = SchedulerEngine(
      resources: resources, policy: FCFSPolicy(), endsByEstimate: true)
    return demands.enumerated().flatMap { number, demand in
      engine.submit(
        Job(
          number: number, submit: 0, cores: demand.cores, memoryBytes: demand.bytes,
          estimateSeconds: 10), at: 0)
    }.compactMap { if case .start(_, let placement) = $0 { placement } else { nil } }
  }

  @Test func oneNodeIsPreferredAndTheFullestTaken() {
    // After 2 cores on node 0, a job of 2 fills node 0 rather than opening node 1; 3 need node 1.
    let found = Self.placements([(2, 10), (2, 10), (3, 10), (1, 10)])
    #expect(found.map(\.numaNodes) == [[0], [0], [1], [1]])
    #expect(found.map(\.cpus) == [[0, 1], [2, 3], [4, 5, 6], [7]])
  }

  @Test func twoNodesAreNeighbours() throws {
    // Node 0 is busy: the pair must be neighbours, 1 with 2 and not 1 with 3.
    let found = Self.placements([(4, 0), (8, 100)])
    let pair = try #require(found.last)
    #expect(pair.numaNodes == [1, 2])
    #expect(pair.cpus == [4, 5, 6, 7, 8, 9, 10, 11])
    #expect(pair.shares.map(\.memoryBytes) == [50, 50])
  }

  @Test func fewestNodesWinOverNearestOnes() throws {
    // Left free: one core on nodes 0 and 1, four on 2 and 3: six cores need two nodes, 2 and 3.
    let found = Self.placements([(3, 0), (3, 0), (6, 0)])
    #expect(try #require(found.last).numaNodes == [2, 3])
  }

  @Test func memoryOnlyNodesGiveMemory() throws {
    let placement = try #require(Self.placements([(4, 450)]).first)
    #expect(placement.cpus.count == 4)
    #expect(placement.memoryBytes == 450)
    // One node's 100 bytes do not do; the rest comes from the nodes around it, nearest first.
    #expect(placement.shares.first?.memoryBytes == 100)
    #expect(placement.numaNodes.contains(7))
  }

  @Test func aMachineIsOneThreadPerCoreWithinTheLimits() {
    let machine = Machine(
      source: "test", name: "",
      numaNodes: [
        NUMANode(id: 0, cpus: [0, 1, 2], memoryBytes: 1000, memorySource: "", distances: [10])
      ],
      cores: [
        Core(id: 0, cpus: [0, 1], numaNode: 0, package: 0, kind: 0),
        Core(id: 1, cpus: [2, 3], numaNode: 0, package: 0, kind: 0),
        Core(id: 2, cpus: [4, 5], numaNode: 0, package: 0, kind: 0),
      ],
      limits: Limits(
        cpus: [1, 2, 3], cpuQuota: nil, memoryBytes: 400, memorySource: "", lockedMemoryBytes: nil))
    let resources = Resources(machine: machine)
    #expect(resources.nodes.map(\.cpus) == [[1, 2]])
    #expect(resources.total == Amounts(cores: 2, bytes: 400))
  }
}
