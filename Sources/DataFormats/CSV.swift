/// Comma-separated values (RFC 4180): quoted fields may hold commas, quotes and line ends.
public struct CSVTable: Sendable, Hashable {
  /// The first record.
  public var columns: [String]
  /// The others, each as wide as `columns`.
  public var rows: [[String]]

  /// Creates a table.
  public init(columns: [String], rows: [[String]] = []) {
    self.columns = columns
    self.rows = rows
  }

  /// Parses a table; empty lines are left out.
  ///
  /// - Throws: `FormatError` with the line of the first fault.
  public init(parsing bytes: [UInt8]) throws(FormatError) {
    var parser = CSVParser(bytes)
    guard let first = try parser.record() else {
      throw FormatError(line: 1, column: 1, "expected a line of column names")
    }
    columns = first
    rows = []
    while let row = try parser.record() {
      guard row.count == columns.count else {
        throw FormatError(
          line: parser.recordLine, column: 1,
          "expected \(columns.count) fields, found \(row.count)")
      }
      rows.append(row)
    }
  }

  /// The position of a column; nil when there is none of that name.
  public func column(_ name: String) -> Int? { columns.firstIndex(of: name) }

  /// The table as text, each line ended by LF.
  public var text: String {
    var out = ""
    Self.append(columns, to: &out)
    for row in rows { Self.append(row, to: &out) }
    return out
  }

  /// Appends one record, quoting fields where needed.
  public static func append(_ fields: [String], to out: inout String) {
    for (index, field) in fields.enumerated() {
      if index > 0 { out += "," }
      let needsQuotes = field.utf8.contains {
        $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
      }
      if needsQuotes {
        out += "\""
        for character in field.unicodeScalars {
          out.unicodeScalars.append(character)
          if character == "\"" { out += "\"" }
        }
        out += "\""
      } else {
        out += field
      }
    }
    out += "\n"
  }
}

private struct CSVParser {
  let bytes: [UInt8]
  var position: Int
  var line = 1
  var recordLine = 1

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  mutating func record() throws(FormatError) -> [String]? {
    while position < bytes.count, bytes[position] == 0x0A || bytes[position] == 0x0D {
      if bytes[position] == 0x0A { line += 1 }
      position += 1
    }
    guard position < bytes.count else { return nil }
    recordLine = line
    var fields: [String] = []
    while true {
      fields.append(try field())
      guard position < bytes.count else { return fields }
      if bytes[position] == UInt8(ascii: ",") {
        position += 1
        continue
      }
      if bytes[position] == 0x0D { position += 1 }
      if position < bytes.count, bytes[position] == 0x0A {
        position += 1
        line += 1
      }
      return fields
    }
  }

  private mutating func field() throws(FormatError) -> String {
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return try quoted() }
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: ","), bytes[position] != 0x0A,
      bytes[position] != 0x0D
    {
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func quoted() throws(FormatError) -> String {
    let opened = line
    var content: [UInt8] = []
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == 0x0A { line += 1 }
      guard byte == UInt8(ascii: "\"") else {
        content.append(byte)
        continue
      }
      guard position < bytes.count, bytes[position] == byte else {
        let isEnd =
          position == bytes.count
          || [UInt8(ascii: ","), 0x0A, 0x0D].contains(bytes[position])
        guard isEnd else {
          throw FormatError(line: line, column: 1, "expected ',' or a line's end after a quote")
        }
        return String(decoding: content, as: UTF8.self)
      }
      content.append(byte)
      position += 1
    }
    throw FormatError(line: opened, column: 1, "a quoted field is not closed")
  }
}
