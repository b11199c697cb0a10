import Quantities

extension SVGChart {
  /// A label with one value per series; nil where a series has none.
  public struct BarGroup: Sendable, Hashable {
    /// What the bars stand for, such as a job.
    public var label: String
    /// One value per series.
    public var values: [Double?]

    /// Pairs a label with its values.
    public init(_ label: String, _ values: [Double?]) {
      self.label = label
      self.values = values
    }
  }

  /// A line across all bars, such as a device's capacity.
  public struct Limit: Sendable, Hashable {
    /// What the line means.
    public var label: String
    /// Where it stands, in the chart's measure.
    public var value: Double

    /// Names a limit.
    public init(_ label: String, _ value: Double) {
      self.label = label
      self.value = value
    }
  }

  /// Bars side by side, one per series: predicted against measured.
  ///
  /// - Parameter series: names of the series, in the order of each group's values.
  public static func groupedBars(
    title: String, measure: Measure, series: [String], groups: [BarGroup]
  ) -> SVG {
    var canvas = SVGCanvas()
    let top = header(&canvas, title: title, series: series) + 4
    let left = labelRoom(groups.map(\.label))
    let thickness = 14.0
    let pitch = thickness * Double(max(1, series.count)) + 14
    let bottom = top + pitch * Double(groups.count)
    let axis = LinearAxis(measure, largest: groups.flatMap(\.values).compactMap(\.self).max() ?? 0)
    let scale = (width - right - left) / axis.end
    grid(&canvas, axis, left: left, top: top, bottom: bottom)
    for (index, group) in groups.enumerated() {
      let y = top + pitch * Double(index) + 7
      let middle = y + thickness * Double(series.count) / 2 + 4
      canvas.text(cut(group.label), x: left - 8, y: middle, classes: "end")
      for (color, value) in group.values.prefix(series.count).enumerated() {
        let barTop = y + thickness * Double(color)
        guard let value, value.isFinite else {
          canvas.text("none", x: left + 6, y: barTop + 11, classes: "faint small")
          continue
        }
        let length = max(1, value * scale)
        canvas.rectangle(
          x: left, y: barTop, width: length, height: thickness - 2, color: color,
          tip: "\(group.label), \(series[color]): \(measure.text(value))")
        canvas.text(measure.text(value), x: left + length + 6, y: barTop + 10, classes: "small")
      }
    }
    let words = groups.map { group in
      let values = zip(series, group.values).map { "\($0) \($1.map(measure.text) ?? "none")" }
      return group.label + ": " + values.joined(separator: ", ")
    }
    return SVG(
      title: title, summary: words.joined(separator: "; "), width: width, height: bottom + 28,
      body: canvas.body)
  }

  /// Bars made of parts, one after the other: memory by role against a device's capacity.
  ///
  /// - Parameter parts: names of the parts, in the order of each group's values.
  public static func stackedBars(
    title: String, measure: Measure, parts: [String], groups: [BarGroup], limit: Limit? = nil
  ) -> SVG {
    var canvas = SVGCanvas()
    let top = header(&canvas, title: title, series: parts) + (limit == nil ? 4 : 20)
    let left = labelRoom(groups.map(\.label))
    let pitch = 36.0
    let bottom = top + pitch * Double(groups.count)
    let totals = groups.map { $0.values.compactMap(\.self).reduce(0, +) }
    let axis = LinearAxis(measure, largest: max(totals.max() ?? 0, limit?.value ?? 0))
    let scale = (width - right - left) / axis.end
    grid(&canvas, axis, left: left, top: top, bottom: bottom)
    for (index, group) in groups.enumerated() {
      let y = top + pitch * Double(index) + 7
      canvas.text(cut(group.label), x: left - 8, y: y + 15, classes: "end")
      var x = left
      for (color, value) in group.values.prefix(parts.count).enumerated() {
        guard let value, value > 0, value.isFinite else { continue }
        let share = Format.percent(value / max(totals[index], .leastNormalMagnitude), digits: 0)
        canvas.rectangle(
          x: x, y: y, width: value * scale, height: 22, color: color,
          tip: "\(group.label), \(parts[color]): \(measure.text(value)), \(share)")
        x += value * scale
      }
      canvas.text(measure.text(totals[index]), x: x + 6, y: y + 15, classes: "small")
    }
    if let limit, limit.value.isFinite {
      let x = left + limit.value * scale
      canvas.line(x, top - 4, x, bottom, classes: "limit")
      canvas.text(
        "\(limit.label): \(measure.text(limit.value))", x: x - 6, y: top - 6,
        classes: "limit-text small end")
    }
    let words = zip(groups, totals).map { "\($0.label): \(measure.text($1))" }
    return SVG(
      title: title, summary: words.joined(separator: "; "), width: width, height: bottom + 28,
      body: canvas.body)
  }
}
