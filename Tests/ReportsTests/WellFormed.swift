/// A small checker of XML's well-formedness: tags that nest, quoted attributes, known references.
enum WellFormed {
  /// The first fault; nil for a well-formed text.
  static func fault(in text: String) -> String? {
    var open: [Substring] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      if let fault = references(in: rest[..<start]) { return fault }
      guard let end = tagEnd(rest[start...]) else { return "a tag is not closed" }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("?") { continue }
      if tag.contains("<") { return "'<' inside tag \(tag)" }
      if let fault = references(in: tag) { return fault }
      let name = tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber }
      if name.isEmpty { return "a tag without a name: \(tag)" }
      if tag.hasPrefix("/") {
        guard open.popLast() == name else { return "</\(name)> closes nothing" }
      } else if !tag.hasSuffix("/") {
        open.append(name)
      }
    }
    if let fault = references(in: rest) { return fault }
    return open.isEmpty ? nil : "<\(open[0])> is not closed"
  }

  /// The '>' that ends a tag: the first outside quotes.
  private static func tagEnd(_ text: Substring) -> String.Index? {
    var quoted = false
    for index in text.indices {
      if text[index] == "\"" { quoted.toggle() }
      if text[index] == ">" && !quoted { return index }
    }
    return nil
  }

  private static func references(in text: Substring) -> String? {
    for index in text.indices where text[index] == "&" {
      let name = text[text.index(after: index)...].prefix { $0 != ";" }
      guard ["amp", "lt", "gt", "quot", "#39"].contains(name) else { return "unknown &\(name)" }
    }
    return nil
  }
}
