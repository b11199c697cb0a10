import Reports

/// A table of a command's result, indented below its title.
struct AlignedTable {
  /// Titles of the columns.
  var head: [String]
  /// Columns whose cells are numbers and stand at the right.
  var rightAligned: Set<Int>
  /// Cells by row.
  var rows: [[String]] = []

  /// The same table for a report's page.
  var textTable: TextTable {
    var table = TextTable(
      columns: head.enumerated().map { index, title in
        rightAligned.contains(index) ? .number(title) : .text(title)
      })
    for row in rows { table.row(row) }
    return table
  }

  /// The lines of the table, each indented by two blanks; none without rows.
  var lines: [String] {
    guard !rows.isEmpty else { return [] }
    return textTable.text().split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "  " + $0 }
  }
}
