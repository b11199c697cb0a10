/// Slurm's hostlist expressions: `n[1-4,7],gpu[01-03]x[1-2]`.
public enum HostList {
  /// More names than any site has mean a damaged text.
  static let limit = 1_000_000

  /// The names of an expression in order; nil when it is malformed.
  public static func expand(_ text: String) -> [String]? {
    guard let parts = split(text) else { return nil }
    var names: [String] = []
    for part in parts where !part.isEmpty {
      guard let some = expandOne(part[...]) else { return nil }
      names += some
      if names.count > limit { return nil }
    }
    return names
  }

  /// Splits at commas outside of brackets.
  private static func split(_ text: String) -> [String]? {
    var parts = [""]
    var depth = 0
    for character in text {
      if character == "[" { depth += 1 }
      if character == "]" { depth -= 1 }
      if depth < 0 || depth > 1 { return nil }
      if character == ",", depth == 0 {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return depth == 0 ? parts : nil
  }

  private static func expandOne(_ text: Substring) -> [String]? {
    guard let open = text.firstIndex(of: "[") else {
      return text.contains("]") ? nil : [String(text)]
    }
    guard let close = text[open...].firstIndex(of: "]"),
      let numbers = numbers(text[text.index(after: open)..<close]),
      let tails = expandOne(text[text.index(after: close)...])
    else { return nil }
    let head = text[..<open]
    guard numbers.count * tails.count <= limit else { return nil }
    return numbers.flatMap { number in tails.map { head + number + $0 } }
  }

  /// `1-3,07` as `1`, `2`, `3`, `07`: leading zeros are kept.
  private static func numbers(_ text: Substring) -> [String]? {
    var all: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      guard (1...2).contains(ends.count), let first = Int(ends[0]),
        let last = Int(ends[ends.count - 1]), first >= 0, first <= last, last - first < limit
      else { return nil }
      let width = ends[0].count
      for number in first...last {
        let digits = String(number)
        all.append(String(repeating: "0", count: max(0, width - digits.count)) + digits)
      }
      if all.count > limit { return nil }
    }
    return all
  }
}
