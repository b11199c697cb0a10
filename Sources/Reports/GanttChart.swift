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
    /// Where in its lane it begins, from 0 to 1.
    public var offset = 0.0
    /// How many lanes it takes up; a part of one where several share it.
    public var depth = 1.0
    /// What else to say of it on hover.
    public var note = ""

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
  ///   - legend: labels in the order of their colours, where charts shall agree; others follow as
  ///     they come.
  public static func gantt(
    title: String, lanes: [String], spans: [Span], legend: [String] = []
  ) -> SVG {
    var canvas = SVGCanvas()
    let shown = spans.filter {
      lanes.indices.contains($0.lane) && $0.start.isFinite && $0.end >= $0.start
    }
    var labels = legend
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
      // A gap between neighbours, as long as there is room for one.
      let room = pitch * max(0, span.depth)
      let gap = min(4, room / 4)
      let y = top + pitch * (Double(span.lane) + span.offset) + gap / 2
      canvas.rectangle(
        x: x, y: y, width: length, height: room - gap,
        color: labels.firstIndex(of: span.label) ?? 0, tip: tip(span, lanes))
      let text = span.name.isEmpty ? span.label : span.name
      if room >= 20, Double(text.count) * 6.6 + 10 < length {
        canvas.text(text, x: x + 6, y: y + (room - gap) / 2 + 4, classes: "on small")
      }
    }
    let busy = "\(shown.count) pieces of work on \(lanes.count) lanes"
    let end = Format.seconds(shown.map(\.end).max() ?? 0)
    return SVG(
      title: title, summary: "\(busy), the last ends at \(end)", width: width,
      height: bottom + 28, body: canvas.body)
  }

  /// Who, where, when.
  private static func tip(_ span: Span, _ lanes: [String]) -> String {
    let who = span.name.isEmpty ? span.label : "\(span.name) (\(span.label))"
    let last =
      min(lanes.count, Int((Double(span.lane) + span.offset + span.depth).rounded(.up))) - 1
    let place = lanes[span.lane] + (last > span.lane ? " to \(lanes[last])" : "")
    let times = "\(Format.seconds(span.start)) to \(Format.seconds(span.end))"
    return "\(who) on \(place): \(times)" + (span.note.isEmpty ? "" : ", \(span.note)")
  }
}
