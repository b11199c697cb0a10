/// The nodes of a machine or cluster with what each has left, and an index by which the best node
/// for a job is found in logarithmic time.
struct NodePool: Sendable {
  /// Labels that every node has.
  let labels: Set<String>
  private let placer: Placer
  private var free: [FreeNode]
  private var index = SummaryTree<NodeKey>()
  /// Cores of the widest node.
  private let widest: Int
  /// What is free under the switches; nil where there are none.
  private var units: SwitchUnits?
  /// Stretches of the index that searches have looked at.
  private var looked = 0
  /// What placing and giving back have cost so far, in nodes of the index.
  var work: Int { looked + index.work + (units?.work ?? 0) }

  init(resources: Resources) {
    placer = Placer(resources: resources)
    widest = resources.nodes.reduce(0) { max($0, $1.cpus.count) }
    labels = resources.commonLabels
    free = resources.nodes.map {
      FreeNode(
        slots: CPUSlots(size: $0.cpus.count), bytes: $0.memoryBytes,
        accelerators: CPUSlots(size: $0.accelerators.count))
    }
    for node in free.indices { index.insert(key(node)) }
    units = SwitchUnits(resources.nodes)
  }

  private func key(_ node: Int) -> NodeKey {
    NodeKey(
      cores: free[node].slots.count, bytes: free[node].bytes,
      accelerators: free[node].accelerators.count, node: node)
  }

  /// Chooses the shares of a job and takes them; nil when the totals do not cover it.
  mutating func place(_ job: Job) -> Placement? {
    let traffic = job.hasTraits ? job.traits.traffic : nil
    guard let parts = parts(job.demand, traffic) else { return nil }
    return take(parts, traffic)
  }

  /// The best node that covers a demand alone; else the fewest that do together.
  private mutating func parts(_ demand: Amounts, _ traffic: MemoryTraffic?) -> [(Int, Amounts)]? {
    if let node = single(demand, traffic) { return [(node, demand)] }
    if let units, placer.isUniform, demand.accelerators == 0 {
      let order = units.order(for: demand, free, looked: &looked)
      if let parts = placer.fill(demand, order, free) { return parts }
    }
    if placer.isUniform, demand.accelerators == 0,
      let parts = placer.fill(demand, emptiest(demand.cores), free)
    {
      return parts
    }
    return placer.spread(demand, free)
  }

  /// The node that covers a demand and has least left over; where jobs meet at memory, or there are
  /// accelerators to keep for those that need them, the best by score of the first few.
  private mutating func single(_ demand: Amounts, _ traffic: MemoryTraffic?) -> Int? {
    let least = NodeKey(cores: demand.cores, bytes: demand.bytes, accelerators: 0, node: -1)
    var rank = 0
    var looked = 0
    defer { self.looked += looked }
    index.before({ $0.precedes(least) }) {
      looked += 1
      rank += $0.count
    }
    let isScored =
      placer.hasAccelerators || (traffic != nil && placer.hasBandwidth) || units != nil
    var best: (score: PlacementScore, node: Int)?
    for _ in 0..<(isScored ? Self.candidatesAtMost : 1) {
      let found = index.first(
        from: rank,
        mayHold: {
          looked += 1
          return $0.mostBytes >= demand.bytes && $0.mostAccelerators >= demand.accelerators
        },
        matches: { $0.bytes >= demand.bytes && $0.accelerators >= demand.accelerators })
      guard let found else { break }
      rank = found.rank + 1
      let node = found.element.node
      guard isScored else { return node }
      var score = placer.score(demand, traffic, on: node, free[node])
      if let units {
        score.leftCores = free[node].slots.count - demand.cores
        score.leftBeside = units.freeBeside(node)
      }
      if let known = best, !(score < known.score) { continue }
      best = (score, node)
    }
    return best?.node
  }

  /// How many nodes are looked at for one job, so that a decision does not take longer on a larger
  /// cluster; a machine has fewer NUMA nodes than that.
  private static let candidatesAtMost = 32

  /// Nodes with most free cores first, until they have as many as wanted.
  private func emptiest(_ cores: Int) -> [Int] {
    var nodes: [Int] = []
    var sum = 0
    var rank = index.count
    while sum < cores, rank > 0 {
      rank -= 1
      let key = index[rank]
      nodes.append(key.node)
      sum += key.cores
    }
    return nodes
  }

  private mutating func take(
    _ parts: [(Int, Amounts)], _ traffic: MemoryTraffic? = nil
  ) -> Placement {
    let cores = parts.reduce(0) { $0 + $1.1.cores }
    let nodes = parts.map(\.0)
    let span = units?.span(of: nodes) ?? (nodes.count > 1 ? 1 : 0)
    let least = cores <= widest ? 0 : units?.leastSpan(of: cores) ?? 1
    return Placement(
      shares: parts.map { node, part in
        index.remove(key(node))
        let slots = free[node].slots.take(part.cores)
        let accelerators = free[node].accelerators.take(part.accelerators)
        free[node].bytes -= part.bytes
        let own = traffic?.part(part.cores, of: cores)
        if let own { free[node].load.add(own) }
        index.insert(key(node))
        units?.change(node, by: part, isTaken: true)
        return placer.share(node, slots, part.bytes, accelerators, own)
      }, span: span, excessSpan: max(0, span - least))
  }

  /// Whether there is a node at a position.
  func contains(_ node: Int) -> Bool { free.indices.contains(node) }

  /// Takes everything that is free on a node.
  mutating func seize(_ node: Int) -> Placement {
    take([(node, free[node].amounts)])
  }

  /// Takes a placement back.
  mutating func give(_ placement: Placement) {
    for share in placement.shares {
      index.remove(key(share.index))
      free[share.index].slots.give(share.slots)
      free[share.index].accelerators.give(share.acceleratorSlots)
      free[share.index].bytes += share.memoryBytes
      if let traffic = share.traffic { free[share.index].load.remove(traffic) }
      index.insert(key(share.index))
      let amounts = Amounts(cores: share.slots.count, bytes: share.memoryBytes)
      units?.change(share.index, by: amounts, isTaken: false)
    }
  }
}

/// A node by free cores, then free bytes, then position.
private struct NodeKey: SummaryTreeElement {
  var cores: Int
  var bytes: Int
  var accelerators: Int
  var node: Int

  struct Summary: Sendable {
    var count: Int
    var mostBytes: Int
    var mostAccelerators: Int
  }

  var identity: Int { node }
  var summary: Summary {
    Summary(count: 1, mostBytes: bytes, mostAccelerators: accelerators)
  }

  func precedes(_ other: NodeKey) -> Bool {
    (cores, bytes, node) < (other.cores, other.bytes, other.node)
  }

  static func joined(_ left: Summary, _ right: Summary) -> Summary {
    Summary(
      count: left.count + right.count, mostBytes: max(left.mostBytes, right.mostBytes),
      mostAccelerators: max(left.mostAccelerators, right.mostAccelerators))
  }
}
