/// A computer as found, recorded or made up: what every placement is decided on.
///
/// Indices are the operating system's (hwloc's `os_index`), so that a value can be handed to the
/// kernel as it is; `-1` where the source gives none.
public struct Machine: Sendable, Hashable {
  /// Where the description came from: `live`, `xml:FILE` or `synthetic:STRING`.
  public var source: String
  /// Product or processor name; empty when unknown.
  public var name: String
  /// Sockets.
  public var packages: [Package]
  /// NUMA nodes, by id.
  public var numaNodes: [NUMANode]
  /// Cores in topological order.
  public var cores: [Core]
  /// Processing units (hardware threads) in topological order.
  public var processingUnits: [ProcessingUnit]
  /// Data and unified caches.
  public var caches: [Cache]
  /// GPUs and co-processors.
  public var accelerators: [Accelerator]
  /// Network interfaces.
  public var networkInterfaces: [NetworkInterface]
  /// Limits that hold for this process; nil for a recorded machine.
  public var limits: Limits?
  /// What a reader should know: sources that disagree, nodes without processors and the like.
  public var notes: [String]

  /// Creates a machine from its parts.
  public init(
    source: String, name: String, packages: [Package] = [], numaNodes: [NUMANode] = [],
    cores: [Core] = [], processingUnits: [ProcessingUnit] = [], caches: [Cache] = [],
    accelerators: [Accelerator] = [], networkInterfaces: [NetworkInterface] = [],
    limits: Limits? = nil, notes: [String] = []
  ) {
    self.source = source
    self.name = name
    self.packages = packages
    self.numaNodes = numaNodes
    self.cores = cores
    self.processingUnits = processingUnits
    self.caches = caches
    self.accelerators = accelerators
    self.networkInterfaces = networkInterfaces
    self.limits = limits
    self.notes = notes
  }
}

/// A socket.
public struct Package: Sendable, Hashable {
  /// The operating system's index.
  public var id: Int
  /// Processor model; empty when unknown.
  public var model: String
  /// Processing units in it.
  public var cpus: [Int]
  /// Creates a socket.
  public init(id: Int, model: String, cpus: [Int]) {
    self.id = id
    self.model = model
    self.cpus = cpus
  }
}

/// A NUMA node: memory, and the processing units that it owns (none for a memory-only node).
///
/// Each processing unit is owned by one node, so that nodes' `cpus` never overlap.
public struct NUMANode: Sendable, Hashable {
  /// The operating system's index.
  public var id: Int
  /// Processing units local to the node that this process may use.
  public var cpus: [Int]
  /// Usable memory in bytes, after every source was weighed (see `memorySource`).
  public var memoryBytes: Int
  /// Where `memoryBytes` came from, in words.
  public var memorySource: String
  /// SLIT distance to each node, in the order of `Machine.numaNodes`; empty when unknown.
  public var distances: [Int]
  /// Processing units that the node lies beside: more than `cpus` for memory that others own
  /// (high-bandwidth memory, a CXL expander), so that nodes' lists may overlap.
  public var localCpus: [Int]
  /// Bandwidth that the firmware states for the processing units beside the node (ACPI's HMAT), in
  /// bytes per second; nil when it states none.
  public var bandwidthBytesPerSecond: Double?
  /// Latency that it states for them, in seconds; nil when it states none.
  public var latencySeconds: Double?
  /// Creates a node; `localCpus` are its `cpus` unless given.
  public init(
    id: Int, cpus: [Int], memoryBytes: Int, memorySource: String, distances: [Int],
    localCpus: [Int]? = nil
  ) {
    self.id = id
    self.localCpus = localCpus ?? cpus
    self.cpus = cpus
    self.memoryBytes = memoryBytes
    self.memorySource = memorySource
    self.distances = distances
  }
}

/// A physical core.
public struct Core: Sendable, Hashable {
  /// The operating system's index.
  public var id: Int
  /// Its hardware threads.
  public var cpus: [Int]
  /// Nearest NUMA node with memory; -1 when unknown.
  public var numaNode: Int
  /// Socket; -1 when unknown.
  public var package: Int
  /// Core kind as hwloc ranks them (0 = the least performance); 0 when all are alike.
  public var kind: Int
  /// Creates a core.
  public init(id: Int, cpus: [Int], numaNode: Int, package: Int, kind: Int) {
    self.id = id
    self.cpus = cpus
    self.numaNode = numaNode
    self.package = package
    self.kind = kind
  }
}

/// A hardware thread.
public struct ProcessingUnit: Sendable, Hashable {
  /// The operating system's index.
  public var id: Int
  /// Its core's position in `Machine.cores`; -1 when the machine lists no cores.
  public var core: Int
  /// Nearest NUMA node; -1 when unknown.
  public var numaNode: Int
  /// Creates a hardware thread.
  public init(id: Int, core: Int, numaNode: Int) {
    self.id = id
    self.core = core
    self.numaNode = numaNode
  }
}

/// A data or unified cache.
public struct Cache: Sendable, Hashable {
  /// 1, 2, 3 or 4.
  public var level: Int
  /// Capacity in bytes.
  public var sizeBytes: Int
  /// Line in bytes; 0 when unknown.
  public var lineBytes: Int
  /// Processing units that share it.
  public var cpus: [Int]
  /// Creates a cache.
  public init(level: Int, sizeBytes: Int, lineBytes: Int, cpus: [Int]) {
    self.level = level
    self.sizeBytes = sizeBytes
    self.lineBytes = lineBytes
    self.cpus = cpus
  }
}

/// A network interface.
public struct NetworkInterface: Sendable, Hashable {
  /// Operating-system name (`eth0`, `mlx5_0`).
  public var name: String
  /// PCI address; empty when unknown.
  public var pciAddress: String
  /// NUMA node beside it; -1 when unknown.
  public var numaNode: Int
  /// Creates a network interface.
  public init(name: String, pciAddress: String, numaNode: Int) {
    self.name = name
    self.pciAddress = pciAddress
    self.numaNode = numaNode
  }
}

/// What the operating system lets this process use.
public struct Limits: Sendable, Hashable {
  /// Processing units in the affinity mask and cpuset.
  public var cpus: [Int]
  /// Processor time per wall time that a cgroup quota grants, in cores; nil without a quota.
  public var cpuQuota: Double?
  /// The least of the cgroup memory limits and the machine's memory, in bytes.
  public var memoryBytes: Int
  /// Where `memoryBytes` came from, in words.
  public var memorySource: String
  /// RLIMIT_MEMLOCK in bytes; nil when unlimited.
  public var lockedMemoryBytes: Int?
  /// Creates limits.
  public init(
    cpus: [Int], cpuQuota: Double?, memoryBytes: Int, memorySource: String, lockedMemoryBytes: Int?
  ) {
    self.cpus = cpus
    self.cpuQuota = cpuQuota
    self.memoryBytes = memoryBytes
    self.memorySource = memorySource
    self.lockedMemoryBytes = lockedMemoryBytes
  }
}
