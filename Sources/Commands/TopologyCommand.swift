import HardwareDiscovery
import HardwareModel
import Quantities

/// `hfm topology`: the machine as found, recorded or made up.
enum TopologyCommand: Command {
  static let specification = CommandSpecification(
    name: "topology", summary: "shows packages, NUMA nodes, caches, accelerators and limits",
    options: [
      .value("from", "SOURCE", "live (default), xml:FILE, json:FILE or synthetic:STRING"),
      .flag("draw", "a tree in place of tables"),
    ],
    discussion: """
      Reads this machine, one that hwloc's lstopo recorded (xml:FILE), one that this
      command printed with --json (json:FILE), or a made-up one in hwloc's synthetic
      notation. Memory of a live machine is weighed from hwloc, /proc/meminfo and
      /proc/zoneinfo; limits are those of control groups, affinity and ulimit.
      """,
    examples: [
      "hfm topology --draw",
      "hfm topology --from \"synthetic:Package:2 NUMANode:1 L3Cache:2 Core:4 PU:2\" --draw",
      "hfm topology --json > machine.json && hfm topology --from json:machine.json",
    ])

  static func run(_ arguments: Arguments, _ console: Console) throws -> Int32 {
    let source = try MachineSource(parsing: arguments.string("from") ?? "live")
    let machine = try HardwareDiscovery.discover(source)
    if console.json {
      console.print(json: machine.json)
      return 0
    }
    if arguments.flag("draw") {
      console.print(lines: MachineDrawing(machine).lines)
    } else {
      console.print(lines: TopologyReport(machine, explain: console.explain).lines)
    }
    for note in machine.notes { console.warn(note) }
    return 0
  }
}
