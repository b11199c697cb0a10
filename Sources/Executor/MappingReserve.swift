import Glibc
import Synchronization

/// Mappings that buffers gave back, for buffers to come: the system clears each page of a new
/// mapping, which takes longer than many a measurement. Unmapped when the value goes away.
///
/// A buffer from here is not zeroed: it is for owners that write all that they read.
public final class MappingReserve: Sendable {
  /// A range of pages that exist. `@unchecked Sendable`: a value of constant fields; only its next
  /// owner touches the bytes.
  struct Mapping: @unchecked Sendable {
    var pointer: UnsafeMutableRawPointer
    var byteCount: Int
    var node: Int?
    var hasHugePages: Bool
  }

  private let free = Mutex<[Mapping]>([])

  /// An empty one.
  public init() {}

  deinit {
    free.withLock { for mapping in $0 { munmap(mapping.pointer, mapping.byteCount) } }
  }

  /// Number of mappings that wait for an owner.
  public var count: Int { free.withLock { $0.count } }

  /// The smallest that suffices, unless most of it would lie idle.
  func take(_ bytes: Int, node: Int?, hugePages: Bool) -> Mapping? {
    free.withLock { free in
      let best = free.indices.filter {
        let mapping = free[$0]
        return mapping.node == node && mapping.hasHugePages == hugePages
          && (bytes...2 * bytes).contains(mapping.byteCount)
      }.min { free[$0].byteCount < free[$1].byteCount }
      return best.map { free.remove(at: $0) }
    }
  }

  func give(_ mapping: Mapping) { free.withLock { $0.append(mapping) } }
}
