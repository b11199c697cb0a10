import HardwareModel

/// Turns what hwloc says into a `Machine`.
///
/// Only sets of processing units and nodes are used, never depths: recorded trees are asymmetric,
/// hold groups, and attach memory at several levels.
struct MachineBuilder {
  let record: TopologyRecord
  let cpus: [Int]
  /// Nearest NUMA node of each processing unit.
  let nodeOfCPU: [Int: Int]
  /// Socket of each processing unit.
  let packageOfCPU: [Int: Int]
  private(set) var notes: [String] = []

  init(_ record: TopologyRecord) {
    self.record = record
    cpus = record.processingUnits.map(\.osIndex)
    nodeOfCPU = Self.nearestNodes(record.nodes)
    var packageOfCPU: [Int: Int] = [:]
    for package in record.packages {
      for cpu in package.cpus { packageOfCPU[cpu] = package.osIndex }
    }
    self.packageOfCPU = packageOfCPU
  }

  /// The machine that hwloc describes; `source` is its origin in words.
  mutating func machine(source: String) -> Machine {
    let cores = cores()
    var machine = Machine(source: source, name: name)
    machine.packages = record.packages.map {
      Package(id: $0.osIndex, model: $0.infos["CPUModel"] ?? "", cpus: $0.cpus)
    }
    machine.numaNodes = numaNodes()
    machine.cores = cores
    machine.processingUnits = processingUnits(cores)
    machine.caches = record.caches.compactMap(Self.cache)
    machine.accelerators = accelerators()
    machine.networkInterfaces = networkInterfaces()
    noteWhatIsMissing()
    machine.notes = notes
    return machine
  }

  mutating func note(_ text: String) { notes.append(text) }

  private var name: String {
    let infos = record.root.infos
    let product = [infos["DMISysVendor"], infos["DMIProductName"]].compactMap { $0 }
      .filter { !$0.isEmpty && $0 != "(none)" }
    let model = record.packages.lazy.compactMap { $0.infos["CPUModel"] }.first
    let processor = model ?? infos["CPUModel"] ?? ""
    return (product + (processor.isEmpty ? [] : [processor])).joined(separator: " ")
  }

  /// The node that owns each processing unit: the one with memory before one without, then the
  /// narrowest, then plain memory before special memory, then the lowest number. Linux numbers
  /// nodes with processors before those that only hold memory (high-bandwidth memory, CXL).
  static func nearestNodes(_ nodes: [TopologyObject]) -> [Int: Int] {
    let anyMemory = nodes.contains { $0.memoryBytes > 0 }
    func rank(_ node: TopologyObject) -> (Int, Int, Int, Int) {
      let isPlain = node.subtype.isEmpty || node.subtype == "DRAM"
      return (
        anyMemory && node.memoryBytes == 0 ? 1 : 0, node.cpus.count, isPlain ? 0 : 1, node.osIndex
      )
    }
    var owner: [Int: Int] = [:]
    for node in nodes.sorted(by: { rank($0) < rank($1) }) {
      for cpu in node.cpus where owner[cpu] == nil { owner[cpu] = node.osIndex }
    }
    return owner
  }

  private static func cache(_ object: TopologyObject) -> Cache? {
    guard case .cache(let level, let bytes, let line) = object.attributes else { return nil }
    return Cache(level: level, sizeBytes: bytes, lineBytes: line, cpus: object.cpus)
  }

  /// Cores in topological order; a processing unit that no core claims is a core of its own.
  private mutating func cores() -> [Core] {
    var kindOfCPU: [Int: Int] = [:]
    for kind in record.coreKinds { for cpu in kind.cpus { kindOfCPU[cpu] = kind.rank } }
    func core(_ id: Int, _ cpus: [Int]) -> Core {
      let first = cpus.first ?? -1
      return Core(
        id: id, cpus: cpus, numaNode: nodeOfCPU[first] ?? -1, package: packageOfCPU[first] ?? -1,
        kind: cpus.compactMap { kindOfCPU[$0] }.max() ?? 0)
    }
    let listed = record.cores.filter { !$0.cpus.isEmpty }.map { core($0.osIndex, $0.cpus) }
    let claimed = Set(listed.flatMap(\.cpus))
    let alone = cpus.filter { !claimed.contains($0) }
    if alone.isEmpty { return listed }
    note(
      listed.isEmpty
        ? "the source lists no cores: each processing unit counts as one core"
        : "no core is listed for processing unit \(IndexList(alone)): each counts as one core")
    let order = Dictionary(
      cpus.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    return (listed + alone.map { core($0, [$0]) }).sorted {
      order[$0.cpus[0], default: 0] < order[$1.cpus[0], default: 0]
    }
  }

  private func processingUnits(_ cores: [Core]) -> [ProcessingUnit] {
    var coreOfCPU: [Int: Int] = [:]
    for (index, core) in cores.enumerated() { for cpu in core.cpus { coreOfCPU[cpu] = index } }
    return cpus.map {
      ProcessingUnit(id: $0, core: coreOfCPU[$0] ?? -1, numaNode: nodeOfCPU[$0] ?? -1)
    }
  }

  private mutating func noteWhatIsMissing() {
    let here = Set(cpus)
    let absent = record.allCPUs.filter { !here.contains($0) }
    if !absent.isEmpty {
      note("processing units \(IndexList(absent)) are offline or not allowed: left out")
    }
    if record.packages.isEmpty { note("the source lists no packages") }
    for cache in record.memoryCaches {
      guard case .cache(_, let bytes, _) = cache.attributes else { continue }
      let nodes = cache.nodes.isEmpty ? "" : " of NUMA node \(IndexList(cache.nodes))"
      note("\(bytes >> 20) MiB of memory-side cache stand before the memory\(nodes)")
    }
  }
}

extension TopologyObject {
  /// Memory of a NUMA node in bytes; 0 elsewhere.
  var memoryBytes: Int { if case .memory(let bytes) = attributes { bytes } else { 0 } }
}
