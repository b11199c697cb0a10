import Glibc
public import HardwareModel
import Quantities

/// Collective operations as alpha–beta costs on the two tiers of a cluster.
///
/// Bandwidth terms are those of bandwidth-optimal algorithms: an all-reduce over n devices sends
/// 2(n − 1)/n of the data each way, a reduce-scatter or all-gather half of that (Patarasuk & Yuan,
/// JPDC 2009). A ring takes 2(n − 1) latencies, a (double binary) tree 2·log2(n); the cheaper of
/// both
/// is taken, as NCCL does (Jeaugey, "Massively scale your deep learning training with NCCL 2.4",
/// NVIDIA 2019). Over several nodes the collective runs in two levels, inside a node and then
/// between nodes on each device's share; each device has its share of the node's ports, and rings
/// run through all of them at once, as NCCL's channels do (one for each network card).
///
/// Where switches join nodes into units, neighbours in a ring lie beside each other, so that only
/// the ring's ends leave a unit; an all-to-all sends to all, so that most of it does.
public struct Collectives: Sendable {
  /// Fraction of a link's bandwidth that large collectives reach where a profile has none: 0.65 to
  /// 0.75 on NVLink for 64 MB (profiling data of Vidur, MLSys 2024).
  public static let assumedEfficiency = 0.70
  /// Time of starting a collective kernel on all devices: an assumption.
  public static let start = 8e-6

  /// Devices in a node.
  public let perNode: Int
  /// Bytes a second and latency inside a node, and between nodes for one device.
  public let inside, between: (bandwidth: Double, latency: Double)
  /// Whether switches between nodes sum what passes them: each device's share then crosses its port
  /// once and the sum comes back beside it, in one round trip (SHARP: Graham et al., COMHPC 2016).
  public var reducesInSwitches = false
  /// Units of nodes under one switch, the smallest first.
  let tiers: [Tier]

  /// A unit's nodes, and what one device reaches beyond it while all of its devices send there.
  struct Tier: Sendable {
    var nodes: Double
    var bandwidth, latency: Double
  }

  /// Takes a cluster's links; the efficiencies may be replaced (for fitting).
  public init(_ cluster: Cluster, inside: Double? = nil, between: Double? = nil) {
    perNode = cluster.devicesPerNode
    func link(_ link: Link, _ given: Double?) -> (bandwidth: Double, latency: Double) {
      let efficiency = given ?? link.efficiency ?? Self.assumedEfficiency
      return (link.bandwidth.value * efficiency, link.latency.value)
    }
    self.inside = link(cluster.intraNode, inside)
    self.between = link(cluster.interNode, between)
    tiers = cluster.switches.map {
      let beyond = link($0.beyond, between)
      return Tier(nodes: Double($0.nodes), bandwidth: beyond.bandwidth, latency: beyond.latency)
    }
  }

  /// How a group of devices lies: `inner` of it in each node, on `nodes` nodes.
  public struct Group: Sendable, Hashable {
    /// Devices of the group in one node.
    public var inner: Double
    /// Nodes.
    public var nodes: Double
    /// Nodes from one of the group's to its next.
    public var spacing: Double
    /// Lays `inner` devices in each of some nodes.
    public init(inner: Double, nodes: Double, spacing: Double = 1) {
      self.inner = inner
      self.nodes = nodes
      self.spacing = spacing
    }
    /// Devices.
    public var size: Double { inner * nodes }
  }

  /// A group of `size` devices of which neighbours are `stride` apart in the order of ranks.
  public func group(size: Int, stride: Int) -> Group {
    let inner = max(1, min(size, perNode / max(1, stride)))
    return Group(
      inner: Double(inner), nodes: Double((size + inner - 1) / inner),
      spacing: Double(max(1, stride / perNode)))
  }

  /// The slowest link of a ring through a group's nodes: of the nodes under one switch that belong
  /// to the group only the last sends beyond it, so that its devices share the way of them all.
  private func ring(_ group: Group) -> (bandwidth: Double, latency: Double) {
    var link = between
    for tier in tiers where group.nodes * group.spacing > tier.nodes {
      let members = max(1, tier.nodes / group.spacing)
      link.bandwidth = min(link.bandwidth, tier.bandwidth * members)
      // Of a tree's hops those over the units' nodes stay inside.
      let near = min(1, log2(members) / log2(group.nodes))
      link.latency = near * link.latency + (1 - near) * tier.latency
    }
    return link
  }

