public import HardwareModel

/// Nodes of one make: the same GPUs, sockets and cores. A cluster profile describes one group.
public struct NodeGroup: Sendable, Hashable {
  /// Name made of its parts: `a100x8`, `cpu-2x64`.
  public var name: String
  /// The site's word for its GPUs; nil without GPUs.
  public var gpuType: String?
  /// GPUs of one node.
  public var gpusPerNode: Int
  /// Sockets of one node.
  public var sockets: Int
  /// Cores of one socket.
  public var coresPerSocket: Int
  /// The least memory of its nodes, in bytes.
  public var memoryBytes: Int
  /// Names of the nodes on which jobs can start.
  public var usable: [String]
  /// Names of those that are down, drained or reserved.
  public var unusable: [String]
  /// Features that all its nodes have.
  public var features: [String]

  /// Devices on which jobs can start: GPUs, or nodes without them.
  public var usableDevices: Int { usable.count * max(1, gpusPerNode) }
}

extension SlurmSite {
  /// The groups, that of most usable devices first; GPUs before processors.
  ///
  /// - Parameters:
  ///   - partition: only its nodes; nil for all.
  ///   - names: only these nodes; nil for all.
  public func groups(partition: String? = nil, nodes names: Set<String>? = nil) -> [NodeGroup] {
    var groups: [NodeGroup] = []
    for node in nodes {
      if let partition, !node.partitions.contains(partition) { continue }
      if let names, !names.contains(node.name) { continue }
      // Nodes with several types of GPUs count by the most numerous.
      let main = node.gpus.max { $0.count < $1.count }
      let position =
        groups.firstIndex {
          $0.gpuType == main?.type && $0.gpusPerNode == main?.count ?? 0
            && $0.sockets == node.sockets && $0.coresPerSocket == node.coresPerSocket
        } ?? groups.count
      if position == groups.count {
        groups.append(NodeGroup(like: node, main: main))
      }
      groups[position].memoryBytes = min(groups[position].memoryBytes, node.memoryBytes)
      groups[position].features.removeAll { !node.features.contains($0) }
      if node.availability == .up {
        groups[position].usable.append(node.name)
      } else {
        groups[position].unusable.append(node.name)
      }
    }
    Self.tellApart(&groups)
    return groups.enumerated().sorted { left, right in
      let key = { (item: (offset: Int, element: NodeGroup)) in
        (item.element.gpuType == nil ? 1 : 0, -item.element.usableDevices, item.offset)
      }
      return key(left) < key(right)
    }.map(\.element)
  }

  private static func tellApart(_ groups: inout [NodeGroup]) {
    for index in groups.indices {
      let earlier = groups[..<index].count { $0.name == groups[index].name }
      if earlier > 0 { groups[index].name += "-\(earlier + 1)" }
    }
  }
}

extension NodeGroup {
  init(like node: SlurmNode, main: GRES?) {
    let type = main.map { $0.type.isEmpty ? "gpu" : $0.type }
    self.init(
      name: type.map { "\($0)x\(main?.count ?? 0)" }
        ?? "cpu-\(node.sockets)x\(node.coresPerSocket)",
      gpuType: main?.type, gpusPerNode: main?.count ?? 0, sockets: node.sockets,
      coresPerSocket: node.coresPerSocket, memoryBytes: node.memoryBytes, usable: [], unusable: [],
      features: node.features)
  }

  /// A node's processors as a machine: one NUMA node per socket, which is what Slurm tells.
  public var machine: Machine {
    let packages = (0..<sockets).map { socket in
      Package(
        id: socket, model: "",
        cpus: Array(socket * coresPerSocket..<(socket + 1) * coresPerSocket))
    }
    let share = memoryBytes / max(1, sockets)
    return Machine(
      source: "Slurm", name: "\(sockets) x \(coresPerSocket) cores", packages: packages,
      numaNodes: packages.map {
        NUMANode(
          id: $0.id, cpus: $0.cpus, memoryBytes: share, memorySource: "Slurm's RealMemory",
          distances: [])
      },
      cores: packages.flatMap { package in
        package.cpus.map {
          Core(id: $0, cpus: [$0], numaNode: package.id, package: package.id, kind: 0)
        }
      },
      processingUnits: packages.flatMap { package in
        package.cpus.map { ProcessingUnit(id: $0, core: $0, numaNode: package.id) }
      })
  }
}
