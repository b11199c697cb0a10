public import DataFormats
public import HardwareModel
public import Quantities

/// A cluster profile made of what Slurm tells about one group of nodes.
public struct SiteProfile: Sendable {
  /// What plans and simulations take.
  public var cluster: Cluster
  /// The group described.
  public var group: NodeGroup
  /// The whole site.
  public var site: SlurmSite
  /// What the reader should know.
  public var notes: [String]
  /// When it was read, in words.
  public var date: String
  /// What `hfm profile --slurm` measured; nil before.
  public var measured: JSONValue?

  /// Describes a group.
  ///
  /// - Parameters:
  ///   - given: catalogue ids by the site's words for GPUs, from the user.
  ///   - date: now, in words.
  /// - Throws: `UserError` when no node of the group is usable, or an id is unknown.
  public init(
    _ site: SlurmSite, _ group: NodeGroup, catalogue: HardwareCatalogue,
    given: [String: String] = [:], date: String
  ) throws(UserError) {
    self.site = site
    self.group = group
    self.date = date
    notes = site.notes
    guard !group.usable.isEmpty else {
      throw UserError(
        .impossible, place: group.name,
        "none of its \(group.unusable.count) nodes is usable: all are down, drained or reserved",
        remedy: "see sinfo -R for the reasons")
    }
    let where_ = "Slurm \(site.version) of \(site.name), \(date)"
    guard let type = group.gpuType else {
      var device = Device(roughly: group.machine)
      device.id = group.name
      device.source = "rough: cores and memory from \(where_); speed assumed"
      notes.append("speed of \(group.name) is assumed; hfm profile --slurm measures it")
      cluster = Self.cluster(site, group, device, 1, like: nil, where_)
      return
    }
    let match = DeviceMatch(
      type: type, features: group.features, devices: catalogue.devices, given: given[type])
    guard let device = match.device else {
      if let id = given[type] { _ = try catalogue.device(id) }
      throw UserError(
        .input, place: group.name, key: "Gres", "the catalogue has no device for \"\(type)\"",
        remedy: "give --device \(type.isEmpty ? "gpu" : type)=ID, ID being one of "
          + catalogue.devices.filter { $0.kind == .gpu }.map(\.id).joined(separator: ", "))
    }
    if !match.others.isEmpty {
      notes.append(
        "\"\(type)\" may be \(([device.id] + match.others).joined(separator: ", ")); taken as "
          + "\(device.id), say --device \(type)=ID if it is another")
    }
    let like = catalogue.clusters.first { $0.device.id == device.id }
    cluster = Self.cluster(site, group, device, group.gpusPerNode, like: like, where_)
    notes.append(
      "links are assumed (\(cluster.intraNode.name); \(cluster.interNode.name)): Slurm does not "
        + "know them, hfm profile --slurm measures those between nodes")
  }

  private static func cluster(
    _ site: SlurmSite, _ group: NodeGroup, _ device: Device, _ perNode: Int, like: Cluster?,
    _ source: String
  ) -> Cluster {
    func assumed(_ link: Link?, _ otherwise: Link) -> Link {
      guard let link else { return otherwise }
      return Link(
        name: "assumed \(link.name) as of \(like?.id ?? "")", bandwidth: link.bandwidth,
        latency: link.latency)
    }
    return Cluster(
      id: "\(site.name)-\(group.name)", name: "\(site.name): \(group.name)", device: device,
      devicesPerNode: perNode, nodes: group.usable.count,
      // PCI Express 4.0 x16: 31.5 GB/s less protocol; 100 Gb/s Ethernet: 12.5 GB/s. Both assumed.
      intraNode: assumed(
        like?.intraNode,
        Link(
          name: "assumed PCIe 4.0 x16", bandwidth: BytesPerSecond(25e9), latency: Seconds(5e-6))),
      interNode: assumed(
        like?.interNode,
        Link(
          name: "assumed 100 GbE", bandwidth: BytesPerSecond(12.5e9 / Double(perNode)),
          latency: Seconds(10e-6))),
      source: "nodes from \(source)")
  }

  /// The profile's file: a cluster profile with everything known of the site under `slurm`.
  public var json: JSONValue {
    guard case .object(let members) = cluster.json.content else { return cluster.json }
    return JSONValue(.object(members + [JSONValue.Member("slurm", detail)]))
  }

  private var detail: JSONValue {
    .object([
      ("cluster", .string(site.name)), ("version", .string(site.version)),
      ("date", .string(date)), ("selectType", .string(site.selectType)),
      ("group", .string(group.name)), ("usable", .strings(group.usable)),
      ("unusable", .strings(group.unusable)),
      ("partitions", .array(site.partitions.map(\.json))),
      ("nodes", .array(site.nodes.map(\.json))), ("switches", .array(site.switches.map(\.json))),
      ("measured", measured ?? .null), ("notes", .strings(notes)),
    ])
  }
}

extension JSONValue {
  static func strings(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
  static func optional(_ number: Int?) -> JSONValue { number.map { .number($0) } ?? .null }
}

extension SlurmNode {
  /// The node as it stands in a profile.
  public var json: JSONValue {
    .object([
      ("name", .string(name)), ("availability", .string(availability.rawValue)),
      ("state", .strings(states)), ("reason", .string(reason)), ("sockets", .number(sockets)),
      ("coresPerSocket", .number(coresPerSocket)), ("threadsPerCore", .number(threadsPerCore)),
      ("cpus", .number(cpus)), ("memoryBytes", .number(memoryBytes)),
      (
        "gres",
        .array(
          gres.map {
            .object([
              ("name", .string($0.name)), ("type", .string($0.type)), ("count", .number($0.count)),
              ("sockets", .array($0.sockets.map { .number($0) })),
              ("cores", .string(IndexList(cores(beside: $0)).description)),
            ])
          })
      ), ("features", .strings(features)), ("partitions", .strings(partitions)),
      ("switches", .strings(switches)),
    ])
  }

  /// Cores of the sockets beside a resource.
  func cores(beside resource: GRES) -> [Int] {
    resource.sockets.filter { (0..<sockets).contains($0) }
      .flatMap { Array($0 * coresPerSocket..<($0 + 1) * coresPerSocket) }
  }
}

extension SlurmPartition {
  /// The partition as it stands in a profile.
  public var json: JSONValue {
    .object([
      ("name", .string(name)), ("isDefault", .bool(isDefault)), ("state", .string(state)),
      ("nodes", .strings(nodes)), ("maxSeconds", .optional(maxSeconds)),
      ("defaultSeconds", .optional(defaultSeconds)), ("maxNodes", .optional(maxNodes)),
      ("maxCpusPerNode", .optional(maxCPUsPerNode)),
      ("defaultMemoryPerCpuBytes", .optional(defaultMemoryPerCPU)),
    ])
  }
}

extension SlurmSwitch {
  /// The switch as it stands in a profile.
  public var json: JSONValue {
    .object([
      ("name", .string(name)), ("level", .number(level)), ("nodes", .strings(nodes)),
      ("switches", .strings(switches)),
    ])
  }
}
