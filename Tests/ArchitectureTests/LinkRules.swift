/// Links in Markdown: each must lead to a file of the repository and to a heading in it.
enum LinkRules {
  /// One line per link that leads nowhere.
  ///
  /// - Parameter read: the text of a file or an empty text for a folder; nil when neither exists.
  static func deadLinks(path: String, text: String, read: (String) -> String?) -> [String] {
    let folder = path.split(separator: "/").dropLast().map(String.init)
    return links(in: text).compactMap { link in
      if link.target.contains("://") || link.target.hasPrefix("mailto:") { return nil }
      let parts = link.target.split(
        separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let file = parts[0].isEmpty ? path : resolve(String(parts[0]), from: folder)
      let place = "\(path):\(link.line)"
      guard let there = read(file) else { return "\(place): no file \(file)" }
      guard parts.count > 1, !anchors(in: there).contains(String(parts[1])) else { return nil }
      return "\(place): no heading #\(parts[1]) in \(file)"
    }
  }

  /// Targets of `[text](target)` outside of code, with their lines.
  static func links(in text: String) -> [(target: String, line: Int)] {
    var found: [(target: String, line: Int)] = []
    for (index, line) in prose(of: text) {
      var rest = line[...]
      while let start = rest.firstRange(of: "](") {
        let target = rest[start.upperBound...].prefix { $0 != ")" }
        found.append((target: String(target), line: index))
        rest = rest[start.upperBound...]
      }
    }
    return found
  }

  /// Names that GitHub gives to headings: lower case, no punctuation, dashes for spaces.
  static func anchors(in text: String) -> Set<String> {
    let headings = prose(of: text).map(\.line).filter { $0.hasPrefix("#") }
    return Set(
      headings.map { heading in
        let title = heading.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
        let kept = title.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
        return String(kept.map { $0 == " " ? "-" : $0 })
      })
  }

  /// Lines outside of fenced code blocks, numbered from 1, with code spans blanked.
  private static func prose(of text: String) -> [(number: Int, line: String)] {
    var fenced = false
    var out: [(number: Int, line: String)] = []
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if line.drop(while: { $0 == " " }).hasPrefix("```") {
        fenced.toggle()
      } else if !fenced {
        let isHeading = line.hasPrefix("#")
        out.append((number: index + 1, line: isHeading ? String(line) : withoutSpans(line)))
      }
    }
    return out
  }

  private static func withoutSpans(_ line: Substring) -> String {
    let parts = line.split(separator: "`", omittingEmptySubsequences: false)
    return parts.indices.filter { $0 % 2 == 0 }.map { String(parts[$0]) }.joined(separator: " ")
  }

  private static func resolve(_ target: String, from folder: [String]) -> String {
    var parts = folder
    for part in target.split(separator: "/") {
      if part == ".." {
        _ = parts.popLast()
      } else if part != "." {
        parts.append(String(part))
      }
    }
    return parts.joined(separator: "/")
  }
}
