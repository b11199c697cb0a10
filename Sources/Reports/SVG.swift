/// A finished drawing: embedded into a page, or written as a file of its own.
public struct SVG: Sendable, Hashable {
  /// What the drawing shows, also read out by screen readers.
  public let title: String
  /// The numbers of the drawing in words, for who cannot see it.
  public let summary: String
  let width: Double
  let height: Double
  let body: String

  /// The element for a page that carries `SVG.style`.
  var element: String {
    let box = "0 0 \(Markup.number(width)) \(Markup.number(height))"
    let label = Markup.escape(summary.isEmpty ? title : "\(title). \(summary)")
    return """
      <svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="\(box)" \
      width="\(Markup.number(width))" height="\(Markup.number(height))" \
      role="img" aria-label="\(label)">\(body)</svg>
      """
  }

  /// A whole file, with its own style and a background.
  public var document: String {
    let background = "<style>\(Self.style)</style><rect class=\"back\" width=\"100%\" "
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    guard let end = element.firstIndex(of: ">") else { return head + element }
    return head + element[...end] + background + "height=\"100%\"/>"
      + element[element.index(after: end)...] + "\n"
  }

  /// Colours after Okabe and Ito's palette, which colour-blind readers can tell apart.
  static let style = """
    .chart{font:12px system-ui,sans-serif;--ink:#1c2530;--faint:#67727e;--line:#d9dee4;\
    --back:#fff;--c0:#0072b2;--c1:#e69f00;--c2:#009e73;--c3:#cc79a7;--c4:#56b4e9;--c5:#d55e00;\
    --c6:#8a6fc2;--c7:#7a8794;--limit:#c0202c;max-width:100%;height:auto}
    @media (prefers-color-scheme:dark){.chart{--ink:#e6eaee;--faint:#9aa5b1;--line:#343d47;\
    --back:#14191f;--c0:#3d9fe0;--c1:#f0b429;--c2:#27b98f;--c3:#dd97bd;--c4:#8accf2;--c5:#ee7b30;\
    --c6:#ab95dd;--c7:#95a1ad;--limit:#ff6b6b}}
    .chart text{fill:var(--ink)}.chart .faint{fill:var(--faint)}.chart .head{font-weight:600;\
    font-size:14px}.chart .small{font-size:11px}.chart .end{text-anchor:end}\
    .chart .mid{text-anchor:middle}.chart .grid{stroke:var(--line)}.chart .on{fill:#fff;\
    paint-order:stroke;stroke:#0007;stroke-width:2px;stroke-linejoin:round}
    .chart .limit{stroke:var(--limit);stroke-width:2;stroke-dasharray:5 3}\
    .chart .limit-text{fill:var(--limit)}.chart .back{fill:var(--back)}\
    .chart .diagonal{stroke:var(--faint);stroke-dasharray:4 4}
    .chart .c0{fill:var(--c0)}.chart .c1{fill:var(--c1)}.chart .c2{fill:var(--c2)}\
    .chart .c3{fill:var(--c3)}.chart .c4{fill:var(--c4)}.chart .c5{fill:var(--c5)}\
    .chart .c6{fill:var(--c6)}.chart .c7{fill:var(--c7)}
    .chart .curve{fill:none;stroke-width:1.5}
    .chart .s0{stroke:var(--c0)}.chart .s1{stroke:var(--c1)}.chart .s2{stroke:var(--c2)}\
    .chart .s3{stroke:var(--c3)}.chart .s4{stroke:var(--c4)}.chart .s5{stroke:var(--c5)}\
    .chart .s6{stroke:var(--c6)}.chart .s7{stroke:var(--c7)}
    .chart .bar:hover{opacity:.75}
    """
}

/// Collects the elements of a drawing; coordinates in CSS pixels, y downward.
struct SVGCanvas {
  private(set) var body = ""

  mutating func text(_ text: String, x: Double, y: Double, classes: String = "") {
    let attribute = classes.isEmpty ? "" : " class=\"\(classes)\""
    body += "<text x=\"\(Markup.number(x))\" y=\"\(Markup.number(y))\"\(attribute)>"
    body += Markup.escape(text) + "</text>\n"
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, classes: String) {
    body += "<line x1=\"\(Markup.number(x1))\" y1=\"\(Markup.number(y1))\""
    body += " x2=\"\(Markup.number(x2))\" y2=\"\(Markup.number(y2))\" class=\"\(classes)\"/>\n"
  }

  mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, color: Int, tip: String = ""
  ) {
    body += "<rect x=\"\(Markup.number(x))\" y=\"\(Markup.number(y))\""
    body += " width=\"\(Markup.number(max(0, width)))\" height=\"\(Markup.number(height))\""
    body += " rx=\"2\" class=\"bar c\(Self.color(color))\"" + Self.tip(tip, closing: "rect")
  }

  mutating func dot(x: Double, y: Double, color: Int, tip: String) {
    body += "<circle cx=\"\(Markup.number(x))\" cy=\"\(Markup.number(y))\" r=\"4\""
    body += " class=\"bar c\(Self.color(color))\"" + Self.tip(tip, closing: "circle")
  }

  /// A line through places, in order.
  mutating func path(_ places: [(x: Double, y: Double)], color: Int) {
    guard !places.isEmpty else { return }
    let points = places.map { "\(Markup.number($0.x)),\(Markup.number($0.y))" }
    body += "<polyline points=\"\(points.joined(separator: " "))\""
    body += " class=\"curve s\(Self.color(color))\"/>\n"
  }

  private static func tip(_ tip: String, closing: String) -> String {
    tip.isEmpty ? "/>\n" : "><title>\(Markup.escape(tip))</title></\(closing)>\n"
  }

  /// Eight colours, used again from the first when they run out.
  private static func color(_ index: Int) -> Int { ((index % 8) + 8) % 8 }
}
