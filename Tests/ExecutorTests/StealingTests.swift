@testable import Executor
import Glibc
import HardwareDiscovery
import HardwareModel
import Quantities
import Synchronization
import Testing

/// Whose work an idle lane takes, and what nobody may take from it. Machines are hwloc's synthetic
/// ones: sockets, nodes and caches that this host need not have.
@Suite struct StealingTests {
  /// Two sockets of two nodes of two cache groups of two cores.
  static let epyc = "package:2 numa:2 l3:2 core:2 pu:1"

  static let machines = [
    epyc, "package:1 core:4 pu:2", "package:4 numa:1 l3:1 core:3 pu:1",
    "numa:8 core:1 pu:1", "package:1 numa:1 l3:4 l2:2 core:2 pu:1",
  ]

  @Test(arguments: machines)
  func cacheThenNodeThenDistance(topology: String) throws {
    let machine = try HardwareDiscovery.discover(.synthetic(topology))
    let layout = PoolLayout(machine: machine)
    let team = Array(layout.workers.indices)
    for lane in team {
      let order = layout.stealingOrder(of: lane, in: team)
      #expect(order.sorted() == team.filter { $0 != lane })
      // What the machine itself says of each pair: 0 same cache, 1 same node, 2 elsewhere.
      let own = layout.workers[lane]
      let steps = order.map { other -> Int in
        let place = layout.workers[other]
        let level = machine.caches.filter { $0.cpus.contains(own.cpu) }.map(\.level).max() ?? 0
        let shares = machine.caches.contains {
          $0.level == level && $0.cpus.contains(own.cpu) && $0.cpus.contains(place.cpu)
        }
        return shares ? 0 : place.numaNode == own.numaNode ? 1 : 2
      }
      #expect(steps == steps.sorted(), "\(topology), lane \(lane): \(order)")
    }
  }

  @Test func theOrderOnAKnownMachine() throws {
    var layout = PoolLayout(machine: try HardwareDiscovery.discover(.synthetic(Self.epyc)))
    #expect(layout.workers.count == 16)
    // SLIT of two sockets with two nodes each: 12 within, 32 across, as Zen 3 reports in NPS2.
    for a in 0..<4 {
      layout.distances[a] = Dictionary(
        uniqueKeysWithValues: (0..<4).map { ($0, $0 == a ? 10 : $0 / 2 == a / 2 ? 12 : 32) })
    }
    let team = Array(layout.workers.indices)
    // Lane 5: 4 shares its cache, 6 and 7 its node, 0…3 its socket, the rest is far.
    #expect(
      layout.stealingOrder(of: 5, in: team)
        == [4, 6, 7, 0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15])
    // A team of some workers, by their lanes.
    #expect(layout.stealingOrder(of: 0, in: [15, 3, 14, 12]) == [2, 3, 1])
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>, Placement.allCases)
  func boundTasksRunWhereTheyAreBound(seed: UInt64, placement: Placement) throws {
    let (_, team) = try placement.team(4)
    var random = SplitMix(state: seed)
    let wanted = (0..<300).map { _ in Int(random.next() % UInt64(team.count)) }
    let strays = Atomic<Int>(0)
    let seen = Marks(wanted.count)
    try team.run { scope in
      scope.taskGroup { group in
        for (index, lane) in wanted.enumerated() {
          group.add(.lane(lane)) {
            seen.add(index)
            if team.core.currentLane != lane { strays.add(1) }
          }
          group.add {}
        }
      }
    }
    #expect(seen.areAllOne && strays.load(ordering: .relaxed) == 0)
  }

  @Test func tasksBoundToANodeStayOnItsLanes() throws {
    // Nodes are words here: the layout says which lane is where.
    let layout = PoolLayout(
      workers: [0, 0, 7, 7].map { PoolLayout.Worker(cpu: 0, numaNode: $0) })
    let pool = try WorkerPool(layout: layout)
    let team = try pool.lease([0, 1, 2, 3])
    let strays = Atomic<Int>(0)
    let ran = Atomic<Int>(0)
    try team.run { scope in
      scope.taskGroup { group in
        for index in 0..<200 {
          let node = index % 2 == 0 ? 0 : 7
          group.add(.node(node)) {
            ran.add(1)
            let lane = team.core.currentLane ?? -1
            if lane < 0 || team.places[lane].numaNode != node { strays.add(1) }
          }
        }
      }
    }
    #expect(ran.load(ordering: .relaxed) == 200 && strays.load(ordering: .relaxed) == 0)
  }

  @Test func urgentTasksGoFirstAndBackgroundOnesLast() throws {
    let (_, team) = try Placement.shared.team(1)
    let order = Guarded<[String]>([])
    try team.run { scope in
      // One lane only queues while it carries this body: the order is that of the queues.
      scope.taskGroup { group in
        for index in 0..<3 {
          group.add(.background) { order.withLock { $0.append("background \(index)") } }
          group.add { order.withLock { $0.append("plain") } }
          group.add(.urgent) { order.withLock { $0.append("urgent \(index)") } }
        }
      }
    }
    #expect(
      order.withLock { $0 } == [
        "urgent 0", "urgent 1", "urgent 2", "plain", "plain", "plain", "background 0",
        "background 1", "background 2",
      ])
  }
}
