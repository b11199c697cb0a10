/// What a `SummaryTree` keeps: elements with a total order and a summary that adds up.
protocol SummaryTreeElement: Sendable {
  /// What is known of a whole subtree, such as a sum or a least value.
  associatedtype Summary: Sendable
  /// The summary of this element alone.
  var summary: Summary { get }
  /// A number of its own, from which the element's weight in the tree is drawn.
  var identity: Int { get }
  /// Whether it stands before another; two elements of which neither does are the same one.
  func precedes(_ other: Self) -> Bool
  /// The summary of two parts together.
  static func joined(_ left: Summary, _ right: Summary) -> Summary
}

/// An ordered tree whose every subtree knows its size and a summary, so that insertion, removal,
/// the element of a rank, and the first element of a kind all take logarithmic time.
///
/// A treap (Seidel and Aragon, "Randomized Search Trees", Algorithmica 16, 1996): a search tree by
/// order and a heap by weight. Weights are hashes of identities, so the same elements always give
/// the same tree.
struct SummaryTree<Element: SummaryTreeElement>: Sendable {
  private struct Node: Sendable {
    var element: Element
    var left: Int32 = -1
    var right: Int32 = -1
    var weight: UInt32
    var size: Int32 = 1
    var summary: Element.Summary
  }

  private var nodes: [Node] = []
  private var vacant: [Int32] = []
  private var root: Int32 = -1
  /// Nodes that insertions and removals have walked so far: their cost, counted.
  private(set) var work = 0

  /// How many elements there are.
  var count: Int { size(root) }
  /// The summary of everything; nil for an empty tree.
  var summary: Element.Summary? { root < 0 ? nil : nodes[Int(root)].summary }

  private func size(_ node: Int32) -> Int { node < 0 ? 0 : Int(nodes[Int(node)].size) }

  /// The element before which `rank` others stand.
  subscript(_ rank: Int) -> Element {
    precondition(rank >= 0 && rank < count, "rank out of range")
    var rank = rank
    var node = root
    while true {
      let left = size(nodes[Int(node)].left)
      if rank == left { return nodes[Int(node)].element }
      if rank < left {
        node = nodes[Int(node)].left
      } else {
        rank -= left + 1
        node = nodes[Int(node)].right
      }
    }
  }

  /// Adds an element.
  mutating func insert(_ element: Element) {
    // The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    var hash = UInt64(bitPattern: Int64(element.identity)) &+ 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
    let node = Node(
      element: element, weight: UInt32(truncatingIfNeeded: hash >> 32), summary: element.summary)
    let place: Int32
    if let reused = vacant.popLast() {
      nodes[Int(reused)] = node
      place = reused
    } else {
      nodes.append(node)
      place = Int32(nodes.count - 1)
    }
    root = inserted(place, under: root)
  }

  /// Removes an element, and tells whether it was there.
  @discardableResult
  mutating func remove(_ element: Element) -> Bool {
    let before = count
    root = removed(element, under: root)
    return count < before
  }

  /// Removes everything.
  mutating func removeAll() {
    nodes.removeAll(keepingCapacity: true)
    vacant.removeAll(keepingCapacity: true)
    root = -1
  }

  /// The first element from a rank on that `matches`, with its rank.
  ///
  /// - Parameter mayHold: Whether a subtree of this summary may hold such an element.
  func first(
    from rank: Int = 0, mayHold: (Element.Summary) -> Bool, matches: (Element) -> Bool
  ) -> (rank: Int, element: Element)? {
    first(under: root, base: 0, from: rank, mayHold, matches)
  }

  private func first(
    under node: Int32, base: Int, from rank: Int, _ mayHold: (Element.Summary) -> Bool,
    _ matches: (Element) -> Bool
  ) -> (rank: Int, element: Element)? {
    guard node >= 0 else { return nil }
    let index = Int(node)
    guard base + Int(nodes[index].size) > rank, mayHold(nodes[index].summary) else { return nil }
    let left = nodes[index].left
    let own = base + size(left)
    if own > rank, let found = first(under: left, base: base, from: rank, mayHold, matches) {
      return found
    }
    if own >= rank, matches(nodes[index].element) { return (own, nodes[index].element) }
    return first(under: nodes[index].right, base: own + 1, from: rank, mayHold, matches)
  }

