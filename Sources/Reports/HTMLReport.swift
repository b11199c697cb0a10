/// One self-contained page: no scripts, nothing fetched, light and dark, fit for print.
///
/// ```
/// var report = HTMLReport(title: "hfm demo")
/// report.add(section: "Jobs")
/// report.table(jobs)
/// report.chart(SVGChart.gantt(title: "Who ran where", lanes: cores, spans: spans))
/// let page = report.html
/// ```
public struct HTMLReport: Sendable {
  private let title: String
  private let subtitle: String
  private var headings: [String] = []
  private var body = ""

  /// Starts a page.
  ///
  /// - Parameter subtitle: a line below the title, such as the machine and the date.
  public init(title: String, subtitle: String = "") {
    self.title = title
    self.subtitle = subtitle
  }

  /// Starts a section; what is added next stands in it.
  public mutating func add(section heading: String) {
    headings.append(heading)
    body += "<h2 id=\"section-\(headings.count)\">\(Markup.escape(heading))</h2>\n"
  }

  /// Adds a paragraph of plain text.
  public mutating func paragraph(_ text: String) {
    body += "<p>\(Markup.escape(text))</p>\n"
  }

  /// Adds headline figures: a large value over what it means.
  public mutating func figures(_ figures: [(value: String, meaning: String)]) {
    body += "<dl class=\"figures\">\n"
    for figure in figures {
      body += "<div><dd>\(Markup.escape(figure.value))</dd>"
      body += "<dt>\(Markup.escape(figure.meaning))</dt></div>\n"
    }
    body += "</dl>\n"
  }

  /// Adds a table.
  public mutating func table(_ table: TextTable) {
    body += "<div class=\"scroll\"><table>\n"
    if !table.title.isEmpty { body += "<caption>\(Markup.escape(table.title))</caption>\n" }
    let headings = table.columns.map { column in
      let unit = column.unit.isEmpty ? "" : " <small>\(Markup.escape(column.unit))</small>"
      return "<th scope=\"col\"\(Self.side(column))>\(Markup.escape(column.title))\(unit)</th>"
    }
    body += "<thead><tr>\(headings.joined())</tr></thead>\n<tbody>\n"
    for row in table.rows {
      let cells = zip(table.columns, row.cells).map { column, cell in
        "<td\(Self.side(column))>\(Markup.escape(cell))</td>"
      }
      body += "<tr\(Self.rowClass(row.kind))>\(cells.joined())</tr>\n"
    }
    body += "</tbody></table></div>\n"
    if !table.note.isEmpty { body += "<p class=\"note\">\(Markup.escape(table.note))</p>\n" }
  }

  /// Adds a chart, with a caption below when one is given.
  public mutating func chart(_ chart: SVG, caption: String = "") {
    body += "<figure>\(chart.element)"
    if !caption.isEmpty { body += "<figcaption>\(Markup.escape(caption))</figcaption>" }
    body += "</figure>\n"
  }

  /// Adds text kept as it is, such as a drawing in characters or a command's output.
  public mutating func preformatted(_ text: String) {
    body += "<pre>\(Markup.escape(text))</pre>\n"
  }

  /// The page.
  public var html: String {
    let safeTitle = Markup.escape(title)
    let links = headings.enumerated().map { index, heading in
      "<a href=\"#section-\(index + 1)\">\(Markup.escape(heading))</a>"
    }
    let contents = headings.count > 2 ? "<nav>\(links.joined(separator: "\n"))</nav>\n" : ""
    let line = subtitle.isEmpty ? "" : "<p class=\"subtitle\">\(Markup.escape(subtitle))</p>\n"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; style-src 'unsafe-inline'">
      <meta name="color-scheme" content="light dark">
      <title>\(safeTitle)</title>
      <style>\(Self.style)\(SVG.style)</style>
      </head>
      <body>
      <main>
      <h1>\(safeTitle)</h1>
      \(line)\(contents)\(body)</main>
      </body>
      </html>

      """
  }

  private static func side(_ column: TextTable.Column) -> String {
    column.isNumber ? " class=\"number\"" : ""
  }

  private static func rowClass(_ kind: TextTable.RowKind) -> String {
    switch kind {
    case .plain: ""
    case .total: " class=\"total\""
    case .warning: " class=\"warning\""
    }
  }

  private static let style = """
    :root{--ink:#1c2530;--faint:#5b6672;--line:#d9dee4;--back:#fff;--panel:#f5f7f9;\
    --accent:#0072b2;--warning:#9a5b00}
    @media (prefers-color-scheme:dark){:root{--ink:#e6eaee;--faint:#9aa5b1;--line:#343d47;\
    --back:#14191f;--panel:#1c232b;--accent:#56b4e9;--warning:#f0b429}}
    body{margin:0;background:var(--back);color:var(--ink);\
    font:15px/1.5 system-ui,sans-serif}
    main{max-width:900px;margin:0 auto;padding:32px 20px 64px}
    h1{font-size:28px;line-height:1.2;margin:0}h2{font-size:19px;margin:40px 0 8px}
    .subtitle,.note,figcaption{color:var(--faint)}.subtitle{margin:4px 0 0}
    .note,figcaption{font-size:13px;margin:4px 0 0}
    nav{display:flex;flex-wrap:wrap;gap:4px 18px;margin:16px 0;padding:10px 14px;\
    background:var(--panel);border-radius:6px}
    nav a{color:var(--accent);text-decoration:none}nav a:hover{text-decoration:underline}
    .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;\
    margin:16px 0}
    .figures div{background:var(--panel);border-radius:6px;padding:12px 14px}
    .figures dd{margin:0;font-size:22px;font-weight:600}.figures dt{color:var(--faint);\
    font-size:13px}
    .scroll{overflow-x:auto}table{border-collapse:collapse;margin:10px 0;\
    font-variant-numeric:tabular-nums}
    caption{text-align:left;font-weight:600;padding:4px 0}
    th,td{padding:5px 18px 5px 0;text-align:left;border-bottom:1px solid var(--line);\
    white-space:nowrap}
    th{color:var(--faint);font-weight:500;font-size:13px}th small{font-weight:400}
    .number{text-align:right}.total td{font-weight:600;border-top:2px solid var(--line)}
    .warning td{color:var(--warning)}
    figure{margin:16px 0}pre{background:var(--panel);border-radius:6px;padding:12px 14px;\
    overflow-x:auto;font-size:13px;line-height:1.35}
    @media print{main{max-width:none;padding:0}figure,tr{break-inside:avoid}}

    """
}
