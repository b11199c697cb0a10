/// The nodes of a machine or cluster with what each has left, and an index by which the best node
/// for a job is found in logarithmic time.
struct NodePool: Sendable {
  /// Labels that every node has.
  let labels: Set<String>
  private let placer: Placer
  private var free: [FreeNode]
  private var index = SummaryTree<NodeKey>()

  init(resources: Resources) {
    placer = Placer(resources: resources)
    labels = resources.commonLabels
    free = resources.nodes.map {
      FreeNode(slots: CPUSlots(size: $0.cpus.count), bytes: $0.memoryBytes)
    }
    for node in free.indices { index.insert(key(node)) }
  }

  private func key(_ node: Int) -> NodeKey {
    NodeKey(cores: free[node].slots.count, bytes: free[node].bytes, node: node)
  }

  /// Chooses the shares of a job and takes them; nil when the totals do not cover it.
  mutating func place(_ job: Job) -> Placement? {
    guard let parts = parts(job.demand) else { return nil }
    return take(parts)
  }

  /// The node that covers a demand and has least left over; else the fewest that do together.
  private func parts(_ demand: Amounts) -> [(Int, Amounts)]? {
    let least = NodeKey(cores: demand.cores, bytes: demand.bytes, node: -1)
    var rank = 0
    index.before({ $0.precedes(least) }) { rank += $0.count }
    let single = index.first(
      from: rank, mayHold: { $0.mostBytes >= demand.bytes }, matches: { $0.bytes >= demand.bytes })
    if let single { return [(single.element.node, demand)] }
    if placer.isUniform, let parts = placer.fill(demand, emptiest(demand.cores), free) {
      return parts
    }
    return placer.spread(demand, free)
  }

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

  private mutating func take(_ parts: [(Int, Amounts)]) -> Placement {
    Placement(
      shares: parts.map { node, part in
        index.remove(key(node))
        let slots = free[node].slots.take(part.cores)
        free[node].bytes -= part.bytes
        index.insert(key(node))
        return placer.share(node, slots, part.bytes)
      })
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
      free[share.index].bytes += share.memoryBytes
      index.insert(key(share.index))
    }
  }
}

/// A node by free cores, then free bytes, then position.
private struct NodeKey: SummaryTreeElement {
  var cores: Int
  var bytes: Int
  var node: Int

  struct Summary: Sendable {
    var count: Int
    var mostBytes: Int
  }

  var identity: Int { node }
  var summary: Summary { Summary(count: 1, mostBytes: bytes) }

  func precedes(_ other: NodeKey) -> Bool {
    (cores, bytes, node) < (other.cores, other.bytes, other.node)
  }

  static func joined(_ left: Summary, _ right: Summary) -> Summary {
    Summary(
      count: left.count + right.count, mostBytes: max(left.mostBytes, right.mostBytes))
  }
}
