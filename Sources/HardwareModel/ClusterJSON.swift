public import DataFormats
public import Quantities

// A cluster profile: {"id", "name", "device": "catalogue id" or a device profile,
// "devicesPerNode", "nodes", "intraNode": {"name", "bandwidthBytesPerSecond", "latencySeconds"},
// "interNode": {…}, "host": {see HostNode}, "nodePurchaseDollars", "source"}; a link may state its
// "efficiency". The bandwidth between nodes is one device's share; with "portsPerNode" it is that
// of one network port, and the node's devices share so many.
// "switches" lists tiers above the nodes, the smallest first, each {"name", "nodes" under one unit,
// "beyond": the link to other units}.
// "slurm" holds what `hfm cluster discover --slurm` and `hfm profile --slurm` know of each node;
// plans do not need it.
extension Cluster {
  private static let keys: Set<String> = [
    "id", "name", "device", "devicesPerNode", "nodes", "intraNode", "interNode", "switches",
    "host", "source", "slurm", "nodePurchaseDollars",
  ]

  /// Reads a cluster profile; `devices` resolves a device's id.
  ///
  /// - Throws: `UserError` (.input) with file, line, key and what would be right.
  public init(
    _ cursor: JSONCursor, devices: (String) throws(UserError) -> Device
  ) throws(UserError) {
    let place = try UserError.fromJSON { () throws(JSONError) in
      try cursor.refuseUnknownKeys(known: Self.keys)
      return try cursor.field("device")
    }
    let device: Device
    if let id = place.value.string {
      do {
        device = try devices(id)
      } catch {
        throw UserError(
          .input, place: "\(place.file):\(place.value.line):\(place.value.column)",
          key: place.path, error.message, remedy: error.remedy)
      }
    } else {
      device = try Device(place)
    }
    self = try UserError.fromJSON { () throws(JSONError) in
      let perNode = try cursor.field("devicesPerNode").int(in: 1...4096)
      return Cluster(
        id: try cursor.field("id").string(), name: try cursor.field("name").string(),
        device: device, devicesPerNode: perNode,
        nodes: try cursor.field("nodes").int(in: 1...1_000_000),
        intraNode: try Link(checking: cursor.field("intraNode")),
        interNode: try Link(checking: cursor.field("interNode"), sharedBy: perNode),
        host: try cursor.optional("host").map { (c) throws(JSONError) in
          try HostNode(checking: c)
        },
        source: try cursor.optional("source")?.string() ?? "not stated")
    }
    nodePurchasePrice = try UserError.fromJSON { () throws(JSONError) in
      try cursor.optional("nodePurchaseDollars")?.double(in: 0...1e12)
    }
    switches = try UserError.fromJSON { () throws(JSONError) in
      try Self.tiers(cursor.optional("switches"), nodes: nodes)
    }
  }

  /// Tiers of switches: each holds whole units of the one before, and fewer nodes than there are.
  private static func tiers(
    _ cursor: JSONCursor?, nodes: Int
  ) throws(JSONError) -> [SwitchTier] {
    var tiers: [SwitchTier] = []
    for tier in try cursor?.elements() ?? [] {
      try tier.refuseUnknownKeys(known: ["name", "nodes", "beyond"])
      let below = tiers.last?.nodes ?? 1
      let count = try tier.field("nodes").int(in: below + 1...1_000_000)
      guard count % below == 0, count < nodes else {
        throw try tier.field("nodes").error(
          "expected a multiple of \(below), the nodes of the tier below, and fewer than the "
            + "cluster's \(nodes)")
      }
      tiers.append(
        SwitchTier(
          name: try tier.field("name").string(), nodes: count,
          beyond: try Link(checking: tier.field("beyond"))))
    }
    return tiers
  }

  /// The profile as JSON with the device in full; reading it gives an equal cluster.
  public var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("id", .string(id)), ("name", .string(name)), ("device", device.json),
      ("devicesPerNode", .number(devicesPerNode)), ("nodes", .number(nodes)),
      ("intraNode", intraNode.json), ("interNode", interNode.json),
    ]
    if !switches.isEmpty {
      members.append(
        (
          "switches",
          .array(
            switches.map {
              .object([
                ("name", .string($0.name)), ("nodes", .number($0.nodes)),
                ("beyond", $0.beyond.json),
              ])
            })
        ))
    }
    if let host { members.append(("host", host.json)) }
    if let nodePurchasePrice { members.append(("nodePurchaseDollars", .number(nodePurchasePrice))) }
    members.append(("source", .string(source)))
    return .object(members)
  }

  /// One device by itself: no link is ever used.
  public init(single device: Device) {
    let link = Link(
      name: "none", bandwidth: device.memoryBandwidth, latency: Seconds(0))
    self.init(
      id: device.id, name: device.name, device: device, devicesPerNode: 1, nodes: 1,
      intraNode: link, interNode: link, source: device.source)
  }

  /// Reads a file that holds a cluster profile, a device profile (taken as one device), or the
  /// document of `hfm calibrate --json` (its `device`).
  ///
  /// - Throws: `UserError` (.input) with file, line, key and what would be right.
  public init(
    parsing bytes: some Sequence<UInt8>, file: String,
    devices: (String) throws(UserError) -> Device
  ) throws(UserError) {
    let cursor = try UserError.fromJSON { () throws(JSONError) in
      try JSONCursor(file: file, bytes: bytes)
    }
    let device = try UserError.fromJSON { () throws(JSONError) in try cursor.optional("device") }
    if cursor.has("peakFlopsPerSecond") {
      self.init(single: try Device(cursor))
    } else if !cursor.has("nodes"), let device, device.value.string == nil {
      self.init(single: try Device(device))
    } else {
      try self.init(cursor, devices: devices)
    }
  }
}

extension Link {
  /// Reads a link; `sharedBy` devices of a node divide its ports among themselves.
  init(checking cursor: JSONCursor, sharedBy devices: Int? = nil) throws(JSONError) {
    try cursor.refuseUnknownKeys(
      known: Set(
        ["name", "bandwidthBytesPerSecond", "latencySeconds", "efficiency"]
          + (devices == nil ? [] : ["portsPerNode"])))
    let ports = try cursor.optional("portsPerNode")?.int(in: 1...4096)
    let share = Double(ports ?? devices ?? 1) / Double(devices ?? 1)
    self.init(
      name: try cursor.field("name").string(),
      bandwidth: BytesPerSecond(
        share * (try cursor.field("bandwidthBytesPerSecond").double(in: 1...1e18))),
      latency: Seconds(try cursor.field("latencySeconds").double(in: 0...10)),
      efficiency: try cursor.optional("efficiency")?.double(in: 0.001...1))
  }

  /// The link as JSON.
  public var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("name", .string(name)), ("bandwidthBytesPerSecond", .number(bandwidth.value)),
      ("latencySeconds", .number(latency.value)),
    ]
    if let efficiency { members.append(("efficiency", .number(efficiency))) }
    return .object(members)
  }
}
