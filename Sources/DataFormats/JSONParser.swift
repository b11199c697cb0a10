/// A text that does not follow its format, with the place in it.
public struct FormatError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Line from 1.
  public var line: Int
  /// Column in bytes from 1.
  public var column: Int
  /// What is wrong and what was expected.
  public var message: String

  /// Creates an error at a place.
  public init(line: Int, column: Int, _ message: String) {
    self.line = line
    self.column = column
    self.message = message
  }

  /// `line:column: message`.
  public var description: String { "\(line):\(column): \(message)" }
}

extension JSONValue {
  /// Parses one JSON document (RFC 8259) from UTF-8 bytes.
  ///
  /// - Throws: `FormatError` with the line and column of the first fault.
  public init(parsing bytes: some Sequence<UInt8>) throws(FormatError) {
    var parser = JSONParser(bytes: Array(bytes))
    self = try parser.document()
  }

  /// Parses one JSON document from text.
  ///
  /// - Throws: `FormatError` with the line and column of the first fault.
  public init(parsing text: String) throws(FormatError) { try self.init(parsing: text.utf8) }
}

/// Recursive descent over bytes; the nesting limit keeps a hostile file from the stack's end.
private struct JSONParser {
  let bytes: [UInt8]
  var position = 0
  var line = 1
  var lineStart = 0
  var depth = 0
  static let deepest = 256

  init(bytes: [UInt8]) { self.bytes = bytes }

  func failure(_ message: String) -> FormatError {
    FormatError(line: line, column: position - lineStart + 1, message)
  }

  var found: String {
    guard position < bytes.count else { return "the end of the file" }
    let byte = bytes[position]
    return byte > 32 && byte < 127 ? "'\(Character(UnicodeScalar(byte)))'" : "byte \(byte)"
  }

  mutating func document() throws(FormatError) -> JSONValue {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    skipSpace()
    let value = try value()
    skipSpace()
    if position < bytes.count { throw failure("expected the end of the file, found \(found)") }
    return value
  }

  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x0A:
        line += 1
        lineStart = position + 1
      case 0x20, 0x09, 0x0D: break
      default: return
      }
      position += 1
    }
  }

  mutating func value() throws(FormatError) -> JSONValue {
    let place = (line: line, column: position - lineStart + 1)
    guard position < bytes.count else { throw failure("expected a value, found \(found)") }
    let content: JSONValue.Content
    switch bytes[position] {
    case UInt8(ascii: "{"): content = try object()
    case UInt8(ascii: "["): content = try array()
    case UInt8(ascii: "\""): content = .string(try string())
    case UInt8(ascii: "t"): content = try word("true", .bool(true))
    case UInt8(ascii: "f"): content = try word("false", .bool(false))
    case UInt8(ascii: "n"): content = try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): content = try number()
    default: throw failure("expected a value, found \(found)")
    }
    return JSONValue(content, line: place.line, column: place.column)
  }

  mutating func word(
    _ text: StaticString, _ content: JSONValue.Content
  ) throws(FormatError) -> JSONValue.Content {
    let length = text.utf8CodeUnitCount
    let wanted = "\(text)".utf8
    guard position + length <= bytes.count,
      bytes[position..<position + length].elementsEqual(wanted)
    else { throw failure("expected \(text)") }
    position += length
    return content
  }

  mutating func descend() throws(FormatError) {
    depth += 1
    if depth > Self.deepest { throw failure("nested deeper than \(Self.deepest) levels") }
    position += 1
    skipSpace()
  }

  mutating func object() throws(FormatError) -> JSONValue.Content {
    try descend()
    var members: [JSONValue.Member] = []
    if take("}") {
      depth -= 1
      return .object(members)
    }
    while true {
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw failure("expected a key in quotes, found \(found)")
      }
      let key = try string()
      skipSpace()
      guard take(":") else { throw failure("expected ':' after key \"\(key)\", found \(found)") }
      skipSpace()
      members.append(.init(key, try value()))
      skipSpace()
      if take("}") { break }
      guard take(",") else { throw failure("expected ',' or '}', found \(found)") }
      skipSpace()
    }
    depth -= 1
    return .object(members)
  }

  mutating func array() throws(FormatError) -> JSONValue.Content {
    try descend()
    var values: [JSONValue] = []
    if take("]") {
      depth -= 1
      return .array(values)
    }
    while true {
      values.append(try value())
      skipSpace()
      if take("]") { break }
      guard take(",") else { throw failure("expected ',' or ']', found \(found)") }
      skipSpace()
    }
    depth -= 1
    return .array(values)
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, UInt32(bytes[position]) == character.value else { return false }
    position += 1
    return true
  }

  mutating func digits() -> Bool {
    let start = position
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
    return position > start
  }

  mutating func number() throws(FormatError) -> JSONValue.Content {
    let start = position
    _ = take("-")
    let leadingZero = position < bytes.count && bytes[position] == 0x30
    let whole = position
    guard digits() else { throw failure("expected a digit, found \(found)") }
    if leadingZero && position > whole + 1 { throw failure("a number must not start with 0") }
    if take("."), !digits() { throw failure("expected a digit after '.', found \(found)") }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      if !digits() { throw failure("expected a digit in the exponent, found \(found)") }
    }
    return .number(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  mutating func string() throws(FormatError) -> String {
    position += 1
    var text: [UInt8] = []
    var runStart = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        text += bytes[runStart..<position]
        position += 1
        guard let valid = String(validating: text, as: UTF8.self) else {
          throw failure("a string is not valid UTF-8")
        }
        return valid
      case UInt8(ascii: "\\"):
        text += bytes[runStart..<position]
        position += 1
        text += Array(String(try escape()).utf8)
        runStart = position
      case 0..<0x20: throw failure("a control character must be escaped, found \(found)")
      default: position += 1
      }
    }
    throw failure("expected '\"' at the end of a string, found \(found)")
  }

  mutating func escape() throws(FormatError) -> Unicode.Scalar {
    guard position < bytes.count else { throw failure("expected an escape, found \(found)") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UnicodeScalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicode()
    default:
      position -= 1
      throw failure("unknown escape \(found)")
    }
  }

  mutating func unicode() throws(FormatError) -> Unicode.Scalar {
    let high = try hex()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard (0xD800..<0xDC00).contains(high), take("\\"), take("u") else {
      throw failure("half of a surrogate pair")
    }
    let low = try hex()
    guard (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    else { throw failure("half of a surrogate pair") }
    return scalar
  }

  mutating func hex() throws(FormatError) -> UInt32 {
    guard position + 4 <= bytes.count,
      bytes[position..<position + 4].allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }),
      let value = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw failure("expected four hexadecimal digits") }
    position += 4
    return value
  }
}
