import Executor
import Graph
import Quantities

/// Where each buffer of a program lies in one arena.
///
/// Buffers that never live at the same time share memory: greedy by size, each at the lowest
/// offset that is free for its lifetime (Pisarchyk & Lee 2020, arXiv 2001.03288, section 5.2).
struct MemoryPlan: Sendable {
  /// Offset of each buffer in bytes.
  private(set) var offsets: [Int]
  /// Size of the arena.
  private(set) var bytes = 0
  /// The arena's first part: buffers that live as long as the program.
  private(set) var lastingBytes = 0

  /// Each buffer's own pages, in bytes, when buffers are guarded; else none.
  private(set) var pages: [Range<Int>] = []

  /// Slices start on pages of a cache line pair, so that lanes never share a line.
  private static let alignment = 128

  init(_ program: Program) throws(UserError) {
    offsets = Array(repeating: 0, count: program.buffers.count)
    var sizes: [Int] = []
    for buffer in program.buffers {
      let (padded, overflow) = buffer.tensor.bytes.addingReportingOverflow(MemoryPlan.alignment)
      if overflow { throw MemoryPlan.tooLarge }
      sizes.append(padded / MemoryPlan.alignment * MemoryPlan.alignment)
    }
    let isTransient = program.buffers.map { $0.content == .transient }
    for index in sizes.indices where !isTransient[index] {
      offsets[index] = bytes
      let (next, overflow) = bytes.addingReportingOverflow(sizes[index])
      if overflow { throw MemoryPlan.tooLarge }
      bytes = next
    }
    lastingBytes = bytes
    try placeTransients(program, sizes, base: bytes)
  }

  /// Gives each buffer pages of its own, with a page on each side that is nobody's.
  init(_ program: Program, guarded side: MemoryGuard.Side) throws(UserError) {
    let page = NodeBuffer.pageBytes
    offsets = []
    bytes = page
    for buffer in program.buffers {
      let size = buffer.tensor.bytes
      let (end, overflow) = bytes.addingReportingOverflow(size)
      guard !overflow, end < Int.max - 2 * page else { throw MemoryPlan.tooLarge }
      let room = bytes..<(end + page - 1) / page * page
      pages.append(room)
      offsets.append(side == .before ? room.lowerBound : room.upperBound - size)
      bytes = room.upperBound + page
    }
    lastingBytes = bytes
  }

  private mutating func placeTransients(_ program: Program, _ sizes: [Int], base: Int)
    throws(UserError)
  {
    let order = sizes.indices.filter { program.buffers[$0].content == .transient }
      .sorted { (sizes[$1], $0) < (sizes[$0], $1) }
    // Placed buffers by offset: one sweep finds the lowest gap.
    var placed: [(offset: Int, end: Int, first: Int, last: Int)] = []
    for index in order {
      let buffer = program.buffers[index]
      var offset = base
      for other in placed
      where other.first <= buffer.lastUse && buffer.firstUse <= other.last {
        if other.offset >= offset, other.offset - offset >= sizes[index] { break }
        offset = max(offset, other.end)
      }
      let (end, overflow) = offset.addingReportingOverflow(sizes[index])
      if overflow { throw MemoryPlan.tooLarge }
      offsets[index] = offset
      bytes = max(bytes, end)
      let entry = (offset, end, buffer.firstUse, buffer.lastUse)
      let at = placed.firstIndex { $0.offset > offset } ?? placed.count
      placed.insert(entry, at: at)
    }
  }

  private static let tooLarge = UserError(
    .impossible, key: "memory", "the tensors together exceed the address space",
    remedy: "use a smaller batch or model")
}
