import Models
import Quantities

extension ModelValidation {
  /// The page `docs/Validation.md`, in Markdown.
  func page() throws(UserError) -> [String] {
    var lines = [
      "# Validation", "",
      "Written by `hfm models validate Validation/models.json --output docs/Validation.md`.", "",
      "Counts of this program against those of others. References: \(source)", "",
    ]
    lines += summary.map { "- \($0)" }
    lines += ["", "## Parameters and FLOPs", ""] + countTable
    lines += ["", "## Peak memory of a training step", ""] + peakTable
    lines += ["", "## Every entry of the catalogue", ""] + (try catalogueTable())
    return lines
  }

  private var countTable: [String] {
    var lines = [
      "| `hfm cost` | reference implementation | parameters | forward | error | backward | error |",
      "|---|---|---:|---:|---:|---:|---:|",
    ]
    for row in rows where row.forward != nil || row.backward != nil || row.parameters != nil {
      let parameters = row.parameters.map {
        $0.error == 0 ? "\($0.counted)" : "\($0.counted) ≠ \($0.reference)"
      }
      lines.append(
        "| `\(row.arguments)` | \(row.implementation) | \(parameters ?? "") | "
          + "\(Self.flops(row.forward)) | \(Self.flops(row.backward)) |")
    }
    return lines
  }

  private static func flops(_ comparison: Comparison?) -> String {
    guard let comparison else { return " | " }
    return Format.flops(comparison.counted) + " | " + percent(comparison.error)
  }

  private static func percent(_ error: Double) -> String {
    error == 0 ? "0" : (error < 0 ? "−" : "+") + Format.percent(abs(error))
  }

  private var peakTable: [String] {
    var lines = ["| `hfm cost` | counted | reference | error |", "|---|---:|---:|---:|"]
    for row in rows {
      guard let peak = row.peak else { continue }
      lines.append(
        "| `\(row.arguments)` | \(Format.bytes(peak.counted)) | \(Format.bytes(peak.reference)) | "
          + "\(Self.percent(peak.error)) |")
    }
    return lines
  }

  private func catalogueTable() throws(UserError) -> [String] {
    var lines = [
      "| id | survey | status | parameters counted | published | difference |",
      "|---|---|---|---:|---:|---:|",
    ]
    for model in catalogue {
      let row = model.survey.map { "\($0.table).\($0.row)" } ?? ""
      let counted = model.status == .closed ? nil : try model.parameterCount()
      var published = ""
      var difference = ""
      if let stated = model.publishedParameters {
        published = Format.count(stated)
        if let counted {
          difference = Self.percent(Double(counted) / Double(stated) - 1)
        }
      }
      lines.append(
        "| \(model.id) | \(row) | \(model.status.rawValue) | \(counted.map { "\($0)" } ?? "–") | "
          + "\(published) | \(difference) |")
    }
    return lines
  }
}
