/// A table of text: columns aligned, units in the headers, numbers to the right.
///
/// ```
/// var table = TextTable("Jobs", columns: [.text("job"), .number("memory", unit: "GiB")])
/// table.row("bert-base", "1.25")
/// print(table.text())
/// ```
public struct TextTable: Sendable, Hashable {
  /// A column's heading and side.
  public struct Column: Sendable, Hashable {
    /// The heading.
    public var title: String
    /// The unit of every value below, shown in the heading; empty when cells carry their own.
    public var unit: String
    /// Whether values stand to the right, as numbers do.
    public var isNumber: Bool

    /// A column of words.
    public static func text(_ title: String) -> Column {
      Column(title: title, unit: "", isNumber: false)
    }
    /// A column of numbers, all of one unit when one is given.
    public static func number(_ title: String, unit: String = "") -> Column {
      Column(title: title, unit: unit, isNumber: true)
    }

    /// `memory (GiB)`.
    public var heading: String { unit.isEmpty ? title : "\(title) (\(unit))" }
  }

  /// What a row is for; a total stands apart from the rows above it.
  public enum RowKind: Sendable, Hashable {
    case plain, total, warning
  }

  /// One row; `cells` has as many entries as the table has columns.
  public struct Row: Sendable, Hashable {
    /// What the row is for.
    public var kind: RowKind
    /// One text per column.
    public var cells: [String]
  }

  /// The table's title; empty for none.
  public var title: String
  /// The columns, left to right.
  public let columns: [Column]
  /// The rows, top to bottom.
  public private(set) var rows: [Row] = []
  /// A line below the table; empty for none.
  public var note = ""

  /// Creates a table without rows.
  public init(_ title: String = "", columns: [Column]) {
    self.title = title
    self.columns = columns
  }

  /// Appends a row; missing cells are empty, cells beyond the last column are dropped.
  public mutating func row(_ cells: String..., kind: RowKind = .plain) { row(cells, kind: kind) }

  /// Appends a row; missing cells are empty, cells beyond the last column are dropped.
  public mutating func row(_ cells: [String], kind: RowKind = .plain) {
    let filled = cells.prefix(columns.count).map(Self.printable)
    let missing = Array(repeating: "", count: columns.count - filled.count)
    rows.append(Row(kind: kind, cells: filled + missing))
  }

  /// The table as lines joined by newlines, without one at the end.
  ///
  /// - Parameters:
  ///   - color: whether headings are bold and warnings yellow (ANSI escape sequences).
  ///   - width: columns of the terminal: the widest column of words is shortened to fit; nil never
  ///     shortens.
  public func text(color: Bool = false, width: Int? = nil) -> String {
    let widths = columnWidths(limit: width)
    var lines: [String] = []
    if !title.isEmpty { lines.append(Self.paint(Self.printable(title), "1", color)) }
    let headings = columns.map { Self.printable($0.heading) }
    lines.append(Self.paint(line(headings, widths), "2", color))
    for row in rows {
      if row.kind == .total { lines.append(line(widths.map(Self.rule), widths)) }
      let text = line(row.cells, widths)
      lines.append(row.kind == .warning ? Self.paint(text, "33", color) : text)
    }
    if !note.isEmpty { lines.append(Self.paint(Self.printable(note), "2", color)) }
    return lines.joined(separator: "\n")
  }

  private func columnWidths(limit: Int?) -> [Int] {
    var widths = columns.indices.map { index in
      rows.map { $0.cells[index].count }.reduce(columns[index].heading.count, max)
    }
    guard let limit else { return widths }
    let excess = widths.reduce(0, +) + 2 * max(0, widths.count - 1) - limit
    let words = widths.indices.filter { !columns[$0].isNumber }
    if excess > 0, let widest = words.max(by: { widths[$0] < widths[$1] }) {
      let shortest = max(8, columns[widest].heading.count)
      widths[widest] = min(widths[widest], max(shortest, widths[widest] - excess))
    }
    return widths
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var text = ""
    for index in cells.indices {
      if index > 0 { text += "  " }
      let cell = Self.shortened(cells[index], widths[index])
      let space = String(repeating: " ", count: widths[index] - cell.count)
      text += columns[index].isNumber ? space + cell : cell + space
    }
    while text.last == " " { text.removeLast() }
    return text
  }

  private static func rule(_ width: Int) -> String { String(repeating: "-", count: width) }

  private static func shortened(_ text: String, _ width: Int) -> String {
    text.count > width ? text.prefix(max(0, width - 1)) + "…" : text
  }

  private static func paint(_ text: String, _ code: String, _ color: Bool) -> String {
    color ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  /// Names come from files of strangers: control characters must not reach the terminal.
  private static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var clean = ""
    for scalar in text.unicodeScalars {
      clean.unicodeScalars.append(isControl(scalar) ? "\u{FFFD}" : scalar)
    }
    return clean
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .format: true
    default: false
    }
  }
}
