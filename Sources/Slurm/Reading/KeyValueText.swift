/// What `scontrol show` prints: records of `Key=Value` words over one or several lines.
public struct KeyValueRecord: Sendable, Hashable {
  /// Keys and values in order.
  public var fields: [(key: String, value: String)]

  /// The value of a key; nil when absent, `(null)`, `N/A` or `NONE`.
  public subscript(_ key: String) -> String? {
    guard let value = fields.first(where: { $0.key == key })?.value else { return nil }
    return ["(null)", "N/A", "n/a", ""].contains(value) ? nil : value
  }

  /// Every value of a key that stands more than once.
  public func all(_ key: String) -> [String] { fields.filter { $0.key == key }.map(\.value) }

  /// Fields are equal in order and content.
  public static func == (left: KeyValueRecord, right: KeyValueRecord) -> Bool {
    left.fields.elementsEqual(right.fields) { $0.key == $1.key && $0.value == $1.value }
  }

  /// Hashes keys and values.
  public func hash(into hasher: inout Hasher) {
    for field in fields {
      hasher.combine(field.key)
      hasher.combine(field.value)
    }
  }
}

/// Reads `scontrol show`.
public enum KeyValueText {
  /// Keys whose value goes on to the end of the line, blanks and `=` included.
  private static let wide: Set<String> = ["Reason", "OS", "Comment", "AdminComment", "Extra"]

  /// The records of an output; a line that starts with `first` begins one.
  public static func records(_ text: String, startingWith first: String) -> [KeyValueRecord] {
    var records: [KeyValueRecord] = []
    for line in text.split(separator: "\n") {
      let content = line.drop { $0 == " " }
      if content.hasPrefix(first + "=") { records.append(KeyValueRecord(fields: [])) }
      guard !records.isEmpty else { continue }
      read(content, into: &records[records.count - 1])
    }
    return records
  }

  private static func read(_ line: Substring, into record: inout KeyValueRecord) {
    var rest = line
    while !rest.isEmpty {
      let word = rest.prefix { $0 != " " }
      guard let equals = word.firstIndex(of: "="), isKey(word[..<equals]) else {
        // No key: the value before it held a blank.
        if !record.fields.isEmpty, !word.isEmpty {
          record.fields[record.fields.count - 1].value += " " + word
        }
        rest = rest.dropFirst(word.count).drop { $0 == " " }
        continue
      }
      let key = String(word[..<equals])
      if wide.contains(key) {
        record.fields.append((key, String(rest[rest.index(after: equals)...])))
        return
      }
      record.fields.append((key, String(word[word.index(after: equals)...])))
      rest = rest.dropFirst(word.count).drop { $0 == " " }
    }
  }

  private static func isKey(_ text: Substring) -> Bool {
    guard let first = text.first, first.isASCII, first.isLetter else { return false }
    return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_:/".contains($0)) }
  }

  /// `UNLIMITED` and `INFINITE` as nil, `D-HH:MM:SS`, `HH:MM:SS`, `MM:SS` or minutes as seconds.
  public static func seconds(_ text: String) -> Int? {
    let days = text.split(separator: "-", omittingEmptySubsequences: false)
    guard days.count <= 2, let clock = days.last else { return nil }
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    let numbers = parts.compactMap { $0 }.filter { (0...1_000_000_000).contains($0) }
    guard numbers.count == parts.count, (1...3).contains(numbers.count) else { return nil }
    var total: Int
    if days.count == 2 {
      // D-HH, D-HH:MM, D-HH:MM:SS
      guard let day = Int(days[0]), (0...1_000_000).contains(day) else { return nil }
      total = day * 86_400 + numbers[0] * 3600
      if numbers.count > 1 { total += numbers[1] * 60 }
      if numbers.count > 2 { total += numbers[2] }
      return total
    }
    switch numbers.count {
    case 1: total = numbers[0] * 60
    case 2: total = numbers[0] * 60 + numbers[1]
    default: total = numbers[0] * 3600 + numbers[1] * 60 + numbers[2]
    }
    return total
  }
}
