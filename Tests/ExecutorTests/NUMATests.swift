import CSystemShims
@testable import Executor
import Glibc
import HardwareDiscovery
import HardwareModel
import Quantities
import Synchronization
import TestSupport
import Testing

/// On a machine with several NUMA nodes (`scripts/check-numa.sh` boots one): memory and work are
/// where they were asked for. Where they are is asked of the kernel, not of our own description.
@Suite(.enabled(if: ThisMachine.machine.numaNodes.count >= 2, "needs two NUMA nodes"))
struct NUMATests {
  let layout = PoolLayout(machine: ThisMachine.machine)

  /// The workers of one node.
  private func workers(_ node: Int) -> [Int] {
    layout.workers.indices.filter { layout.workers[$0].numaNode == node }
  }

  @Test(arguments: ThisMachine.memoryNodes)
  func aBoundBufferLiesOnItsNodeWhoeverTouchesIt(node: Int) throws {
    let pool = try WorkerPool(layout: layout)
    let other = try #require(ThisMachine.workerNodes.last { $0 != node })
    let team = try pool.lease(workers(other))
    let buffer = try NodeBuffer(byteCount: 8 << 20, node: node)
    try team.run { scope in buffer.prefault(scope) }
    let residency = try buffer.residency()
    #expect(buffer.notes.isEmpty && residency.presentPages == residency.pages)
    #expect(residency.shareOnNode == 1)
    #expect(residency.pagesByNode == [.init(node: node, pages: residency.pages)])
  }

  @Test func everyWorkerRunsOnAProcessingUnitOfItsNode() throws {
    let pool = try WorkerPool(layout: layout)
    #expect(pool.notes.isEmpty && ThisMachine.workerNodes.count >= 2)
    let team = try pool.lease(Array(layout.workers.indices))
    let seen = Guarded(Array(repeating: -1, count: team.count))
    try team.run { scope in
      scope.forEachLane { lane in
        let cpu = Int(hfm_current_cpu())
        seen.withLock { $0[lane] = cpu }
      }
    }
    for (worker, cpu) in seen.withLock({ $0 }).enumerated() {
      let place = layout.workers[worker]
      #expect(cpu == place.cpu)
      #expect(ThisMachine.isLocal(cpu: cpu, to: place.numaNode))
    }
  }

  @Test(arguments: ThisMachine.workerNodes)
  func whatANodesTeamTouchesFirstLiesOnThatNode(node: Int) throws {
    let pool = try WorkerPool(layout: layout)
    let team = try pool.lease(workers(node))
    #expect(team.numaNodes == [node])
    let buffer = try NodeBuffer(byteCount: 8 << 20)
    try team.run { scope in buffer.prefault(scope) }
    let residency = try buffer.residency()
    #expect(residency.pagesByNode == [.init(node: node, pages: residency.pages)])
  }

  /// Memory comes in huge pages also unasked where the kernel is set so (Debian's is): one that
  /// spans lanes of two nodes lies on the node of whichever touches it first, the rest is exact.
  @Test func aTeamAcrossNodesTouchesEachLanesRangeOnThatLanesNode() throws {
    let pool = try WorkerPool(layout: layout)
    let team = try pool.lease(Array(layout.workers.indices))
    let buffer = try NodeBuffer(byteCount: 16 << 20)
    try team.run { scope in buffer.prefault(scope) }
    let found = try buffer.pageNodes()
    let hugeBytes = buffer.hugePageBytes
    let huge = try #require(hugeBytes) > 0
    let wanted = team.places.indices.flatMap { lane in
      TeamScope.chunk(lane, of: team.count, count: found.count).map { _ in
        Int32(team.places[lane].numaNode)
      }
    }
    let astray = found.indices.filter { found[$0] != wanted[$0] }
    let firstPage = Int(bitPattern: buffer.pointer) / NodeBuffer.pageBytes
    let span = (2 << 20) / NodeBuffer.pageBytes
    for page in astray {
      let first = (firstPage + page) / span * span - firstPage
      let neighbours = (max(first, 0)..<min(first + span, found.count)).map { wanted[$0] }
      #expect(huge && neighbours.contains(found[page]), "page \(page) of \(found.count)")
    }
    #expect(astray.count < span * (ThisMachine.workerNodes.count - 1))
  }

