/// Whole numbers written as Linux does: `0-3,8,10-11`.
public struct IndexList: Sendable, Hashable, CustomStringConvertible {
  /// The numbers, rising, each once.
  public let values: [Int]

  /// Collects numbers in any order.
  public init(_ values: some Sequence<Int>) { self.values = Set(values).sorted() }

  /// Reads a kernel list; nil when the text is none, or longer than any machine.
  public init?(parsing text: some StringProtocol) {
    var values: [Int] = []
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map {
        Int(String($0.filter { !$0.isWhitespace }))
      }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        first >= 0, first <= last, last < 1 << 20
      else { return nil }
      values += Array(first...last)
    }
    self.init(values)
  }

  /// The list in the kernel's notation; empty for no numbers.
  public var description: String {
    var parts: [String] = []
    var index = 0
    while index < values.count {
      var end = index
      while end + 1 < values.count, values[end + 1] == values[end] + 1 { end += 1 }
      parts.append(end > index ? "\(values[index])-\(values[end])" : "\(values[index])")
      index = end + 1
    }
    return parts.joined(separator: ",")
  }
}
