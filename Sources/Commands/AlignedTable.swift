/// A table for a terminal: a head, rows, columns padded to their widest cell.
struct AlignedTable {
  /// Titles of the columns.
  var head: [String]
  /// Columns whose cells are numbers and stand at the right.
  var rightAligned: Set<Int>
  /// Cells by row.
  var rows: [[String]] = []

  /// The lines of the table, each indented by two blanks; none without rows.
  var lines: [String] {
    guard !rows.isEmpty else { return [] }
    let all = [head] + rows
    let widths = head.indices.map { column in
      all.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return all.map { row in
      var line = " "
      for (column, cell) in row.enumerated() where column < widths.count {
        let blanks = String(repeating: " ", count: widths[column] - cell.count)
        line += " " + (rightAligned.contains(column) ? blanks + cell : cell + blanks) + " "
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
