import DataFormats
import TestSupport
import Testing

@Suite struct TraceFormatTests {
  static let swf = """
    ; Computer: Test machine
    ;  MaxProcs:  128\r
    ; a remark

    1 0 5 30.5 4 29.25 -1 4 60 -1 1 3 7 -1 2 -1 -1 -1
    \t2  10 0 -1 -1 -1 -1 8 100 -1 0 3 7 -1 2 -1 -1 -1\r
    """

  @Test func swfIsRead() throws {
    let trace = try SWFTrace(parsing: Array(Self.swf.utf8))
    #expect(trace.headerValue("MaxProcs") == "128")
    #expect(trace.headerValue("Computer") == "Test machine")
    #expect(trace.records.map(\.number) == [1, 2])
    #expect(trace.records[0].runSeconds == 30.5)
    #expect(trace.records[0].cpuSeconds == 29.25)
    #expect(trace.records[1].allocatedProcessors == -1)
    #expect(trace.records[1].requestedSeconds == 100)
  }

  @Test(arguments: [
    ("1 2 3\n", "1:1: expected 18 fields, found 3"),
    (
      ";x\n1 0 5 30 4 x -1 4 60 -1 1 3 7 -1 2 -1 -1 -1\n",
      "2:12: expected a number in field 6, found \"x\""
    ),
    ("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19\n", "1:46: expected 18 fields, found more"),
    (
      "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 1e300\n",
      "1:43: expected a number in field 18, found \"1e300\""
    ),
  ])
  func swfErrorsNameLineAndField(text: String, message: String) {
    #expect(errorText { _ = try SWFTrace(parsing: Array(text.utf8)) } == message)
  }

  @Test(arguments: Array(UInt64(1)...10))
  func csvRoundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let alphabet = Array("ab,\"\n\r ;é")
    let width = random.int(1...5)
    func field() -> String {
      // At least one letter: a line of empty fields only would be an empty line.
      "x"
        + String((0..<random.int(0...6)).map { _ in alphabet[random.int(0...alphabet.count - 1)] })
    }
    let table = CSVTable(
      columns: (0..<width).map { _ in field() },
      rows: (0..<20).map { _ in (0..<width).map { _ in field() } })
    #expect(try CSVTable(parsing: Array(table.text.utf8)) == table)
  }

  @Test(arguments: [
    ("a,b\n1\n", "2:1: expected 2 fields, found 1"), ("", "1:1: expected a line of column names"),
    ("a\n\"x\n", "2:1: a quoted field is not closed"),
  ])
  func csvErrorsNameTheLine(text: String, message: String) {
    #expect(errorText { _ = try CSVTable(parsing: Array(text.utf8)) } == message)
  }

  @Test func jsonLinesRememberTheirLine() throws {
    let values = try JSONLines.parse(Array("{\"a\": 1}\n\n{\"a\": [2]}\r\n".utf8))
    #expect(values.map(\.line) == [1, 3])
    #expect(values[1]["a"]?[0]?.line == 3)
    #expect(JSONLines.text(values) == "{\"a\":1}\n{\"a\":[2]}\n")
    #expect(
      errorText { _ = try JSONLines.parse(Array("{}\n{\"a\" 1}".utf8)) }?.hasPrefix("2:6: ")
        == true)
  }
}
