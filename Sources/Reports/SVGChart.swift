/// Charts as SVG, without scripts; exact values appear on hover and to screen readers.
public enum SVGChart {
  static let width = 860.0
  static let right = 96.0

  /// Room for the labels at the left, by the longest of them.
  static func labelRoom(_ labels: [String]) -> Double {
    let longest = labels.map(\.count).max() ?? 0
    return min(280, max(60, Double(min(longest, 40)) * 6.8 + 16))
  }

  /// A label cut to the room that `labelRoom` grants.
  static func cut(_ label: String) -> String {
    label.count > 40 ? label.prefix(39) + "…" : label
  }

  /// The title and, for more than one series, the legend; returns the height used.
  static func header(_ canvas: inout SVGCanvas, title: String, series: [String]) -> Double {
    canvas.text(title, x: 12, y: 22, classes: "head")
    guard series.count > 1 else { return 36 }
    var x = 12.0
    var y = 34.0
    for (index, name) in series.enumerated() {
      let room = Double(cut(name).count) * 6.8 + 42
      if x + room > width && x > 12 {
        x = 12
        y += 20
      }
      canvas.rectangle(x: x, y: y, width: 12, height: 12, color: index)
      canvas.text(cut(name), x: x + 18, y: y + 10)
      x += room
    }
    return y + 26
  }

  /// Vertical grid lines with labels below, and the unit at the end.
  static func grid(
    _ canvas: inout SVGCanvas, _ axis: LinearAxis, left: Double, top: Double, bottom: Double
  ) {
    let span = width - right - left
    for tick in axis.ticks {
      let x = left + span * tick.value / axis.end
      canvas.line(x, top, x, bottom, classes: "grid")
      canvas.text(tick.label, x: x, y: bottom + 16, classes: "faint small mid")
    }
    canvas.text(axis.unit, x: width - right + 20, y: bottom + 16, classes: "faint small")
  }
}
