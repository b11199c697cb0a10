/// NUMA-aware placement: one node if one suffices (the one that is left fullest), else the fewest
/// and nearest nodes by SLIT distance. Nodes without cores give memory only. Accelerators are taken
/// first; cores and memory beside them as far as there are any.
///
/// A job fits whenever the free totals cover it, because all amounts may be split over nodes; so
/// the policies reason on totals and the placer never fails where they said yes.
struct Placer: Sendable, Hashable {
  private let resources: Resources
  /// Whether no distance is known or all are equal: then one seed node stands for all.
  let isUniform: Bool
  /// Whether any node has accelerators to give out.
  let hasAccelerators: Bool
  /// Whether any node's memory bandwidth is known.
  let hasBandwidth: Bool
  /// Nodes with a network interface.
  private let connected: [Int]

  init(resources: Resources) {
    self.resources = resources
    let nodes = resources.nodes
    hasAccelerators = nodes.contains { !$0.accelerators.isEmpty }
    connected = nodes.indices.filter { !nodes[$0].networkInterfaces.isEmpty }
    hasBandwidth = nodes.contains { $0.memoryBandwidth > 0 }
    var remote: Set<Int> = []
    for (row, node) in nodes.enumerated() where node.distances.count == nodes.count {
      for column in nodes.indices where column != row { remote.insert(node.distances[column]) }
    }
    isUniform = remote.count <= 1
  }

  private func distance(_ from: Int, _ to: Int) -> Int {
    let row = resources.nodes[from].distances
    // ACPI SLIT: 10 is local; without a table every other node counts as 20.
    return row.count == resources.nodes.count ? row[to] : (from == to ? 10 : 20)
  }

  /// Splits over several nodes: from each seed node nearest-first and fullest-first are tried; the
  /// plan of fewest nodes wins, then the least sum of distances, then the first seed.
  func spread(_ demand: Amounts, _ free: [FreeNode]) -> [(Int, Amounts)]? {
    // What is scarcest decides where to begin.
    let fullness: (FreeNode) -> Int =
      demand.accelerators > 0 ? { $0.accelerators.count } : { $0.slots.count }
    let useful = free.indices.filter { fullness(free[$0]) > 0 }
    let mostFree = useful.max { fullness(free[$0]) < fullness(free[$1]) }
    let seeds = isUniform ? mostFree.map { [$0] } ?? [] : useful
    var best: (nodes: Int, distance: Int, parts: [(Int, Amounts)])?
    for seed in seeds {
      for nearestFirst in [true, false] {
        let order = ordered(from: seed, nearestFirst: nearestFirst, free, fullness)
        guard let parts = fill(demand, order, free) else { continue }
        let distances = parts.reduce(0) { $0 + distance(seed, $1.0) }
        if let found = best, (found.nodes, found.distance) <= (parts.count, distances) { continue }
        best = (parts.count, distances, parts)
      }
    }
    return best?.parts
  }

  /// The seed, then the others by distance or by what is free, the other measure breaking ties.
  private func ordered(
    from seed: Int, nearestFirst: Bool, _ free: [FreeNode], _ amount: (FreeNode) -> Int
  ) -> [Int] {
    let keyed = free.indices.map { index -> (Int, Int, Int) in
      let far = index == seed ? -1 : distance(seed, index)
      let fullness = index == seed ? Int.min : -amount(free[index])
      return nearestFirst ? (far, fullness, index) : (fullness, far, index)
    }
    return keyed.sorted(by: <).map(\.2)
  }

  /// Takes accelerators in order, cores beside them and then in order, until the demand is met,
  /// then bytes: each node's share in proportion to its cores, the rest from the chosen nodes and
  /// then from the others in order.
  func fill(
    _ demand: Amounts, _ order: [Int], _ free: [FreeNode]
  ) -> [(Int, Amounts)]? {
    guard var parts = accelerated(demand, order, free) else { return nil }
    var cores = demand.cores - parts.reduce(0) { $0 + $1.1.cores }
    for place in parts.indices where cores > 0 {
      let taken = min(cores, free[parts[place].0].slots.count - parts[place].1.cores)
      parts[place].1.cores += taken
      cores -= taken
    }
    let beside = Set(parts.map(\.0))
    for index in order
    where cores > 0 && free[index].slots.count > 0 && !beside.contains(index) {
      let taken = min(cores, free[index].slots.count)
      parts.append((index, Amounts(cores: taken, bytes: 0)))
      cores -= taken
    }
    guard cores == 0 else { return nil }
    var bytes = demand.bytes
    for position in parts.indices {
      let share = Double(parts[position].1.cores) / Double(demand.cores) * Double(demand.bytes)
      let taken = min(bytes, free[parts[position].0].bytes, Int(share))
      parts[position].1.bytes = taken
      bytes -= taken
    }
    for position in parts.indices where bytes > 0 {
      let taken = min(bytes, free[parts[position].0].bytes - parts[position].1.bytes)
      parts[position].1.bytes += taken
      bytes -= taken
    }
    let chosen = Set(parts.map(\.0))
    for index in order where bytes > 0 && free[index].bytes > 0 && !chosen.contains(index) {
      let taken = min(bytes, free[index].bytes)
      parts.append((index, Amounts(cores: 0, bytes: taken)))
      bytes -= taken
    }
    return bytes == 0 ? parts : nil
  }

