/// NUMA-aware placement: one node if one suffices (the one that is left fullest), else the fewest
/// and nearest nodes by SLIT distance. Nodes without cores give memory only.
///
/// A job fits whenever the free totals cover it, because cores and bytes may be split over nodes;
/// so the policies reason on totals and the placer never fails where they said yes.
struct Placer: Sendable, Hashable {
  private let resources: Resources
  /// Whether no distance is known or all are equal: then one seed node stands for all.
  let isUniform: Bool

  init(resources: Resources) {
    self.resources = resources
    let nodes = resources.nodes
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
    let withCores = free.indices.filter { free[$0].slots.count > 0 }
    let mostFree = withCores.max { free[$0].slots.count < free[$1].slots.count }
    let seeds = isUniform ? mostFree.map { [$0] } ?? [] : withCores
    var best: (nodes: Int, distance: Int, parts: [(Int, Amounts)])?
    for seed in seeds {
      for nearestFirst in [true, false] {
        let order = ordered(from: seed, nearestFirst: nearestFirst, free)
        guard let parts = fill(demand, order, free) else { continue }
        let distances = parts.reduce(0) { $0 + distance(seed, $1.0) }
        if let found = best, (found.nodes, found.distance) <= (parts.count, distances) { continue }
        best = (parts.count, distances, parts)
      }
    }
    return best?.parts
  }

  /// The seed, then the others by distance or by free cores, the other measure breaking ties.
  private func ordered(from seed: Int, nearestFirst: Bool, _ free: [FreeNode]) -> [Int] {
    let keyed = free.indices.map { index -> (Int, Int, Int) in
      let far = index == seed ? -1 : distance(seed, index)
      let fullness = index == seed ? Int.min : -free[index].slots.count
      return nearestFirst ? (far, fullness, index) : (fullness, far, index)
    }
    return keyed.sorted(by: <).map(\.2)
  }

  /// Takes cores in order until the demand is met, then bytes: each node's share in proportion to
  /// its cores, the rest from the chosen nodes and then from the others in order.
  func fill(
    _ demand: Amounts, _ order: [Int], _ free: [FreeNode]
  ) -> [(Int, Amounts)]? {
    var parts: [(Int, Amounts)] = []
    var cores = demand.cores
    for index in order where cores > 0 && free[index].slots.count > 0 {
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

  /// A node's share with the ids that its positions stand for.
  func share(_ index: Int, _ slots: [Int], _ bytes: Int) -> Placement.Share {
    let node = resources.nodes[index]
    return Placement.Share(
      node: node.id, cpus: slots.map { node.cpus[$0] }, memoryBytes: bytes, index: index,
      slots: slots)
  }
}
