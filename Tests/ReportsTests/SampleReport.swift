import Reports

/// A page with one of everything; names are hostile where they come from a user.
enum SampleReport {
  static let hostile = "<script>alert('1')</script>&\"\u{1}"

  static func page(name: String) -> HTMLReport {
    var report = HTMLReport(title: "hfm demo", subtitle: "2 × 8 cores · 64 GiB · \(name)")
    report.figures([("3", "jobs run"), ("8.4 %", "mean error of the prediction")])
    report.add(section: "Jobs")
    var table = TextTable(
      "Jobs \(name)", columns: [.text("job"), .number("memory", unit: "GiB"), .text("note")])
    table.row(name, "1.25", "node 0")
    table.row("uni", "12.50", "slower than predicted", kind: .warning)
    table.row("both", "13.75", kind: .total)
    table.note = "Memory as \(name) had it at its peak."
    report.table(table)
    report.paragraph("Each job stayed on its node: \(name)")
    report.add(section: "Time \(name)")
    for chart in charts(name: name) { report.chart(chart, caption: "Caption \(name)") }
    report.add(section: "Machine")
    report.preformatted("node 0: cores 0-7 \(name)")
    return report
  }

  static func charts(name: String) -> [SVG] {
    [bars(name), memory(name), gantt(name), pairs(name), use(name)]
  }

  static func bars(_ name: String) -> SVG {
    SVGChart.groupedBars(
      title: "Step time \(name)", measure: .seconds, series: ["predicted", "measured"],
      groups: [
        .init(name, [0.412, 0.437]), .init("uni, fine-tuning, batch 8", [1.92, 1.71]),
        .init("esm2-650m, inference", [0.83, nil]), .init("conch, inference", [0.04, 0.0385]),
      ])
  }

  static func memory(_ name: String) -> SVG {
    let gib = 1_073_741_824.0
    return SVGChart.stackedBars(
      title: "Memory of one device", measure: .bytes,
      parts: ["parameters", "gradients", "optimizer", "activations", name],
      groups: [
        .init(name, [0.41 * gib, 0.41 * gib, 0.82 * gib, 3.2 * gib, 0.3 * gib]),
        .init("uni", [1.13 * gib, 1.13 * gib, 2.26 * gib, 17.5 * gib, 0.9 * gib]),
        .init("esm2-650m", [2.4 * gib, nil, nil, 1.1 * gib, 0.2 * gib]),
      ], limit: .init("memory of the node", 32 * gib))
  }

  static func gantt(_ name: String) -> SVG {
    let lanes = (0..<8).map { "NUMA \($0 / 4) · core \($0)" }
    var spans: [SVGChart.Span] = []
    for lane in 0..<4 { spans.append(.init(lane: lane, start: 0, end: 31, label: name)) }
    for lane in 4..<6 { spans.append(.init(lane: lane, start: 0.4, end: 18, label: "uni")) }
    for lane in 6..<8 { spans.append(.init(lane: lane, start: 0.8, end: 44, label: "esm2-650m")) }
    for lane in 4..<6 { spans.append(.init(lane: lane, start: 18.5, end: 39, label: "conch")) }
    spans.append(.init(lane: 99, start: 0, end: 1, label: "no such lane"))
    return SVGChart.gantt(title: "Who ran where", lanes: lanes, spans: spans)
  }

  static func use(_ name: String) -> SVG {
    SVGChart.steps(
      title: "Cores in use \(name)", measure: .number(unit: ""),
      curves: [
        .init(name, [.init(time: 0, value: 2), .init(time: 50, value: 8)]),
        .init("other", [.init(time: 0, value: 4), .init(time: 100, value: .nan)]),
      ], limit: .init("all", 8))
  }

  static func pairs(_ name: String) -> SVG {
    let pairs = (1...24).map { index in
      let measured = 1e-5 * Double(index * index * index)
      return SVGChart.Pair(
        "\(name) \(index)", predicted: measured * (1 + 0.3 * Double(index % 5 - 2) / 2),
        measured: measured, series: index % 2)
    }
    return SVGChart.predictedOverMeasured(
      title: "Operators: predicted over measured", measure: .seconds, series: ["gemm", "softmax"],
      pairs: pairs + [.init("zero", predicted: 0, measured: 1)])
  }
}
