/// The usable memory of each NUMA node, weighed from what the kernel says in several places.
///
/// On machines whose memory grows on demand (virtual machines with deferred initialisation or
/// hot-plugged blocks) a node's `MemTotal`, which hwloc reports, counts only the pages handed to
/// the allocator so far, while `/proc/meminfo` shows the truth. The pages *present* in the node's
/// zones (`/proc/zoneinfo`) are then shared out so that they sum to `/proc/meminfo`.
struct NodeMemory {
  /// A figure and where it came from.
  struct Figure: Hashable {
    var bytes: Int
    var source: String
  }

  /// By node.
  var figures: [Int: Figure] = [:]
  /// `/proc/meminfo` MemTotal; nil when it cannot be read.
  var machineBytes: Int?
  /// What a reader should know.
  var notes: [String] = []

  /// Above this share of difference the sources disagree.
  static let tolerance = 0.05

  /// - Parameters:
  ///   - reported: what hwloc says of each node, in bytes.
  ///   - pageBytes: the size of a page.
  init(reported: [Int: Int], pageBytes: Int, read: FileReader) {
    let nodes = reported.keys.sorted()
    for node in nodes { figures[node] = Figure(bytes: reported[node] ?? 0, source: "hwloc") }
    guard let total = MeminfoParser.memTotal(TextFile("/proc/meminfo", read)) else {
      notes.append("/proc/meminfo cannot be read: the nodes' memory is hwloc's")
      return
    }
    machineBytes = total
    for node in nodes {
      let path = "/sys/devices/system/node/node\(node)/meminfo"
      guard let bytes = MeminfoParser.memTotal(TextFile(path, read)) else { continue }
      figures[node] = Figure(bytes: bytes, source: path + " MemTotal")
    }
    let sum = nodes.reduce(0) { $0 + (figures[$1]?.bytes ?? 0) }
    guard abs(Double(sum - total)) > Self.tolerance * Double(total) else { return }
    disagree(nodes, sum: sum, total: total, pageBytes: pageBytes, read: read)
  }

  private mutating func disagree(
    _ nodes: [Int], sum: Int, total: Int, pageBytes: Int, read: FileReader
  ) {
    let difference =
      "the NUMA nodes' MemTotal sum to \(sum >> 20) MiB, /proc/meminfo says \(total >> 20) MiB"
    guard sum < total else {
      // A container's /proc/meminfo can show its limit in place of the machine's memory.
      notes.append(difference + ": the nodes' figures stand, and the lesser one is the limit")
      return
    }
    let present = ZoneinfoParser.presentPages(TextFile("/proc/zoneinfo", read))
    let pages = nodes.map { present[$0] ?? 0 }
    if pages.contains(where: { $0 > 0 }), pageBytes > 0 {
      for (node, bytes) in zip(nodes, Self.share(total, by: pages)) {
        figures[node] = Figure(
          bytes: bytes, source: "/proc/zoneinfo present pages, scaled to /proc/meminfo MemTotal")
      }
      notes.append(
        difference + ": the node figures count only memory initialised so far; the pages present "
          + "in each node (/proc/zoneinfo) are used instead")
    } else if nodes.count == 1 {
      figures[nodes[0]] = Figure(bytes: total, source: "/proc/meminfo MemTotal")
      notes.append(difference + ": the latter is used, for the one node")
    } else {
      notes.append(difference + ", and /proc/zoneinfo does not say more: the nodes' figures stand")
    }
  }

  /// Shares a total in proportion to weights so that the shares sum to it exactly.
  static func share(_ total: Int, by weights: [Int]) -> [Int] {
    let sum = weights.reduce(0.0) { $0 + Double($1) }
    guard sum > 0 else { return weights.map { _ in 0 } }
    var shares: [Int] = []
    var before = 0.0
    var given = 0
    for weight in weights {
      before += Double(weight)
      let upTo = min(total, Int(Double(total) * (before / sum)))
      shares.append(max(0, upTo - given))
      given = max(given, upTo)
    }
    if let last = weights.lastIndex(where: { $0 > 0 }) { shares[last] += total - given }
    return shares
  }
}

/// `/proc/meminfo` and a node's `meminfo`.
enum MeminfoParser {
  /// `MemTotal:` in bytes; a node's file puts `Node N` before the key.
  static func memTotal(_ file: TextFile?) -> Int? {
    for line in file?.lines ?? [] {
      let words = line.split(separator: " ")
      guard let key = words.firstIndex(of: "MemTotal:"), words.indices.contains(key + 1),
        let kilobytes = Int(words[key + 1]), kilobytes > 0, kilobytes < Int.max >> 10
      else { continue }
      return kilobytes << 10
    }
    return nil
  }
}

/// `/proc/zoneinfo`.
enum ZoneinfoParser {
  /// Pages present in each node, device memory (persistent memory, GPUs) left out.
  static func presentPages(_ file: TextFile?) -> [Int: Int] {
    var pages: [Int: Int] = [:]
    var node: Int?
    for line in file?.lines ?? [] {
      let words = line.split { $0 == " " || $0 == "," || $0 == "\t" }
      if words.count >= 4, words[0] == "Node", words[2] == "zone" {
        node = words[3] == "Device" ? nil : Int(words[1])
      } else if words.count == 2, words[0] == "present", let node, let count = Int(words[1]),
        count >= 0, count < 1 << 50
      {
        pages[node, default: 0] += count
      }
    }
    return pages
  }
}
