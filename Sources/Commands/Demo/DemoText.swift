import Calibration
import HardwareModel
import JobStore
import Models
import Quantities
import Reports
import Workloads

/// What the demonstration says on the terminal; nothing with `--json`.
struct DemoText {
  private let console: Console

  init(_ console: Console) { self.console = console }

  private func heading(_ text: String) {
    guard !console.json else { return }
    console.print()
    console.print(console.color ? "\u{1B}[1m\(text)\u{1B}[0m" : text)
  }

  private func show(_ table: TextTable) {
    guard !console.json else { return }
    let text = table.text(color: console.color)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      console.print(line.isEmpty ? "" : "  " + line)
    }
  }

  private func say(_ line: String) { if !console.json { console.print("  " + line) } }

  func machine(_ machine: Machine) {
    heading("1. This machine")
    say(MachineDrawing.summary(machine))
    if let limits = machine.limits {
      say(
        "usable here: \(limits.cpus.count) processing units, "
          + "\(Format.bytes(limits.memoryBytes)) (\(limits.memorySource))")
    }
  }

  func calibration(_ result: CalibrationResult) {
    heading("2. Its speed, measured with the kernels that models run on")
    let device = result.device
    for peak in device.peaks {
      say("\(peak.dataType.rawValue) products  \(Format.rate(peak.flopsPerSecond))")
    }
    say("memory         \(Format.rate(device.memoryBandwidth))")
    say(
      "\(device.rates.count) rate curves; shapes left out of them are predicted with a mean error "
        + "of \(Format.percent(result.fit.meanAbsolutePercentageError / 100)) "
        + "(\(result.fit.points) points)")
  }

  func costs(_ costs: [DemoCosts]) {
    heading("3. What a sample of each model costs")
    show(DemoTables.costs(costs))
  }

  func plans(_ costs: [DemoCosts]) {
    heading("4. How their training would be planned")
    show(DemoTables.plans(costs))
  }

  func jobs(_ jobs: [JobSpecification]) {
    heading("5. As jobs on this machine, with real kernels and random weights of the real shapes")
    say(
      "\(jobs.count) jobs, placed by first-come-first-served with EASY backfill: inference on "
        + "half of the cores, training on all")
  }

  func outcomes(_ result: DemoResult) {
    heading("6. Predicted against measured")
    show(DemoTables.outcomes(result))
    for outcome in result.report.outcomes where !outcome.reason.isEmpty {
      say("\(outcome.id): \(outcome.state.rawValue): \(outcome.reason)")
    }
  }

  func files(_ files: DemoFiles) {
    heading("Left behind")
    say("\(files.page)    this as a page with charts")
    say("\(files.result)    all of it for programs")
    say("\(files.device), \(files.jobs)    run the jobs again by hand:")
    say("  hfm run \(files.jobs) --device-profile \(files.device)")
  }
}
