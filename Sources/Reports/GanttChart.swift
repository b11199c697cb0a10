import Quantities

extension SVGChart {
  /// One piece of work on one lane, from start to end.
  public struct Span: Sendable, Hashable {
    /// Index of the lane it ran on.
    public var lane: Int
    /// Seconds after the chart's zero.
    public var start: Double
    /// Seconds after the chart's zero.
    public var end: Double
    /// What ran; equal labels share a colour.
    public var label: String
    /// Its name among those of one label; empty when the label says it all.
    public var name: String

    /// Places a piece of work.
    public init(lane: Int, start: Double, end: Double, label: String, name: String = "") {
      self.name = name
      self.lane = lane
      self.start = start
      self.end = end
      self.label = label
    }
  }

  /// Jobs over cores: one row per lane, time to the right.
  ///
  /// - Parameters:
  ///   - lanes: names of the rows, such as `NUMA 0 · core 3`.
  ///   - spans: those whose lane does not exist are left out.
  public static func gantt(title: String, lanes: [String], spans: [Span]) -> SVG {
    var canvas = SVGCanvas()
    let shown = spans.filter {
      lanes.indices.contains($0.lane) && $0.start.isFinite && $0.end >= $0.start
    }
    var labels: [String] = []
    for span in shown where !labels.contains(span.label) { labels.append(span.label) }
    let top = header(&canvas, title: title, series: labels) + 4
    let left = labelRoom(lanes)
    let pitch = lanes.count > 24 ? 16.0 : 24.0
    let bottom = top + pitch * Double(lanes.count)
    let axis = LinearAxis(.seconds, largest: shown.map(\.end).max() ?? 0)
    let scale = (width - right - left) / axis.end
    grid(&canvas, axis, left: left, top: top, bottom: bottom)
    for (index, lane) in lanes.enumerated() {
      let middle = top + pitch * (Double(index) + 0.5) + 4
      canvas.text(cut(lane), x: left - 8, y: middle, classes: "end small")
    }
    for span in shown {
      let x = left + max(0, span.start) * scale
      let length = max(1, (span.end - max(0, span.start)) * scale)
      let y = top + pitch * Double(span.lane) + 2
      let who = span.name.isEmpty ? span.label : "\(span.name) (\(span.label))"
      let times = "\(Format.seconds(span.start)) to \(Format.seconds(span.end))"
      canvas.rectangle(
        x: x, y: y, width: length, height: pitch - 4,
        color: labels.firstIndex(of: span.label) ?? 0,
        tip: "\(who) on \(lanes[span.lane]): \(times)")
      let text = span.name.isEmpty ? span.label : span.name
      if pitch > 20, Double(text.count) * 6.6 + 10 < length {
        canvas.text(text, x: x + 6, y: y + pitch / 2 + 2, classes: "on small")
      }
    }
    let busy = "\(shown.count) pieces of work on \(lanes.count) lanes"
    let end = Format.seconds(shown.map(\.end).max() ?? 0)
    return SVG(
      title: title, summary: "\(busy), the last ends at \(end)", width: width,
      height: bottom + 28, body: canvas.body)
  }
}
