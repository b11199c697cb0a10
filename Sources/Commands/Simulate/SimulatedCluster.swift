import HardwareDiscovery
import HardwareModel
import Quantities
import Scheduler

/// What `--cluster` of `hfm simulate` names, as resources to give out.
enum SimulatedCluster {
  /// `here` (cores of this machine), a machine's description (`xml:FILE`, `json:FILE`,
  /// `synthetic:STRING`), a cluster profile's path, or a name of the catalogue.
  ///
  /// - Parameter nodes: Nodes of a cluster instead of its own number; nil for its own.
  /// - Throws: `UserError` that names what is wrong or suggests the nearest names.
  static func resources(_ name: String, nodes: Int? = nil) throws(UserError) -> Resources {
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
    return try resources(try cluster(name), nodes)
  }

  /// The cluster of a profile's path or a name of the catalogue; nil for a machine.
  static func named(_ name: String) throws(UserError) -> Cluster? {
    isMachine(name) ? nil : try cluster(name)
  }

  private static func isMachine(_ name: String) -> Bool {
    name == "here" || ["xml:", "json:", "synthetic:"].contains(where: name.hasPrefix)
  }

  private static func cluster(_ name: String) throws(UserError) -> Cluster {
    let catalogue = try HardwareCatalogue.builtIn()
    guard name.contains("/") || name.hasSuffix(".json") else { return try catalogue.cluster(name) }
    return try Cluster(parsing: try Files.read(name), file: name) { id throws(UserError) in
      try catalogue.device(id)
    }
  }

  private static func resources(_ cluster: Cluster, _ nodes: Int?) throws(UserError) -> Resources {
    var cluster = cluster
    if let nodes { cluster.nodes = nodes }
    return try Resources(cluster: cluster)
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
