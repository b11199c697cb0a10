import CSystemShims
import Glibc
public import Quantities

/// Page-aligned, zeroed memory that lies on one NUMA node; unmapped when the value goes away.
public struct NodeBuffer: ~Copyable, @unchecked Sendable {
  // `@unchecked Sendable`: a unique owner of constant fields; what protects the bytes is the
  // caller's promise of disjoint writes (see `TeamScope.parallelFor`).

  /// The first byte; aligned to a page.
  public var pointer: UnsafeMutableRawPointer { mapping.pointer }
  /// Size in bytes: what was asked for, rounded up to whole pages.
  public let byteCount: Int
  /// The wanted NUMA node; nil for wherever the memory is first touched.
  public var node: Int? { mapping.node }
  /// What a reader should know: a policy that the system refused and what happens instead.
  public let notes: [String]
  /// Where the mapping goes when the value goes away; nil to unmap it.
  private let reserve: MappingReserve?
  private let mapping: MappingReserve.Mapping

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
  ///   - reserve: takes a mapping from there, whose bytes are whatever they were, and gives it back
  ///     in the end.
  /// - Throws: `UserError` when the size is not positive or the system has no such memory.
  public init(
    byteCount: Int, node: Int? = nil, hugePages: Bool = false, reserve: MappingReserve? = nil
  ) throws(UserError) {
    let page = NodeBuffer.pageBytes
    guard byteCount > 0, byteCount <= Int.max - page else {
      throw UserError(
        .input, key: "byteCount", "a buffer of \(byteCount) bytes is not possible",
        remedy: "ask for at least 1 byte")
    }
    let bytes = (byteCount + page - 1) / page * page
    let wanted = node.flatMap { $0 >= 0 ? $0 : nil }
    let known = reserve?.take(bytes, node: wanted, hugePages: hugePages)
    (mapping, notes) =
      if let known { (known, []) } else { try NodeBuffer.map(bytes, wanted, hugePages) }
    self.byteCount = bytes
    self.reserve = reserve
  }

  /// A new mapping, and what the system refused.
  private static func map(
    _ bytes: Int, _ node: Int?, _ hugePages: Bool
  ) throws(UserError) -> (MappingReserve.Mapping, [String]) {
    let mapped = mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapped, mapped != MAP_FAILED else {
      throw UserError(
        .run, key: "byteCount",
        "the system refused \(bytes) bytes: \(ErrnoFailure(code: errno).text)",
        remedy: "use a smaller batch or model, or raise the memory limit")
    }
    var notes: [String] = []
    // Refused, the default policy does the same, but for pages that the system may move later.
    _ = hfm_keep_memory_local(mapped, bytes)
    if let node {
      let failure = hfm_bind_memory(mapped, bytes, Int32(clamping: node))
      if failure != 0 { notes.append(unbound(node, failure)) }
    }
    if hugePages {
      let failure = hfm_advise_huge_pages(mapped, bytes)
      if failure != 0 {
        notes.append("no huge pages (\(ErrnoFailure(code: failure).text)); small pages are used")
      }
    }
    let mapping = MappingReserve.Mapping(
      pointer: mapped, byteCount: bytes, node: node, hasHugePages: hugePages)
    return (mapping, notes)
  }

  deinit {
    if let reserve {
      reserve.give(mapping)
    } else {
      munmap(mapping.pointer, mapping.byteCount)
    }
  }

  /// Binds a range, given in bytes, to a NUMA node, as `interleave` spreads one.
  public func bind(_ range: Range<Int>, to node: Int) -> String? {
    let page = NodeBuffer.pageBytes
    let first = range.lowerBound / page * page
    let end = min((range.upperBound + page - 1) / page * page, byteCount)
    guard end > first, node >= 0 else { return nil }
    let failure = hfm_bind_memory(pointer + first, end - first, Int32(clamping: node))
    return failure == 0 ? nil : NodeBuffer.unbound(node, failure)
  }

