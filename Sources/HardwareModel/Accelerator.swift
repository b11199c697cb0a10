/// A GPU or co-processor.
public struct Accelerator: Sendable, Hashable {
  /// Operating-system name (`cuda0`, `card0`).
  public var name: String
  /// Product name; empty when unknown.
  public var model: String
  /// PCI address; empty when unknown.
  public var pciAddress: String
  /// NUMA node beside it; -1 when unknown.
  public var numaNode: Int
  /// Memory in bytes; nil when unknown.
  public var memoryBytes: Int?
  /// Highest core clock in hertz; nil when unknown.
  public var maxClockHertz: Double?
  /// Names of accelerators reached over NVLink.
  public var linkPeers: [String]
  /// Its place on PCI Express; nil when its driver does not tell.
  public var slot: Slot?
  /// The ways to the other accelerators; empty when its driver does not tell.
  public var paths: [Path] = []
  /// Names of the network interfaces nearest to it; empty when none is nearer than others.
  public var networkInterfaces: [String] = []

  /// A connection to PCI Express.
  public struct Slot: Sendable, Hashable {
    /// Lanes in use.
    public var lanes: Int
    /// Lanes that the device and its slot could use.
    public var mostLanes: Int
    /// The highest generation of both.
    public var generation: Int
    /// Creates a connection.
    public init(lanes: Int, mostLanes: Int, generation: Int) {
      (self.lanes, self.mostLanes, self.generation) = (lanes, mostLanes, generation)
    }
  }

  /// How one accelerator reaches another.
  public struct Path: Sendable, Hashable {
    /// Name of the other.
    public var peer: String
    /// NVLinks on the way, directly or through switches; 0 for none.
    public var links: Int
    /// What lies between them on PCI Express; nil when unknown.
    public var across: Crossing?
    /// Creates a path.
    public init(peer: String, links: Int, across: Crossing?) {
      (self.peer, self.links, self.across) = (peer, links, across)
    }
  }

  /// What two devices have between them on PCI Express, nearest first.
  public enum Crossing: String, Sendable, Hashable, CaseIterable {
    /// Nothing: two devices on one board.
    case board
    /// One PCI Express switch.
    case oneSwitch = "switch"
    /// Several switches.
    case switches
    /// A host bridge.
    case hostBridge
    /// Host bridges of one NUMA node.
    case numaNode
    /// The links between NUMA nodes.
    case system
  }

  /// Creates an accelerator.
  public init(
    name: String, model: String, pciAddress: String, numaNode: Int, memoryBytes: Int?,
    maxClockHertz: Double?, linkPeers: [String]
  ) {
    self.name = name
    self.model = model
    self.pciAddress = pciAddress
    self.numaNode = numaNode
    self.memoryBytes = memoryBytes
    self.maxClockHertz = maxClockHertz
    self.linkPeers = linkPeers
  }
}
