/// JSON Lines: one JSON document per line; empty lines are left out.
public enum JSONLines {
  /// Parses every line; the values remember their line in the file.
  ///
  /// - Throws: `FormatError` with the line and column of the first fault.
  public static func parse(_ bytes: [UInt8]) throws(FormatError) -> [JSONValue] {
    var scanner = ByteScanner(bytes)
    var values: [JSONValue] = []
    while let line = scanner.nextLine() {
      guard scanner.field(from: line.lowerBound, to: line.upperBound) != nil else { continue }
      do {
        var value = try JSONValue(parsing: scanner.bytes[line])
        value.moveDown(by: scanner.line - 1)
        values.append(value)
      } catch {
        throw FormatError(line: scanner.line, column: error.column, error.message)
      }
    }
    return values
  }

  /// One line per value.
  public static func text(_ values: [JSONValue]) -> String {
    values.map { $0.text(pretty: false) + "\n" }.joined()
  }
}

extension JSONValue {
  fileprivate mutating func moveDown(by lines: Int) {
    line += lines
    switch content {
    case .array(let values):
      content = .array(
        values.map {
          var value = $0
          value.moveDown(by: lines)
          return value
        })
    case .object(let members):
      content = .object(
        members.map {
          var member = $0
          member.value.moveDown(by: lines)
          return member
        })
    default: break
    }
  }
}
