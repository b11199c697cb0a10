public import HardwareModel
public import Quantities

/// What there is to give out: NUMA nodes (or the nodes of a cluster) with their cores and bytes.
public struct Resources: Sendable, Hashable {
  /// One NUMA node, or one node of a cluster.
  public struct Node: Sendable, Hashable {
    /// The operating system's id of the node.
    public var id: Int
    /// Ids of the cores that may be given out; empty for a memory-only node.
    public var cpus: [Int]
    /// Bytes that may be given out.
    public var memoryBytes: Int
    /// SLIT distance to each node in order; empty when unknown (then all are equally far).
    public var distances: [Int]
    /// What sets it apart from others, such as `on-premise` or the name of its devices.
    public var labels: Set<String>
    /// The unit of each tier of switches that it lies under, the smallest first.
    public var switchUnits: [Int] = []
    /// Names of the accelerators beside it that may be given out.
    public var accelerators: [String] = []
    /// Names of the network interfaces beside it.
    public var networkInterfaces: [String] = []
    /// Bytes per second that its memory moves for all cores together; 0 when unknown.
    public var memoryBandwidth = 0.0
    /// Bytes of the last-level caches that its cores share; 0 when unknown.
    public var cacheBytes = 0
    /// How jobs on it were measured to slow each other; nil when they were not.
    public var neighbour: NeighbourEffect?

    /// Creates a node.
    public init(
      id: Int, cpus: [Int], memoryBytes: Int, distances: [Int] = [], labels: Set<String> = []
    ) {
      self.id = id
      self.cpus = cpus
      self.memoryBytes = memoryBytes
      self.distances = distances
      self.labels = labels
    }

    /// What jobs on it share.
    public var memory: SharedMemory {
      SharedMemory(bytesPerSecond: memoryBandwidth, cacheBytes: cacheBytes, effect: neighbour)
    }
  }

  /// The nodes, in order.
  public var nodes: [Node]

  /// Wraps nodes.
  public init(nodes: [Node]) { self.nodes = nodes }

  /// A machine of `processors` equal processors, as trace simulators know it: one node whose memory
  /// never runs out.
  public init(processors: Int) {
    // A quarter of Int's range, so that sums over nodes and reservations cannot overflow.
    self.nodes = [Node(id: 0, cpus: Array(0..<max(0, processors)), memoryBytes: Int.max / 4)]
  }

  /// A computer: one hardware thread per core, on the core's NUMA node, within the
  /// process's limits.
  public init(machine: Machine) {
    let allowed = machine.limits.map { Set($0.cpus) }
    let known = Set(machine.numaNodes.map(\.id))
    let fallback = machine.numaNodes.first?.id ?? 0
    var nodes = machine.numaNodes.map { node in
      Node(id: node.id, cpus: [], memoryBytes: node.memoryBytes, distances: node.distances)
    }
    for core in machine.cores {
      guard let cpu = core.cpus.first(where: { allowed?.contains($0) ?? true }) else { continue }
      let home = known.contains(core.numaNode) ? core.numaNode : fallback
      if let index = nodes.firstIndex(where: { $0.id == home }) { nodes[index].cpus.append(cpu) }
    }
    for (position, accelerator) in machine.accelerators.enumerated() where !nodes.isEmpty {
      let home = nodes.firstIndex { $0.id == accelerator.numaNode } ?? 0
      let name = accelerator.name.isEmpty ? "accelerator\(position)" : accelerator.name
      nodes[home].accelerators.append(name)
    }
    for interface in machine.networkInterfaces {
      let home = nodes.firstIndex { $0.id == interface.numaNode }
      if let home { nodes[home].networkInterfaces.append(interface.name) }
    }
    let last = machine.caches.map(\.level).max() ?? 0
    for cache in machine.caches where cache.level == last {
      let home = nodes.firstIndex { !Set($0.cpus).isDisjoint(with: cache.cpus) }
      if let home { nodes[home].cacheBytes += cache.sizeBytes }
    }
    self.nodes = nodes
    if let limit = machine.limits?.memoryBytes { capMemory(limit) }
  }

  /// A cluster: one node per node, whose "cores" are the node's devices, numbered through.
  ///
  /// - Throws: `UserError` when the cluster's size exceeds what the scheduler can number.
  public init(cluster: Cluster) throws(UserError) {
    let (count, overflow) = cluster.nodes.multipliedReportingOverflow(by: cluster.devicesPerNode)
    guard !overflow, count >= 1, count <= 10_000_000 else {
      throw UserError(
        .input, key: "nodes",
        "a cluster of \(cluster.nodes) nodes of \(cluster.devicesPerNode) devices cannot be "
          + "simulated", remedy: "give between 1 and 10,000,000 devices")
    }
    let width = cluster.devicesPerNode
    self.nodes = (0..<cluster.nodes).map { number in
      var node = Node(
        id: number, cpus: Array(number * width..<(number + 1) * width),
        memoryBytes: Int.max / 4 / cluster.nodes)
      node.switchUnits = cluster.switches.map { number / $0.nodes }
      return node
    }
  }

  /// Labels that every node has.
  public var commonLabels: Set<String> {
    guard let first = nodes.first else { return [] }
    return nodes.dropFirst().reduce(first.labels) { $0.intersection($1.labels) }
  }

  /// All cores, bytes and accelerators.
  public var total: Amounts {
    nodes.reduce(into: Amounts(cores: 0, bytes: 0)) {
      $0 += Amounts(
        cores: $1.cpus.count, bytes: $1.memoryBytes, accelerators: $1.accelerators.count)
    }
  }

  /// Lowers the nodes' memory in proportion, so that together they keep within a process's limit.
  private mutating func capMemory(_ limit: Int) {
    let sum = total.bytes
    guard limit < sum, sum > 0 else { return }
    let share = Double(limit) / Double(sum)
    for index in nodes.indices {
      nodes[index].memoryBytes = Int(Double(nodes[index].memoryBytes) * share)
    }
  }
}
