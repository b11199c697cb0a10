public import Quantities

/// Devices and clusters by id.
public struct HardwareCatalogue: Sendable {
  /// Devices, by id.
  public let devices: [Device]
  /// Clusters, by id.
  public let clusters: [Cluster]

  /// A profile's file name and bytes.
  public typealias File = (name: String, bytes: [UInt8])

  /// Parses profiles; clusters may name the devices among them.
  ///
  /// - Throws: `UserError` (.input) for a faulty profile or an id given twice.
  public init(devices: [File], clusters: [File]) throws(UserError) {
    var parsed: [Device] = []
    for file in devices { parsed.append(try Device(parsing: file.bytes, file: file.name)) }
    try Self.refuseRepeated(parsed.map(\.id))
    let known = parsed.sorted { $0.id < $1.id }
    var fleets: [Cluster] = []
    for file in clusters {
      fleets.append(
        try Cluster(parsing: file.bytes, file: file.name) { id throws(UserError) in
          try Self.find(id, in: known, \.id, "device")
        })
    }
    try Self.refuseRepeated(fleets.map(\.id))
    self.devices = known
    self.clusters = fleets.sorted { $0.id < $1.id }
  }

  /// A device by id.
  ///
  /// - Throws: `UserError` (.input) that suggests the nearest ids.
  public func device(_ id: String) throws(UserError) -> Device {
    try Self.find(id, in: devices, \.id, "device")
  }

  /// A cluster by id; a device's id stands for that device alone.
  ///
  /// - Throws: `UserError` (.input) that suggests the nearest ids.
  public func cluster(_ id: String) throws(UserError) -> Cluster {
    if let cluster = clusters.first(where: { $0.id == id }) { return cluster }
    if let device = devices.first(where: { $0.id == id }) { return Cluster(single: device) }
    throw Self.unknown(id, clusters.map(\.id) + devices.map(\.id), "cluster")
  }

  private static func find<Item>(
    _ id: String, in items: [Item], _ key: (Item) -> String, _ what: String
  ) throws(UserError) -> Item {
    guard let item = items.first(where: { key($0) == id }) else {
      throw unknown(id, items.map(key), what)
    }
    return item
  }

  private static func refuseRepeated(_ ids: [String]) throws(UserError) {
    var seen: Set<String> = []
    for id in ids where !seen.insert(id).inserted {
      throw UserError(.input, key: "id", "two profiles have the id \"\(id)\"")
    }
  }

  private static func unknown(_ id: String, _ names: [String], _ what: String) -> UserError {
    UserError(
      .input, "unknown \(what) \"\(id)\"",
      remedy: NearestNames.question(
        id, in: names,
        otherwise: names.isEmpty
          ? "give a profile's path"
          : "see hfm devices and hfm devices --clusters, or give a profile's path"))
  }
}

extension HardwareCatalogue {
  /// This catalogue with further profiles over it; of two with one id the later wins.
  ///
  /// - Throws: `UserError` (.input) for a faulty profile.
  public func overridden(devices: [File], clusters: [File]) throws(UserError) -> HardwareCatalogue {
    let own = try HardwareCatalogue(devices: devices, clusters: [])
    let ids = Set(own.devices.map(\.id))
    let all = self.devices.filter { !ids.contains($0.id) } + own.devices
    let merged = HardwareCatalogue(sorted: all, clusters: [])
    var fleets: [Cluster] = []
    for file in clusters {
      fleets.append(
        try Cluster(parsing: file.bytes, file: file.name) { id throws(UserError) in
          try merged.device(id)
        })
    }
    let names = Set(fleets.map(\.id))
    let kept = self.clusters.filter { !names.contains($0.id) }
    return HardwareCatalogue(sorted: all, clusters: kept + fleets)
  }

  private init(sorted devices: [Device], clusters: [Cluster]) {
    self.devices = devices.sorted { $0.id < $1.id }
    self.clusters = clusters.sorted { $0.id < $1.id }
  }
}
