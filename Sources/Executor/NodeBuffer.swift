import CSystemShims
import Glibc
public import Quantities

/// Page-aligned, zeroed memory that lies on one NUMA node; unmapped when the value goes away.
public struct NodeBuffer: ~Copyable, @unchecked Sendable {
  // `@unchecked Sendable`: a unique owner of constant fields; what protects the bytes is the
  // caller's promise of disjoint writes (see `TeamScope.parallelFor`).

  /// The first byte; aligned to a page.
  public let pointer: UnsafeMutableRawPointer
  /// Size in bytes: what was asked for, rounded up to whole pages.
  public let byteCount: Int
  /// The wanted NUMA node; nil for wherever the memory is first touched.
  public let node: Int?
  /// What a reader should know: a policy that the system refused and what happens instead.
  public let notes: [String]

  /// Size of a page in bytes.
  public static var pageBytes: Int { max(4096, sysconf(Int32(_SC_PAGESIZE))) }

  /// Maps memory and binds it to a NUMA node; no page exists before it is first touched.
  ///
  /// Where the system refuses the binding (containers without the permission, a kernel without
  /// NUMA), pages fall on the node of the thread that first touches them, with a note.
  /// - Parameters:
  ///   - byteCount: at least 1; rounded up to whole pages.
  ///   - node: the operating system's index of a NUMA node; nil or negative: first touch.
  ///   - hugePages: asks for transparent huge pages.
  /// - Throws: `UserError` when the size is not positive or the system has no such memory.
  public init(byteCount: Int, node: Int? = nil, hugePages: Bool = false) throws(UserError) {
    let page = NodeBuffer.pageBytes
    guard byteCount > 0, byteCount <= Int.max - page else {
      throw UserError(
        .input, key: "byteCount", "a buffer of \(byteCount) bytes is not possible",
        remedy: "ask for at least 1 byte")
    }
    let bytes = (byteCount + page - 1) / page * page
    let mapped = mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapped, mapped != MAP_FAILED else {
      throw UserError(
        .run, key: "byteCount",
        "the system refused \(bytes) bytes: \(ErrnoFailure(code: errno).text)",
        remedy: "use a smaller batch or model, or raise the memory limit")
    }
    var notes: [String] = []
    let wanted = node.flatMap { $0 >= 0 ? $0 : nil }
    // Refused, the default policy does the same, but for pages that the system may move later.
    _ = hfm_keep_memory_local(mapped, bytes)
    if let wanted {
      let failure = hfm_bind_memory(mapped, bytes, Int32(clamping: wanted))
      if failure != 0 {
        notes.append(
          "memory could not be bound to NUMA node \(wanted) (\(ErrnoFailure(code: failure).text)); "
            + "pages fall where they are first touched")
      }
    }
    if hugePages {
      let failure = hfm_advise_huge_pages(mapped, bytes)
      if failure != 0 {
        notes.append("no huge pages (\(ErrnoFailure(code: failure).text)); small pages are used")
      }
    }
    pointer = mapped
    self.byteCount = bytes
    self.node = wanted
    self.notes = notes
  }

  deinit { munmap(pointer, byteCount) }

  /// Touches each page from the lane that owns it in `scope.parallelFor(pages)`, so that without a
  /// binding it falls on that lane's node. Contents stay as they are.
  public func prefault(_ scope: TeamScope) {
    let page = NodeBuffer.pageBytes
    let base = pointer
    scope.parallelFor(byteCount / page) { range, _ in
      for index in range {
        hfm_touch_page(base + index * page)
      }
    }
  }

  /// Where the pages are now.
  public struct Residency: Sendable, Hashable {
    /// Pages that exist.
    public var presentPages: Int
    /// All pages of the buffer.
    public var pages: Int
    /// Existing pages on each NUMA node, by rising node.
    public var pagesByNode: [NodePages]
    /// Share of the existing pages that lie on the wanted node, 0 … 1; 1 when no node was asked
    /// for, 0 when no page exists.
    public var shareOnNode: Double
  }

  /// Existing pages on one NUMA node.
  public struct NodePages: Sendable, Hashable {
    /// The operating system's index of the node.
    public var node: Int
    /// Existing pages on it.
    public var pages: Int
  }

  /// Asks the kernel on which node each page lies (`move_pages` without targets).
  /// - Throws: `UserError` when the kernel does not tell (no NUMA support or no permission).
  public func residency() throws(UserError) -> Residency {
    let page = NodeBuffer.pageBytes
    var nodes = [Int32](repeating: -1, count: byteCount / page)
    let failure = hfm_page_nodes(pointer, page, nodes.count, &nodes)
    guard failure == 0 else {
      throw UserError(
        .run, key: "residency",
        "the kernel does not tell where pages are: \(ErrnoFailure(code: failure).text)",
        remedy: "allow move_pages to the process (CAP_SYS_NICE, seccomp profile)")
    }
    var counts: [Int: Int] = [:]
    for node in nodes where node >= 0 { counts[Int(node), default: 0] += 1 }
    let present = counts.values.reduce(0, +)
    let onNode = node.map { counts[$0] ?? 0 } ?? present
    return Residency(
      presentPages: present, pages: nodes.count,
      pagesByNode: counts.keys.sorted().map { NodePages(node: $0, pages: counts[$0] ?? 0) },
      shareOnNode: present == 0 ? 0 : Double(onNode) / Double(present))
  }
}
