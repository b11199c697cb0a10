import DataFormats
import Glibc
import HardwareModel
import Quantities
import Slurm

/// `hfm cluster discover --slurm`: a cluster profile of what Slurm tells.
enum ClusterCommand: Command {
  static let specification = CommandSpecification(
    name: "cluster", summary: "discovers a Slurm cluster and writes its profile",
    operands: ["discover"],
    options: [
      .flag("slurm", "ask Slurm's programs on PATH (sinfo, scontrol); the only way so far"),
      .value("partition", "NAME", "only the nodes of a partition"),
      .value("nodes", "LIST", "only these nodes, as Slurm writes them: n[1-4],gpu07"),
      .value("group", "NAME", "which nodes the profile describes, where there are several makes"),
      .value("device", "TYPE=ID[,…]", "catalogue devices of the site's words for GPUs"),
      .value("output", "FILE", "where the profile goes"),
      HardwareSource.option,
    ],
    discussion: """
      Reads nodes, sockets, cores, memory, GPUs, features, partitions, limits and
      switches as any user may. The profile describes one group of equal nodes, by
      default that of most GPUs; hfm plan and hfm simulate take it with --cluster
      FILE. Nodes that are down, drained or reserved are listed, and not counted.
      What Slurm printed and hfm did not understand is said in the notes.
      """,
    examples: [
      "hfm cluster discover --slurm --output site.json",
      "hfm plan uni --task finetune --cluster site.json --global-batch 256",
    ])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    guard arguments.operand(0) == "discover" else {
      throw UserError(
        .input, "unknown word \"\(arguments.operand(0) ?? "")\" of hfm cluster",
        remedy: "write hfm cluster discover --slurm")
    }
    guard arguments.flag("slurm") else {
      throw UserError(
        .input, "hfm cluster discover needs to know whom to ask", remedy: "give --slurm")
    }
    let site = try SlurmClient().site()
    let profile = try profile(site, arguments)
    for note in profile.notes { console.warn(note) }
    if let path = arguments.string("output") {
      try Files.writeAtomically(profile.json.text(), to: path)
    }
    if console.json {
      console.print(json: profile.json)
    } else {
      console.print(lines: SiteReport.lines(profile, explain: console.explain))
      if let path = arguments.string("output") { console.print("written to \(path)") }
    }
    return 0
  }

  /// The profile of the group that the options choose.
  static func profile(_ site: SlurmSite, _ arguments: Arguments) throws(UserError) -> SiteProfile {
    let partition = arguments.string("partition")
    if let partition, !site.partitions.contains(where: { $0.name == partition }) {
      throw UserError(
        .input, key: "--partition", "unknown partition \"\(partition)\"",
        remedy: NearestNames.question(
          partition, in: site.partitions.map(\.name), otherwise: "see sinfo"))
    }
    let groups = site.groups(partition: partition, nodes: try nodes(site, arguments))
    let group: NodeGroup
    if let name = arguments.string("group") {
      guard let found = groups.first(where: { $0.name == name }) else {
        throw UserError(
          .input, key: "--group", "unknown group \"\(name)\"",
          remedy: "known are " + groups.map(\.name).joined(separator: ", "))
      }
      group = found
    } else {
      guard let first = groups.first(where: { !$0.usable.isEmpty }) ?? groups.first else {
        throw UserError(.input, "Slurm lists no node", remedy: "see sinfo")
      }
      group = first
    }
    return try SiteProfile(
      site, group, catalogue: try HardwareSource.catalogue(arguments),
      given: try devices(arguments), date: WallClock.now())
  }

  /// `--nodes` as names; nil for all.
  ///
  /// - Throws: `UserError` for a malformed list or an unknown name.
  static func nodes(_ site: SlurmSite, _ arguments: Arguments) throws(UserError) -> Set<String>? {
    guard let text = arguments.string("nodes") else { return nil }
    guard let names = HostList.expand(text), !names.isEmpty else {
      throw UserError(
        .input, key: "--nodes", "\"\(text)\" is no list of nodes", remedy: "write n[1-4],gpu07")
    }
    if let stray = names.first(where: { site.node($0) == nil }) {
      throw UserError(
        .input, key: "--nodes", "unknown node \"\(stray)\"",
        remedy: NearestNames.question(
          stray, in: site.nodes.map(\.name), otherwise: "see sinfo -N"))
    }
    return Set(names)
  }

  private static func devices(_ arguments: Arguments) throws(UserError) -> [String: String] {
    var given: [String: String] = [:]
    for part in (arguments.string("device") ?? "").split(separator: ",") {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[1].isEmpty else {
        throw UserError(
          .input, key: "--device", "\"\(part)\" is wrong", remedy: "write a100=a100-80gb-sxm")
      }
      given[sides[0] == "gpu" ? "" : String(sides[0])] = String(sides[1])
    }
    return given
  }
}

/// The clock on the wall, in words.
enum WallClock {
  /// Now as `2026-11-25T13:22:36Z`.
  static func now() -> String {
    var seconds = time(nil)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))T"
      + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
  }
}
