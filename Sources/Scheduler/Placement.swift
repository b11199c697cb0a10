/// Which cores and how many bytes of which nodes a job holds.
public struct Placement: Sendable, Hashable {
  /// A job's part on one node.
  public struct Share: Sendable, Hashable {
    /// The node's id.
    public var node: Int
    /// Ids of the cores taken there, ascending; empty where only memory was taken.
    public var cpus: [Int]
    /// Bytes taken there.
    public var memoryBytes: Int
    /// Names of the accelerators taken there.
    public var accelerators: [String]
    /// Network interfaces beside those cores: the node's own, else the nearest ones.
    public var networkInterfaces: [String]
    /// Position of the node in `Resources.nodes`.
    let index: Int
    /// Positions of the cores in the node's list.
    let slots: [Int]
    /// Positions of the accelerators in the node's list.
    let acceleratorSlots: [Int]
    /// The part of the job's demand on the node's memory and caches.
    let traffic: MemoryTraffic?
  }

  /// The parts, nearest node first.
  public var shares: [Share]
  /// The smallest tier that holds all of it: 0 a node, 1 the nodes under one smallest unit of
  /// switches (or all, where there are none), and so on.
  public var span = 0
  /// How many tiers more that is than the fewest that could hold as much on free nodes.
  public var excessSpan = 0

  /// Nothing.
  public static let empty = Placement(shares: [])

  /// Cores, bytes and accelerators of all shares.
  var amounts: Amounts {
    shares.reduce(into: Amounts(cores: 0, bytes: 0)) {
      $0 += Amounts(
        cores: $1.slots.count, bytes: $1.memoryBytes, accelerators: $1.acceleratorSlots.count)
    }
  }

  /// Ids of the nodes in the order of the shares.
  public var numaNodes: [Int] { shares.map(\.node) }
  /// Ids of all cores.
  public var cpus: [Int] { shares.flatMap(\.cpus) }
  /// All bytes.
  public var memoryBytes: Int { shares.reduce(0) { $0 + $1.memoryBytes } }
}

/// What one node has left.
struct FreeNode: Sendable, Hashable {
  var slots: CPUSlots
  var bytes: Int
  var accelerators = CPUSlots(size: 0)
  /// What the jobs on it ask of its memory and caches.
  var load = NodeLoad()
  var amounts: Amounts {
    Amounts(cores: slots.count, bytes: bytes, accelerators: accelerators.count)
  }
}
