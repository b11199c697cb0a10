import CKernels
import Executor
import Quantities

/// Memory that kernels use while they run: a part for each lane, and one that all lanes share.
struct Workspace: ~Copyable {
  /// What one operator needs.
  struct Need {
    /// Floats of each lane.
    var laneFloats = 0
    /// Bytes that all lanes share.
    var sharedBytes = 0

    /// Enough for either.
    func merged(_ other: Need) -> Need {
      Need(
        laneFloats: max(laneFloats, other.laneFloats),
        sharedBytes: max(sharedBytes, other.sharedBytes))
    }
    /// Bytes of a workspace for a number of lanes.
    func bytes(lanes: Int) -> Int {
      lanes * (Need.padded(laneFloats * 4) + 128) + Need.padded(sharedBytes)
    }
    static func padded(_ bytes: Int) -> Int { (bytes + 127) / 128 * 128 }
  }

  private let memory: NodeBuffer
  private let laneBytes: Int
  private let lanes: Int

  init(_ need: Need, lanes: Int) throws(UserError) {
    memory = try NodeBuffer(byteCount: max(1, need.bytes(lanes: lanes)))
    laneBytes = Need.padded(need.laneFloats * 4)
    self.lanes = lanes
  }

  /// A copy of the addresses for one operator.
  var view: WorkspaceView {
    WorkspaceView(base: memory.pointer, laneBytes: laneBytes, lanes: lanes)
  }
}

/// The addresses of a workspace, valid while its owner lives.
struct WorkspaceView {
  fileprivate let base: UnsafeMutableRawPointer
  fileprivate let laneBytes: Int
  fileprivate let lanes: Int

  /// A value of each lane on a cache line of its own (a status or a partial sum).
  func value(_ lane: Int) -> UnsafeMutablePointer<Double> {
    (base + lane * 128).assumingMemoryBound(to: Double.self)
  }
  /// How far a lane's own copy of a replicated parameter is from the first one, in bytes.
  func weightShift(_ lane: Int) -> UnsafeMutablePointer<Int> {
    (base + lane * 128 + 64).assumingMemoryBound(to: Int.self)
  }
  /// The scratch of a lane.
  func scratch(_ lane: Int) -> UnsafeMutablePointer<Float> {
    (base + lanes * 128 + lane * laneBytes).assumingMemoryBound(to: Float.self)
  }
  /// What all lanes share.
  var shared: UnsafeMutableRawPointer { base + lanes * (128 + laneBytes) }
}
