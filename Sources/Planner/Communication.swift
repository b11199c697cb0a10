import Glibc
public import HardwareModel
import Quantities

/// Collective operations over a cluster's devices as alpha–beta costs.
///
/// Ranks fill node after node. Over several nodes a collective runs in two levels, as NCCL's does:
/// reduce-scatter inside each node (ring), the same between nodes on each device's share, and the
/// way back as all-gather. A ring over n ranks sends (n − 1)/n of the data each way (Patarasuk &
/// Yuan, JPDC 2009). The latency between nodes grows with log2 of the nodes (NCCL's double binary
/// trees), inside a node with its ranks.
public struct Communication: Sendable, Hashable {
  /// Fraction of a link's bandwidth that large collectives achieve: an assumption. All-reduce
  /// of 64 MB on eight A100 or H100 is measured at 0.65 to 0.75 of NVLink's one-way bandwidth
  /// (profiling data of Vidur, MLSys 2024).
  public static let linkEfficiency = 0.70
  /// Gradients are sent in buckets of this many bytes, so that sending starts before backward
  /// ends (PyTorch DDP's default of 25 MiB; Li et al., VLDB 2020).
  public static let bucketBytes = 25 * 1_048_576
  /// Share of gradient and parameter traffic that can hide behind computation: an assumption; the
  /// rest waits for the last bucket and competes with kernels for memory bandwidth.
  public static let overlap = 0.70

  private let cluster: Cluster

  /// Takes a cluster's links.
  public init(_ cluster: Cluster) { self.cluster = cluster }

  /// Seconds of an all-reduce of `bytes` over `ranks` devices.
  public func allReduce(_ bytes: Int, ranks: Int) -> Double { 2 * oneWay(bytes, ranks: ranks) }

  /// Seconds of a reduce-scatter of `bytes` over `ranks` devices.
  public func reduceScatter(_ bytes: Int, ranks: Int) -> Double { oneWay(bytes, ranks: ranks) }

  /// Seconds of an all-gather to `bytes` on each of `ranks` devices.
  public func allGather(_ bytes: Int, ranks: Int) -> Double { oneWay(bytes, ranks: ranks) }

  /// Half an all-reduce.
  private func oneWay(_ bytes: Int, ranks: Int) -> Double {
    guard ranks > 1, bytes > 0 else { return 0 }
    let inside = min(ranks, cluster.devicesPerNode)
    let nodes = (ranks + inside - 1) / inside
    let buckets = Double((bytes - 1) / Self.bucketBytes + 1)
    let total = Double(bytes)
    var seconds = 0.0
    if inside > 1 {
      let n = Double(inside)
      let bandwidth = cluster.intraNode.bandwidth.value * Self.linkEfficiency
      seconds += total * (n - 1) / n / bandwidth
      seconds += buckets * (n - 1) * cluster.intraNode.latency.value
    }
    if nodes > 1 {
      let m = Double(nodes)
      let bandwidth = cluster.interNode.bandwidth.value * Self.linkEfficiency
      seconds += total / Double(inside) * (m - 1) / m / bandwidth
      seconds += buckets * log2(m) * cluster.interNode.latency.value
    }
    return seconds
  }
}
