/// A node as Slurm describes it.
public struct SlurmNode: Sendable, Hashable {
  /// Whether jobs can start on it.
  public enum Availability: String, Sendable, Hashable, CaseIterable {
    /// Jobs run on it or may start.
    case up
    /// It answers no more.
    case down
    /// An administrator takes no new jobs for it.
    case drained
    /// A reservation holds it.
    case reserved
  }

  /// Slurm's name.
  public var name: String
  /// Sockets (all boards together).
  public var sockets: Int
  /// Physical cores of one socket.
  public var coresPerSocket: Int
  /// Hardware threads of one core.
  public var threadsPerCore: Int
  /// Processors that Slurm gives out.
  public var cpus: Int
  /// Memory that Slurm gives out, in bytes.
  public var memoryBytes: Int
  /// GPUs and other generic resources.
  public var gres: [GRES]
  /// Those in use, with their indices.
  public var gresUsed: [GRES] = []
  /// Features that the site's administrators gave it.
  public var features: [String]
  /// Partitions that hold it.
  public var partitions: [String]
  /// Slurm's words for the state, lower case: `idle`, `drain`, …
  public var states: [String]
  /// Whether jobs can start on it.
  public var availability: Availability
  /// The administrator's reason for a node that is down or drained.
  public var reason: String
  /// Address by which Slurm reaches it; its name when not told.
  public var address = ""
  /// Names of the switches above it, leaf first; empty when the site has no topology.
  public var switches: [String] = []

  /// Creates a node.
  public init(
    name: String, sockets: Int, coresPerSocket: Int, threadsPerCore: Int = 1, cpus: Int,
    memoryBytes: Int, gres: [GRES] = [], features: [String] = [], partitions: [String] = [],
    states: [String] = ["idle"], reason: String = ""
  ) {
    self.name = name
    self.sockets = sockets
    self.coresPerSocket = coresPerSocket
    self.threadsPerCore = threadsPerCore
    self.cpus = cpus
    self.memoryBytes = memoryBytes
    self.gres = gres
    self.features = features
    self.partitions = partitions
    self.states = states
    self.reason = reason
    availability = Self.availability(states)
  }

  /// Physical cores.
  public var cores: Int { sockets * coresPerSocket }
  /// The GPUs among the generic resources.
  public var gpus: [GRES] { gres.filter { $0.name == "gpu" && $0.count > 0 } }
  /// How many GPUs of all types.
  public var gpuCount: Int { gpus.reduce(0) { $0 + $1.count } }

  static func availability(_ states: [String]) -> Availability {
    let words = Set(states.map { $0.lowercased() })
    let isOneOf = { (names: String...) in names.contains(where: words.contains) }
    if isOneOf(
      "down", "error", "fail", "failing", "not_responding", "no_respond", "unknown",
      "future", "power_down", "powered_down", "powering_down", "invalid_reg", "invalid")
    {
      return .down
    }
    if isOneOf("drain", "drained", "draining") { return .drained }
    return isOneOf("reserved", "maint", "maintenance", "planned_maint") ? .reserved : .up
  }
}

/// A partition and its limits.
public struct SlurmPartition: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// Whether jobs that name none go here.
  public var isDefault: Bool
  /// `UP`, `DOWN`, `DRAIN` or `INACTIVE`.
  public var state: String
  /// Names of its nodes.
  public var nodes: [String]
  /// The longest time limit in seconds; nil without one.
  public var maxSeconds: Int?
  /// The time limit of a job that gives none, in seconds; nil without one.
  public var defaultSeconds: Int?
  /// The most nodes of one job; nil without a limit.
  public var maxNodes: Int?
  /// The most processors of one job on a node; nil without a limit.
  public var maxCPUsPerNode: Int?
  /// Memory that a job gets per processor when it asks for none, in bytes; nil when it gets all.
  public var defaultMemoryPerCPU: Int?
}

/// A switch of the topology.
public struct SlurmSwitch: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// 0 for a leaf.
  public var level: Int
  /// Every node below it.
  public var nodes: [String]
  /// The switches directly below it.
  public var switches: [String]
}

/// A whole site as Slurm describes it.
public struct SlurmSite: Sendable, Hashable {
  /// `ClusterName` of slurm.conf.
  public var name: String
  /// Slurm's version, such as `22.05.8`.
  public var version: String
  /// Nodes by Slurm's order.
  public var nodes: [SlurmNode]
  /// Partitions.
  public var partitions: [SlurmPartition]
  /// Switches; empty without a topology.
  public var switches: [SlurmSwitch]
  /// Which plugin chooses resources, such as `select/cons_tres`.
  public var selectType: String
  /// What Slurm said that was not understood, and what the reader should know.
  public var notes: [String]

  /// A node by name.
  public func node(_ name: String) -> SlurmNode? { nodes.first { $0.name == name } }
}
