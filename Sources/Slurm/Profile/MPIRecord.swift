import DataFormats

/// A collective operation measured in groups of nodes under one level of switches.
public struct CollectiveRecord: Sendable, Hashable {
  /// Which operation.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Each node sends to the next one, all at once.
    case ring
    /// All end with the sum.
    case allReduce = "all-reduce"
    /// All end with everyone's part.
    case allGather = "all-gather"
    /// Each sends a part of its own to each.
    case allToAll = "all-to-all"

    /// Bytes that pass each node's link for one byte of the operation (Thakur, Rabenseifner and
    /// Gropp, "Optimization of collective communication operations in MPICH", 2005, section 3).
    public func linkShare(of nodes: Int) -> Double {
      let others = Double(nodes - 1) / Double(max(1, nodes))
      switch self {
      case .ring: return 1
      case .allReduce: return 2 * others
      case .allGather, .allToAll: return others
      }
    }
  }

  /// The operation.
  public var kind: Kind
  /// Level of the switch that the nodes share, 0 for a leaf.
  public var level: Int
  /// Nodes that take part.
  public var nodes: Int
  /// Bytes of the operation (sent by each in a ring and in a sum, together in the others), and the
  /// time of the slowest node.
  public var points: [AlphaBeta.Point]
  /// Time as latency and bytes per second of the whole operation; nil when the points make no line.
  public var fit: AlphaBeta? { AlphaBeta(fitting: points) }

  var json: JSONValue {
    let fit = fit
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    return .object([
      ("operation", .string(kind.rawValue)), ("level", .number(level)), ("nodes", .number(nodes)),
      ("latencySeconds", number(fit?.latencySeconds)),
      ("bandwidthBytesPerSecond", number(fit?.bytesPerSecond)),
      ("linkBytesPerSecond", number(fit.map { $0.bytesPerSecond * kind.linkShare(of: nodes) })),
      ("relativeError", number(fit?.relativeError)),
      ("points", .array(points.map(\.json))),
    ])
  }
}

/// What `MPIProgram` left, whole or not.
public struct MPIRecord: Sendable, Hashable {
  /// The MPI library by its own words.
  public var library = ""
  /// Slurm's names of the nodes, by rank.
  public var nodes: [String] = []
  /// Messages between two nodes.
  public var pairs: [PairRecord] = []
  /// Operations of groups.
  public var collectives: [CollectiveRecord] = []
  /// Whether the program came to its end.
  public var isWhole = false

  /// Reads the program's lines; what is not one of them is left out.
  public init(parsing bytes: [UInt8]) {
    var messages: [[Int]: [AlphaBeta.Point]] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      switch words.first {
      case "library": library = words.dropFirst().joined(separator: " ")
      case "node" where words.count == 3 && Int(words[1]) == nodes.count: nodes.append(words[2])
      case "pair" where words.count == 5:
        guard let first = Int(words[1]), let second = Int(words[2]),
          nodes.indices.contains(first), nodes.indices.contains(second),
          let point = Self.point(words[3], words[4])
        else { continue }
        messages[[first, second], default: []].append(point)
      case "collective" where words.count == 6:
        guard let kind = CollectiveRecord.Kind(rawValue: words[1]), let level = Int(words[2]),
          let count = Int(words[3]), count > 1, let point = Self.point(words[4], words[5])
        else { continue }
        add(point, kind, level, count)
      case "end": isWhole = true
      default: continue
      }
    }
    for key in messages.keys.sorted(by: { ($0[0], $0[1]) < ($1[0], $1[1]) }) {
      let pair = PairRecord(
        first: nodes[key[0]], second: nodes[key[1]], points: messages[key] ?? [])
      if let pair { pairs.append(pair) }
    }
  }

  private mutating func add(
    _ point: AlphaBeta.Point, _ kind: CollectiveRecord.Kind, _ level: Int, _ count: Int
  ) {
    let place = collectives.firstIndex { ($0.kind, $0.level, $0.nodes) == (kind, level, count) }
    if let place {
      collectives[place].points.append(point)
    } else {
      collectives.append(
        CollectiveRecord(kind: kind, level: level, nodes: count, points: [point]))
    }
  }

  private static func point(_ bytes: String, _ seconds: String) -> AlphaBeta.Point? {
    guard let bytes = Double(bytes), let seconds = Double(seconds), bytes > 0, bytes.isFinite,
      seconds > 0, seconds.isFinite
    else { return nil }
    return AlphaBeta.Point(bytes: bytes, seconds: seconds)
  }

  /// The groups of each node for the program, such as `n3:1,0`: a number for each level of
  /// switches, equal for nodes under the same one. Above all switches known, all are one group.
  ///
  /// - Parameter switches: Switches above each node, leaf first.
  public static func groups(_ nodes: [String], switches: [String: [String]]) -> [String] {
    let depth = nodes.map { switches[$0]?.count ?? 0 }.min() ?? 0
    var levels: [[Int]] = (0..<depth).map { level in
      var known: [String] = []
      return nodes.map { node in
        let name = switches[node]?[level] ?? ""
        if let place = known.firstIndex(of: name) { return place }
        known.append(name)
        return known.count - 1
      }
    }
    if levels.last?.contains(where: { $0 != 0 }) ?? true {
      levels.append(nodes.map { _ in 0 })
    }
    return nodes.indices.map { place in
      nodes[place] + ":" + levels.map { String($0[place]) }.joined(separator: ",")
    }
  }
}
