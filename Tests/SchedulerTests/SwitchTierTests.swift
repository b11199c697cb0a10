import HardwareModel
import Quantities
import Scheduler
import TestSupport
import Testing

/// Gangs under switches: the smallest common tier that can hold them.
@Suite struct SwitchTierTests {
  /// Nodes of four devices; `per` nodes under each unit of each tier.
  static func resources(nodes: Int, per: [Int]) -> Resources {
    Resources(
      nodes: (0..<nodes).map { number in
        var node = Resources.Node(
          id: number, cpus: Array(number * 4..<number * 4 + 4), memoryBytes: 1 << 30)
        node.switchUnits = per.map { number / $0 }
        return node
      })
  }

  static func engine(_ resources: Resources) -> SchedulerEngine {
    SchedulerEngine(
      resources: resources, policy: PolicyName.easy.policy(), endsByEstimate: false)
  }

  static func start(
    _ engine: inout SchedulerEngine, _ number: Int, _ cores: Int
  ) -> Placement? {
    let job = Job(number: number, submit: 0, cores: cores, estimateSeconds: 10)
    for case .start(let started, let placement) in engine.submit(job, at: 0)
    where started.number == number { return placement }
    return nil
  }

  /// Two switches of two nodes, one with a node taken: a gang of two nodes goes under the other,
  /// although a node of the first is as empty.
  @Test func aGangStaysUnderOneSwitch() throws {
    var engine = Self.engine(Self.resources(nodes: 4, per: [2]))
    #expect(Self.start(&engine, 0, 4)?.numaNodes == [0])
    let gang = try #require(Self.start(&engine, 1, 8))
    #expect(gang.numaNodes.sorted() == [2, 3] && gang.span == 1 && gang.excessSpan == 0)
    // What is left goes to a job of one node.
    #expect(Self.start(&engine, 2, 4)?.numaNodes == [1])
  }

  /// Where no switch has enough the next tier is taken, and only then everything.
  @Test func theNextTierIsTakenWhenASwitchIsTooSmall() throws {
    var engine = Self.engine(Self.resources(nodes: 16, per: [2, 8]))
    #expect(Self.start(&engine, 0, 1)?.span == 0)
    let pod = try #require(Self.start(&engine, 1, 24))
    // Pod 1 is empty, pod 0 is not: but both hold it, and the fuller one is left fullest.
    #expect(pod.span == 2 && Set(pod.numaNodes.map { $0 / 8 }) == [0])
    #expect(pod.excessSpan == 0)
    let all = try #require(Self.start(&engine, 2, 36))
    #expect(all.span == 3 && all.excessSpan == 0)
    #expect(Set(all.numaNodes.map { $0 / 8 }) == [0, 1])
  }

  /// Small jobs go beside others, so that switches stay free for gangs.
  @Test func smallJobsKeepSwitchesFree() {
    var engine = Self.engine(Self.resources(nodes: 8, per: [4]))
    var used: Set<Int> = []
    for number in 0..<4 {
      used.formUnion(Self.start(&engine, number, 4)?.numaNodes.map { $0 / 4 } ?? [-1])
    }
    #expect(used == [0])
    #expect(Self.start(&engine, 9, 16)?.span == 1)
  }

  /// Fragmented nodes force a gang over more tiers than it needs, which is said.
  @Test func fragmentationIsSaid() throws {
    var engine = Self.engine(Self.resources(nodes: 4, per: [2]))
    for number in 0..<4 { #expect(Self.start(&engine, number, 4)?.span == 0) }
    for number in [0, 2] { _ = engine.end(number, at: 1) }
    let gang = try #require(Self.start(&engine, 9, 8))
    #expect(gang.span == 2 && gang.excessSpan == 1)
  }

  /// Whatever comes and goes: no core is given twice, and a gang spans more tiers than it must only
  /// where no unit of a smaller tier had enough free.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func noSmallerTierWouldDo(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let resources = Self.resources(nodes: 24, per: [3, 12])
    var engine = Self.engine(resources)
    var running: [Int: Placement] = [:]
    for number in 0..<300 {
      let busy = Set(running.values.flatMap(\.cpus))
      let cores = random.int(1...40)
      if let placement = Self.start(&engine, number, cores) {
        #expect(placement.cpus.count == cores && busy.isDisjoint(with: placement.cpus))
        #expect(Set(placement.cpus).count == cores)
        #expect(placement.span == Self.span(placement, resources))
        for level in 0..<max(0, placement.span - 1) {
          let free = resources.nodes.reduce(into: [Int: Int]()) { sums, node in
            sums[node.switchUnits[level], default: 0] += node.cpus.count { !busy.contains($0) }
          }
          #expect(free.values.allSatisfy { $0 < cores })
        }
        running[number] = placement
      } else {
        _ = engine.withdraw(number, at: 0)
      }
      if random.int(0...1) == 0, let some = running.keys.sorted().randomElement(using: &random) {
        running[some] = nil
        _ = engine.end(some, at: 0)
      }
    }
  }

  /// The smallest common tier by its definition.
  private static func span(_ placement: Placement, _ resources: Resources) -> Int {
    let nodes = placement.numaNodes.map { resources.nodes[$0] }
    if nodes.count == 1 { return 0 }
    let levels = nodes[0].switchUnits.indices
    let level = levels.first { level in Set(nodes.map { $0.switchUnits[level] }).count == 1 }
    return (level ?? levels.count) + 1
  }

  @Test func aClusterKnowsItsTiers() throws {
    let cluster = try HardwareCatalogue.builtIn().cluster("meta-h100-24k")
    #expect(cluster.switches.map(\.nodes) == [384] && cluster.spans == 2)
    #expect([8, 9, 3072, 3073].map { cluster.leastSpan(of: $0) } == [0, 1, 1, 2])
    #expect(cluster.spanned(2, by: 4096).interNode.bandwidth.value * 7 == 50e9)
    #expect(cluster.spanned(1, by: 4096).interNode == cluster.interNode)
    let split = cluster.spanned(1, by: 8)
    #expect(split.devicesPerNode == 4 && split.nodes == 2)
    let nodes = try Resources(cluster: cluster).nodes
    #expect(nodes[383].switchUnits == [0] && nodes[384].switchUnits == [1])
  }
}
