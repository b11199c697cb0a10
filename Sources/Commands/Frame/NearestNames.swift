/// Finds the names that a misspelt one may have meant.
public enum NearestNames {
  /// At most three names by rising edit distance; a name counts when it is within a third of its
  /// length, or holds the misspelt one.
  public static func to(_ name: String, in names: [String]) -> [String] {
    let wanted = Array(name.lowercased().utf8)
    guard !wanted.isEmpty else { return [] }
    let scored = names.map { candidate -> (String, Int) in
      let bytes = Array(candidate.lowercased().utf8)
      let inside = wanted.count >= 3 && candidate.lowercased().contains(name.lowercased())
      return (candidate, inside ? 1 : distance(wanted, bytes))
    }
    return
      scored
      .filter { $0.1 <= max(1, max(wanted.count, $0.0.utf8.count) / 3) }
      .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
      .prefix(3).map(\.0)
  }

  /// Levenshtein's edit distance.
  static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in right.enumerated() {
        let above = row[j + 1]
        row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
        diagonal = above
      }
    }
    return row[right.count]
  }
}
