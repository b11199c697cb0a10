public import Quantities

/// A bump allocator over one `NodeBuffer`: slices of 64-byte alignment, freed all at once.
public struct NodeArena: ~Copyable, Sendable {
  /// The memory that slices are cut from.
  public let buffer: NodeBuffer
  /// Bytes given out since the last reset, alignment included.
  public private(set) var usedBytes = 0

  /// Alignment of each slice in bytes: a cache line, and a full AVX-512 register.
  public static let alignment = 64

  /// Maps an arena of at least `byteCount` bytes on a NUMA node; see `NodeBuffer`.
  /// - Throws: `UserError` as `NodeBuffer.init` does.
  public init(byteCount: Int, node: Int? = nil, hugePages: Bool = false) throws(UserError) {
    buffer = try NodeBuffer(byteCount: byteCount, node: node, hugePages: hugePages)
  }

  /// Capacity in bytes.
  public var byteCount: Int { buffer.byteCount }

  /// Cuts off a slice of `byteCount` bytes, aligned to 64; valid until `reset` or the arena's end.
  ///
  /// The bytes are zero the first time only: a reset does not clear.
  /// - Throws: `UserError` when the arena's capacity does not suffice or the size is negative.
  public mutating func allocate(_ byteCount: Int) throws(UserError) -> UnsafeMutableRawBufferPointer
  {
    let free = buffer.byteCount - usedBytes
    guard byteCount >= 0, byteCount <= free else {
      throw UserError(
        .run, key: "arena",
        "\(byteCount) bytes asked for, \(free) of \(buffer.byteCount) free",
        remedy: "make the arena larger")
    }
    let start = buffer.pointer + usedBytes
    // The capacity is whole pages, so rounding up cannot pass its end.
    usedBytes += (byteCount + NodeArena.alignment - 1) / NodeArena.alignment * NodeArena.alignment
    return UnsafeMutableRawBufferPointer(start: start, count: byteCount)
  }

  /// Cuts off a slice for `count` values of a trivial type, uninitialised or as left before.
  /// - Throws: `UserError` when the size overflows or the capacity does not suffice.
  public mutating func allocate<T: BitwiseCopyable>(
    _ type: T.Type, count: Int
  ) throws(UserError) -> UnsafeMutableBufferPointer<T> {
    let (bytes, overflow) = MemoryLayout<T>.stride.multipliedReportingOverflow(by: count)
    guard !overflow else {
      throw UserError(
        .run, key: "arena", "\(count) values of \(T.self) exceed the address space",
        remedy: "use a smaller batch or model")
    }
    return try allocate(bytes).bindMemory(to: type)
  }

  /// Frees all slices; the pages stay where they are.
  public mutating func reset() { usedBytes = 0 }
}
