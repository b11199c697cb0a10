import HardwareModel
import Quantities
import Slurm

/// The tables of `hfm cluster discover`.
enum SiteReport {
  static func lines(_ profile: SiteProfile, explain: Bool) -> [String] {
    let (site, group, cluster) = (profile.site, profile.group, profile.cluster)
    var lines = [
      "\(site.name): Slurm \(site.version), \(site.nodes.count) nodes, "
        + "\(site.partitions.count) partitions, \(site.switches.count) switches",
      "profile of group \(group.name): \(cluster.nodes) usable nodes of "
        + "\(cluster.devicesPerNode) x \(cluster.device.name)", "", "groups of equal nodes",
    ]
    var groups = AlignedTable(
      head: ["group", "usable", "not usable", "sockets x cores", "memory", "GPUs a node"],
      rightAligned: [1, 2, 4, 5])
    groups.rows = site.groups().map { item in
      [
        item.name + (item.name == group.name ? " (taken)" : ""), "\(item.usable.count)",
        "\(item.unusable.count)", "\(item.sockets) x \(item.coresPerSocket)",
        Format.bytes(item.memoryBytes), "\(item.gpusPerNode)",
      ]
    }
    lines += groups.lines + ["", "partitions"]
    var partitions = AlignedTable(
      head: ["partition", "state", "nodes", "longest job", "most nodes"], rightAligned: [2, 3, 4])
    partitions.rows = site.partitions.map {
      [
        $0.name + ($0.isDefault ? " (default)" : ""), $0.state, "\($0.nodes.count)",
        $0.maxSeconds.map { Format.seconds(Double($0)) } ?? "no limit",
        $0.maxNodes.map(String.init) ?? "no limit",
      ]
    }
    lines += partitions.lines
    let away = site.nodes.filter { $0.availability != .up }
    if !away.isEmpty {
      lines += ["", "nodes on which no job can start"]
      var table = AlignedTable(head: ["node", "is", "state", "reason"], rightAligned: [])
      table.rows = away.map {
        [$0.name, $0.availability.rawValue, $0.states.joined(separator: "+"), $0.reason]
      }
      lines += table.lines
    }
    if explain { lines += ["", "nodes"] + nodes(site) }
    return lines
  }

  private static func nodes(_ site: SlurmSite) -> [String] {
    var table = AlignedTable(
      head: ["node", "sockets x cores", "memory", "resources", "features", "switches"],
      rightAligned: [2])
    table.rows = site.nodes.map { node in
      [
        node.name, "\(node.sockets) x \(node.coresPerSocket)", Format.bytes(node.memoryBytes),
        node.gres.map { "\($0.count) \($0.name) \($0.type)" }.joined(separator: ", "),
        node.features.joined(separator: ","), node.switches.joined(separator: " < "),
      ]
    }
    return table.lines
  }
}
