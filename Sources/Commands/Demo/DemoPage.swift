import Calibration
import CostModel
import HardwareModel
import JobStore
import Models
import Planner
import Quantities
import Reports

/// The demonstration as one self-contained page.
enum DemoPage {
  static func html(_ result: DemoResult) -> String {
    let device = result.calibration.device
    var page = HTMLReport(
      title: "HFM Planner: predicted and measured on this machine",
      subtitle: "\(result.machine.name) · \(device.source)")
    page.figures([
      (result.meanError.map { Format.percent($0) } ?? "-", "mean error of the predicted job times"),
      ("\(result.report.outcomes.count { $0.state == .done })", "jobs run with real kernels"),
      (device.peaks.first.map { Format.rate($0.flopsPerSecond) } ?? "-", "measured fp32 products"),
      (Format.rate(device.memoryBandwidth), "measured memory bandwidth"),
    ])
    page.add(section: "Predicted against measured")
    page.table(DemoTables.outcomes(result))
    page.chart(
      SVGChart.groupedBars(
        title: "Seconds of each job", measure: .seconds, series: ["predicted", "measured"],
        groups: result.report.outcomes.map {
          .init($0.id, [$0.predictedSeconds, $0.measuredSeconds])
        }))
    page.add(section: "Who ran where")
    page.chart(
      SVGChart.gantt(
        title: "Jobs over processing units", lanes: result.cpus.map { "cpu \($0)" },
        spans: spans(result)),
      caption: "From start to end, with set-up and warm-up; the bars above hold the passes only.")
    page.add(section: "What a sample costs")
    page.table(DemoTables.costs(result.costs))
    page.add(section: "How training would be planned")
    page.table(DemoTables.plans(result.costs))
    page.chart(memory(result))
    page.add(section: "This machine")
    page.preformatted(MachineDrawing(result.machine).lines.joined(separator: "\n"))
    for note in result.machine.notes { page.paragraph(note) }
    return page.html
  }

  private static func spans(_ result: DemoResult) -> [SVGChart.Span] {
    result.report.outcomes.flatMap { outcome -> [SVGChart.Span] in
      guard let start = outcome.startSeconds, let end = outcome.endSeconds else { return [] }
      return (outcome.placement?.cpus ?? []).compactMap { cpu in
        result.cpus.firstIndex(of: cpu).map {
          SVGChart.Span(lane: $0, start: start, end: end, label: outcome.id)
        }
      }
    }
  }

  /// Memory of the best plan of each model on one GPU.
  private static func memory(_ result: DemoResult) -> SVG {
    let gpu = result.costs.first?.plans.dropFirst().first?.cluster.device
    let groups = result.costs.compactMap { cost -> SVGChart.BarGroup? in
      guard let plan = cost.plans.first(where: { $0.cluster.device.id == gpu?.id })?.best else {
        return nil
      }
      let memory = plan.memory
      let known = [
        memory.parametersBytes, memory.gradientsBytes, memory.optimizerBytes,
        memory.activationsBytes,
      ].map { Double($0) }
      return .init(cost.model.id, known)
    }
    return SVGChart.stackedBars(
      title: "Memory of the best plan on one \(gpu?.name ?? "GPU")", measure: .bytes,
      parts: ["parameters", "gradients", "optimizer", "activations"], groups: groups)
  }
}
