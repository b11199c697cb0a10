import Reports
import TestSupport
import Testing

@Suite struct SVGChartTests {
  @Test(arguments: 0..<5) func chartsAreWellFormedXML(index: Int) {
    let document = SampleReport.charts(name: SampleReport.hostile)[index].document
    #expect(WellFormed.fault(in: document) == nil)
    #expect(!document.contains("<script"))
    #expect(document.contains("role=\"img\" aria-label=\""))
  }

  @Test func theCheckerOfXMLFindsFaults() {
    #expect(WellFormed.fault(in: "<a><b></a></b>") != nil)
    #expect(WellFormed.fault(in: "<a>1 < 2</a>") != nil)
    #expect(WellFormed.fault(in: "<a>&nbsp;</a>") != nil)
    #expect(WellFormed.fault(in: "<a") != nil)
    #expect(WellFormed.fault(in: "<a b=\"c\"/>") == nil)
  }

  @Test func barsAreAsLongAsTheirValues() throws {
    let chart = SVGChart.groupedBars(
      title: "t", measure: .number(unit: "x"), series: ["a"],
      groups: [.init("one", [1]), .init("four", [4])])
    let widths = barWidths(chart.document)
    try #require(widths.count == 2)
    #expect(relativeError(widths[1], 4 * widths[0]) < 0.002)
    #expect(chart.summary == "one: a 1.00 x; four: a 4.00 x")
  }

  @Test func stackedPartsAddUpAndAbsentOnesAreLeftOut() throws {
    let chart = SVGChart.stackedBars(
      title: "t", measure: .bytes, parts: ["p", "q", "r"],
      groups: [.init("one", [1024, nil, 3072])], limit: .init("capacity", 8192))
    // Three squares of the legend, then the two parts.
    let widths = barWidths(chart.document).dropFirst(3)
    #expect(widths.count == 2)
    #expect(relativeError(widths.last ?? 0, 3 * (widths.first ?? 1)) < 0.002)
    #expect(chart.summary == "one: 4.00 KiB")
    #expect(chart.document.contains("capacity: 8.00 KiB"))
  }

  @Test func emptyAndStrangeValuesDrawNothingWrong() {
    let charts = [
      SVGChart.groupedBars(title: "t", measure: .seconds, series: [], groups: []),
      SVGChart.groupedBars(
        title: "t", measure: .seconds, series: ["a"],
        groups: [.init("x", [.nan]), .init("y", [.infinity]), .init("z", [0]), .init("w", [])]),
      SVGChart.stackedBars(title: "t", measure: .bytes, parts: [], groups: []),
      SVGChart.gantt(title: "t", lanes: [], spans: []),
      SVGChart.gantt(
        title: "t", lanes: ["a"],
        spans: [
          .init(lane: 0, start: .nan, end: 1, label: "x"),
          .init(lane: 0, start: 2, end: 1, label: "x"),
          .init(lane: -1, start: 0, end: 1, label: "x"),
        ]),
      SVGChart.steps(title: "t", measure: .seconds, curves: []),
      SVGChart.steps(
        title: "t", measure: .number(unit: ""),
        curves: [.init("a", [.init(time: .infinity, value: 1), .init(time: 1, value: .nan)])]),
      SVGChart.predictedOverMeasured(
        title: "t", measure: .seconds, pairs: [.init("x", predicted: .nan, measured: 0)]),
    ]
    for chart in charts {
      #expect(WellFormed.fault(in: chart.document) == nil)
      #expect(!chart.document.contains("\"nan") && !chart.document.contains("\"inf"))
    }
  }

  @Test func aCurveHoldsItsValueUntilItChanges() throws {
    let chart = SVGChart.steps(
      title: "t", measure: .number(unit: ""),
      curves: [
        .init(
          "a", [.init(time: 0, value: 0), .init(time: 50, value: 10), .init(time: 100, value: 5)])
      ])
    let start = try #require(chart.document.firstRange(of: "<polyline points=\""))
    let points = chart.document[start.upperBound...].prefix { $0 != "\"" }.split(separator: " ")
      .map { $0.split(separator: ",").compactMap { Double($0) } }
    try #require(points.count == 5)
    // Level until half the time, up, level, down by half.
    #expect(points[0][1] == points[1][1] && points[1][0] == points[2][0])
    #expect(points[2][1] == points[3][1] && points[3][0] == points[4][0])
    #expect(relativeError(points[1][0] - points[0][0], points[3][0] - points[1][0]) < 0.01)
    let (up, down) = (points[1][1] - points[2][1], points[4][1] - points[3][1])
    #expect(up > 0 && relativeError(up, 2 * down) < 0.01)
  }

  @Test func ticksAreRoundAndInTheUnitOfTheAxis() {
    let chart = SVGChart.groupedBars(
      title: "t", measure: .bytes, series: ["a"], groups: [.init("x", [3.5 * 1_073_741_824])])
    for label in ["0", "1", "2", "3", "4", "GiB"] {
      #expect(chart.document.contains(">\(label)</text>"), "\(label)")
    }
  }

  private func barWidths(_ document: String) -> [Double] {
    document.split(separator: "\n").filter { $0.contains("class=\"bar ") }.compactMap { line in
      guard let start = line.firstRange(of: "width=\"") else { return nil }
      return Double(line[start.upperBound...].prefix { $0 != "\"" })
    }
  }
}
