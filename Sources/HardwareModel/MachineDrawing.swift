import Quantities

/// The machine as a tree for a terminal; equal siblings are folded, so that 384 processing units
/// still fit on a page.
public struct MachineDrawing {
  /// The lines of the drawing: the tree, then the distances between NUMA nodes.
  public let lines: [String]

  /// Draws a machine.
  public init(_ machine: Machine) {
    var tree = DrawingNode(label: "Machine", rank: 0, cpus: machine.processingUnits.map(\.id))
    for node in Self.containers(machine) { tree.insert(node) }
    for node in Self.memoryOnly(machine) { tree.insert(node) }
    Self.attachDevices(machine, &tree)
    let title = machine.name.isEmpty ? machine.source : machine.name
    lines =
      ["\(title) (\(Self.summary(machine)))"] + tree.childLines()
      + Self.distances(machine.numaNodes)
  }

  /// `2 packages, 4 NUMA nodes, 64 cores, 128 processing units, 251.5 GiB`.
  public static func summary(_ machine: Machine) -> String {
    func count(_ number: Int, _ word: String) -> String {
      "\(number) \(word)\(number == 1 ? "" : "s")"
    }
    var parts = [
      count(machine.packages.count, "package"), count(machine.numaNodes.count, "NUMA node"),
      count(machine.cores.count, "core"), count(machine.processingUnits.count, "processing unit"),
      memory(machine.memoryBytes),
    ]
    if !machine.accelerators.isEmpty {
      parts.append(count(machine.accelerators.count, "accelerator"))
    }
    return parts.joined(separator: ", ")
  }

  /// A capacity in GiB, MiB or KiB, with one decimal where it is not whole.
  public static func memory(_ bytes: Int) -> String {
    for (shift, unit) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] where bytes >= 1 << shift {
      let tenths = Int((Double(bytes) / Double(1 << shift) * 10).rounded())
      return tenths % 10 == 0 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
    }
    return bytes == 0 ? "unknown memory" : "\(bytes) B"
  }

  /// Everything that holds processing units, the widest first.
  private static func containers(_ machine: Machine) -> [DrawingNode] {
    var nodes = machine.packages.map { package in
      DrawingNode(
        label: "Package", id: package.id, detail: package.model, rank: 1, cpus: package.cpus)
    }
    for node in machine.numaNodes where !node.cpus.isEmpty {
      nodes.append(numa(node, cpus: node.cpus))
    }
    for cache in machine.caches where cache.sizeBytes > 0 {
      nodes.append(
        DrawingNode(
          label: "L\(cache.level) \(memory(cache.sizeBytes))", rank: 10 - cache.level,
          cpus: cache.cpus))
    }
    let kinds = Set(machine.cores.map(\.kind)).count
    for core in machine.cores {
      nodes.append(
        DrawingNode(
          label: "Core", id: core.id, detail: kinds > 1 ? "kind \(core.kind)" : "", rank: 11,
          cpus: core.cpus, showsCPUs: true))
    }
    return nodes.filter { !$0.cpus.isEmpty }.enumerated().sorted {
      ($1.element.cpus.count, $0.element.rank, $0.offset)
        < ($0.element.cpus.count, $1.element.rank, $1.offset)
    }.map(\.element)
  }

  private static func memoryOnly(_ machine: Machine) -> [DrawingNode] {
    machine.numaNodes.filter(\.cpus.isEmpty).map { node in
      var drawn = numa(node, cpus: node.localCpus)
      drawn.detail += ", memory only"
      drawn.isLeaf = true
      return drawn
    }
  }

  private static func numa(_ node: NUMANode, cpus: [Int]) -> DrawingNode {
    let speed = node.bandwidthBytesPerSecond.map {
      ", \(Int(($0 / 1e9).rounded())) GB/s by the firmware"
    }
    return DrawingNode(
      label: "NUMA node", id: node.id, detail: memory(node.memoryBytes) + (speed ?? ""), rank: 2,
      cpus: cpus)
  }

  private static func attachDevices(_ machine: Machine, _ tree: inout DrawingNode) {
    for accelerator in machine.accelerators {
      let details = [accelerator.model, accelerator.memoryBytes.map(memory) ?? ""]
      let peers = accelerator.linkPeers.count
      let links = peers > 0 ? "NVLink to \(peers) other\(peers == 1 ? "" : "s")" : ""
      let detail = (details + [links]).filter { !$0.isEmpty }.joined(separator: ", ")
      let device = DrawingNode(
        label: "Accelerator", name: accelerator.name, detail: detail, rank: 20, cpus: [])
      tree.attach(device, node: accelerator.numaNode)
    }
    for interface in machine.networkInterfaces {
      let device = DrawingNode(label: "Network", name: interface.name, rank: 21, cpus: [])
      tree.attach(device, node: interface.numaNode)
    }
  }

  /// The matrix for up to 24 nodes; beyond, how often each distance occurs.
  private static func distances(_ nodes: [NUMANode]) -> [String] {
    guard nodes.count > 1, nodes.contains(where: { !$0.distances.isEmpty }) else { return [] }
    if nodes.count > 24 {
      var counts: [Int: Int] = [:]
      for distance in nodes.flatMap(\.distances) { counts[distance, default: 0] += 1 }
      let list = counts.keys.sorted().map { "\($0) (\(counts[$0] ?? 0) pairs)" }
      return ["", "distances between NUMA nodes: " + list.joined(separator: ", ")]
    }
    let cells = nodes.map { $0.distances.map { String($0) } }
    let width = max(
      cells.joined().map(\.count).max() ?? 0, nodes.map { String($0.id).count }.max() ?? 0)
    func pad(_ text: String) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    let head = pad("") + " │ " + nodes.map { pad(String($0.id)) }.joined(separator: " ")
    return ["", "distances between NUMA nodes (row: from, column: to)", head]
      + zip(nodes, cells).map { node, row in
        pad(String(node.id)) + " │ " + row.map(pad).joined(separator: " ")
      }
  }
}
