/// Finds the names that a misspelt one may have meant.
public enum NearestNames {
  /// At most `count` names, nearest first.
  ///
  /// A name that starts with the misspelt one (of at least three letters) comes first, one that
  /// holds it counts as one edit away;
  /// others count when their edit distance is within a third of the longer of the two names.
  /// Case is ignored; equally near names come in alphabetical order. Of a name longer than 64
  /// bytes only the start is compared, so that the time stays bounded.
  public static func to(_ name: String, in names: [String], count: Int = 3) -> [String] {
    let lowered = name.lowercased()
    let wanted = Array(lowered.utf8.prefix(64))
    guard !wanted.isEmpty else { return [] }
    let scored = names.map { candidate -> (name: String, edits: Int) in
      let other = candidate.lowercased()
      guard wanted.count < 3 || !other.hasPrefix(lowered) else { return (candidate, 0) }
      let holds = wanted.count >= 3 && other.contains(lowered)
      return (candidate, holds ? 1 : editDistance(wanted, Array(other.utf8.prefix(64))))
    }
    return
      scored
      .filter { $0.edits <= max(1, max(wanted.count, $0.name.utf8.count) / 3) }
      .sorted { ($0.edits, $0.name) < ($1.edits, $1.name) }
      .prefix(count).map(\.name)
  }

  /// The question that an error's remedy asks: `did you mean uni or uni-2?`; `otherwise` when no
  /// name is near.
  public static func question(
    _ name: String, in names: [String], otherwise: String
  ) -> String {
    let nearest = to(name, in: names)
    return nearest.isEmpty ? otherwise : "did you mean \(nearest.joined(separator: " or "))?"
  }

  /// Insertions, deletions and substitutions that turn one text into the other (Levenshtein, 1966).
  public static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
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
