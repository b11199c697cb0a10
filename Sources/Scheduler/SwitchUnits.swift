/// The units of a cluster's switches with what is free under each, by tier: finds the smallest
/// common tier that can hold a gang in logarithmic time.
struct SwitchUnits: Sendable {
  private struct Tier: Sendable {
    /// What is free under each unit.
    var free: [Amounts]
    /// Positions of the nodes under each unit.
    var members: [[Int]]
    /// Units by what is free.
    var index = SummaryTree<UnitKey>()
  }

  /// The smallest units first.
  private var tiers: [Tier] = []
  /// Cores under the largest unit of each tier.
  private let capacity: [Int]
  /// The units of each node.
  private let units: [[Int]]
  /// Nodes of the indices that changes have walked.
  var work: Int { tiers.reduce(0) { $0 + $1.index.work } }

  /// - Returns: nil for nodes under no switches, or not all under equally many tiers.
  init?(_ nodes: [Resources.Node]) {
    guard let count = nodes.first?.switchUnits.count, count > 0,
      nodes.allSatisfy({ $0.switchUnits.count == count && $0.switchUnits.allSatisfy { $0 >= 0 } })
    else { return nil }
    units = nodes.map(\.switchUnits)
    for level in 0..<count {
      let most = units.reduce(0) { max($0, $1[level]) }
      var tier = Tier(
        free: Array(repeating: Amounts(cores: 0, bytes: 0), count: most + 1),
        members: Array(repeating: [], count: most + 1))
      for (position, node) in nodes.enumerated() {
        let unit = node.switchUnits[level]
        tier.free[unit] += Amounts(cores: node.cpus.count, bytes: node.memoryBytes)
        tier.members[unit].append(position)
      }
      for unit in tier.free.indices { tier.index.insert(UnitKey(tier.free[unit], unit)) }
      tiers.append(tier)
    }
    capacity = tiers.map { $0.free.reduce(0) { max($0, $1.cores) } }
  }

  /// The least span that holds so many cores when all is free and no node does.
  func leastSpan(of cores: Int) -> Int { (capacity.firstIndex { cores <= $0 } ?? tiers.count) + 1 }

  /// Cores free under a node's smallest unit.
  func freeBeside(_ node: Int) -> Int { tiers[0].free[units[node][0]].cores }

  /// Takes note that a node gives amounts away, or gets them back.
  mutating func change(_ node: Int, by amounts: Amounts, isTaken: Bool) {
    for level in tiers.indices {
      let unit = units[node][level]
      tiers[level].index.remove(UnitKey(tiers[level].free[unit], unit))
      if isTaken { tiers[level].free[unit] -= amounts } else { tiers[level].free[unit] += amounts }
      tiers[level].index.insert(UnitKey(tiers[level].free[unit], unit))
    }
  }

  /// The smallest tier that holds all of some nodes.
  func span(of nodes: [Int]) -> Int {
    guard let first = nodes.first, nodes.count > 1 else { return 0 }
    let level = tiers.indices.first { level in
      nodes.allSatisfy { units[$0][level] == units[first][level] }
    }
    return (level ?? tiers.count) + 1
  }

  /// Nodes to fill in order: those under the unit that is left fullest, of the smallest tier that
  /// has one which can hold the demand; else the emptiest units of the largest tier.
  func order(for demand: Amounts, _ free: [FreeNode], looked: inout Int) -> [Int] {
    for level in tiers.indices {
      var rank = 0
      let least = UnitKey(Amounts(cores: demand.cores, bytes: Int.min), -1)
      tiers[level].index.before({ $0.precedes(least) }) {
        looked += 1
        rank += $0.count
      }
      let found = tiers[level].index.first(
        from: rank,
        mayHold: {
          looked += 1
          return $0.mostBytes >= demand.bytes
        }, matches: { $0.bytes >= demand.bytes })
      if let unit = found?.element.unit { return inside(unit, level, free) }
    }
    var nodes: [Int] = []
    var sum = 0
    let top = tiers[tiers.count - 1]
    var rank = top.index.count
    while sum < demand.cores, rank > 0 {
      rank -= 1
      let key = top.index[rank]
      nodes += inside(key.unit, tiers.count - 1, free)
      sum += key.cores
    }
    return nodes
  }

  /// The nodes under a unit, those together that lie under the same smaller units: the emptiest
  /// first, so that a gang touches as few of both as it can.
  private func inside(_ unit: Int, _ level: Int, _ free: [FreeNode]) -> [Int] {
    tiers[level].members[unit].map { node -> ([Int], Int) in
      let below = (0..<level).reversed().flatMap { lower in
        [-tiers[lower].free[units[node][lower]].cores, units[node][lower]]
      }
      return (below + [-free[node].slots.count], node)
    }.sorted { left, right in
      left.0 == right.0 ? left.1 < right.1 : left.0.lexicographicallyPrecedes(right.0)
    }.map(\.1)
  }
}

/// A unit by free cores, then free bytes, then number.
private struct UnitKey: SummaryTreeElement {
  var cores: Int
  var bytes: Int
  var unit: Int

  init(_ free: Amounts, _ unit: Int) {
    (cores, bytes) = (free.cores, free.bytes)
    self.unit = unit
  }

  struct Summary: Sendable {
    var count: Int
    var mostBytes: Int
  }

  var identity: Int { unit }
  var summary: Summary { Summary(count: 1, mostBytes: bytes) }

  func precedes(_ other: UnitKey) -> Bool {
    (cores, bytes, unit) < (other.cores, other.bytes, other.unit)
  }

  static func joined(_ left: Summary, _ right: Summary) -> Summary {
    Summary(
      count: left.count + right.count, mostBytes: max(left.mostBytes, right.mostBytes))
  }
}
