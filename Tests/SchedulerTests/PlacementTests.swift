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

  /// Two sockets with two accelerators each; only the second has a network interface, and the third
  /// node, without accelerators, is far from both.
  static let accelerated: Resources = {
    var nodes = [
      Resources.Node(id: 0, cpus: [0, 1, 2, 3], memoryBytes: 100, distances: [10, 20, 30]),
      Resources.Node(id: 1, cpus: [4, 5, 6, 7], memoryBytes: 100, distances: [20, 10, 30]),
      Resources.Node(id: 2, cpus: [8, 9, 10, 11], memoryBytes: 100, distances: [30, 30, 10]),
    ]
    nodes[0].accelerators = ["gpu0", "gpu1"]
    nodes[1].accelerators = ["gpu2", "gpu3"]
    nodes[1].networkInterfaces = ["ib0"]
    return Resources(nodes: nodes)
  }()

  /// Submits jobs with accelerators one after the other at time 0.
  static func accelerated(_ demands: [(cores: Int, accelerators: Int)]) -> [Placement] {
    started(
      demands.enumerated().map { number, demand in
        var job = Job(number: number, submit: 0, cores: demand.cores, estimateSeconds: 10)
        job.traits.accelerators = demand.accelerators
        return job
      }, on: accelerated)
  }

  static func started(_ jobs: [Job], on resources: Resources) -> [Placement] {
    var engine = SchedulerEngine(
      resources: resources, policy: FCFSPolicy(), endsByEstimate: true)
    return jobs.flatMap { engine.submit($0, at: 0) }.compactMap {
      if case .start(_, let placement) = $0 { placement } else { nil }
    }
  }

  @Test func coresLieBesideTheAcceleratorAndItsNetwork() {
    let found = Self.accelerated([(2, 1), (2, 1), (1, 2)])
    // The node with the network first; what is left of it holds the next one.
    #expect(found.map(\.numaNodes) == [[1], [1], [0]])
    #expect(
      found.map { $0.shares.flatMap(\.accelerators) } == [["gpu2"], ["gpu3"], ["gpu0", "gpu1"]])
    // Node 0 has no interface: the nearest one is node 1's.
    #expect(found.map { $0.shares.flatMap(\.networkInterfaces) } == [["ib0"], ["ib0"], ["ib0"]])
  }

  @Test func jobsWithoutAcceleratorsStayAwayFromThem() {
    let found = Self.accelerated([(2, 0), (2, 0), (1, 0)])
    #expect(found.map(\.numaNodes) == [[2], [2], [0]])
  }

  @Test func aGangOfAcceleratorsTakesItsCoresBesideEach() throws {
    let gang = try #require(Self.accelerated([(6, 3)]).first)
    #expect(gang.shares.count == 2 && gang.cpus.count == 6)
    for share in gang.shares { #expect(share.cpus.count == 2 * share.accelerators.count) }
    #expect(gang.shares.flatMap(\.accelerators).count == 3)
  }

  @Test func tooManyAcceleratorsAreRefusedAndMissingOnesWaitedFor() {
    var engine = SchedulerEngine(
      resources: Self.accelerated, policy: EASYPolicy(), endsByEstimate: true)
    var job = Job(number: 0, submit: 0, cores: 1, estimateSeconds: 10)
    job.traits.accelerators = 5
    #expect(
      AdmissionTests.refusals(engine.submit(job, at: 0))[0]?.description
        == "asks for 5 accelerators, there are 4: 1 too many")
    job.number = 1
    job.traits.accelerators = 3
    #expect(EngineTests.started(engine.submit(job, at: 0)) == [1])
    job.number = 2
    job.traits.accelerators = 2
    #expect(engine.submit(job, at: 1).isEmpty)
    #expect(engine.explain(2)?.reason == .accelerators)
    #expect(engine.explain(2)?.forecastStart == 10)
    #expect(EngineTests.started(engine.end(1, at: 10)) == [2])
  }

  /// Two nodes that move 100 bytes a second. By the rule of the fullest node all would share node
  /// 0; three streams of 60 on one would be slowed by 0.8 each.
  @Test func streamsAreSpreadOverMemories() {
    var nodes = (0..<2).map {
      Resources.Node(id: $0, cpus: Array($0 * 4..<$0 * 4 + 4), memoryBytes: 100)
    }
    for index in nodes.indices { nodes[index].memoryBandwidth = 100 }
    func job(_ number: Int, _ rate: Double, _ share: Double) -> Job {
      var job = Job(number: number, submit: 0, cores: 1, estimateSeconds: 10)
      job.traits.traffic = MemoryTraffic(
        bytesPerSecond: rate, boundShare: share, workingSetBytes: 0)
      return job
    }
    let streams = Self.started(
      [job(0, 60, 1), job(1, 60, 1), job(2, 60, 1)], on: Resources(nodes: nodes))
    #expect(streams.map(\.numaNodes) == [[0], [1], [0]])
    // One that asks for little memory joins the stream; one that never waits for it may.
    let mixed = Self.started(
      [job(0, 90, 1), job(1, 5, 1), job(2, 20, 0)], on: Resources(nodes: nodes))
    #expect(mixed.map(\.numaNodes) == [[0], [0], [1]])
    // Of unknown bandwidth the rule of the fullest node stands.
    for index in nodes.indices { nodes[index].memoryBandwidth = 0 }
    let unknown = Self.started([job(0, 60, 1), job(1, 60, 1)], on: Resources(nodes: nodes))
    #expect(unknown.map(\.numaNodes) == [[0], [0]])
  }

  /// Working sets that one cache cannot hold go to two.
  @Test func workingSetsAreSpreadOverCaches() {
    var nodes = (0..<2).map {
      Resources.Node(id: $0, cpus: Array($0 * 4..<$0 * 4 + 4), memoryBytes: 100)
    }
    for index in nodes.indices {
      nodes[index].memoryBandwidth = 1e9
      nodes[index].cacheBytes = 32
    }
    let jobs = [20, 20, 10].enumerated().map { number, bytes in
      var job = Job(number: number, submit: 0, cores: 1, estimateSeconds: 10)
      job.traits.traffic = MemoryTraffic(
        bytesPerSecond: 1, boundShare: 1, workingSetBytes: bytes)
      return job
    }
    #expect(Self.started(jobs, on: Resources(nodes: nodes)).map(\.numaNodes) == [[0], [1], [0]])
  }
}
