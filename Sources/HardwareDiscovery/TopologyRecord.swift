import CHwloc

/// Everything that is read from hwloc, as values.
struct TopologyRecord {
  /// Whether this is the machine that the process runs on.
  let isThisMachine: Bool
  let root: TopologyObject
  /// Every processing unit, those that are offline or forbidden included.
  let allCPUs: [Int]
  let packages: [TopologyObject]
  let nodes: [TopologyObject]
  let cores: [TopologyObject]
  let processingUnits: [TopologyObject]
  /// Data and unified caches, the outermost level first.
  let caches: [TopologyObject]
  /// Caches in front of a memory.
  let memoryCaches: [TopologyObject]
  let osDevices: [TopologyObject]
  let pciDevices: [TopologyObject]
  /// Processing units by kind of core, and the kind's rank.
  let coreKinds: [(cpus: [Int], rank: Int)]
  /// Latency matrices between NUMA nodes.
  let latencies: [DistanceMatrix]
  /// What the firmware states of memories, by the node's `globalIndex`.
  let memoryAccess: [UInt64: MemoryAccess]
  /// Bandwidths of NVLinks between devices, switches and processors.
  let links: DistanceMatrix?

  init(_ topology: borrowing Topology) {
    isThisMachine = topology.isThisMachine
    root = topology.root
    allCPUs = topology.allCPUs
    packages = topology.objects(HWLOC_OBJ_PACKAGE)
    nodes = topology.objects(HWLOC_OBJ_NUMANODE)
    cores = topology.objects(HWLOC_OBJ_CORE)
    processingUnits = topology.objects(HWLOC_OBJ_PU)
    var caches: [TopologyObject] = []
    for type in [
      HWLOC_OBJ_L5CACHE, HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L2CACHE,
      HWLOC_OBJ_L1CACHE,
    ] { caches += topology.objects(type) }
    self.caches = caches
    memoryCaches = topology.objects(HWLOC_OBJ_MEMCACHE)
    osDevices = topology.objects(HWLOC_OBJ_OS_DEVICE)
    pciDevices = topology.objects(HWLOC_OBJ_PCI_DEVICE)
    coreKinds = topology.coreKinds()
    latencies = topology.nodeLatencies()
    memoryAccess = topology.memoryAccess()
    links = topology.deviceLinks()
  }
}

/// What the firmware states of a memory for the processing units beside it.
struct MemoryAccess {
  var bytesPerSecond: Double?
  var seconds: Double?
}

/// A square matrix between objects, row by row.
struct DistanceMatrix {
  let name: String
  /// `TopologyObject.globalIndex` of each row and column.
  let objects: [UInt64]
  let values: [UInt64]
  /// Rows that are switches (PCI devices that are no accelerators).
  var switches: Set<Int> = []

  /// The rows that a row reaches directly or through switches. All switches count as one: the
  /// driver does not report the trunks between them, and NVSwitch systems join every device.
  func reachable(from row: Int) -> [Int] {
    var found = objects.indices.filter { value(row, $0) > 0 }
    if found.contains(where: switches.contains) {
      found += objects.indices.filter { other in switches.contains { value($0, other) > 0 } }
    }
    return Set(found).subtracting(switches).subtracting([row]).sorted()
  }

  func value(_ row: Int, _ column: Int) -> UInt64 { values[row * objects.count + column] }

  /// ACPI's SLIT counts the distance of a node to itself as 10 (ACPI specification, 5.2.17).
  var looksLikeSLIT: Bool { objects.indices.allSatisfy { value($0, $0) == 10 } }

  /// Whether no row has anything nearer than itself.
  var isMinimalOnDiagonal: Bool {
    objects.indices.allSatisfy { row in
      objects.indices.allSatisfy { value(row, $0) >= value(row, row) }
    }
  }
}

