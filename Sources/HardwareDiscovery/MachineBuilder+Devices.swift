import HardwareModel

extension MachineBuilder {
  /// Names by preference when one device shows up under several: what a program selects it by
  /// first, what only draws on a screen last.
  private static let namePrefixes = [
    "cuda", "rsmi", "ze", "ve", "mic", "nvml", "opencl", "card", "renderD",
  ]

  /// hwloc's notes on memory, in KiB: CUDA, ROCm, Level Zero, OpenCL, NEC Vector Engine, Xeon Phi.
  private static let memoryKeys = [
    "CUDAGlobalMemorySize", "RSMIVRAMSize", "LevelZeroHBMSize", "LevelZeroDDRSize",
    "OpenCLGlobalMemorySize", "VectorEngineMemorySize", "MICMemorySize",
  ]

  /// GPUs and co-processors in topological order; the several faces of one PCI device are one.
  func accelerators() -> [Accelerator] {
    var groups: [(key: String, faces: [TopologyObject])] = []
    func add(_ key: String, _ object: TopologyObject) {
      if let index = groups.firstIndex(where: { $0.key == key }) {
        groups[index].faces.append(object)
      } else {
        groups.append((key, [object]))
      }
    }
    // Compute cards show up without a driver too: 3D (0302) and other display controllers (0380)
    // and processing accelerators (12). VGA controllers (0300) count only with a driver's device:
    // most of them are a server's console.
    for object in record.pciDevices {
      guard let pci = object.pci else { continue }
      if [0x0302, 0x0380].contains(pci.classId) || pci.classId >> 8 == 0x12 {
        add(pci.address, object)
      }
    }
    for object in record.osDevices {
      switch object.attributes {
      case .osDevice(.gpu), .osDevice(.coprocessor):
        add(object.pci?.address ?? "os:" + object.name, object)
      default: continue
      }
    }
    var names: [UInt64: String] = [:]
    let found = groups.map { group in
      let accelerator = accelerator(group.faces)
      for face in group.faces { names[face.globalIndex] = accelerator.name }
      return accelerator
    }
    return linked(found, names)
  }

  private func accelerator(_ faces: [TopologyObject]) -> Accelerator {
    func rank(_ face: TopologyObject) -> Int {
      Self.namePrefixes.firstIndex { face.name.hasPrefix($0) } ?? Self.namePrefixes.count
    }
    let named = faces.filter { !$0.name.isEmpty }.sorted {
      (rank($0), $0.name) < (rank($1), $1.name)
    }
    let pci = faces.lazy.compactMap(\.pci).first
    let model = named.lazy.compactMap { $0.infos["GPUModel"] ?? $0.infos["CoProcModel"] }.first
    let product = [pci?.vendor, pci?.model].compactMap { $0 }.filter { !$0.isEmpty }
    let name = named.first?.name ?? pci?.address ?? ""
    var memory: Int?
    for key in Self.memoryKeys where memory == nil {
      memory = named.lazy.compactMap { $0.infos[key].flatMap { Int($0) } }.first
        .flatMap { $0 > 0 && $0 < Int.max >> 10 ? $0 << 10 : nil }
    }
    var accelerator = Accelerator(
      name: name, model: model ?? product.joined(separator: " "), pciAddress: pci?.address ?? "",
      numaNode: faces.first.map(nearestNode) ?? -1, memoryBytes: memory, maxClockHertz: nil,
      linkPeers: [])
    accelerator.networkInterfaces = faces.first.map(nearestInterfaces) ?? []
    return accelerator
  }

  /// The interfaces that share the lowest bridge or package with a device; none where all that they
  /// share is the machine.
  private func nearestInterfaces(_ object: TopologyObject) -> [String] {
    let shared = interfaces.map { interface in
      object.ancestors.dropLast().firstIndex { interface.ancestors.contains($0) }
    }
    guard let least = shared.compactMap({ $0 }).min() else { return [] }
    return zip(interfaces, shared).filter { $0.1 == least }.map(\.0.name)
  }

  private func linked(_ accelerators: [Accelerator], _ names: [UInt64: String]) -> [Accelerator] {
    guard let links = record.links else { return accelerators }
    var peers: [String: [String]] = [:]
    for (row, object) in links.objects.enumerated() {
      guard let name = names[object] else { continue }
      for column in links.reachable(from: row) {
        guard let peer = names[links.objects[column]], peer != name else { continue }
        if peers[name]?.contains(peer) != true { peers[name, default: []].append(peer) }
      }
    }
    return accelerators.map {
      var accelerator = $0
      accelerator.linkPeers = peers[$0.name] ?? []
      return accelerator
    }
  }

  /// Network interfaces in topological order.
  func networkInterfaces() -> [NetworkInterface] {
    interfaces.map { object in
      NetworkInterface(
        name: object.name, pciAddress: object.pci?.address ?? "", numaNode: nearestNode(object))
    }
  }

  private var interfaces: [TopologyObject] {
    record.osDevices.filter { object in
      switch object.attributes {
      case .osDevice(.network), .osDevice(.openFabrics): true
      default: false
      }
    }
  }

  /// The node beside an I/O object; -1 when it is attached to a machine of several nodes as a
  /// whole. Beside several nodes of one package (sub-NUMA clusters) the first stands for them.
  private func nearestNode(_ object: TopologyObject) -> Int {
    let owners = Set(nodeOfCPU.values)
    let near = object.nodes.filter(owners.contains)
    if near.count == owners.count && owners.count > 1 { return -1 }
    return near.first ?? object.nodes.first ?? -1
  }
}
