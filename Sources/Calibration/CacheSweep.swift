import Executor
import Glibc
import Quantities

/// Reads through more memory than the caches hold, so that what lay in them must come from memory
/// again.
///
/// `@unchecked Sendable`: after its making the memory is only read.
final class CacheSweep: @unchecked Sendable {
  private let buffer: NodeBuffer
  /// Bytes that it reads.
  let byteCount: Int
  private static let piece = 64 << 10

  /// - Parameter cacheBytes: of the last-level caches.
  /// - Throws: `UserError` when the system refuses the memory.
  init(cacheBytes: Int) throws {
    byteCount = max(1, cacheBytes * 3 / 2 / Self.piece) * Self.piece
    buffer = try NodeBuffer(byteCount: byteCount, node: nil)
    // Pages that were never written are one page of zeros.
    memset(buffer.pointer, 0, byteCount)
  }

  func run(_ team: WorkerTeam) throws {
    try team.run { [self] scope in
      scope.parallelFor(byteCount / Self.piece) { range, _ in
        for index in range {
          // Nothing but zeros: it reads to the end.
          if memchr(buffer.pointer + index * Self.piece, 1, Self.piece) != nil { return }
        }
      }
    }
  }
}