extension Topology {
  /// Processing units by kind of core, ranked as hwloc does (0 = least performance); empty when
  /// the machine is uniform or hwloc cannot tell.
  fileprivate borrowing func coreKinds() -> [(cpus: [Int], rank: Int)] {
    let count = hwloc_cpukinds_get_nr(handle, 0)
    guard count > 1, let set = hwloc_bitmap_alloc() else { return [] }
    defer { hwloc_bitmap_free(set) }
    var kinds: [(cpus: [Int], rank: Int)] = []
    for index in 0..<count {
      var efficiency: Int32 = -1
      guard hwloc_cpukinds_get_info(handle, UInt32(index), set, &efficiency, nil, nil, 0) == 0
      else { continue }
      let cpus = TopologyObject.members(set, within: nil)
      kinds.append((cpus, efficiency >= 0 ? Int(efficiency) : Int(index)))
    }
    return kinds
  }

  /// Latency matrices between NUMA nodes, the operating system's own first.
  fileprivate borrowing func nodeLatencies() -> [DistanceMatrix] {
    let kind = UInt(HWLOC_DISTANCES_KIND_MEANS_LATENCY.rawValue)
    var count: UInt32 = 0
    hwloc_distances_get_by_type(handle, HWLOC_OBJ_NUMANODE, &count, nil, kind, 0)
    var found = [UnsafeMutablePointer<hwloc_distances_s>?](repeating: nil, count: Int(count))
    guard count > 0,
      hwloc_distances_get_by_type(handle, HWLOC_OBJ_NUMANODE, &count, &found, kind, 0) == 0
    else { return [] }
    return found.prefix(Int(count)).compactMap { $0 }.map { distances in
      defer { hwloc_distances_release(handle, distances) }
      return matrix(distances)
    }
  }

  /// Bandwidth (MiB/s, as hwloc counts) and latency (ns) of each NUMA node for the processing
  /// units beside it, where the firmware states them.
  fileprivate borrowing func memoryAccess() -> [UInt64: MemoryAccess] {
    var access: [UInt64: MemoryAccess] = [:]
    var node = hwloc_get_next_obj_by_type(handle, HWLOC_OBJ_NUMANODE, nil)
    while let object = node {
      var initiator = hwloc_location()
      initiator.type = HWLOC_LOCATION_TYPE_CPUSET
      initiator.location.cpuset = object.pointee.cpuset
      func value(_ attribute: hwloc_memattr_id_e) -> Double? {
        var value: UInt64 = 0
        let code = hwloc_memattr_get_value(
          handle, hwloc_memattr_id_t(attribute.rawValue), object, &initiator, 0, &value)
        return code == 0 && value > 0 ? Double(value) : nil
      }
      let found = MemoryAccess(
        bytesPerSecond: value(HWLOC_MEMATTR_ID_BANDWIDTH).map { $0 * 1_048_576 },
        seconds: value(HWLOC_MEMATTR_ID_LATENCY).map { $0 * 1e-9 })
      if found.bytesPerSecond != nil || found.seconds != nil {
        access[object.pointee.gp_index] = found
      }
      node = hwloc_get_next_obj_by_type(handle, HWLOC_OBJ_NUMANODE, object)
    }
    return access
  }

  /// NVLink bandwidths between devices, switches and processors; nil when none are recorded.
  fileprivate borrowing func deviceLinks() -> DistanceMatrix? {
    var count: UInt32 = 1
    var found: UnsafeMutablePointer<hwloc_distances_s>?
    guard hwloc_distances_get_by_name(handle, "NVLinkBandwidth", &count, &found, 0) == 0,
      count > 0, let distances = found
    else { return nil }
    defer { hwloc_distances_release(handle, distances) }
    var links = matrix(distances)
    for index in links.objects.indices {
      guard distances.pointee.objs[index]?.pointee.type == HWLOC_OBJ_PCI_DEVICE else { continue }
      links.switches.insert(index)
    }
    return links
  }

  private borrowing func matrix(
    _ distances: UnsafeMutablePointer<hwloc_distances_s>
  ) -> DistanceMatrix {
    let count = Int(distances.pointee.nbobjs)
    let name = hwloc_distances_get_name(handle, distances).map { String(cString: $0) } ?? ""
    return DistanceMatrix(
      name: name,
      objects: (0..<count).map { distances.pointee.objs[$0]?.pointee.gp_index ?? .max },
      values: (0..<count * count).map { distances.pointee.values[$0] })
  }
}
