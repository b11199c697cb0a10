public import DataFormats
import HardwareModel
import Quantities

/// What became of one node in a measurement.
public struct NodeOutcome: Sendable {
  /// How much of it is known.
  public enum State: String, Sendable, Hashable, CaseIterable {
    /// Every stage was finished.
    case measured
    /// Some stages were.
    case partial
    /// It left nothing.
    case missing
    /// What it left cannot be read.
    case garbage
  }

  /// The node.
  public var name: String
  /// How much of it is known.
  public var state: State
  /// Why it is not whole; empty when it is.
  public var reason: String
  /// What it measured.
  public var record: NodeRecord?
  /// The GPUs that Slurm lists on it.
  public var listedGPUs: [GRES]

  /// Creates an outcome.
  public init(
    name: String, state: State, reason: String = "", record: NodeRecord? = nil,
    listedGPUs: [GRES] = []
  ) {
    (self.name, self.state, self.reason, self.record) = (name, state, reason, record)
    self.listedGPUs = listedGPUs
  }

  /// What is known of its GPUs.
  public var gpus: NodeGPUs { NodeGPUs(listed: listedGPUs, record: record) }

  /// What must be equal on equal nodes, by name.
  var configuration: [(name: String, value: String)] {
    (record?.configuration ?? []) + gpus.configuration
  }
}

/// A node, or a link, that stands out from its equals.
public struct Straggler: Sendable, Hashable {
  /// What is wrong.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// It computes or copies more slowly than its equals.
    case slow
    /// Its processors were slowed for heat.
    case throttled
    /// It is configured differently from its equals.
    case configuration
    /// Its link to one other node, or to all, is worse than its equals'.
    case link
  }

  /// The node, or both nodes of a link.
  public var nodes: [String]
  /// What is wrong.
  public var kind: Kind
  /// The figures that say so.
  public var evidence: String
}

/// Links of nodes under a common switch of one level.
public struct LinkTier: Sendable, Hashable {
  /// `leaf0`, `spine`: the level of the lowest common switch, 0 for a leaf.
  public var level: Int
  /// Pairs measured.
  public var pairs: Int
  /// The fit over all their points.
  public var fit: AlphaBeta
}

/// A measured cluster.
public struct ClusterMeasurement: Sendable {
  /// Every node that was asked.
  public var nodes: [NodeOutcome]
  /// Every pair that was measured.
  public var pairs: [PairRecord]
  /// Pairs that were asked.
  public var pairsWanted: Int
  /// Switches above each node, leaf first.
  public var switches: [String: [String]]
  /// What MPI measured; nil when pairs were measured over TCP.
  public var mpi: MPIRecord?

  /// Collects what was measured; pairs of MPI come before those over TCP.
  public init(
    nodes: [NodeOutcome], pairs: [PairRecord], pairsWanted: Int, switches: [String: [String]],
    mpi: MPIRecord? = nil
  ) {
    (self.nodes, self.pairs) = (nodes, mpi?.pairs ?? pairs)
    (self.pairsWanted, self.switches, self.mpi) = (pairsWanted, switches, mpi)
  }

  /// Whether nothing is missing.
  public var isWhole: Bool {
    nodes.allSatisfy { $0.state == .measured } && pairs.count == pairsWanted
      && mpi?.isWhole ?? true
  }

  /// How messages were sent: `MPI` or `TCP`.
  public var transport: String { mpi == nil ? "TCP" : "MPI" }

  /// Level of the lowest switch above both; 0 without a topology.
  func level(_ pair: PairRecord) -> Int {
    let one = switches[pair.first] ?? []
    let other = Set(switches[pair.second] ?? [])
    return one.firstIndex { other.contains($0) } ?? max(0, one.count)
  }

  /// Links by level.
  public var tiers: [LinkTier] {
    Set(pairs.map(level)).sorted().compactMap { level in
      let own = pairs.filter { self.level($0) == level }
      return AlphaBeta(fitting: own.flatMap(\.points)).map {
        LinkTier(level: level, pairs: own.count, fit: $0)
      }
    }
  }

  /// Nodes and links that stand out, with the evidence.
  ///
  /// A figure stands out when it is worse than the median of its equals by more than a tenth and by
  /// more than three standard deviations, the deviation taken from the median of the absolute
  /// deviations times 1.4826 (Rousseeuw and Croux 1993), at least a thirtieth of the median.
  public var stragglers: [Straggler] {
    slowNodes + throttledNodes + faultyGPUs + oddConfigurations + badLinks
  }

  private var records: [NodeRecord] { nodes.compactMap(\.record) }

