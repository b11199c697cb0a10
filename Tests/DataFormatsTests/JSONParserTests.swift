import DataFormats
import TestSupport
import Testing

@Suite struct JSONParserTests {
  @Test(arguments: [
    ("null", JSONValue.null), (" true ", .bool(true)), ("false", .bool(false)), ("0", .number(0)),
    ("-12", .number(-12)), ("9007199254740993", .number(9_007_199_254_740_993)),
    ("\"\"", .string("")), ("[]", .array([])), ("{}", .object([])),
    ("[1, [2], {}]", .array([.number(1), .array([.number(2)]), .object([])])),
    ("{\"b\":1,\"a\":2}", .object([("b", .number(1)), ("a", .number(2))])),
    ("\"\\u00e9\\n\\/\\\\\\\"\"", .string("é\n/\\\"")),
    ("\"\\ud83e\\ude7a\"", .string("🩺")), ("\"🩺 ü\"", .string("🩺 ü")),
    ("\u{FEFF}[1]", .array([.number(1)])), ("\r\n\t 1 \n", .number(1)),
  ]) func goodDocuments(text: String, value: JSONValue) throws {
    #expect(try JSONValue(parsing: Array(text.utf8)) == value)
  }

  @Test(arguments: [
    ("-0", -0.0), ("1.5", 1.5), ("1e3", 1000), ("1E+3", 1000), ("25e-1", 2.5), ("-0.0e0", 0),
  ]) func goodNumbers(text: String, value: Double) throws {
    #expect(try JSONValue(parsing: Array(text.utf8)).double == value)
  }

  @Test(arguments: [
    ("", "1:1: expected a value, found the end of the file"),
    ("  \n ", "2:2: expected a value, found the end of the file"),
    ("nul", "1:1: expected null"),
    ("[1,]", "1:4: expected a value, found ']'"),
    ("[1 2]", "1:4: expected ',' or ']', found '2'"),
    ("[1", "1:3: expected ',' or ']', found the end of the file"),
    ("{\"a\" 1}", "1:6: expected ':' after key \"a\", found '1'"),
    ("{\"a\":1,}", "1:8: expected a key in quotes, found '}'"),
    ("{a:1}", "1:2: expected a key in quotes, found 'a'"),
    ("{\n  \"a\": 1\n  \"b\": 2\n}", "3:3: expected ',' or '}', found '\"'"),
    ("1 2", "1:3: expected the end of the file, found '2'"),
    ("01", "1:3: a number must not start with 0"),
    ("-", "1:2: expected a digit, found the end of the file"),
    ("1.", "1:3: expected a digit after '.', found the end of the file"),
    ("1e+", "1:4: expected a digit in the exponent, found the end of the file"),
    ("+1", "1:1: expected a value, found '+'"),
    (".5", "1:1: expected a value, found '.'"),
    ("NaN", "1:1: expected a value, found 'N'"),
    ("'a'", "1:1: expected a value, found '''"),
    ("\"abc", "1:5: expected '\"' at the end of a string, found the end of the file"),
    ("\"a\nb\"", "1:3: a control character must be escaped, found byte 10"),
    ("\"\\x\"", "1:3: unknown escape 'x'"),
    ("\"\\u12g4\"", "1:4: expected four hexadecimal digits"),
    ("\"\\ud800\"", "1:8: half of a surrogate pair"),
    ("\"\\udc00\"", "1:8: half of a surrogate pair"),
    ("\"\\ud800\\u0041\"", "1:14: half of a surrogate pair"),
    ("[é]", "1:2: expected a value, found byte 195"),
  ]) func badDocumentsNameLineAndColumn(text: String, message: String) {
    #expect(errorText { _ = try JSONValue(parsing: Array(text.utf8)) } == message)
  }

  @Test(
    arguments: [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
      [0x22, 0xE2, 0x22],
    ] as [[UInt8]]) func stringsMustBeUTF8(bytes: [UInt8])
  {
    let text = errorText { _ = try JSONValue(parsing: bytes) }
    #expect(text?.hasSuffix("a string is not valid UTF-8") == true)
  }

  @Test func nestingIsLimitedSoThatNoInputOverflowsTheStack() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    _ = try JSONValue(parsing: nested(256))
    #expect(
      errorText { _ = try JSONValue(parsing: nested(257)) }
        == "1:257: nested deeper than 256 levels")
    #expect(errorText { _ = try JSONValue(parsing: nested(1_000_000)) } != nil)
    // Siblings are not nesting.
    let flat = "[" + Array(repeating: "[]", count: 1000).joined(separator: ",") + "]"
    #expect(try JSONValue(parsing: Array(flat.utf8)).array?.count == 1000)
  }

  @Test func valuesRememberWhereTheyStood() throws {
    let value = try JSONValue(parsing: Array("{\n  \"a\": [1,\n    true]\n}".utf8))
    let flag = try #require(value["a"]?[1])
    #expect((flag.line, flag.column) == (3, 5))
  }

  @Test func theLastOfRepeatedKeysWins() throws {
    #expect(try JSONValue(parsing: Array("{\"a\":1,\"a\":2}".utf8))["a"] == .number(2))
  }

  /// Any bytes at all give a value or an error, never a trap.
  @Test(arguments: 1...20 as ClosedRange<UInt64>) func arbitraryBytesNeverTrap(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let alphabet = Array("[]{}:,\"\\u0123456789aedD.+-ntfalsr \n\u{E9}".utf8)
    for _ in 0..<2000 {
      let bytes = (0..<random.int(0...40)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      _ = try? JSONValue(parsing: bytes)
    }
  }
}
