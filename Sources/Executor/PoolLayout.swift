public import HardwareModel

/// Which processing unit each worker of a pool is pinned to, grouped by NUMA node.
public struct PoolLayout: Sendable, Hashable {
  /// One worker's place.
  public struct Worker: Sendable, Hashable {
    /// Processing unit (the operating system's index).
    public var cpu: Int
    /// Nearest NUMA node (the operating system's index); -1 when unknown.
    public var numaNode: Int
    /// Workers of equal number share their last-level cache; -1 when unknown.
    public var cacheGroup: Int
    /// Creates a place.
    public init(cpu: Int, numaNode: Int, cacheGroup: Int = -1) {
      self.cpu = cpu
      self.numaNode = numaNode
      self.cacheGroup = cacheGroup
    }
  }

  /// Workers in order of NUMA node, then of topology.
  public var workers: [Worker]
  /// SLIT distances between NUMA nodes, by node id; empty when unknown.
  public var distances: [Int: [Int: Int]]

  /// Creates a layout by hand; two workers may share a processing unit (oversubscription).
  public init(workers: [Worker], distances: [Int: [Int: Int]] = [:]) {
    self.workers = workers
    self.distances = distances
  }

  /// One worker on the first allowed hardware thread of each core, or one on every allowed
  /// hardware thread, within `machine.limits`. A machine without cores counts each processing
  /// unit as a core.
  public init(machine: Machine, hyperthreads: Bool = false) {
    let group = PoolLayout.cacheGroups(machine)
    let allowed = machine.limits.map { Set($0.cpus) }
    func isAllowed(_ cpu: Int) -> Bool { allowed?.contains(cpu) ?? true }
    let memoryNode = PoolLayout.memoryNodes(machine)
    func place(_ cpu: Int, _ node: Int) -> Worker {
      Worker(cpu: cpu, numaNode: memoryNode[node] ?? node, cacheGroup: group[cpu] ?? -1)
    }
    var workers: [Worker] = []
    if machine.cores.isEmpty || hyperthreads {
      for unit in machine.processingUnits where isAllowed(unit.id) {
        workers.append(place(unit.id, unit.numaNode))
      }
    } else {
      for core in machine.cores {
        guard let cpu = core.cpus.first(where: isAllowed) else { continue }
        workers.append(place(cpu, core.numaNode))
      }
    }
    // A stable sort: topological order stays within a node.
    let order = workers.indices.sorted {
      (workers[$0].numaNode, $0) < (workers[$1].numaNode, $1)
    }
    var distances: [Int: [Int: Int]] = [:]
    for node in machine.numaNodes where node.distances.count == machine.numaNodes.count {
      distances[node.id] = Dictionary(
        zip(machine.numaNodes.map(\.id), node.distances), uniquingKeysWith: { first, _ in first })
    }
    self.init(workers: order.map { workers[$0] }, distances: distances)
  }

  /// For each node without memory the nearest one that has some: that is where its processing
  /// units' pages go.
  private static func memoryNodes(_ machine: Machine) -> [Int: Int] {
    let filled = machine.numaNodes.indices.filter { machine.numaNodes[$0].memoryBytes > 0 }
    var nearest: [Int: Int] = [:]
    for node in machine.numaNodes where node.memoryBytes == 0 {
      let place = filled.min {
        let far = node.distances
        return far.count == machine.numaNodes.count ? (far[$0], $0) < (far[$1], $1) : $0 < $1
      }
      nearest[node.id] = place.map { machine.numaNodes[$0].id }
    }
    return nearest
  }

  /// The position in `machine.caches` of each processing unit's last-level cache.
  private static func cacheGroups(_ machine: Machine) -> [Int: Int] {
    var last: [Int: Int] = [:]
    for (position, cache) in machine.caches.enumerated() {
      for cpu in cache.cpus where (last[cpu].map { machine.caches[$0].level } ?? 0) < cache.level {
        last[cpu] = position
      }
    }
    return last
  }

  /// SLIT distance between the nodes of two workers; 10 on one node, 20 when unknown.
  public func distance(_ first: Int, _ second: Int) -> Int {
    let (a, b) = (workers[first].numaNode, workers[second].numaNode)
    return a == b ? 10 : distances[a]?[b] ?? 20
  }

  /// Whether two workers share a processing unit, so that spinning would hold up the other.
  var isOversubscribed: Bool { Set(workers.map(\.cpu)).count < workers.count }
}