  @Test func stealingGoesFromTheNearestLaneOutwards() throws {
    let pool = try WorkerPool(layout: layout)
    let team = try pool.lease(Array(layout.workers.indices))
    let table = team.core.taskRegion.table.pointee
    let laneOf = Dictionary(
      uniqueKeysWithValues: (0..<team.count).map { (table.lanes[$0].deque, $0) })
    for lane in 0..<team.count {
      let own = team.places[lane].numaNode
      let victims = (0..<team.count - 1).map { laneOf[table.victims[lane * (team.count - 1) + $0]] }
      let order = try victims.map { try #require($0) }
      #expect(Set(order).union([lane]).count == team.count)
      let distances = try ThisMachine.kernelDistances(from: own)
      let walk = order.map { distances[team.places[$0].numaNode] ?? -1 }
      #expect(walk == walk.sorted() && walk.allSatisfy { $0 >= 10 })
    }
  }

  @Test func teamsOnDisjointNodesRunAtTheSameTime() throws {
    let pool = try WorkerPool(layout: layout)
    let teams = try ThisMachine.workerNodes.map { try pool.lease(workers($0)) }
    // Every lane of every team waits for all others: ends only when all run at once.
    let lanes = layout.workers.count
    let arrived = Atomic<Int>(0)
    let met = Atomic<Int>(0)
    let strays = Atomic<Int>(0)
    inThreads(teams.count) { index in
      try? teams[index].run { scope in
        scope.forEachLane { lane in
          arrived.add(1)
          let limit = hfm_monotonic_nanoseconds() + 300_000_000_000
          while arrived.load(ordering: .relaxed) < lanes, hfm_monotonic_nanoseconds() < limit {
            usleep(100)
          }
          if arrived.load(ordering: .relaxed) == lanes { met.add(1) }
          let node = teams[index].places[lane].numaNode
          if !ThisMachine.isLocal(cpu: Int(hfm_current_cpu()), to: node) { strays.add(1) }
        }
      }
    }
    #expect(met.load(ordering: .relaxed) == lanes && strays.load(ordering: .relaxed) == 0)
  }
}

/// Needs root and a processing unit that may go offline (`scripts/check-numa.sh` names one).
@Suite(.enabled(if: getenv("HFM_NUMA_UNPLUG") != nil, "no processor may be taken away"))
struct NUMAUnplugTests {
  @Test func aPoolWorksOnWhenAProcessingUnitGoesOffline() throws {
    let cpu = try #require(getenv("HFM_NUMA_UNPLUG").flatMap { Int(String(cString: $0)) })
    let switchFile = "/sys/devices/system/cpu/cpu\(cpu)/online"
    let layout = PoolLayout(machine: ThisMachine.machine)
    let worker = try #require(layout.workers.firstIndex { $0.cpu == cpu })
    let pool = try WorkerPool(layout: layout)
    let team = try pool.lease(Array(layout.workers.indices))
    let lanes = Atomic<Int>(0)
    func region() throws {
      try team.run { scope in scope.forEachLane { _ in lanes.add(1) } }
    }
    try region()
    try TestFile.write("0", to: switchFile)
    defer { try? TestFile.write("1", to: switchFile) }
    for _ in 0..<20 { try region() }
    let notes = pool.checkPlacement()
    #expect(notes.count == 1)
    let start = "processing unit \(cpu) went away; worker \(worker) may run on "
    #expect(try #require(notes.first).hasPrefix(start), "\(notes)")
    // A pool that starts now leaves the offline unit out.
    let rest = PoolLayout(machine: try HardwareDiscovery.discover(.live))
    #expect(rest.workers.map(\.cpu) == layout.workers.map(\.cpu).filter { $0 != cpu })
    try TestFile.write("1", to: switchFile)
    let back = "worker \(worker) had lost processing unit \(cpu) and is back on it"
    #expect(pool.checkPlacement() == [back])
    #expect(pool.checkPlacement().isEmpty)
    try region()
    #expect(lanes.load(ordering: .relaxed) == 22 * layout.workers.count)
  }
}

/// This machine's nodes, and what the kernel itself says of them.
private enum ThisMachine {
  static let machine = (try? HardwareDiscovery.discover(.live)) ?? Machine(source: "none", name: "")
  static let memoryNodes = machine.numaNodes.filter { $0.memoryBytes > 0 }.map(\.id)
  static let workerNodes = Set(PoolLayout(machine: machine).workers.map(\.numaNode)).sorted()

  /// Whether the kernel counts a processing unit to a node.
  static func kernelSays(cpu: Int, isOn node: Int) -> Bool {
    access("/sys/devices/system/cpu/cpu\(cpu)/node\(node)", F_OK) == 0
  }

  /// The same, or the unit's own node has no memory and lies elsewhere.
  static func isLocal(cpu: Int, to node: Int) -> Bool {
    kernelSays(cpu: cpu, isOn: node)
      || machine.numaNodes.contains {
        !memoryNodes.contains($0.id) && kernelSays(cpu: cpu, isOn: $0.id)
      }
  }

  /// The kernel's distances from a node, by node: one column per node, by rising number.
  static func kernelDistances(from node: Int) throws -> [Int: Int] {
    let text = try TestFile.text("/sys/devices/system/node/node\(node)/distance")
    let columns = text.split { $0 == " " || $0 == "\n" }.map { Int($0) ?? -1 }
    let nodes = machine.numaNodes.map(\.id).sorted()
    try #require(columns.count == nodes.count)
    return Dictionary(uniqueKeysWithValues: zip(nodes, columns))
  }
}
