import Reports
import Testing

@Suite struct TextTableTests {
  private func sample() -> TextTable {
    var table = TextTable(
      "Jobs", columns: [.text("job"), .number("memory", unit: "GiB"), .text("where")])
    table.row("bert-base", "1.25", "node 0")
    table.row("uni", "112.50", "node 1")
    table.row("both", "113.75", kind: .total)
    return table
  }

  @Test func columnsAreAlignedAndNumbersStandRight() {
    #expect(
      sample().text() == """
        Jobs
        job        memory (GiB)  where
        bert-base          1.25  node 0
        uni              112.50  node 1
        ---------  ------------  ------
        both             113.75
        """)
  }

  @Test func colourOnlyWhenTold() {
    #expect(!sample().text().contains("\u{1B}"))
    #expect(sample().text(color: true).contains("\u{1B}[1mJobs\u{1B}[0m"))
  }

  @Test func theWidestWordsAreCutToTheTerminal() {
    var table = TextTable(columns: [.text("name"), .number("size")])
    table.row(String(repeating: "x", count: 60), "12")
    let lines = table.text(width: 30).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 30 })
    #expect(lines[1].hasSuffix("…    12"))
    #expect(table.text().contains(String(repeating: "x", count: 60)))
  }

  @Test func cellsMissingOrTooManyDoNoHarm() {
    var table = TextTable(columns: [.text("a"), .text("b")])
    table.row("1")
    table.row("1", "2", "3")
    #expect(table.rows.map(\.cells) == [["1", ""], ["1", "2"]])
    #expect(TextTable(columns: []).text().isEmpty)
  }

  @Test func escapeSequencesInNamesNeverReachTheTerminal() {
    var table = TextTable("t\u{1B}]0;x\u{7}", columns: [.text("name")])
    table.row("a\u{1B}[31mred\nnext\u{202E}")
    #expect(!table.text().contains("\u{1B}"))
    #expect(!table.text().contains("\u{202E}"))
    #expect(table.text().split(separator: "\n").count == 3)
  }
}
