public import Executor
import Graph
public import Quantities

/// Where a program's memory really lies.
public struct RunMemory: Sendable, Hashable {
  /// Pages that exist.
  public var pages: Int
  /// Those of them on a NUMA node other than the team's (of a replica: other than its own).
  public var pagesOffNode: Int
  /// Existing pages by node, rising.
  public var pagesByNode: [NodeBuffer.NodePages]
  /// Bytes in huge pages; nil when the kernel does not tell.
  public var hugePageBytes: Int?
  /// Where the parameters were put.
  public var weights: WeightPlacement
  /// What a reader should know: policies that the system refused.
  public var notes: [String]

  /// `pagesOffNode` as a share of `pages`, 0 … 1; 0 without pages.
  public var shareOffNode: Double { pages == 0 ? 0 : Double(pagesOffNode) / Double(pages) }
}

/// Bytes of operands that a lane's share of a run touches.
public struct LaneTraffic: Sendable, Hashable {
  /// On the lane's own NUMA node.
  public var localBytes = 0
  /// On other nodes.
  public var remoteBytes = 0
}

extension ProgramRunner {
  /// Asks the kernel where the program's pages are (`move_pages`).
  /// - Throws: `UserError` when the kernel does not tell.
  public func residency() throws(UserError) -> RunMemory {
    let wanted = Set(team.numaNodes)
    var result = RunMemory(
      pages: 0, pagesOffNode: 0, pagesByNode: [], hugePageBytes: 0, weights: memory.placement,
      notes: memory.notes)
    // Workers of unknown node (-1) have everything near.
    func isHere(_ node: Int) -> Bool { wanted.contains(node) || wanted.contains(-1) }
    var counts: [Int: Int] = [:]
    try memory.forEachBuffer { (buffer: borrowing NodeBuffer) throws(UserError) in
      let place = try buffer.residency()
      result.pages += place.presentPages
      for entry in place.pagesByNode {
        counts[entry.node, default: 0] += entry.pages
        let isHome = buffer.node.map { $0 == entry.node } ?? isHere(entry.node)
        if !isHome { result.pagesOffNode += entry.pages }
      }
      let huge = buffer.hugePageBytes
      result.hugePageBytes = result.hugePageBytes.flatMap { sum in huge.map { sum + $0 } }
    }
    result.pagesByNode = counts.keys.sorted().map {
      NodeBuffer.NodePages(node: $0, pages: counts[$0] ?? 0)
    }
    return result
  }

  /// What one run of the program moves from and to each lane's own node and other nodes, and adds
  /// `runs` times that to the workers' statistics.
  ///
  /// A count, not a measurement: each operand of each operator is taken as touched once, cut into
  /// one contiguous part a lane as static loops cut it, and each part's pages are where the kernel
  /// says. Products that read a whole operand on every lane move more; caches make it less.
  /// - Throws: `UserError` when the kernel does not tell where pages are; what `team.run` throws.
  public func countTraffic(runs: Int) throws -> [LaneTraffic] {
    let map = PageMap(try memory.arena.pageNodes())
    var lanes = Array(repeating: LaneTraffic(), count: team.count)
    for step in program.steps {
      for buffer in step.inputs + step.outputs {
        let offset = memory.plan.offsets[buffer]
        let isReplicated =
          memory.placement == .replicate && program.buffers[buffer].content == .parameter
        for lane in lanes.indices {
          let node = team.places[lane].numaNode
          let part = TeamScope.chunk(
            lane, of: lanes.count, count: program.buffers[buffer].tensor.bytes, grain: 64)
          let local =
            isReplicated
            ? part.count
            : map.bytes(of: offset + part.lowerBound..<offset + part.upperBound, on: node)
          lanes[lane].localBytes += local
          lanes[lane].remoteBytes += part.count - local
        }
      }
    }
    try team.run { [lanes] scope in
      for (lane, traffic) in lanes.enumerated() {
        scope.countTraffic(
          lane: lane, localBytes: runs * traffic.localBytes,
          remoteBytes: runs * traffic.remoteBytes)
      }
    }
    return lanes
  }
}

/// The node of each page, ready to be asked for ranges.
private struct PageMap {
  /// By node: how many of the first pages lie on it.
  private var counts: [Int32: [Int]] = [:]
  private let page = NodeBuffer.pageBytes

  init(_ nodes: [Int32]) {
    for node in Set(nodes) {
      var sum = 0
      counts[node] =
        [0]
        + nodes.map {
          sum += $0 == node ? 1 : 0
          return sum
        }
    }
  }

  /// Bytes of a range, given in bytes, that lie on a node; a worker of unknown node (-1) has
  /// everything near.
  func bytes(of range: Range<Int>, on node: Int) -> Int {
    guard node >= 0, !range.isEmpty else { return range.count }
    guard let sums = counts[Int32(clamping: node)] else { return 0 }
    let (first, last) = (range.lowerBound / page, (range.upperBound - 1) / page)
    let pages = sums[last + 1] - sums[first]
    // The share of the pages, so that parts of pages count as much as they are.
    return Int(Double(range.count) * Double(pages) / Double(last + 1 - first))
  }
}