  /// Walks the path to a border: `isBefore` tells of an element whether it stands before it. Calls
  /// `take` with the summaries that together make up everything before the border.
  func before(_ isBefore: (Element) -> Bool, take: (Element.Summary) -> Void) {
    var node = root
    while node >= 0 {
      let index = Int(node)
      if isBefore(nodes[index].element) {
        let left = nodes[index].left
        if left >= 0 { take(nodes[Int(left)].summary) }
        take(nodes[index].element.summary)
        node = nodes[index].right
      } else {
        node = nodes[index].left
      }
    }
  }

  /// The first element at which a running total is enough: `add` extends the total by a summary,
  /// `isEnough` judges it. Totals must only grow. Nil when even everything is not enough.
  func first<Total>(
    adding start: Total, _ add: (Total, Element.Summary) -> Total, isEnough: (Total) -> Bool
  ) -> Element? {
    guard root >= 0, isEnough(add(start, nodes[Int(root)].summary)) else { return nil }
    var total = start
    var node = root
    while node >= 0 {
      let index = Int(node)
      let left = nodes[index].left
      if left >= 0 {
        let withLeft = add(total, nodes[Int(left)].summary)
        if isEnough(withLeft) {
          node = left
          continue
        }
        total = withLeft
      }
      total = add(total, nodes[index].element.summary)
      if isEnough(total) { return nodes[index].element }
      node = nodes[index].right
    }
    return nil
  }

  private mutating func update(_ node: Int32) {
    work += 1
    let index = Int(node)
    let (left, right) = (nodes[index].left, nodes[index].right)
    nodes[index].size = Int32(1 + size(left) + size(right))
    var summary = nodes[index].element.summary
    if left >= 0 { summary = Element.joined(nodes[Int(left)].summary, summary) }
    if right >= 0 { summary = Element.joined(summary, nodes[Int(right)].summary) }
    nodes[index].summary = summary
  }

  private mutating func inserted(_ new: Int32, under node: Int32) -> Int32 {
    guard node >= 0 else { return new }
    if nodes[Int(new)].weight > nodes[Int(node)].weight {
      let (left, right) = split(node, before: nodes[Int(new)].element)
      nodes[Int(new)].left = left
      nodes[Int(new)].right = right
      update(new)
      return new
    }
    if nodes[Int(new)].element.precedes(nodes[Int(node)].element) {
      nodes[Int(node)].left = inserted(new, under: nodes[Int(node)].left)
    } else {
      nodes[Int(node)].right = inserted(new, under: nodes[Int(node)].right)
    }
    update(node)
    return node
  }

  /// Parts a subtree into what precedes an element and the rest.
  private mutating func split(_ node: Int32, before element: Element) -> (Int32, Int32) {
    guard node >= 0 else { return (-1, -1) }
    if nodes[Int(node)].element.precedes(element) {
      let (left, right) = split(nodes[Int(node)].right, before: element)
      nodes[Int(node)].right = left
      update(node)
      return (node, right)
    }
    let (left, right) = split(nodes[Int(node)].left, before: element)
    nodes[Int(node)].left = right
    update(node)
    return (left, node)
  }

  private mutating func removed(_ element: Element, under node: Int32) -> Int32 {
    guard node >= 0 else { return -1 }
    work += 1
    let index = Int(node)
    if element.precedes(nodes[index].element) {
      nodes[index].left = removed(element, under: nodes[index].left)
    } else if nodes[index].element.precedes(element) {
      nodes[index].right = removed(element, under: nodes[index].right)
    } else {
      vacant.append(node)
      return merged(nodes[index].left, nodes[index].right)
    }
    update(node)
    return node
  }

  private mutating func merged(_ left: Int32, _ right: Int32) -> Int32 {
    if left < 0 { return right }
    if right < 0 { return left }
    if nodes[Int(left)].weight > nodes[Int(right)].weight {
      nodes[Int(left)].right = merged(nodes[Int(left)].right, right)
      update(left)
      return left
    }
    nodes[Int(right)].left = merged(left, nodes[Int(right)].left)
    update(right)
    return right
  }
}