  /// Seconds in which each device's `bytes`, spread evenly over a group's nodes, leave the node and
  /// each unit above it; and the latency of the longest way.
  private func spread(_ bytes: Double, _ group: Group) -> (seconds: Double, latency: Double) {
    guard group.nodes > 1 else { return (0, inside.latency) }
    var seconds = bytes * (group.nodes - 1) / group.nodes / between.bandwidth
    var latency = between.latency
    for tier in tiers where group.nodes * group.spacing > tier.nodes {
      let members = max(1, tier.nodes / group.spacing)
      seconds = max(seconds, bytes * (group.nodes - members) / group.nodes / tier.bandwidth)
      latency = max(latency, tier.latency)
    }
    return (seconds, latency)
  }

  /// Seconds of a reduce-scatter or all-gather of `bytes` (the whole) in `messages` calls.
  public func half(_ bytes: Double, _ group: Group, messages: Double = 1) -> Double {
    guard group.size > 1, bytes > 0 else { return 0 }
    var seconds = messages * Self.start
    if group.inner > 1 {
      seconds += bytes * (group.inner - 1) / group.inner / inside.bandwidth
      seconds += messages * min(group.inner - 1, log2(group.inner)) * inside.latency
    }
    if group.nodes > 1 {
      let link = ring(group)
      seconds += bytes / group.inner * (group.nodes - 1) / group.nodes / link.bandwidth
      seconds += messages * min(group.nodes - 1, log2(group.nodes)) * link.latency
    }
    return seconds
  }

  /// Seconds of an all-reduce of `bytes` in `messages` calls.
  public func allReduce(_ bytes: Double, _ group: Group, messages: Double = 1) -> Double {
    if reducesInSwitches, group.nodes > 1, bytes > 0 {
      let near = Group(inner: group.inner, nodes: 1)
      // The start of a second kernel stands for that between nodes.
      return 2 * half(bytes, near, messages: messages)
        + bytes / group.inner / between.bandwidth + messages * 2 * between.latency
        + (group.inner > 1 ? 0 : messages * Self.start)
    }
    let both = 2 * half(bytes, group, messages: messages)
    // One kernel, not two.
    return both > 0 ? both - messages * Self.start : 0
  }

  /// Seconds of an exchange in which each device keeps 1/n of its `bytes` and sends the rest.
  public func allToAll(_ bytes: Double, _ group: Group, messages: Double = 1) -> Double {
    guard group.size > 1, bytes > 0 else { return 0 }
    let near = bytes * (group.inner - 1) / group.size / inside.bandwidth
    let far = spread(bytes, group)
    // Inside and between nodes proceed together.
    return max(near, far.seconds) + messages * (Self.start + far.latency * log2(group.size))
  }

  /// Seconds of sending each device's `bytes` of rows to experts spread over the group, where a row
  /// that `active` experts want crosses each link once, however many of them lie behind it: once to
  /// a node, from there once to each device (DeepEP; Zhao et al., DeepSeek-V3, arXiv 2412.19437,
  /// section 3.2.2). Experts are taken as chosen evenly and independently.
  public func dispatch(_ bytes: Double, active: Double, _ group: Group) -> Double {
    guard group.size > 1, bytes > 0 else { return 0 }
    func reached(_ targets: Double) -> Double { targets * (1 - pow(1 - 1 / targets, active)) }
    let near = bytes * reached(group.size) * (group.inner - 1) / group.inner / inside.bandwidth
    let far = spread(bytes * reached(group.nodes), group)
    return max(near, far.seconds) + Self.start + far.latency * log2(group.size)
  }

  /// Seconds of sending `bytes` to the device of the next stage of a pipeline.
  ///
  /// - Parameters:
  ///   - stage: devices of one stage, all of which send at once.
  ///   - devices: those of all stages.
  public func send(
    _ bytes: Double, betweenNodes: Bool, stage: Int = 1, devices: Int = 1
  ) -> Double {
    guard bytes > 0 else { return 0 }
    var link = betweenNodes ? between : inside
    if betweenNodes {
      for tier in tiers where Double(devices) > tier.nodes * Double(perNode) {
        // A stage smaller than a unit leaves the rest of the unit's way to its own devices.
        let share = min(1, Double(stage) / (tier.nodes * Double(perNode)))
        link.bandwidth = min(link.bandwidth, tier.bandwidth / share)
        link.latency = max(link.latency, tier.latency)
      }
    }
    return bytes / link.bandwidth + link.latency + Self.start
  }
}
