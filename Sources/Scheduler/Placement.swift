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
    /// Position of the node in `Resources.nodes`.
    let index: Int
    /// Positions of the cores in the node's list.
    let slots: [Int]
  }

  /// The parts, nearest node first.
  public var shares: [Share]

  /// Nothing.
  public static let empty = Placement(shares: [])

  /// Cores and bytes of all shares.
  var amounts: Amounts {
    shares.reduce(into: Amounts(cores: 0, bytes: 0)) {
      $0 += Amounts(cores: $1.slots.count, bytes: $1.memoryBytes)
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
  var amounts: Amounts { Amounts(cores: slots.count, bytes: bytes) }
}
