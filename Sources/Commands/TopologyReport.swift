import HardwareModel

/// The tables of `hfm topology`.
struct TopologyReport {
  private(set) var lines: [String] = []

  init(_ machine: Machine, explain: Bool) {
    lines = [machine.name.isEmpty ? machine.source : machine.name, MachineDrawing.summary(machine)]
    section("packages", Self.packages(machine))
    section("NUMA nodes", Self.nodes(machine))
    section("caches", Self.caches(machine))
    section("accelerators", Self.accelerators(machine))
    section("network interfaces", Self.interfaces(machine))
    if let limits = machine.limits {
      section("limits of this process", Self.limits(limits, machine))
    }
    if explain { explainSources(machine) }
  }

  private mutating func section(_ title: String, _ table: AlignedTable) {
    if !table.rows.isEmpty { lines += ["", title] + table.lines }
  }

  private mutating func explainSources(_ machine: Machine) {
    lines += ["", "where the figures came from"]
    lines.append("  structure: \(machine.source), read by hwloc")
    for node in machine.numaNodes {
      lines.append(
        "  memory of NUMA node \(node.id): \(node.memoryBytes) bytes, \(node.memorySource)")
    }
    if let limits = machine.limits {
      lines.append("  memory limit: \(limits.memoryBytes) bytes, \(limits.memorySource)")
      lines.append("  processors: the affinity mask, cut by the control group's cpuset")
    }
    lines.append("  distances: ACPI's SLIT as the kernel reports it (10 = a node to itself)")
  }

  private static func packages(_ machine: Machine) -> AlignedTable {
    var table = AlignedTable(head: ["id", "model", "cores", "cpus"], rightAligned: [0, 2])
    for package in machine.packages {
      let members = Set(package.cpus)
      let cores = machine.cores.count { $0.cpus.contains(where: members.contains) }
      table.rows.append([
        number(package.id), package.model.isEmpty ? "-" : package.model, String(cores),
        list(package.cpus),
      ])
    }
    return table
  }

  private static func nodes(_ machine: Machine) -> AlignedTable {
    var table = AlignedTable(
      head: ["id", "memory", "cores", "cpus", "distances"], rightAligned: [0, 1, 2])
    for node in machine.numaNodes {
      let distances = node.distances.map { String($0) }.joined(separator: " ")
      table.rows.append([
        number(node.id), MachineDrawing.memory(node.memoryBytes),
        String(machine.cores.count { $0.numaNode == node.id }),
        node.cpus.isEmpty ? "none (memory only)" : list(node.cpus),
        distances.isEmpty ? "-" : distances,
      ])
    }
    return table
  }

  /// Equal caches on one row.
  private static func caches(_ machine: Machine) -> AlignedTable {
    var table = AlignedTable(
      head: ["level", "size", "line", "count", "shared by cpus"], rightAligned: [1, 2, 3, 4])
    var groups: [(cache: Cache, count: Int)] = []
    for cache in machine.caches {
      let place = groups.firstIndex {
        $0.cache.level == cache.level && $0.cache.sizeBytes == cache.sizeBytes
          && $0.cache.lineBytes == cache.lineBytes && $0.cache.cpus.count == cache.cpus.count
      }
      if let place { groups[place].count += 1 } else { groups.append((cache, 1)) }
    }
    for (cache, count) in groups {
      table.rows.append([
        "L\(cache.level)", cache.sizeBytes > 0 ? MachineDrawing.memory(cache.sizeBytes) : "-",
        cache.lineBytes > 0 ? "\(cache.lineBytes) B" : "-", String(count),
        String(cache.cpus.count),
      ])
    }
    return table
  }

  private static func accelerators(_ machine: Machine) -> AlignedTable {
    var table = AlignedTable(
      head: [
        "name", "model", "PCI", "lanes", "NUMA node", "memory", "clock", "NVLinks to", "network",
      ], rightAligned: [3, 4, 5, 6])
    for device in machine.accelerators {
      table.rows.append([
        device.name, device.model.isEmpty ? "-" : device.model,
        device.pciAddress.isEmpty ? "-" : device.pciAddress,
        device.slot.map { "\($0.lanes) of \($0.mostLanes)" } ?? "-", number(device.numaNode),
        device.memoryBytes.map(MachineDrawing.memory) ?? "-",
        device.maxClockHertz.map { "\(Int($0 / 1e6)) MHz" } ?? "-",
        Self.words(
          device.linkPeers.map { peer in
            let links = device.paths.first { $0.peer == peer }?.links ?? 0
            return links > 0 ? "\(peer) x\(links)" : peer
          }), Self.words(device.networkInterfaces),
      ])
    }
    return table
  }

  private static func words(_ words: [String]) -> String {
    words.isEmpty ? "-" : words.joined(separator: " ")
  }

  private static func interfaces(_ machine: Machine) -> AlignedTable {
    var table = AlignedTable(head: ["name", "PCI", "NUMA node"], rightAligned: [2])
    for interface in machine.networkInterfaces {
      table.rows.append([
        interface.name, interface.pciAddress.isEmpty ? "-" : interface.pciAddress,
        number(interface.numaNode),
      ])
    }
    return table
  }

  private static func limits(_ limits: Limits, _ machine: Machine) -> AlignedTable {
    var table = AlignedTable(head: ["limit", "value", "of"], rightAligned: [])
    table.rows = [
      ["cpus", list(limits.cpus), "\(machine.processingUnits.count) processing units"],
      [
        "processor time", limits.cpuQuota.map { "\($0) processors" } ?? "no quota",
        "control groups",
      ],
      ["memory", MachineDrawing.memory(limits.memoryBytes), limits.memorySource],
      [
        "locked memory", limits.lockedMemoryBytes.map(MachineDrawing.memory) ?? "unlimited",
        "RLIMIT_MEMLOCK",
      ],
    ]
    return table
  }

  private static func number(_ value: Int) -> String { value < 0 ? "-" : String(value) }
  private static func list(_ cpus: [Int]) -> String {
    cpus.isEmpty ? "-" : IndexList(cpus).description
  }
}
