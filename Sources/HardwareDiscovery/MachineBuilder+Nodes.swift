import HardwareModel

extension MachineBuilder {
  /// NUMA nodes by rising number, each with the processing units that it owns.
  mutating func numaNodes() -> [NUMANode] {
    let objects = record.nodes.sorted { $0.osIndex < $1.osIndex }
    var owned: [Int: [Int]] = [:]
    for cpu in cpus { if let node = nodeOfCPU[cpu] { owned[node, default: []].append(cpu) } }
    let matrix = chooseLatencies(objects)
    return objects.map { object in
      let cpus = (owned[object.osIndex] ?? []).sorted()
      if cpus.isEmpty { noteMemoryOnly(object) }
      var node = NUMANode(
        id: object.osIndex, cpus: cpus, memoryBytes: object.memoryBytes,
        memorySource: object.memoryBytes > 0 ? "hwloc" : "not recorded",
        distances: matrix.map { distances($0, from: object, to: objects) } ?? [],
        localCpus: object.cpus)
      let access = record.memoryAccess[object.globalIndex]
      node.bandwidthBytesPerSecond = access?.bytesPerSecond
      node.latencySeconds = access?.seconds
      return node
    }
  }

  private mutating func noteMemoryOnly(_ object: TopologyObject) {
    let kind = object.subtype.isEmpty ? "" : " (\(object.subtype))"
    let beside = Set(object.cpus.compactMap { nodeOfCPU[$0] }).sorted()
    let place =
      beside.isEmpty || beside.count == record.nodes.count
      ? "" : "; it lies beside NUMA node \(IndexList(beside))"
    note("NUMA node \(object.osIndex)\(kind) holds memory only\(place)")
  }

  private func distances(
    _ matrix: DistanceMatrix, from object: TopologyObject, to objects: [TopologyObject]
  ) -> [Int] {
    guard let row = matrix.objects.firstIndex(of: object.globalIndex) else { return [] }
    return objects.compactMap { other in
      matrix.objects.firstIndex(of: other.globalIndex).map {
        Int(clamping: matrix.value(row, $0))
      }
    }
  }

  /// The one latency matrix that is reported: the operating system's, else one that counts like
  /// ACPI's SLIT, else the first; it must cover every node and have each node nearest to itself.
  private mutating func chooseLatencies(_ nodes: [TopologyObject]) -> DistanceMatrix? {
    let wanted = Set(nodes.map(\.globalIndex))
    let fitting = record.latencies.filter {
      wanted.isSubset(of: $0.objects) && $0.isMinimalOnDiagonal
    }
    if record.latencies.count > 1 {
      note("\(record.latencies.count) matrices of NUMA distances are recorded: one is reported")
    }
    if fitting.isEmpty && !record.latencies.isEmpty {
      note(
        "the recorded NUMA distances do not cover every node, or contradict themselves: left out")
    }
    return fitting.first { $0.name == "NUMALatency" } ?? fitting.first { $0.looksLikeSLIT }
      ?? fitting.first
  }
}
