import Commands
import CostModel
import DataFormats
import Glibc
import HardwareModel
import Planner
import Quantities
import Validation

/// `hfm-bench validate`: predicts every published run and prints predicted, published and error.
struct ValidateTool {
  var fits = false
  var fitted: String?
  var json = false
  var rows = false
  var markdown: String?
  var parts: String?
  var data: String
  var runs = "Validation/runs.json"
  var measured = ["Validation/gpu-h100.json"]

  static let usage = """
    usage: hfm-bench validate [--rows] [--parts WORD] [--fit] [--fit-table NAME]
                              [--markdown FILE] [--data DIR] [--runs FILE]
      predicts published training runs; DIR (default: HFM_VALIDATION_DATA) holds
      validation/published.json
      --rows           one line a run, not only one a table
      --parts WORD     where the time goes in runs whose table or label holds WORD
      --fit            fits the parameters again on the fitted halves, prints them, and
                       predicts with them
      --fit-table NAME fits only what is fitted to that table
      --markdown FILE  writes the report as Markdown
      --runs FILE      the project's own list of published runs (Validation/runs.json)

    """

  init(_ arguments: [String]) throws(UserError) {
    data = getenv("HFM_VALIDATION_DATA").map { String(cString: $0) } ?? ""
    var rest = arguments[...]
    while let word = rest.popFirst() {
      switch word {
      case "--fit": fits = true
      case "--fit-table": fitted = rest.popFirst()
      case "--rows": rows = true
      case "--markdown": markdown = rest.popFirst()
      case "--parts": parts = rest.popFirst()
      case "--data": data = rest.popFirst() ?? ""
      case "--runs": runs = rest.popFirst() ?? ""
      default:
        throw UserError(.input, key: word, "no such option", remedy: Self.usage)
      }
    }
    guard !data.isEmpty else {
      throw UserError(
        .input, key: "HFM_VALIDATION_DATA", "no folder of published measurements",
        remedy: "set it, or give --data DIR")
    }
  }

  func run() throws -> Int32 {
    let found = try PublishedSources.read(
      own: try json(runs), measured: try measured.map { try json($0) },
      bytes: { try wholeFile(data + "/" + $0, remedy: "check --data") },
      names: { try Files.names(in: data + "/" + $0) })
    let hardware = try HardwareCatalogue.builtIn()
    let predictor = RunPredictor(hardware)
    var hypothesis = Hypothesis()
    if fits || fitted != nil {
      let plan = fitted.map { FitPlan.shipped().only($0) } ?? FitPlan.shipped()
      let start = Hypothesis(shipped: hardware)
      hypothesis = try plan.run(found.runs, predictor, from: start)
      for stage in plan.stages {
        for parameter in stage.parameters { print(parameter.line(start, hypothesis)) }
      }
    }
    let report = try ValidationReport(found, predictor, hypothesis)
    print(text(ValidationReport.summaryHead, report.summaryRows))
    let fits = report.fitLines(hardware)
    let powered = try energy(report, predictor)
    let energy = EnergyRows.lines(powered)
    for line in report.judgements + report.countedPeaks + fits + energy { print(line) }
    if self.fits || fitted != nil {
      for line in IntervalCheck(report.lines).spreads { print(line) }
      print("power weights: \(EnergyModel.Weights.fit(powered))")
    }
    print("")
    print(text(ValidationReport.memoryHead, report.memoryRows(over: rows ? 0 : 5 * 1_073_741_824)))
    if rows { print(text(ValidationReport.runHead, report.runRows(report.lines))) }
    if let parts { for line in report.partLines(parts) { print(line) } }
    if let markdown {
      let text = report.markdown(notes: energy, fits: fits)
      try writeFile(markdown, text.joined(separator: "\n") + "\n")
    }
    return 0
  }

  /// Rows whose power was measured: Zeus's cards, then the project's own runs.
  private func energy(
    _ report: ValidationReport, _ predictor: RunPredictor
  ) throws -> [EnergyRow] {
    let hardware = try HardwareCatalogue.builtIn()
    var rows: [EnergyRow] = []
    for (file, id) in EnergyRows.cards.sorted(by: { $0.key < $1.key }) {
      let path = data + "/validation/zeus_nsdi23/summary_power_\(file).csv"
      let table = try CSVTable(parsing: try wholeFile(path, remedy: "check --data"))
      rows += try EnergyRows.read(table, try hardware.device(id), predictor)
    }
    return rows + (try report.energyRows(hardware))
  }

  private func json(_ path: String) throws -> JSONValue {
    try JSONValue(parsing: try wholeFile(path, remedy: "check --data"))
  }

  private func text(_ head: [String], _ rows: [[String]]) -> String {
    let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
    return ([head] + rows).map { row in
      row.indices.map { row[$0] + String(repeating: " ", count: widths[$0] - row[$0].count) }
        .joined(separator: "  ")
    }.joined(separator: "\n") + "\n"
  }
}

/// Runs `hfm-bench validate` and returns the exit code.
func runValidation(_ arguments: [String]) -> Int32 {
  if arguments.contains("--help") || arguments.contains("-h") {
    print(ValidateTool.usage, terminator: "")
    return 0
  }
  do {
    return try ValidateTool(arguments).run()
  } catch {
    printError("hfm-bench: \(error)")
    return (error as? UserError)?.exitCode ?? 4
  }
}

private func writeFile(_ path: String, _ text: String) throws(UserError) {
  let temporary = path + ".new"
  guard let file = fopen(temporary, "wb") else {
    throw UserError(.input, place: path, String(cString: strerror(errno)), remedy: "check the path")
  }
  let bytes = Array(text.utf8)
  let written = fwrite(bytes, 1, bytes.count, file)
  let synced = fflush(file) == 0 && fsync(fileno(file)) == 0
  fclose(file)
  guard written == bytes.count, synced, rename(temporary, path) == 0 else {
    unlink(temporary)
    throw UserError(.input, place: path, "could not be written", remedy: "is the disk full?")
  }
}
