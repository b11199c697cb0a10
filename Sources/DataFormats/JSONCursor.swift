/// A place in a JSON file: reads values and throws errors that name file, line, key and fault.
///
/// `let layers = try cursor.field("layers").int(in: 1...10_000)`
public struct JSONCursor: Sendable {
  /// The file's name as the user knows it.
  public let file: String
  /// Keys from the root to here, joined by dots; empty at the root.
  public let path: String
  /// The value here.
  public let value: JSONValue

  /// Starts at the root of a parsed file.
  public init(file: String, root: JSONValue) {
    self.init(file: file, path: "", value: root)
  }

  /// Parses a file's bytes.
  ///
  /// - Throws: `JSONError` with the place of the first fault.
  public init(file: String, bytes: some Sequence<UInt8>) throws(JSONError) {
    do {
      self.init(file: file, root: try JSONValue(parsing: bytes))
    } catch {
      throw JSONError(
        file: file, line: error.line, column: error.column, key: "",
        message: "not valid JSON: \(error.message)")
    }
  }

  init(file: String, path: String, value: JSONValue) {
    self.file = file
    self.path = path
    self.value = value
  }

  /// An error at this place.
  public func error(_ message: String) -> JSONError {
    JSONError(
      file: file, line: value.line, column: value.column, key: path, message: message)
  }

  /// A few characters of the value here, for error messages.
  public var excerpt: String {
    let text = value.text(pretty: false)
    return text.count > 40 ? text.prefix(40) + "…" : text
  }

  private func mismatch(_ wanted: String) -> JSONError {
    error("expected \(wanted), found \(excerpt)")
  }

  /// The value under a key; nil when the key is absent or null.
  ///
  /// - Throws: `JSONError` when this is not an object.
  public func optional(_ key: String) throws(JSONError) -> JSONCursor? {
    guard case .object = value.content else { throw mismatch("an object") }
    guard let child = value[key], !child.isNull else { return nil }
    return JSONCursor(file: file, path: path.isEmpty ? key : path + "." + key, value: child)
  }

  /// The value under a key.
  ///
  /// - Throws: `JSONError` when this is not an object or lacks the key.
  public func field(_ key: String) throws(JSONError) -> JSONCursor {
    guard let child = try optional(key) else { throw error("lacks the key \"\(key)\"") }
    return child
  }

  /// Whether an object holds a non-null value under a key.
  public func has(_ key: String) -> Bool { value[key].map { !$0.isNull } ?? false }

  /// The elements of an array.
  ///
  /// - Throws: `JSONError` when this is not an array.
  public func elements() throws(JSONError) -> [JSONCursor] {
    guard let values = value.array else { throw mismatch("an array") }
    return values.enumerated().map {
      JSONCursor(file: file, path: "\(path)[\($0.offset)]", value: $0.element)
    }
  }

  /// The members of an object, in the file's order.
  ///
  /// - Throws: `JSONError` when this is not an object.
  public func members() throws(JSONError) -> [(key: String, cursor: JSONCursor)] {
    guard let members = value.object else { throw mismatch("an object") }
    return members.map {
      let child = path.isEmpty ? $0.key : path + "." + $0.key
      return (key: $0.key, cursor: JSONCursor(file: file, path: child, value: $0.value))
    }
  }

  /// A string.
  ///
  /// - Throws: `JSONError` when this is not a string.
  public func string() throws(JSONError) -> String {
    guard let text = value.string else { throw mismatch("a string") }
    return text
  }

  /// A boolean.
  ///
  /// - Throws: `JSONError` when this is not true or false.
  public func bool() throws(JSONError) -> Bool {
    guard let flag = value.bool else { throw mismatch("true or false") }
    return flag
  }

  /// An integer within a range.
  ///
  /// - Throws: `JSONError` when this is not an integer or lies outside.
  public func int(in range: ClosedRange<Int> = 1...Int.max) throws(JSONError) -> Int {
    let wanted =
      range.upperBound == Int.max
      ? "an integer of at least \(range.lowerBound)"
      : "an integer from \(range.lowerBound) to \(range.upperBound)"
    guard let number = value.int, range.contains(number) else { throw mismatch(wanted) }
    return number
  }

  /// A finite number within a range.
  ///
  /// - Throws: `JSONError` when this is not a number or lies outside.
  public func double(
    in range: ClosedRange<Double> = 0...Double.greatestFiniteMagnitude
  ) throws(JSONError) -> Double {
    let wanted =
      range.upperBound == .greatestFiniteMagnitude
      ? "a number of at least \(range.lowerBound)"
      : "a number from \(range.lowerBound) to \(range.upperBound)"
    guard let number = value.double, range.contains(number) else { throw mismatch(wanted) }
    return number
  }

  /// A string out of an enumeration's raw values.
  ///
  /// - Throws: `JSONError` that lists the known words.
  public func word<Word: RawRepresentable & CaseIterable>(
    _ type: Word.Type
  ) throws(JSONError) -> Word where Word.RawValue == String {
    let text = try string()
    guard let word = Word(rawValue: text) else {
      let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
      throw error("unknown word \"\(text)\"; known are \(known)")
    }
    return word
  }

  /// Refuses keys outside `known`, so that a misspelt key is never silently ignored.
  ///
  /// - Throws: `JSONError` that names the stray key.
  public func refuseUnknownKeys(known: Set<String>) throws(JSONError) {
    for (key, cursor) in try members() where !known.contains(key) {
      let list = known.sorted().joined(separator: ", ")
      throw cursor.error("unknown key; known here are \(list)")
    }
  }
}

/// A fault in a JSON file, with file, line, column and key.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file's name as the user knows it.
  public var file: String
  /// Line from 1; 0 when unknown.
  public var line: Int
  /// Column from 1; 0 when unknown.
  public var column: Int
  /// Keys from the root, joined by dots.
  public var key: String
  /// What is wrong and what was expected.
  public var message: String

  /// `file:line:column`.
  public var place: String { line > 0 ? "\(file):\(line):\(column)" : file }

  /// `file:line:column: key: message`.
  public var description: String {
    [place, key, message].filter { !$0.isEmpty }.joined(separator: ": ")
  }
}
