import DataFormats
import TestSupport
import Testing

@Suite struct JSONCursorTests {
  enum Family: String, CaseIterable { case language, vision }

  private func cursor(_ text: String) throws -> JSONCursor {
    try JSONCursor(file: "m.json", bytes: text.utf8)
  }

  @Test func readsWhatIsThere() throws {
    let root = try cursor(
      """
      {"id": "bert", "layers": 12, "rate": 0.1, "tied": true, "family": "language",
       "stages": [{"width": 96}, {"width": 192}], "absent": null, "large": 1e6}
      """)
    #expect(try root.field("id").string() == "bert")
    #expect(try root.field("layers").int(in: 1...100) == 12)
    #expect(try root.field("large").int() == 1_000_000)
    #expect(try root.field("rate").double(in: 0...1) == 0.1)
    #expect(try root.field("tied").bool())
    #expect(try root.field("family").word(Family.self) == .language)
    #expect(try root.field("stages").elements().map { try $0.field("width").int() } == [96, 192])
    #expect(try root.optional("absent") == nil)
    #expect(!root.has("absent") && root.has("id"))
    #expect(
      try root.members().map(\.key) == [
        "id", "layers", "rate", "tied", "family", "stages", "absent", "large",
      ])
  }

  static let faults: [(String, @Sendable (JSONCursor) throws -> Void, String)] = [
    ("{}", { _ = try $0.field("layers") }, "m.json:1:1: lacks the key \"layers\""),
    (
      "{\"a\": null}", { _ = try $0.field("a") }, "m.json:1:1: lacks the key \"a\""
    ),
    ("[1]", { _ = try $0.field("a") }, "m.json:1:1: expected an object, found [1]"),
    (
      "{\n \"a\": {\"b\": \"x\"}}", { _ = try $0.field("a").field("b").int() },
      "m.json:2:13: a.b: expected an integer of at least 1, found \"x\""
    ),
    (
      "{\"heads\": 0}", { _ = try $0.field("heads").int(in: 1...128) },
      "m.json:1:11: heads: expected an integer from 1 to 128, found 0"
    ),
    (
      "{\"heads\": 2.5}", { _ = try $0.field("heads").int() },
      "m.json:1:11: heads: expected an integer of at least 1, found 2.5"
    ),
    (
      "{\"n\": 99999999999999999999}", { _ = try $0.field("n").int() },
      "m.json:1:7: n: expected an integer of at least 1, found 99999999999999999999"
    ),
    (
      "{\"r\": -1}", { _ = try $0.field("r").double() },
      "m.json:1:7: r: expected a number of at least 0.0, found -1"
    ),
    (
      "{\"r\": 1e999}", { _ = try $0.field("r").double() },
      "m.json:1:7: r: expected a number of at least 0.0, found 1e999"
    ),
    (
      "[1, [2, \"x\"]]", { _ = try $0.elements()[1].elements()[1].bool() },
      "m.json:1:9: [1][1]: expected true or false, found \"x\""
    ),
    (
      "\"audio\"", { _ = try $0.word(Family.self) },
      "m.json:1:1: unknown word \"audio\"; known are language, vision"
    ),
    (
      "{\"id\": 1, \"layer\": 2}", { try $0.refuseUnknownKeys(known: ["layers", "id"]) },
      "m.json:1:20: layer: unknown key; known here are id, layers"
    ),
    ("3", { _ = try $0.elements() }, "m.json:1:1: expected an array, found 3"),
    ("3", { _ = try $0.string() }, "m.json:1:1: expected a string, found 3"),
    ("3", { _ = try $0.members() }, "m.json:1:1: expected an object, found 3"),
  ]

  @Test(arguments: faults.indices) func errorsNameFilePlaceKeyAndWhatWouldBeRight(index: Int) throws
  {
    let (text, read, message) = Self.faults[index]
    let cursor = try cursor(text)
    #expect(errorText { try read(cursor) } == message)
  }

  @Test func aFileThatIsNotJSONSaysWhere() {
    #expect(
      errorText { _ = try cursor("{\n  \"a\": ,\n}") }
        == "m.json:2:8: not valid JSON: expected a value, found ','")
  }

  @Test func longValuesAreShortenedInErrors() throws {
    let long = try cursor("[" + Array(repeating: "1", count: 100).joined(separator: ",") + "]")
    #expect(long.excerpt.count == 41)
    #expect(long.excerpt.hasSuffix("…"))
  }
}
