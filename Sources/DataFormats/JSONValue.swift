/// A parsed JSON value that remembers where in its file it stood.
public struct JSONValue: Sendable, Hashable {
  /// The seven shapes of JSON; objects keep the order of their keys.
  public enum Content: Sendable, Hashable {
    case null
    case bool(Bool)
    /// The number as written, so that integers of any size keep their digits.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])
  }

  /// A key and its value.
  public struct Member: Sendable, Hashable {
    /// The key.
    public var key: String
    /// The value under it.
    public var value: JSONValue
    /// Pairs a key with a value.
    public init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// The value itself.
  public var content: Content
  /// Line in the source, from 1; 0 for a value that was not parsed.
  public var line: Int
  /// Column in the source in bytes, from 1; 0 for a value that was not parsed.
  public var column: Int

  /// Wraps content, with its place when it was parsed.
  public init(_ content: Content, line: Int = 0, column: Int = 0) {
    self.content = content
    self.line = line
    self.column = column
  }

  /// Two values are equal when their contents are, wherever they stood.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    left.content == right.content
  }

  /// Hashes the content only.
  public func hash(into hasher: inout Hasher) { hasher.combine(content) }
}

// Building values: `.object([("id", .string("bert")), ("layers", .number(12))])`.
extension JSONValue {
  /// JSON null.
  public static var null: JSONValue { JSONValue(.null) }
  /// A JSON boolean.
  public static func bool(_ value: Bool) -> JSONValue { JSONValue(.bool(value)) }
  /// An integer.
  public static func number(_ value: Int) -> JSONValue { JSONValue(.number(String(value))) }
  /// A number; NaN and infinities, which JSON lacks, become null.
  public static func number(_ value: Double) -> JSONValue {
    guard value.isFinite else { return .null }
    if value == value.rounded(.towardZero), abs(value) < 1e15 { return .number(Int(value)) }
    return JSONValue(.number("\(value)"))
  }
  /// A string.
  public static func string(_ value: String) -> JSONValue { JSONValue(.string(value)) }
  /// An array.
  public static func array(_ values: [JSONValue]) -> JSONValue { JSONValue(.array(values)) }
  /// An object whose keys keep this order.
  public static func object(_ members: [(String, JSONValue)]) -> JSONValue {
    JSONValue(.object(members.map { Member($0.0, $0.1) }))
  }
}

// Reading values without ceremony (tests, tools). For user files prefer `JSONCursor`, whose errors
// name file, line and key.
extension JSONValue {
  /// The value under a key of an object; nil elsewhere. The last of repeated keys wins.
  public subscript(_ key: String) -> JSONValue? {
    guard case .object(let members) = content else { return nil }
    return members.last { $0.key == key }?.value
  }
  /// The element of an array; nil elsewhere.
  public subscript(_ index: Int) -> JSONValue? {
    guard case .array(let values) = content, values.indices.contains(index) else { return nil }
    return values[index]
  }
  /// The string, if this is one.
  public var string: String? { if case .string(let text) = content { text } else { nil } }
  /// The number, if this is one.
  public var double: Double? { if case .number(let text) = content { Double(text) } else { nil } }
  /// The number as an integer, if this is one without a fraction and within `Int`.
  public var int: Int? {
    guard case .number(let text) = content else { return nil }
    return Int(text) ?? Double(text).flatMap { Int(exactly: $0) }
  }
  /// The boolean, if this is one.
  public var bool: Bool? { if case .bool(let value) = content { value } else { nil } }
  /// The elements, if this is an array.
  public var array: [JSONValue]? {
    if case .array(let values) = content { values } else { nil }
  }
  /// The members, if this is an object.
  public var object: [Member]? {
    if case .object(let members) = content { members } else { nil }
  }
  /// Whether this is JSON null.
  public var isNull: Bool { content == .null }
}
