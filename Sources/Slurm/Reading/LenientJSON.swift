import DataFormats

/// Reads Slurm's JSON, whose schema changes with the version: a number may stand bare, as a string,
/// or as `{"set": true, "infinite": false, "number": 5}`; a state may be a word or a list of words.
/// What is missing or of an unknown shape is noted, not fatal.
struct LenientJSON {
  /// What was not understood, each once, in order.
  private(set) var notes: [String] = []
  private let source: String

  init(source: String) { self.source = source }

  mutating func note(_ text: String) {
    let line = "\(source): \(text)"
    if !notes.contains(line), notes.count < 50 { notes.append(line) }
  }

  /// The first of several names under which versions of Slurm hold the value.
  private func find(_ object: JSONValue, _ keys: [String]) -> (key: String, value: JSONValue)? {
    for key in keys {
      if let value = object[key], !value.isNull { return (key, value) }
    }
    return nil
  }

  /// A count within what any site has, so that products of counts are numbers, too.
  static func counted(_ number: Int) -> Int { max(0, min(number, 1 << 30)) }

  /// A whole number; nil when absent, not set or infinite.
  mutating func number(_ object: JSONValue, _ keys: String...) -> Int? {
    guard let (key, value) = find(object, keys) else { return nil }
    if let plain = value.int { return plain }
    if let real = value.double { return Int(exactly: real.rounded()) }
    if let text = value.string { return text.isEmpty ? nil : Int(text) ?? unknown(key, value) }
    if value.object != nil {
      if value["set"]?.bool == false || value["infinite"]?.bool == true { return nil }
      if let inner = value["number"]?.int { return inner }
    }
    return unknown(key, value)
  }

  /// A text; a list of texts is joined by commas.
  mutating func text(_ object: JSONValue, _ keys: String...) -> String {
    guard let (key, value) = find(object, keys) else { return "" }
    if let text = value.string { return text }
    if let parts = value.array {
      let words = parts.compactMap(\.string)
      if words.count == parts.count { return words.joined(separator: ",") }
    }
    if let number = value.int { return String(number) }
    return unknown(key, value) ?? ""
  }

  /// Words of a list, or of a text with commas, blanks or plus signs between them.
  mutating func words(_ object: JSONValue, _ keys: String...) -> [String] {
    guard let (key, value) = find(object, keys) else { return [] }
    if let text = value.string {
      return text.split { ",+ ".contains($0) }.map(String.init)
    }
    if let parts = value.array { return parts.compactMap(\.string) }
    return unknown(key, value) ?? []
  }

  private mutating func unknown<Value>(_ key: String, _ value: JSONValue) -> Value? {
    let text = value.text(pretty: false)
    note("\"\(key)\" has an unknown shape: \(text.prefix(60))")
    return nil
  }
}
