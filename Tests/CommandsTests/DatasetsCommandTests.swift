import DataFormats
import Testing

@Suite struct DatasetsCommandTests {
  @Test func everyTableIsThere() throws {
    let result = FrameTests.hfm("datasets", "--json")
    #expect(result.code == 0)
    let sets = try #require(try JSONValue(parsing: result.output).array)
    // Tables V to IX of arXiv 2404.03264.
    #expect(sets.count == 114)
    let tables = sets.compactMap { $0["table"]?.string }
    let counts = ["V", "VI", "VII", "VIII", "IX"].map { table in tables.count { $0 == table } }
    #expect(counts == [34, 42, 17, 17, 4])
    let ids = sets.compactMap { $0["id"]?.string }
    #expect(Set(ids).count == 114)
  }

  @Test func searchesByKindOfData() {
    let result = FrameTests.hfm("datasets", "--search", "x-ray")
    #expect(result.output.contains("mimic-cxr") && !result.output.contains("pubmed"))
  }
}
