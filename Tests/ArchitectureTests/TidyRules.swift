/// The shape of files; each rule returns one line per fault, and none for a tidy file.
enum TidyRules {
  static let longestFile = 600
  static let longestLine = 100
  static let longestFunction = 70

  /// Unfinished or crashing code, which has no place in Sources. Spelt in halves, so that this
  /// file does not hold the words itself.
  static let unfinished = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
  static let crashing = ["try!", "as!", "fatalError("]
  /// Folders of one machine, which mean nothing on another.
  static let machineFolders = ["/wo" + "rk/", "/ho" + "me/", "/Us" + "ers/", "/ro" + "ot/"]

  static func size(path: String, text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    var faults: [String] = []
    // A list that a script writes grows with what it lists.
    let isWritten = lines.first?.hasPrefix("// Written by scripts/") == true
    if lines.count > longestFile && !isWritten {
      faults.append("\(path): \(lines.count) lines, at most \(longestFile)")
    }
    for (index, line) in lines.enumerated() {
      if line.count > longestLine {
        faults.append("\(path):\(index + 1): \(line.count) columns, at most \(longestLine)")
      }
      if line.last == " " || line.last == "\t" || line.last == "\r" {
        faults.append("\(path):\(index + 1): white space at the end of the line")
      }
    }
    if !text.isEmpty, !text.hasSuffix("\n") { faults.append("\(path): no newline at the end") }
    return faults
  }

  static func functions(_ file: SwiftSource) -> [String] {
    file.functions.filter { $0.length > longestFunction }.map {
      "\(file.path):\($0.line): \($0.name) has \($0.length) lines, at most \(longestFunction)"
    }
  }

  static func words(_ file: SwiftSource) -> [String] {
    let text = file.text.split(separator: "\n", omittingEmptySubsequences: false)
    let open = unfinished.flatMap { word in
      text.enumerated().filter { SwiftSource.holds($0.element, word) }
        .map { "\(file.path):\($0.offset + 1): unfinished: \(word)" }
    }
    let crashes = crashing.flatMap { word in
      file.lines(with: word).map { "\(file.path):\($0): may crash: \(word)" }
    }
    return open + crashes
  }

  static func machinePaths(path: String, text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap {
      index, line in
      machineFolders.filter { line.contains($0) }.map {
        "\(path):\(index + 1): \($0) is a folder of one machine"
      }
    }
  }
}
