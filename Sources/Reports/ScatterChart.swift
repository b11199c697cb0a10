import Quantities

extension SVGChart {
  /// One prediction beside what was measured.
  public struct Pair: Sendable, Hashable {
    /// What was predicted and measured.
    public var label: String
    /// The prediction, in the chart's measure.
    public var predicted: Double
    /// The measurement, in the chart's measure.
    public var measured: Double
    /// Index of the series that the pair belongs to.
    public var series: Int

    /// Holds a prediction against a measurement.
    public init(_ label: String, predicted: Double, measured: Double, series: Int = 0) {
      self.label = label
      self.predicted = predicted
      self.measured = measured
      self.series = series
    }
  }

  /// Predicted over measured on two equal logarithmic axes; on the dashed diagonal both agree.
  ///
  /// Pairs that are not positive have no place on a logarithmic axis and are left out; the summary
  /// says how many.
  public static func predictedOverMeasured(
    title: String, measure: Measure, series: [String] = [], pairs: [Pair]
  ) -> SVG {
    var canvas = SVGCanvas()
    let shown = pairs.filter {
      $0.predicted > 0 && $0.measured > 0 && $0.predicted.isFinite && $0.measured.isFinite
    }
    let top = header(&canvas, title: title, series: series) + 18
    let axis = LogAxis(shown.flatMap { [$0.predicted, $0.measured] })
    let (left, side) = (110.0, 420.0)
    let bottom = top + side
    for decade in axis.decades {
      let offset = side * axis.share(decade)
      canvas.line(left + offset, top, left + offset, bottom, classes: "grid")
      canvas.line(left, bottom - offset, left + side, bottom - offset, classes: "grid")
      let label = measure.text(decade)
      canvas.text(label, x: left + offset, y: bottom + 16, classes: "faint small mid")
      canvas.text(label, x: left - 8, y: bottom - offset + 4, classes: "faint small end")
    }
    canvas.line(left, bottom, left + side, top, classes: "diagonal")
    canvas.text("measured", x: left + side + 12, y: bottom + 4, classes: "faint")
    canvas.text("predicted", x: left - 8, y: top - 8, classes: "faint end")
    for pair in shown {
      canvas.dot(
        x: left + side * axis.share(pair.measured), y: bottom - side * axis.share(pair.predicted),
        color: pair.series, tip: tip(pair, measure))
    }
    let leftOut = pairs.count - shown.count
    let summary =
      shown.map { tip($0, measure) }.joined(separator: "; ")
      + (leftOut > 0 ? "; \(leftOut) without a positive value left out" : "")
    return SVG(
      title: title, summary: summary, width: 660, height: bottom + 28, body: canvas.body)
  }

  private static func tip(_ pair: Pair, _ measure: Measure) -> String {
    let error = Format.percent((pair.predicted - pair.measured) / pair.measured)
    return "\(pair.label): predicted \(measure.text(pair.predicted)), "
      + "measured \(measure.text(pair.measured)), error \(error)"
  }
}
