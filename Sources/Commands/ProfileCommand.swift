import DataFormats
import Glibc
import HardwareModel
import Quantities
import Slurm

/// `hfm profile`: measures this node, or every node through Slurm.
enum ProfileCommand: Command {
  static let specification = CommandSpecification(
    name: "profile", summary: "measures this node, or every node of a Slurm cluster and its links",
    options: [
      .flag("slurm", "measure the nodes of a cluster as one Slurm job"),
      .value("partition", "NAME", "the nodes of a partition"),
      .value("nodes", "LIST", "these nodes, as Slurm writes them: n[1-4],gpu07"),
      .value(
        "measure", "WORDS", "of topology, kernels, memory, network; with commas (default all)"),
      .value(
        "transport", "WORD", "how links are measured (default mpi where there is mpicc, else tcp)",
        words: ["mpi", "tcp"]),
      .flag("quick", "fewer shapes and rounds"),
      .value("output", "FILE", "where the profile goes"),
      .value("work", "FOLDER", "for the nodes' records; all see it (default hfm-profile)"),
      .value("time-limit", "DURATION", "of the Slurm job (default 30m)"),
      .flag("share", "do not ask for the nodes exclusively"),
      .flag("copy", "copy this program to each node first (sbcast)"),
      .value("hfm", "PATH", "this program on the nodes (default: its own path)"),
      .value("group", "NAME", "which makes of node the cluster profile describes"),
      .value("device", "TYPE=ID[,…]", "catalogue devices of the site's words for GPUs"),
      .value("poll", "SECONDS", "time between looks at Slurm (default 2)"),
      .value("agent", "FOLDER", "what hfm itself starts on the nodes"),
    ],
    discussion: """
      Each node measures its topology, its kernels (as hfm calibrate does) and the
      bandwidth between its NUMA nodes; then each pair of nodes measures latency and
      bandwidth, in rounds in which no node is in two pairs: by MPI where mpicc and
      mpirun are on PATH, with rings, sums, gathers and exchanges of all nodes under
      each switch; over TCP otherwise. Nodes that die or return garbage leave a
      partial profile that says so (exit code 4); called again with the same --work
      folder, only what is missing is measured. The result names nodes and links that
      stand out, with the figures.
      """,
    examples: [
      "hfm profile --slurm --output cluster.json",
      "hfm profile --slurm --nodes n[1-4] --measure topology,network --share",
    ])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    if let folder = arguments.string("agent") {
      try ProfileAgent(folder: folder, console: console).run()
      return 0
    }
    let words = try measured(arguments)
    guard arguments.flag("slurm") else { return try here(words, arguments, console) }
    let client = SlurmClient()
    let site = try client.site()
    let session = try session(client, site, words, arguments, console)
    let result = try session.run()
    let profile = try clusterProfile(site, result, arguments)
    if let path = arguments.string("output") {
      try Files.writeAtomically(profile.json.text(), to: path)
    }
    show(result, profile, arguments, console)
    return result.isWhole ? 0 : UserError.Kind.run.rawValue
  }

  private static func measured(_ arguments: Arguments) throws(UserError) -> [String] {
    let known = NodeProfiler.stages + ["network"]
    guard let text = arguments.string("measure") else { return known }
    let words = text.split(separator: ",").map(String.init)
    if let stray = words.first(where: { !known.contains($0) }) {
      throw UserError(
        .input, key: "--measure", "unknown word \"\(stray)\"",
        remedy: "known are " + known.joined(separator: ", "))
    }
    return known.filter { words.contains($0) }
  }

  /// This node alone.
  private static func here(
    _ words: [String], _ arguments: Arguments, _ console: Console
  ) throws -> Int32 {
    let profiler = NodeProfiler(
      node: SlurmShare.allocation?.node ?? "here", stages: words.filter { $0 != "network" },
      isQuick: arguments.flag("quick")
    ) { record in
      if let path = arguments.string("output") {
        try Files.writeAtomically(record.json.text(), to: path)
      }
    }
    let record = try profiler.run(from: nil)
    let outcome = NodeOutcome(name: record.node, state: .measured, record: record)
    let result = ClusterMeasurement(nodes: [outcome], pairs: [], pairsWanted: 0, switches: [:])
    if console.json {
      console.print(json: ProfileReport.json(result, profile: nil))
    } else {
      console.print(lines: ProfileReport.lines(result))
    }
    return 0
  }

  private static func session(
    _ client: SlurmClient, _ site: SlurmSite, _ words: [String], _ arguments: Arguments,
    _ console: Console
  ) throws -> ProfileSession {
    let partition = arguments.string("partition")
    if let partition, !site.partitions.contains(where: { $0.name == partition }) {
      throw UserError(
        .input, key: "--partition", "unknown partition \"\(partition)\"",
        remedy: NearestNames.question(
          partition, in: site.partitions.map(\.name), otherwise: "see sinfo"))
    }
    let wanted = try ClusterCommand.nodes(site, arguments)
    let nodes = site.nodes.filter { node in
      (partition.map(node.partitions.contains) ?? true) && (wanted?.contains(node.name) ?? true)
    }
    for node in nodes { _ = try ShellWord.checked(node.name, key: "node") }
    let usable = nodes.filter { $0.availability == .up }
    guard !usable.isEmpty else {
      throw UserError(
        .impossible, "none of the \(nodes.count) nodes asked for is usable",
        remedy: "see hfm cluster discover --slurm")
    }
    let away = nodes.filter { $0.availability != .up }.map { node in
      NodeOutcome(
        name: node.name, state: .missing,
        reason: "Slurm says \(node.states.joined(separator: "+")): \(node.reason)")
    }
    let limit = try arguments.duration("time-limit")?.value ?? 1800
    return ProfileSession(
      client: client, site: site, names: usable.map(\.name), away: away, partition: partition,
      folder: try SubmitCommand.absolute(arguments.string("work") ?? "hfm-profile"),
      stages: words.filter { $0 != "network" },
      measuresPairs: words.contains("network") && usable.count > 1,
      usesMPI: try usesMPI(arguments),
      isQuick: arguments.flag("quick"), isExclusive: !arguments.flag("share"),
      copiesProgram: arguments.flag("copy"),
      program: arguments.string("hfm") ?? SubmitCommand.ownPath(), timeLimit: Int(limit),
      pollSeconds: try arguments.double("poll", in: 0.1...600) ?? 2, console: console)
  }

  /// Whether links are measured by MPI: where the site has it, unless told otherwise.
  private static func usesMPI(_ arguments: Arguments) throws(UserError) -> Bool {
    switch arguments.string("transport") {
    case "tcp": return false
    case "mpi":
      guard MPIMeasurement.isPossible else {
        throw UserError(
          .input, key: "--transport", "mpicc or mpirun is not on PATH",
          remedy: "load the site's MPI first, or give --transport tcp")
      }
      return true
    default: return MPIMeasurement.isPossible
    }
  }

  /// The site's profile with what was measured in place of what was assumed.
  private static func clusterProfile(
    _ site: SlurmSite, _ result: ClusterMeasurement, _ arguments: Arguments
  ) throws(UserError) -> SiteProfile {
    var profile = try ClusterCommand.profile(site, arguments)
    let devices = result.nodes.filter { profile.group.usable.contains($0.name) }
      .compactMap { $0.record?.device }
    if profile.group.gpuType == nil {
      // The node in the middle stands for all.
      let sorted = devices.sorted {
        ($0.peaks.first?.flopsPerSecond.value ?? 0) < ($1.peaks.first?.flopsPerSecond.value ?? 0)
      }
      if !sorted.isEmpty {
        profile.cluster.device = sorted[sorted.count / 2]
        profile.cluster.device.id = profile.group.name
      }
      if let tier = result.tiers.last {
        profile.cluster.interNode = Link(
          name: "measured \(result.transport)", bandwidth: BytesPerSecond(tier.fit.bytesPerSecond),
          latency: Seconds(tier.fit.latencySeconds))
      }
    } else if !result.tiers.isEmpty {
      profile.notes.append(
        "the links measured are those of \(result.transport) between processors; GPUs that reach "
          + "the network by themselves are faster, so plans still take the assumed link")
    }
    profile.cluster.source += "; measured \(WallClock.now()) by hfm \(HFM.version)"
    profile.measured = ProfileReport.json(result, profile: nil)
    return profile
  }

  private static func show(
    _ result: ClusterMeasurement, _ profile: SiteProfile, _ arguments: Arguments, _ console: Console
  ) {
    if !result.isWhole {
      console.warn("this profile is partial: see the state of the nodes and the count of links")
    }
    if console.json {
      console.print(json: ProfileReport.json(result, profile: profile))
      return
    }
    console.print(lines: ProfileReport.lines(result))
    if let path = arguments.string("output") { console.print("written to \(path)") }
  }
}
