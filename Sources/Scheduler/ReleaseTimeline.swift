/// Expected releases of running jobs by time, then job number: when will this much be free?
public struct ReleaseTimeline: Sendable, RandomAccessCollection {
  private var tree = SummaryTree<ClusterState.Release>()

  /// Always 0.
  public var startIndex: Int { 0 }
  /// The number of expected releases.
  public var endIndex: Int { tree.count }
  /// The release at a place in the order of time.
  public subscript(_ position: Int) -> ClusterState.Release { tree[position] }

  mutating func insert(_ release: ClusterState.Release) { tree.insert(release) }

  mutating func remove(_ release: ClusterState.Release) { tree.remove(release) }

  /// What insertions and removals have cost so far, in nodes of the tree.
  var work: Int { tree.work }

  /// What is released at `time` or before. Adds to `looked` how many releases it looked at.
  func amounts(until time: Double, looked: inout Int) -> Amounts {
    var sum = Amounts(cores: 0, bytes: 0)
    tree.before(
      {
        looked += 1
        return $0.time <= time
      }, take: { sum += $0 })
    return sum
  }

  /// The earliest time at which `free` and the releases up to then cover a demand; nil for never.
  /// Adds to `looked` how many stretches of the timeline it looked at.
  func earliest(_ demand: Amounts, from free: Amounts, looked: inout Int) -> Double? {
    tree.first(
      adding: free,
      { total, part in
        looked += 1
        var sum = total
        sum += part
        return sum
      }, isEnough: { $0.covers(demand) })?.time
  }
}

extension ClusterState.Release: SummaryTreeElement {
  var summary: Amounts { amounts }
  var identity: Int { number }

  func precedes(_ other: ClusterState.Release) -> Bool {
    (time, number) < (other.time, other.number)
  }

  static func joined(_ left: Amounts, _ right: Amounts) -> Amounts {
    var sum = left
    sum += right
    return sum
  }
}
