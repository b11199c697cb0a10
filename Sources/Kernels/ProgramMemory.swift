import Executor
import Graph
import Quantities

/// The memory of a running program: one arena for all buffers, and copies of the parameters on
/// further NUMA nodes where they are replicated.
///
/// `@unchecked Sendable`: constants after `settle`; the bytes are the runner's to protect.
final class ProgramMemory: @unchecked Sendable {
  let plan: MemoryPlan
  let arena: NodeBuffer
  let placement: WeightPlacement
  /// Distance in bytes from a parameter to the lane's own copy of it, by lane; zeros when there is
  /// one copy.
  private(set) var shifts: [Int]
  private var copies: [Copy] = []
  private var packed: Copy?
  private(set) var notes: [String]
  private let reserve: MappingReserve?

  /// A further mapping: the parameters' part of the arena on another node, or packed weights. (A
  /// class, as arrays hold no unique owners.)
  private final class Copy: Sendable {
    let buffer: NodeBuffer
    init(_ buffer: consuming NodeBuffer) { self.buffer = buffer }
  }

  init(
    _ program: Program, plan: MemoryPlan, team: WorkerTeam, placement: WeightPlacement,
    reserve: MappingReserve? = nil
  ) throws(UserError) {
    let nodes = team.numaNodes
    self.plan = plan
    let isGuarded = !plan.pages.isEmpty
    let usable =
      isGuarded || (program.changesParameters && placement == .replicate) ? .shard : placement
    self.placement = usable
    arena = try NodeBuffer(
      byteCount: max(1, plan.bytes), node: nodes.count == 1 ? nodes.first : nil,
      hugePages: !isGuarded, reserve: reserve)
    self.reserve = reserve
    notes = arena.notes
    shifts = Array(repeating: 0, count: team.count)
    if isGuarded { try arena.protectGaps(plan.pages) }
    guard nodes.count > 1 else { return }
    switch usable {
    case .shard: break
    case .interleave:
      if let note = arena.interleave(0..<plan.lastingBytes, over: nodes) { notes.append(note) }
    case .replicate:
      let home = team.places.first?.numaNode
      if let home, let note = arena.bind(0..<plan.lastingBytes, to: home) { notes.append(note) }
      for node in nodes where node != home {
        let copy = Copy(
          try NodeBuffer(byteCount: max(1, plan.lastingBytes), node: node, hugePages: true))
        notes += copy.buffer.notes
        copies.append(copy)
        for (lane, place) in team.places.enumerated() where place.numaNode == node {
          shifts[lane] = copy.buffer.pointer - arena.pointer
        }
      }
    }
  }

  /// Makes every page exist: transient buffers page by page on the lanes that own them, the
  /// largest first, as most others lie in its place.
  func prefault(_ program: Program, _ scope: TeamScope) {
    guard plan.pages.isEmpty else { return }
    let transient = program.buffers.indices.filter { program.buffers[$0].content == .transient }
      .sorted {
        (program.buffers[$1].tensor.bytes, $0) < (program.buffers[$0].tensor.bytes, $1)
      }
    for index in transient {
      let start = plan.offsets[index]
      arena.prefault(start..<start + program.buffers[index].tensor.bytes, scope)
    }
    // What lies between buffers.
    arena.prefault(scope)
  }

  /// Brings the copies up to date after parameters were filled or written, each on its own node.
  func copyParameters(_ scope: TeamScope) {
    for copy in copies {
      let (source, target) = (arena.pointer, copy.buffer.pointer)
      scope.parallelFor(plan.lastingBytes, alignment: 4096) { range, _ in
        (target + range.lowerBound).copyMemory(
          from: source + range.lowerBound, byteCount: range.count)
      }
    }
  }

  /// Whether lanes read copies of their own.
  var isReplicated: Bool { !copies.isEmpty }

  /// Makes room for packed weights and returns where it is; guarded, it touches a page that nobody
  /// may touch.
  func makePackedRoom(
    _ bytes: Int, nodes: [Int], guarded side: MemoryGuard.Side? = nil
  ) throws(UserError) -> UnsafeMutableRawPointer {
    let page = NodeBuffer.pageBytes
    let room = Copy(
      try NodeBuffer(
        byteCount: side == nil ? bytes : bytes + 3 * page,
        node: nodes.count == 1 ? nodes.first : nil, hugePages: side == nil, reserve: reserve))
    notes += room.buffer.notes
    packed = room
    if let side {
      let pages = page..<room.buffer.byteCount - page
      try room.buffer.protectGaps([pages])
      return room.buffer.pointer + (side == .before ? pages.lowerBound : pages.upperBound - bytes)
    }
    if placement == .interleave, nodes.count > 1,
      let note = room.buffer.interleave(0..<bytes, over: nodes)
    {
      notes.append(note)
    }
    return room.buffer.pointer
  }

  /// All mappings, for questions about their pages.
  func forEachBuffer<E: Error>(
    _ body: (borrowing NodeBuffer) throws(E) -> Void
  ) throws(E) {
    try body(arena)
    for copy in copies { try body(copy.buffer) }
    if let packed { try body(packed.buffer) }
  }
}

extension Program {
  /// Whether a step writes a parameter: an optimizer's update.
  var changesParameters: Bool {
    steps.contains { step in
      if case .optimizer = step.op.kind { return true }
      return step.outputs.contains { buffers[$0].content == .parameter }
    }
  }

  /// Bytes of all parameters, once.
  var parameterBytes: Int {
    buffers.reduce(0) { $0 &+ ($1.content == .parameter ? $1.tensor.bytes : 0) }
  }
}
