import DataFormats
import HardwareModel
import Quantities

/// `hfm devices`: the hardware catalogue.
enum DevicesCommand: Command {
  static let specification = CommandSpecification(
    name: "devices", summary: "lists the devices and clusters that plans can name",
    options: [
      .flag("clusters", "list clusters, not devices"),
      .value("kind", "KIND", "only these devices", words: Device.Kind.allCases.map(\.rawValue)),
      .value("search", "TEXT", "only what holds TEXT in its id, name or source"),
      HardwareSource.option,
    ],
    discussion: """
      An id is what --cluster of hfm plan takes; a device's id stands for that device
      alone. Peaks are dense. Predictions for a device of a fitted class rest on
      published runs, others on general assumptions; --explain prints each source.
      """,
    examples: ["hfm devices --search rtx", "hfm devices --clusters --search hospital"])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    let catalogue = try HardwareSource.catalogue(arguments)
    let search = arguments.string("search")?.lowercased() ?? ""
    func matches(_ texts: String...) -> Bool {
      search.isEmpty || texts.contains { $0.lowercased().contains(search) }
    }
    if arguments.flag("clusters") {
      let found = catalogue.clusters.filter { matches($0.id, $0.name, $0.source, $0.device.id) }
      list(found.map(\.json), clusterTable(found), console)
    } else {
      let kind = arguments.string("kind")
      let found = catalogue.devices.filter {
        (kind == nil || $0.kind.rawValue == kind) && matches($0.id, $0.name, $0.source)
      }
      list(found.map(\.json), deviceTable(found), console)
    }
    return 0
  }

  private static func list(_ json: [JSONValue], _ table: AlignedTable, _ console: Console) {
    if console.json {
      console.print(json: .array(json))
    } else if json.isEmpty {
      console.note("nothing matches")
    } else {
      console.print(lines: table.lines)
    }
  }

  private static func deviceTable(_ devices: [Device]) -> AlignedTable {
    var table = AlignedTable(
      head: ["id", "name", "memory", "bandwidth", "peak fp32", "peak half", "power", "class"],
      rightAligned: Set(2...6))
    table.rows = devices.map { device in
      let half = device.peak(.bf16) ?? device.peak(.fp16)
      return [
        device.id, device.name, Format.bytes(device.memoryBytes),
        Format.rate(device.memoryBandwidth),
        device.peak(.fp32).map { Format.rate($0) } ?? "–", half.map { Format.rate($0) } ?? "–",
        device.maxPower.map { "\(Format.significant($0.value)) W" } ?? "–",
        device.efficiency?.isFitted == true ? "fitted" : "assumed",
      ]
    }
    return table
  }

  private static func clusterTable(_ clusters: [Cluster]) -> AlignedTable {
    var table = AlignedTable(
      head: ["id", "devices", "of", "in a node", "inside", "between nodes"],
      rightAligned: [1, 3, 4, 5])
    table.rows = clusters.map { cluster in
      [
        cluster.id, String(cluster.deviceCount), cluster.device.id,
        String(cluster.devicesPerNode), Format.rate(cluster.intraNode.bandwidth),
        cluster.nodes > 1 ? Format.rate(cluster.interNode.bandwidth) : "–",
      ]
    }
    return table
  }
}
