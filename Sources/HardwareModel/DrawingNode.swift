/// A branch of a drawn machine.
struct DrawingNode {
  /// What it is: `NUMA node`, `L3 32 MiB`.
  var label: String
  /// The operating system's number; nil when it has none.
  var id: Int?
  /// A device's name; empty for others.
  var name: String
  /// What is told behind the number.
  var detail: String
  /// Order among parts of equal processing units: the outer one has the lower rank.
  var rank: Int
  var cpus: [Int]
  /// Whether its processing units are told.
  var showsCPUs: Bool
  /// Whether nothing goes below it (memory beside processing units that others own).
  var isLeaf = false
  var children: [DrawingNode] = []
  private let cpuSet: Set<Int>

  init(
    label: String, id: Int? = nil, name: String = "", detail: String = "", rank: Int, cpus: [Int],
    showsCPUs: Bool = false
  ) {
    self.label = label
    self.id = id.flatMap { $0 >= 0 ? $0 : nil }
    self.name = name
    self.detail = detail
    self.rank = rank
    self.cpus = cpus
    self.showsCPUs = showsCPUs
    cpuSet = Set(cpus)
  }

  /// Puts a part below the innermost part that holds all its processing units.
  mutating func insert(_ part: DrawingNode) {
    if !part.cpus.isEmpty {
      for index in children.indices where !children[index].isLeaf {
        // Memory stands beside, never inside, a part that is no wider than itself.
        let isWider = !part.isLeaf || children[index].cpus.count > part.cpus.count
        guard isWider, part.cpuSet.isSubset(of: children[index].cpuSet) else { continue }
        children[index].insert(part)
        return
      }
    }
    children.append(part)
  }

  /// Puts a device below its NUMA node, or here when there is none of that number.
  mutating func attach(_ device: DrawingNode, node: Int) {
    if !attachInside(device, node: node) { children.append(device) }
  }

  private mutating func attachInside(_ device: DrawingNode, node: Int) -> Bool {
    for index in children.indices {
      if children[index].label == "NUMA node", children[index].id == node {
        children[index].children.append(device)
        return true
      }
      if children[index].attachInside(device, node: node) { return true }
    }
    return false
  }

  /// The part and, while it holds just one other part, that one too: `L2 + L1 + Core`.
  private var chain: [DrawingNode] {
    guard children.count == 1, let only = children.first, !only.cpus.isEmpty, !only.isLeaf,
      rank > 2
    else { return [self] }
    return [self] + only.chain
  }

  /// The same text for parts that differ only in their numbers.
  private var signature: String {
    let own = "\(label)|\(detail)|\(showsCPUs ? cpus.count : 0)|\(name.filter { !$0.isNumber })"
    return own + "(" + children.map(\.signature).joined(separator: ";") + ")"
  }

  /// The lines below the part, folded and drawn.
  func childLines(_ indent: String = "") -> [String] {
    var groups: [[DrawingNode]] = []
    // Memory and devices of a node before the parts inside it.
    for child in children.enumerated().sorted(by: {
      (Self.order($0.element), $0.offset) < (Self.order($1.element), $1.offset)
    }).map(\.element) {
      if let last = groups.last?.first, last.signature == child.signature {
        groups[groups.count - 1].append(child)
      } else {
        groups.append([child])
      }
    }
    var lines: [String] = []
    for (index, group) in groups.enumerated() {
      let isLast = index == groups.count - 1
      lines.append(indent + (isLast ? "└─ " : "├─ ") + Self.text(group))
      if let innermost = group[0].chain.last {
        // What is below is told once for all of a group: numbers would be those of the first.
        let below = group.count > 1 ? innermost.anonymous : innermost
        lines += below.childLines(indent + (isLast ? "   " : "│  "))
      }
    }
    return lines
  }

  private static func order(_ node: DrawingNode) -> Int {
    node.rank >= 20 ? 0 : node.isLeaf ? 1 : 2
  }

  /// The part without numbers that hold for one of several only.
  private var anonymous: DrawingNode {
    var copy = self
    copy.id = nil
    copy.name = String(name.filter { !$0.isNumber })
    if showsCPUs { copy.showsCPUs = false }
    if showsCPUs && cpus.count > 1 {
      copy.detail = [detail, "\(cpus.count) threads"].filter { !$0.isEmpty }.joined(separator: ", ")
    }
    copy.children = children.map(\.anonymous)
    return copy
  }

  /// One line for a group of equal parts.
  private static func text(_ group: [DrawingNode]) -> String {
    let chains = group.map(\.chain)
    var words: [String] = []
    for position in chains[0].indices {
      let parts = chains.map { $0[position] }
      let head = parts[0]
      var word = head.label
      let ids = parts.compactMap(\.id)
      if !ids.isEmpty { word += " \(IndexList(ids))" }
      if !head.name.isEmpty { word += " " + parts.map(\.name).joined(separator: " ") }
      if !head.detail.isEmpty { word += " (\(head.detail))" }
      if head.showsCPUs {
        let each = group.count > 1 && head.cpus.count > 1 ? ", \(head.cpus.count) threads each" : ""
        word += ": cpu \(IndexList(parts.flatMap(\.cpus)))\(each)"
      }
      words.append(word)
    }
    return (group.count > 1 ? "\(group.count) × " : "") + words.joined(separator: " + ")
  }
}
