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
    let isMachine =
      name == "here" || ["xml:", "json:", "synthetic:"].contains(where: name.hasPrefix)
    if nodes != nil, isMachine {
      throw UserError(
        .input, key: "--sweep", "\(name) is one machine", remedy: "give a cluster or --processors")
    }
    if name == "here" {
      return try usable(Resources(machine: try HardwareDiscovery.discover(.live)), name)
    }
    if ["xml:", "json:", "synthetic:"].contains(where: name.hasPrefix) {
      let machine = try HardwareDiscovery.discover(try MachineSource(parsing: name))
      return try usable(Resources(machine: machine), name)
    }
    let catalogue = try HardwareCatalogue.builtIn()
    if name.contains("/") || name.hasSuffix(".json") {
      let bytes = try Files.read(name)
      let cluster = try Cluster(parsing: bytes, file: name) { id throws(UserError) in
        try catalogue.device(id)
      }
      return try resources(cluster, nodes)
    }
    return try resources(try catalogue.cluster(name), nodes)
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
