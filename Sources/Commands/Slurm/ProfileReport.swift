import DataFormats
import HardwareModel
import Quantities
import Slurm

/// The document and the tables of `hfm profile`.
enum ProfileReport {
  static func json(_ result: ClusterMeasurement, profile: SiteProfile?) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("complete", .bool(result.isWhole)), ("date", .string(WallClock.now())),
      ("version", .string("hfm \(HFM.version)")), ("nodes", result.nodesJSON),
      ("network", result.networkJSON), ("stragglers", result.stragglersJSON),
    ]
    if let profile {
      members.append(("slurmVersion", .string(profile.site.version)))
      members.append(("cluster", profile.cluster.json))
      members.append(("notes", .array(profile.notes.map { .string($0) })))
    }
    return .object(members)
  }

  static func lines(_ result: ClusterMeasurement) -> [String] {
    var lines = [result.isWhole ? "complete profile" : "PARTIAL profile", "", "nodes"]
    var table = AlignedTable(
      head: [
        "node", "state", "cores", "NUMA nodes", "fp32 GFLOP/s", "bf16 GFLOP/s", "copy GB/s",
      ], rightAligned: [2, 3, 4, 5, 6])
    table.rows = result.nodes.map(row)
    lines += table.lines
    for node in result.nodes where !node.reason.isEmpty {
      lines.append("\(node.name): \(node.state.rawValue): \(node.reason)")
    }
    lines += gpus(result)
    if result.pairsWanted > 0 {
      lines += [
        "",
        "links (\(result.pairs.count) of \(result.pairsWanted) pairs measured, "
          + "\(result.transport))",
      ]
      var links = AlignedTable(
        head: ["switch level", "pairs", "latency", "bandwidth", "error of the fit"],
        rightAligned: [1, 2, 3, 4])
      links.rows = result.tiers.map {
        [
          $0.level == 0 ? "0 (same leaf)" : "\($0.level)", "\($0.pairs)",
          Format.seconds($0.fit.latencySeconds),
          "\(Format.fixed($0.fit.bytesPerSecond / 1e9, 2)) GB/s",
          "\(Format.fixed($0.fit.relativeError * 100, 1)) %",
        ]
      }
      lines += links.lines
    }
    if let mpi = result.mpi { lines += collectives(mpi) }
    lines.append("")
    let stragglers = result.stragglers
    if stragglers.isEmpty {
      lines.append("no node and no link stands out")
    } else {
      lines.append("what stands out")
      lines += stragglers.map {
        "  \($0.nodes.joined(separator: " – ")): \($0.kind.rawValue): \($0.evidence)"
      }
    }
    return lines
  }

  /// What is known of each node's GPUs, and why their speed is not.
  private static func gpus(_ result: ClusterMeasurement) -> [String] {
    let nodes = result.nodes.filter { $0.gpus.whyNotMeasured != nil }
    guard !nodes.isEmpty else { return [] }
    var table = AlignedTable(
      head: ["node", "Slurm lists", "GPU", "memory", "clock", "lanes", "NVLinks to", "network"],
      rightAligned: [3, 4, 5])
    for node in nodes {
      let listed = node.gpus.listedText.isEmpty ? "–" : node.gpus.listedText
      let shown = node.gpus.shown ?? []
      if shown.isEmpty { table.rows.append([node.name, listed] + Array(repeating: "–", count: 6)) }
      for (position, device) in shown.enumerated() {
        table.rows.append(
          position == 0 ? [node.name, listed] + cells(device) : ["", ""] + cells(device))
      }
    }
    var reasons: [(why: String, nodes: [String])] = []
    for node in nodes {
      let why = node.gpus.whyNotMeasured ?? ""
      if let place = reasons.firstIndex(where: { $0.why == why }) {
        reasons[place].nodes.append(node.name)
      } else {
        reasons.append((why, [node.name]))
      }
    }
    return ["", "GPUs"] + table.lines
      + reasons.map {
        "no speed of GPUs measured on \($0.nodes.joined(separator: ", ")): \($0.why)"
      }
  }

  private static func cells(_ device: JSONValue) -> [String] {
    let (lanes, most) = (device["slot"]?["lanes"]?.int, device["slot"]?["mostLanes"]?.int)
    let peers = (device["paths"]?.array ?? []).compactMap { path -> String? in
      guard let links = path["links"]?.int, links > 0 else { return nil }
      return "\(path["peer"]?.string ?? "") x\(links)"
    }
    let network = (device["networkInterfaces"]?.array ?? []).compactMap(\.string)
    return [
      "\(device["name"]?.string ?? "") \(device["model"]?.string ?? "")",
      device["memoryBytes"]?.int.map(Format.bytes) ?? "–",
      device["maxClockHertz"]?.double.map { "\(Int($0 / 1e6)) MHz" } ?? "–",
      lanes.map { "\($0) of \(most ?? $0)" } ?? "–",
      peers.isEmpty ? "–" : peers.joined(separator: " "),
      network.isEmpty ? "–" : network.joined(separator: " "),
    ]
  }

  private static func collectives(_ mpi: MPIRecord) -> [String] {
    var table = AlignedTable(
      head: ["operation", "switch level", "nodes", "latency", "bandwidth", "on each link"],
      rightAligned: [1, 2, 3, 4, 5])
    table.rows = mpi.collectives.map { record in
      let fit = record.fit
      func rate(_ value: Double?) -> String {
        value.map { "\(Format.fixed($0 / 1e9, 2)) GB/s" } ?? "–"
      }
      return [
        record.kind.rawValue, "\(record.level)", "\(record.nodes)",
        fit.map { Format.seconds($0.latencySeconds) } ?? "–", rate(fit?.bytesPerSecond),
        rate(fit.map { $0.bytesPerSecond * record.kind.linkShare(of: record.nodes) }),
      ]
    }
    return ["", "operations (\(mpi.library))"] + table.lines
  }

  private static func row(_ node: NodeOutcome) -> [String] {
    let record = node.record
    func rate(_ type: DataType) -> String {
      record?.device?.peak(type).map { Format.fixed($0.value / 1e9, 1) } ?? "–"
    }
    let own = record?.memory.filter { $0.cores == $0.memory }.map(\.bytesPerSecond).max()
    return [
      node.name, node.state.rawValue,
      record.map { "\($0.machine["cores"]?.array?.count ?? 0)" } ?? "–",
      record.map { "\($0.machine["numaNodes"]?.array?.count ?? 0)" } ?? "–", rate(.fp32),
      rate(.bf16), own.map { Format.fixed($0 / 1e9, 1) } ?? "–",
    ]
  }
}
