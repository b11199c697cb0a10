import HardwareDiscovery
import HardwareModel
import Quantities
import Scheduler

/// What `--cluster` of `hfm simulate` names, as resources to give out.
enum SimulatedCluster {
  /// `here` (cores of this machine), a machine's description (`xml:FILE`, `json:FILE`,
  /// `synthetic:STRING`), a cluster profile's path, or a name of the catalogue.
  ///
  /// - Parameters:
  ///   - nodes: Nodes of a cluster instead of its own number; nil for its own.
  ///   - profiles: A folder of the user's own devices and clusters.
  /// - Throws: `UserError` that names what is wrong or suggests the nearest names.
  static func resources(
    _ name: String, nodes: Int? = nil, profiles: String? = nil
  ) throws(UserError) -> Resources {
    if nodes != nil, isMachine(name) {
      throw UserError(
        .input, key: "--sweep", "\(name) is one machine", remedy: "give a cluster or --processors")
    }
    if name == "here" {
      return try usable(Resources(machine: try HardwareDiscovery.discover(.live)), name)
    }
    if isMachine(name) {
      let machine = try HardwareDiscovery.discover(try MachineSource(parsing: name))
      return try usable(Resources(machine: machine), name)
    }
    let parts = try parts(name, nodes, profiles: profiles)
    var resources = Resources(nodes: [])
    for part in parts {
      var own = try Resources(cluster: part.cluster)
      let (id, cpu) = (resources.nodes.count, resources.total.cores)
      for index in own.nodes.indices {
        own.nodes[index].id += id
        own.nodes[index].cpus = own.nodes[index].cpus.map { $0 + cpu }
        own.nodes[index].memoryBytes /= parts.count
        own.nodes[index].labels = part.labels
      }
      resources.nodes += own.nodes
    }
    return resources
  }

  /// A cluster with the labels of its nodes.
  struct Part {
    var cluster: Cluster
    /// Its id, its device's id, and what the user calls it.
    var labels: Set<String>
  }

  /// Clusters joined by commas, each with labels after colons: `hospital:on-premise,dgx-h100`; none
  /// for a machine.
  ///
  /// - Parameters:
  ///   - nodes: Nodes of a single cluster instead of its own number.
  ///   - profiles: A folder of the user's own devices and clusters.
  static func parts(
    _ text: String, _ nodes: Int? = nil, profiles: String? = nil
  ) throws(UserError) -> [Part] {
    guard !isMachine(text) else { return [] }
    let catalogue = try HardwareSource.catalogue(profiles: profiles)
    var parts: [Part] = []
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = piece.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard !words.contains("") else {
        throw UserError(
          .input, key: "--cluster", "\"\(text)\" has an empty name or label",
          remedy: "write it like NAME:label,NAME")
      }
      var cluster = try HardwareSource.cluster(words[0], catalogue)
      if let nodes { cluster.nodes = nodes }
      parts.append(
        Part(cluster: cluster, labels: Set([cluster.id, cluster.device.id] + words.dropFirst())))
    }
    guard nodes == nil || parts.count == 1 else {
      throw UserError(
        .input, key: "--sweep", "\(parts.count) clusters are given", remedy: "give one cluster")
    }
    return parts
  }

  /// Whether a name stands for one machine, whose cores are given out.
  static func isMachine(_ name: String) -> Bool {
    name == "here" || ["xml:", "json:", "synthetic:"].contains(where: name.hasPrefix)
  }

  private static func usable(_ resources: Resources, _ name: String) throws(UserError) -> Resources
  {
    guard resources.total.cores > 0 else {
      throw UserError(
        .input, key: "--cluster", "\(name) has no core that jobs could use",
        remedy: "give a machine with cores and NUMA nodes")
    }
    return resources
  }
}