  /// Accelerators in order, each node's with its part of the cores; nothing when none are asked
  /// for.
  private func accelerated(
    _ demand: Amounts, _ order: [Int], _ free: [FreeNode]
  ) -> [(Int, Amounts)]? {
    var parts: [(Int, Amounts)] = []
    var left = demand.accelerators
    for index in order where left > 0 && free[index].accelerators.count > 0 {
      let taken = min(left, free[index].accelerators.count)
      let cores = demand.cores * taken / demand.accelerators
      parts.append(
        (
          index,
          Amounts(cores: min(cores, free[index].slots.count), bytes: 0, accelerators: taken)
        ))
      left -= taken
    }
    return left > 0 ? nil : parts
  }

  /// How good a node is for a job that fits on it.
  func score(
    _ demand: Amounts, _ traffic: MemoryTraffic?, on index: Int, _ free: FreeNode
  ) -> PlacementScore {
    let node = resources.nodes[index]
    var load = free.load
    if let traffic { load.add(traffic.part(demand.cores, of: demand.cores)) }
    return PlacementScore(
      slowing: load.slowing(node.memory) - free.load.slowing(node.memory),
      strandedAccelerators: free.accelerators.count - demand.accelerators,
      isFarFromNetwork: demand.accelerators > 0 && node.networkInterfaces.isEmpty,
      cacheOverflow: load.overflow(node.cacheBytes) - free.load.overflow(node.cacheBytes))
  }

  /// A node's share with the ids that its positions stand for.
  func share(
    _ index: Int, _ slots: [Int], _ bytes: Int, _ accelerators: [Int], _ traffic: MemoryTraffic?
  ) -> Placement.Share {
    let node = resources.nodes[index]
    return Placement.Share(
      node: node.id, cpus: slots.map { node.cpus[$0] }, memoryBytes: bytes,
      accelerators: accelerators.map { node.accelerators[$0] },
      networkInterfaces: interfaces(beside: index), index: index, slots: slots,
      acceleratorSlots: accelerators, traffic: traffic)
  }

  /// The node's own interfaces, else those of the nearest node that has any.
  private func interfaces(beside index: Int) -> [String] {
    let own = resources.nodes[index].networkInterfaces
    guard own.isEmpty else { return own }
    let nearest = connected.min { (distance(index, $0), $0) < (distance(index, $1), $1) }
    return nearest.map { resources.nodes[$0].networkInterfaces } ?? []
  }
}

/// What speaks against placing a job on a node, the gravest first; of equal nodes the one that is
/// left fullest is taken.
struct PlacementScore: Comparable {
  /// By how much the jobs there, this one included, are slowed by sharing memory, summed.
  var slowing: Double
  /// Free accelerators that the job would leave without its cores.
  var strandedAccelerators: Int
  /// Whether accelerators would reach the network through another node.
  var isFarFromNetwork: Bool
  /// Bytes of working sets more than the caches hold.
  var cacheOverflow: Int
  /// Under switches: cores that the node would have left.
  var leftCores = 0
  /// Under switches: cores free under the node's smallest unit; where they are few, larger gangs
  /// lose least.
  var leftBeside = 0

  static func < (left: PlacementScore, right: PlacementScore) -> Bool {
    // Rounding of sums that go up and down must not decide.
    if abs(left.slowing - right.slowing) > 1e-9 { return left.slowing < right.slowing }
    if left.strandedAccelerators != right.strandedAccelerators {
      return left.strandedAccelerators < right.strandedAccelerators
    }
    if left.isFarFromNetwork != right.isFarFromNetwork { return right.isFarFromNetwork }
    if left.cacheOverflow != right.cacheOverflow {
      return left.cacheOverflow < right.cacheOverflow
    }
    return (left.leftCores, left.leftBeside) < (right.leftCores, right.leftBeside)
  }
}
