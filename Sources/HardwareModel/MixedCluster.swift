public import DataFormats
public import Quantities

/// Devices of several kinds that work on one job: cards of two makes in a workstation, or nodes of
/// two kinds in a room.
public struct MixedCluster: Sendable, Hashable {
  /// Catalogue id, or the words that named it.
  public var id: String
  /// Name for people.
  public var name: String
  /// One cluster of each kind of device; two or more, of different devices.
  public var parts: [Cluster]
  /// Link between devices of different parts, for one device.
  public var between: Link
  /// Whether all devices share one node and its host.
  public var sharesNode: Bool
  /// Where the figures came from.
  public var source: String

  /// Joins clusters of different devices.
  public init(
    id: String, name: String, parts: [Cluster], between: Link, sharesNode: Bool, source: String
  ) {
    self.id = id
    self.name = name
    self.parts = parts
    self.between = between
    self.sharesNode = sharesNode
    self.source = source
  }

  /// All devices together.
  public var deviceCount: Int { parts.reduce(0) { $0 + $1.deviceCount } }

  /// Power of all hosts under load; 0 where none is known.
  public var hostPower: Watts {
    let powers = parts.map { ($0.host?.power.value ?? 0) * Double($0.nodes) }
    return Watts(sharesNode ? powers.max() ?? 0 : powers.reduce(0, +))
  }

  /// What one kind of device sees while all work together: its own speed and memory, all devices,
  /// and the slowest links, since a collective operation waits for them.
  public func seen(by part: Cluster) -> Cluster {
    var result = part
    result.id = id
    result.intraNode = slowest(parts.map(\.intraNode) + (sharesNode ? [between] : []))
    if sharesNode {
      result.devicesPerNode = deviceCount
      result.nodes = 1
    } else {
      let perNode = parts.map(\.devicesPerNode).min() ?? 1
      result.devicesPerNode = perNode
      result.nodes = (deviceCount + perNode - 1) / perNode
      result.interNode = slowest(parts.filter { $0.nodes > 1 }.map(\.interNode) + [between])
    }
    if sharesNode { result.host = parts.compactMap(\.host).first }
    return result
  }

  private func slowest(_ links: [Link]) -> Link {
    links.min { $0.bandwidth.value < $1.bandwidth.value } ?? between
  }
}

extension MixedCluster {
  /// Link of cards in one machine where nothing else is known.
  public static let assumedLink = Link(
    name: "PCIe 4.0 x16 (assumed)", bandwidth: BytesPerSecond(32e9), latency: Seconds(1e-5))
  /// Link of nodes of different kinds where no profile states one.
  public static let assumedNetwork = Link(
    name: "25 Gb/s Ethernet a node (assumed)", bandwidth: BytesPerSecond(3.125e9),
    latency: Seconds(3e-5))

  /// Reads `2xa100-40gb-pcie+4xrtx-3090` (cards of one node) or `hospital-2x8-a100-40gb+dgx-h100`
  /// (clusters side by side); nil for words of one kind only.
  ///
  /// - Throws: `UserError` (.input) for an unknown name, or for cards beside clusters.
  public init?(words: String, _ catalogue: HardwareCatalogue) throws(UserError) {
    let terms = words.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    var parts: [Cluster] = []
    var cards = 0
    for term in terms {
      let sides = term.split(separator: "x", maxSplits: 1).map(String.init)
      if sides.count == 2, let count = Int(sides[0]) {
        guard (1...4096).contains(count) else {
          throw UserError(
            .input, key: "--cluster", "\(count) cards of \(sides[1])", remedy: "give 1 to 4096")
        }
        cards += 1
        var part = Cluster(single: try catalogue.device(sides[1]))
        part.devicesPerNode = count
        part.intraNode = Self.assumedLink
        parts.append(part)
      } else if terms.count > 1 {
        parts.append(try catalogue.cluster(term))
      }
    }
    guard !parts.isEmpty else { return nil }
    guard cards == 0 || cards == terms.count else {
      throw UserError(
        .input, key: "--cluster", "\"\(words)\" joins cards and clusters",
        remedy: "write 2xa100-40gb-pcie+4xrtx-3090, or names of clusters only")
    }
    self.init(
      id: words, name: Self.name(parts, sharesNode: cards > 0), parts: parts,
      between: cards > 0 ? Self.assumedLink : Self.network(parts), sharesNode: cards > 0,
      source: parts.map { "\($0.device.id): \($0.source)" }.joined(separator: "; "))
  }

  private static func name(_ parts: [Cluster], sharesNode: Bool) -> String {
    parts.map { sharesNode ? "\($0.devicesPerNode) \($0.device.name)" : $0.name }
      .joined(separator: " and ") + (sharesNode ? " in one machine" : "")
  }

  private static func network(_ parts: [Cluster]) -> Link {
    parts.map(\.interNode).filter { $0.name != "none" }
      .min { $0.bandwidth.value < $1.bandwidth.value } ?? assumedNetwork
  }

  /// Reads a file that holds a mixed cluster's profile; nil for one without `parts`.
  ///
  /// - Throws: `UserError` (.input) with file, line, key and what would be right.
  public init?(
    parsing bytes: some Sequence<UInt8>, file: String, _ catalogue: HardwareCatalogue
  ) throws(UserError) {
    let cursor = try UserError.fromJSON { () throws(JSONError) in
      try JSONCursor(file: file, bytes: bytes)
    }
    guard cursor.has("parts") else { return nil }
    try self.init(cursor, catalogue: catalogue)
  }

  /// Reads a profile: `{"id", "name", "parts": [a cluster's id or profile, …], "between": link,
  /// "sharesNode": false, "source"}`.
  ///
  /// - Throws: `UserError` (.input) with file, line, key and what would be right.
  public init(
    _ cursor: JSONCursor, catalogue: HardwareCatalogue
  ) throws(UserError) {
    func read<Value>(_ body: () throws(JSONError) -> Value) throws(UserError) -> Value {
      try UserError.fromJSON(body)
    }
    let list = try read { () throws(JSONError) in
      try cursor.refuseUnknownKeys(
        known: ["id", "name", "parts", "between", "sharesNode", "source"])
      return try cursor.field("parts").elements()
    }
    var parts: [Cluster] = []
    for place in list {
      if let id = place.value.string {
        parts.append(try catalogue.cluster(id))
      } else {
        parts.append(
          try Cluster(place) { id throws(UserError) in try catalogue.device(id) })
      }
    }
    self = try read { () throws(JSONError) in
      guard parts.count > 1 else {
        throw try cursor.field("parts").error("needs two parts or more")
      }
      return MixedCluster(
        id: try cursor.field("id").string(), name: try cursor.field("name").string(),
        parts: parts, between: try Link(checking: cursor.field("between")),
        sharesNode: try cursor.optional("sharesNode")?.bool() ?? false,
        source: try cursor.optional("source")?.string() ?? "not stated")
    }
  }
}