  private static func unbound(_ node: Int, _ failure: Int32) -> String {
    "memory could not be bound to NUMA node \(node) (\(ErrnoFailure(code: failure).text)); "
      + "pages fall where they are first touched"
  }

  /// What may be done with pages.
  public enum Access: Sendable {
    case none, read, readWrite
  }

  /// Sets what any thread may do with the pages of a range, given in bytes and cut outwards to
  /// whole pages; breaking it ends the process.
  /// - Throws: `UserError` when the system refuses.
  public func protect(_ range: Range<Int>, _ access: Access) throws(UserError) {
    let page = NodeBuffer.pageBytes
    let first = range.lowerBound / page * page
    let end = min((range.upperBound + page - 1) / page * page, byteCount)
    guard !range.isEmpty, end > first else { return }
    let bits =
      switch access {
      case .none: PROT_NONE
      case .read: PROT_READ
      case .readWrite: PROT_READ | PROT_WRITE
      }
    guard mprotect(pointer + first, end - first, bits) == 0 else {
      throw UserError(
        .run, key: "memory",
        "the system refused to protect \(end - first) bytes: \(ErrnoFailure(code: errno).text)",
        remedy: "raise vm.max_map_count, or guard a smaller program")
    }
  }

  /// Spreads the pages of a range, given in bytes, over NUMA nodes in turn; only those that no one
  /// has touched yet move. Cut inwards to whole pages.
  /// - Returns: what a reader should know when the system refuses; nil when it did as asked.
  public func interleave(_ range: Range<Int>, over nodes: [Int]) -> String? {
    let page = NodeBuffer.pageBytes
    let first = (range.lowerBound + page - 1) / page * page
    let end = min(range.upperBound, byteCount) / page * page
    guard end > first else { return nil }
    let failure = hfm_interleave_memory(
      pointer + first, end - first, nodes.map { Int32(clamping: $0) }, Int32(nodes.count))
    guard failure != 0 else { return nil }
    return "memory could not be spread over NUMA nodes (\(ErrnoFailure(code: failure).text)); "
      + "pages fall where they are first touched"
  }

  /// Touches the pages of a range, given in bytes, as `prefault` does those of the whole.
  public func prefault(_ range: Range<Int>, _ scope: TeamScope) {
    let page = NodeBuffer.pageBytes
    let (first, base) = (range.lowerBound / page, pointer)
    scope.parallelFor((range.upperBound + page - 1) / page - first) { pages, _ in
      for index in pages { hfm_touch_page(base + (first + index) * page) }
    }
  }

  /// Touches each page from the lane that owns it in `scope.parallelFor(pages)`, so that without a
  /// binding it falls on that lane's node. Contents stay as they are.
  public func prefault(_ scope: TeamScope) { prefault(0..<byteCount, scope) }

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
    /// Creates a count.
    public init(node: Int, pages: Int) {
      self.node = node
      self.pages = pages
    }
  }

  /// The NUMA node of each page (`move_pages` without targets); negative for a page that does not
  /// exist.
  /// - Throws: `UserError` when the kernel does not tell (no NUMA support or no permission).
  public func pageNodes() throws(UserError) -> [Int32] {
    let page = NodeBuffer.pageBytes
    var nodes = [Int32](repeating: -1, count: byteCount / page)
    let failure = hfm_page_nodes(pointer, page, nodes.count, &nodes)
    guard failure == 0 else {
      throw UserError(
        .run, key: "residency",
        "the kernel does not tell where pages are: \(ErrnoFailure(code: failure).text)",
        remedy: "allow move_pages to the process (CAP_SYS_NICE, seccomp profile)")
    }
    return nodes
  }

  /// Counts on which node the pages lie.
  /// - Throws: `UserError` when the kernel does not tell (no NUMA support or no permission).
  public func residency() throws(UserError) -> Residency {
    let nodes = try pageNodes()
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
