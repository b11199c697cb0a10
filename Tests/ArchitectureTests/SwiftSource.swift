/// A Swift file as the rules see it: its code without comments and literals, line by line.
struct SwiftSource {
  /// The file's path from the repository's root.
  let path: String
  /// The text as it stands in the file.
  let text: String
  /// The text with comments and string literals blanked out; lines stay where they are.
  let code: String
  /// The code's lines.
  let lines: [Substring]

  init(path: String, text: String) {
    self.path = path
    self.text = text
    var blanker = LiteralBlanker(text)
    code = blanker.blanked()
    lines = code.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// Modules imported, with the line of each.
  var imports: [(module: String, line: Int)] {
    lines.enumerated().compactMap { index, line in
      var words = line.split { $0 == " " || $0 == ";" }
      while let first = words.first, first != "import" {
        // What may stand before `import`: attributes and access levels.
        guard first.hasPrefix("@") || Self.accessLevels.contains(String(first)) else { return nil }
        words.removeFirst()
      }
      guard words.count > 1 else { return nil }
      let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
      let name = kinds.contains(String(words[1])) && words.count > 2 ? words[2] : words[1]
      return (module: String(name.prefix { $0 != "." }), line: index + 1)
    }
  }

  private static let accessLevels = ["public", "package", "internal", "fileprivate", "private"]

  /// Lines on which a whole word of code occurs; words may hold any characters.
  func lines(with word: String) -> [Int] {
    lines.enumerated().compactMap { index, line in
      Self.holds(line, word) ? index + 1 : nil
    }
  }

  static func holds(_ line: Substring, _ word: String) -> Bool {
    var rest = line
    while let range = rest.firstRange(of: word) {
      let before = line[..<range.lowerBound].last
      let after = line[range.upperBound...].first
      let startsWord = !isWord(word.first) || !isWord(before)
      let endsWord = !isWord(word.last) || !isWord(after)
      if startsWord && endsWord { return true }
      rest = rest[rest.index(after: range.lowerBound)...]
    }
    return false
  }

  static func isWord(_ character: Character?) -> Bool {
    character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
  }
}

/// Blanks comments and string literals, interpolations included, and keeps every newline.
struct LiteralBlanker {
  private let characters: [Character]
  private var position = 0
  private var out = ""

  init(_ text: String) { characters = Array(text) }

  mutating func blanked() -> String {
    position = 0
    out = ""
    code(until: nil)
    return out
  }

  private func starts(_ word: String) -> Bool {
    let end = position + word.count
    return end <= characters.count && characters[position..<end].elementsEqual(word)
  }

  private mutating func blank(_ count: Int = 1) {
    for _ in 0..<count where position < characters.count {
      out.append(characters[position].isNewline ? "\n" : " ")
      position += 1
    }
  }

  /// Copies code up to the parenthesis that closes an interpolation, or to the end of the file.
  private mutating func code(until close: Character?, blanking: Bool = false) {
    var depth = 0
    while position < characters.count {
      if starts("//") {
        while position < characters.count, !characters[position].isNewline { blank() }
      } else if starts("/*") {
        blockComment()
      } else if let hashes = literalStart() {
        literal(hashes: hashes)
      } else {
        if characters[position] == "(" { depth += 1 }
        if characters[position] == ")" {
          if depth == 0 && close != nil { return }
          depth -= 1
        }
        if blanking {
          blank()
        } else {
          out.append(characters[position])
          position += 1
        }
      }
    }
  }

  private mutating func blockComment() {
    var depth = 0
    repeat {
      if starts("/*") {
        depth += 1
        blank(2)
      } else if starts("*/") {
        depth -= 1
        blank(2)
      } else {
        blank()
      }
    } while depth > 0 && position < characters.count
  }

  /// How many `#` stand before the quote of a literal that starts here; nil when none does.
  private func literalStart() -> Int? {
    var end = position
    while end < characters.count, characters[end] == "#" { end += 1 }
    return end < characters.count && characters[end] == "\"" ? end - position : nil
  }

  private mutating func literal(hashes: Int) {
    blank(hashes)
    let quote = starts("\"\"\"") ? "\"\"\"" : "\""
    let fence = String(repeating: "#", count: hashes)
    blank(quote.count)
    while position < characters.count {
      if starts(quote + fence) {
        blank(quote.count + hashes)
        return
      }
      if starts("\\" + fence + "(") {
        blank(2 + hashes)
        code(until: ")", blanking: true)
      } else if starts("\\" + fence) {
        blank(2 + hashes)
      } else if quote.count == 1 && characters[position].isNewline {
        // Not a literal after all (an unbalanced quote): stay in step with the lines.
        return
      } else {
        blank()
      }
    }
  }
}
