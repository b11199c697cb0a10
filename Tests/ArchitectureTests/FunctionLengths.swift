extension SwiftSource {
  /// A function, initialiser or subscript with a body.
  struct Function: Equatable {
    let name: String
    let line: Int
    /// Lines from the declaration to the closing brace.
    let length: Int
  }

  /// Every function with a body, in the file's order.
  var functions: [Function] {
    let characters = Array(code)
    var line = 1
    var found: [Function] = []
    for index in characters.indices {
      if characters[index].isNewline { line += 1 }
      guard let keyword = Self.declaration(at: index, in: characters),
        let open = Self.bodyStart(after: index + keyword.count, in: characters)
      else { continue }
      let close = Self.matchingBrace(from: open, in: characters)
      let length = characters[index...close].count { $0.isNewline } + 1
      let name = characters[(index + keyword.count)...].drop { $0 == " " }
        .prefix { $0 != "(" && $0 != "<" && $0 != "{" && !$0.isNewline }
      found.append(
        Function(
          name: keyword == "func" ? String(name) : keyword, line: line, length: length))
    }
    return found
  }

  private static let keywords = ["func", "init", "deinit", "subscript"]

  /// The keyword of a declaration that starts at an index; `.init(` is a call, not one.
  private static func declaration(at index: Int, in characters: [Character]) -> String? {
    let before = index > 0 ? characters[index - 1] : " "
    guard !isWord(before), before != ".", before != "`" else { return nil }
    return keywords.first { keyword in
      let end = index + keyword.count
      return end < characters.count && characters[index..<end].elementsEqual(keyword)
        && !isWord(characters[end])
    }
  }

  /// The brace that opens the body; nil for a requirement of a protocol, which has none.
  private static func bodyStart(after start: Int, in characters: [Character]) -> Int? {
    var depth = 0
    var word = ""
    for index in start..<characters.count {
      let character = characters[index]
      if isWord(character) {
        word.append(character)
        continue
      }
      if depth == 0, stops.contains(word) { return nil }
      word = ""
      switch character {
      case "(", "[": depth += 1
      case ")", "]": depth -= 1
      case "{": if depth == 0 { return index }
      case "}": if depth == 0 { return nil }
      default: break
      }
    }
    return nil
  }

  /// Words that start the next declaration.
  private static let stops: Set<String> = [
    "func", "var", "let", "init", "deinit", "subscript", "static", "public", "private",
    "fileprivate", "internal", "package", "mutating", "associatedtype", "typealias", "case",
    "struct", "enum", "class", "extension", "protocol",
  ]

  private static func matchingBrace(from open: Int, in characters: [Character]) -> Int {
    var depth = 0
    for index in open..<characters.count {
      if characters[index] == "{" { depth += 1 }
      if characters[index] == "}" {
        depth -= 1
        if depth == 0 { return index }
      }
    }
    return characters.count - 1
  }
}
