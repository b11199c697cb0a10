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
    func bytes(lanes: Int) -> Int { Layout(self, lanes: lanes, isGuarded: false).bytes }
  }

  private let memory: NodeBuffer
  private let layout: Layout
  private let side: MemoryGuard.Side?

  /// - Parameter side: gives each lane's part pages of its own, between pages that nobody may
  ///   touch.
  init(
    _ need: Need, lanes: Int, guarded side: MemoryGuard.Side? = nil, reserve: MappingReserve? = nil
  )
    throws(UserError)
  {
    let layout = Layout(need, lanes: lanes, isGuarded: side != nil)
    let memory = try NodeBuffer(byteCount: max(1, layout.bytes), reserve: reserve)
    if side != nil { try memory.protectGaps([0..<layout.values] + layout.parts) }
    self.layout = layout
    self.memory = memory
    self.side = side
  }

  /// A copy of the addresses for one operator, which needs `need`: guarded, it gets no more.
  func view(_ need: Need) -> WorkspaceView {
    var (scratch, shared) = (layout.lanes.lowerBound, layout.shared.lowerBound)
    if side == .after {
      scratch = layout.lanes.lowerBound + layout.laneBytes - need.laneFloats * 4
      // Doubles, too, lie there.
      shared = layout.shared.upperBound - (need.sharedBytes + 7) / 8 * 8
    }
    return WorkspaceView(
      values: memory.pointer, scratch: memory.pointer + scratch, laneStride: layout.laneStride,
      shared: memory.pointer + shared)
  }

  /// Fills an operator's scratch with what no kernel can take for a result.
  func poison(_ need: Need) {
    let view = view(need)
    func fill(_ start: UnsafeMutableRawPointer, _ count: Int) {
      start.initializeMemory(as: UInt8.self, repeating: MemoryGuard.poison, count: count)
    }
    let lanes = layout.laneStride == 0 ? 0 : layout.lanes.count / layout.laneStride
    for lane in 0..<lanes { fill(view.scratch(lane), need.laneFloats * 4) }
    fill(view.shared, need.sharedBytes)
  }
}

/// Where the parts of a workspace lie, in bytes from its start.
private struct Layout {
  /// Bytes of the lanes' values, at the start.
  let values: Int
  /// The first lane's part up to the last one's end.
  let lanes: Range<Int>
  let laneBytes: Int
  /// From one lane's part to the next one's.
  let laneStride: Int
  let shared: Range<Int>
  let bytes: Int

  init(_ need: Workspace.Need, lanes count: Int, isGuarded: Bool) {
    let (grain, gap) = isGuarded ? (NodeBuffer.pageBytes, NodeBuffer.pageBytes) : (128, 0)
    func padded(_ bytes: Int) -> Int { (bytes + grain - 1) / grain * grain }
    values = padded(count * 128)
    laneBytes = padded(need.laneFloats * 4)
    laneStride = laneBytes + gap
    lanes = values + gap..<values + gap + count * laneStride
    shared = lanes.upperBound..<lanes.upperBound + padded(need.sharedBytes)
    bytes = shared.upperBound + gap
  }

  /// Each lane's part, and the shared one.
  var parts: [Range<Int>] {
    stride(from: lanes.lowerBound, to: lanes.upperBound, by: max(1, laneStride)).map {
      $0..<$0 + laneBytes
    } + [shared]
  }
}

extension NodeBuffer {
  /// Forbids what lies between ranges of whole pages, given in rising order, and beside them.
  func protectGaps(_ ranges: [Range<Int>]) throws(UserError) {
    var end = 0
    for range in ranges {
      try protect(end..<range.lowerBound, .none)
      end = range.upperBound
    }
    try protect(end..<byteCount, .none)
  }
}

/// The addresses of a workspace, valid while its owner lives.
struct WorkspaceView {
  fileprivate let values: UnsafeMutableRawPointer
  fileprivate let scratch: UnsafeMutableRawPointer
  fileprivate let laneStride: Int
  /// What all lanes share.
  let shared: UnsafeMutableRawPointer

  /// A value of each lane on a cache line of its own (a status or a partial sum).
  func value(_ lane: Int) -> UnsafeMutablePointer<Double> {
    (values + lane * 128).assumingMemoryBound(to: Double.self)
  }
  /// How far a lane's own copy of a replicated parameter is from the first one, in bytes.
  func weightShift(_ lane: Int) -> UnsafeMutablePointer<Int> {
    (values + lane * 128 + 64).assumingMemoryBound(to: Int.self)
  }
  /// The scratch of a lane.
  func scratch(_ lane: Int) -> UnsafeMutablePointer<Float> {
    (scratch + lane * laneStride).assumingMemoryBound(to: Float.self)
  }
}
