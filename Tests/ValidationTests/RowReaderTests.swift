import DataFormats
import HardwareModel
import Planner
import Quantities
import TestSupport
import Testing
import Validation

@Suite struct RowReaderTests {
  @Test func anUnknownSetIsLeftOut() throws {
    let document = try JSONValue(parsing: Array(#"{"rows": [{"set": "x"}]}"#.utf8))
    #expect(RowReader.read(document).runs.isEmpty)
  }
}
