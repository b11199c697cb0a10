import Quantities

extension SVGChart {
  /// A quantity that holds its value until it changes.
  public struct Curve: Sendable, Hashable {
    /// A change: from `time` on it has `value`.
    public struct Point: Sendable, Hashable {
      /// Seconds after the chart's zero.
      public var time: Double
      /// The value from then on.
      public var value: Double
      /// Pairs a time with a value.
      public init(time: Double, value: Double) {
        self.time = time
        self.value = value
      }
    }

    /// What it is, for the legend.
    public var name: String
    /// Changes, ascending by time.
    public var points: [Point]

    /// Names changes.
    public init(_ name: String, _ points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  /// Step curves over time, such as the part of a machine that is in use.
  ///
  /// - Parameter limit: A line across, such as all there is; also the least height of the axis.
  public static func steps(
    title: String, measure: Measure, curves: [Curve], limit: Limit? = nil
  ) -> SVG {
    var canvas = SVGCanvas()
    let shown = curves.map { curve in
      Curve(curve.name, curve.points.filter { $0.time.isFinite && $0.value.isFinite })
    }
    let top = header(&canvas, title: title, series: shown.map(\.name)) + 8
    let (left, bottom) = (96.0, top + 180)
    let values = shown.flatMap(\.points)
    let time = LinearAxis(.seconds, largest: values.map(\.time).max() ?? 0)
    let axis = LinearAxis(measure, largest: max(values.map(\.value).max() ?? 0, limit?.value ?? 0))
    grid(&canvas, time, left: left, top: top, bottom: bottom)
    let across = (width - right - left) / time.end
    let up = (bottom - top) / axis.end
    for tick in axis.ticks {
      let y = bottom - tick.value * up
      canvas.line(left, y, width - right, y, classes: "grid")
      canvas.text(tick.label, x: left - 8, y: y + 4, classes: "faint small end")
    }
    canvas.text(axis.unit, x: left - 8, y: top - 8, classes: "faint small end")
    if let limit {
      let y = bottom - limit.value * up
      canvas.line(left, y, width - right, y, classes: "limit")
      canvas.text(limit.label, x: width - right + 6, y: y + 4, classes: "limit-text small")
    }
    for (color, curve) in shown.enumerated() {
      var places: [(x: Double, y: Double)] = []
      for point in curve.points {
        let x = left + max(0, point.time) * across
        if let last = places.last { places.append((x, last.y)) }
        places.append((x, bottom - max(0, point.value) * up))
      }
      canvas.path(places, color: color)
    }
    let words = shown.map { curve in
      let most = curve.points.map(\.value).max() ?? 0
      return "\(curve.name): at most \(measure.text(most)), ends at "
        + Format.seconds(curve.points.last?.time ?? 0)
    }
    return SVG(
      title: title, summary: words.joined(separator: "; "), width: width, height: bottom + 28,
      body: canvas.body)
  }
}
