import Glibc
import Synchronization

/// Mappings that buffers gave back, for buffers to come: the system clears each page of a new
/// mapping, which takes longer than many a measurement. Unmapped when the value goes away.
///
/// A buffer from here is not zeroed: it is for owners that write all that they read.
public final class MappingReserve: Sendable {
  /// A range of pages. `@unchecked Sendable`: a value of constant fields; only its next owner
  /// touches the bytes.
  struct Mapping: @unchecked Sendable {
    var pointer: UnsafeMutableRawPointer
    var byteCount: Int
    var node: Int?
    var hasHugePages: Bool

    fileprivate var end: UnsafeMutableRawPointer { pointer + byteCount }

    /// Whether the other begins where this ends, and is of its kind.
    fileprivate func isFollowed(by other: Mapping) -> Bool {
      end == other.pointer && node == other.node && hasHugePages == other.hasHugePages
    }
  }

  /// By rising address; none touches the next of its kind.
  private let free = Mutex<[Mapping]>([])

  /// An empty one.
  public init() {}

  deinit {
    free.withLock { for mapping in $0 { munmap(mapping.pointer, mapping.byteCount) } }
  }

  /// Number of ranges that wait for an owner.
  public var count: Int { free.withLock { $0.count } }

  /// So many bytes, whole pages, of the smallest range that has them; the rest of it stays.
  func take(_ bytes: Int, node: Int?, hugePages: Bool) -> Mapping? {
    free.withLock { free in
      let best = free.indices.filter {
        let mapping = free[$0]
        return mapping.node == node && mapping.hasHugePages == hugePages
          && mapping.byteCount >= bytes
      }.min { free[$0].byteCount < free[$1].byteCount }
      guard let best else { return nil }
      var taken = free[best]
      if taken.byteCount == bytes { return free.remove(at: best) }
      free[best].pointer += bytes
      free[best].byteCount -= bytes
      taken.byteCount = bytes
      return taken
    }
  }

  /// Keeps a range, joined to those beside it: the system puts one mapping below the other, so that
  /// small ones become large ones again.
  func give(_ mapping: Mapping) {
    free.withLock { free in
      let place = free.firstIndex { $0.pointer > mapping.pointer } ?? free.count
      free.insert(mapping, at: place)
      if place + 1 < free.count, free[place].isFollowed(by: free[place + 1]) {
        free[place].byteCount += free.remove(at: place + 1).byteCount
      }
      if place > 0, free[place - 1].isFollowed(by: free[place]) {
        free[place - 1].byteCount += free.remove(at: place).byteCount
      }
    }
  }
}