  private var slowNodes: [Straggler] {
    var metrics: [(name: String, unit: String, values: [(String, Double)])] = []
    let types = Set(records.flatMap { $0.device?.peaks.map(\.dataType.rawValue) ?? [] }).sorted()
    for type in types {
      let values = records.compactMap { record in
        record.device?.peaks.first { $0.dataType.rawValue == type }
          .map { (record.node, $0.flopsPerSecond.value / 1e9) }
      }
      metrics.append(("\(type) products", "GFLOP/s", values))
    }
    let keys = Set(records.flatMap { $0.memory.map { [$0.cores, $0.memory] } })
      .sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }
    for key in keys {
      let values = records.compactMap { record in
        record.memory.first { [$0.cores, $0.memory] == key }
          .map { (record.node, $0.bytesPerSecond / 1e9) }
      }
      metrics.append(("memory of NUMA node \(key[1]) from node \(key[0])", "GB/s", values))
    }
    return metrics.flatMap { metric in
      Self.outliers(metric.values.map(\.1)).map { position, median in
        Straggler(
          nodes: [metric.values[position].0], kind: .slow,
          evidence: "\(metric.name): \(Format.fixed(metric.values[position].1, 2)) \(metric.unit), "
            + "the others' median is \(Format.fixed(median, 2))")
      }
    }
  }

  private var throttledNodes: [Straggler] {
    records.compactMap { record in
      guard let count = record.throttled, count > 0 else { return nil }
      return Straggler(
        nodes: [record.node], kind: .throttled,
        evidence: "its processors were slowed for heat \(count) times while measuring")
    }
  }

  private var faultyGPUs: [Straggler] {
    nodes.flatMap { node in
      node.gpus.faults.map { Straggler(nodes: [node.name], kind: .configuration, evidence: $0) }
    }
  }

  private var oddConfigurations: [Straggler] {
    let known = nodes.map { ($0.name, $0.configuration) }
    var names: [String] = []
    for name in known.flatMap({ $0.1.map(\.name) }) where !names.contains(name) {
      names.append(name)
    }
    return names.flatMap { name -> [Straggler] in
      let values = known.compactMap { node, parts in
        parts.first { $0.name == name }.map { (node, $0.value) }
      }
      guard values.count > 2 else { return [] }
      var counts: [String: Int] = [:]
      for (_, value) in values { counts[value, default: 0] += 1 }
      guard let usual = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
        usual.value * 2 > values.count
      else { return [] }
      return values.filter { $0.1 != usual.key }.map { node, value in
        Straggler(
          nodes: [node], kind: .configuration,
          evidence: "\(name): \"\(value)\", \(usual.value) of \(values.count) nodes have "
            + "\"\(usual.key)\"")
      }
    }
  }

  private var badLinks: [Straggler] {
    Set(pairs.map(level)).sorted().flatMap { level -> [Straggler] in
      let own = pairs.filter { self.level($0) == level }
      let rates = own.map { $0.fit.bytesPerSecond / 1e9 }
      let bad = Self.outliers(rates)
      // A node all of whose links are bad is at fault itself, not each link.
      var culprits: [String] = []
      for node in Set(own.flatMap { [$0.first, $0.second] }).sorted() {
        let mine = own.indices.filter { [own[$0].first, own[$0].second].contains(node) }
        if mine.count > 1, mine.allSatisfy({ index in bad.contains { $0.position == index } }) {
          culprits.append(node)
        }
      }
      let nodes = culprits.map { node in
        Straggler(
          nodes: [node], kind: .link,
          evidence: "all its links at level \(level) are slow, the median is "
            + "\(Format.fixed(bad.first?.median ?? 0, 2)) GB/s")
      }
      let links = bad.filter {
        !culprits.contains(own[$0.position].first) && !culprits.contains(own[$0.position].second)
      }
      return nodes
        + links.map { position, median in
          Straggler(
            nodes: [own[position].first, own[position].second], kind: .link,
            evidence: "\(Format.fixed(rates[position], 2)) GB/s, the median at level \(level) is "
              + Format.fixed(median, 2))
        }
    }
  }

  /// Positions of the values that are too small, with the median.
  static func outliers(_ values: [Double]) -> [(position: Int, median: Double)] {
    guard values.count > 2 else { return [] }
    let middle = values.median
    let spread = max(1.4826 * values.map { abs($0 - middle) }.median, middle / 30)
    return values.indices.filter { values[$0] < middle * 0.9 && values[$0] < middle - 3 * spread }
      .map { ($0, middle) }
  }
}

extension ClusterMeasurement {
  /// `nodes[]` of `hfm profile --json`.
  public var nodesJSON: JSONValue {
    .array(
      nodes.map { node in
        .object([
          ("name", .string(node.name)), ("state", .string(node.state.rawValue)),
          ("reason", node.reason.isEmpty ? .null : .string(node.reason)),
          ("gpus", node.gpus.json), ("record", node.record?.json ?? .null),
        ])
      })
  }

  /// `network` of `hfm profile --json`.
  public var networkJSON: JSONValue {
    .object([
      ("method", .string("\(transport), half the median round trip")),
      ("library", mpi.map { .string($0.library) } ?? .null),
      ("pairsWanted", .number(pairsWanted)),
      (
        "tiers",
        .array(
          tiers.map {
            .object([
              ("level", .number($0.level)), ("pairs", .number($0.pairs)),
              ("latencySeconds", .number($0.fit.latencySeconds)),
              ("bandwidthBytesPerSecond", .number($0.fit.bytesPerSecond)),
              ("relativeError", .number($0.fit.relativeError)),
            ])
          })
      ), ("pairs", .array(pairs.map(\.json))),
      ("collectives", .array((mpi?.collectives ?? []).map(\.json))),
    ])
  }

  /// `stragglers[]` of `hfm profile --json`.
  public var stragglersJSON: JSONValue {
    .array(
      stragglers.map {
        .object([
          ("nodes", .strings($0.nodes)), ("kind", .string($0.kind.rawValue)),
          ("evidence", .string($0.evidence)),
        ])
      })
  }
}
