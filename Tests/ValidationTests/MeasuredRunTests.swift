import DataFormats
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Validation

/// The project's own measurements on a GPU: complete, and of the networks that the catalogue
/// counts.
@Suite struct MeasuredRunTests {
  static let document = Result {
    try JSONValue(parsing: try TestFile.read(Repository.root + "/Validation/gpu-h100.json"))
  }

  /// PyTorch's own count of parameters (`numel`, tied ones once) is the catalogue's. A position
  /// table that a case is built with counts its rows, LoRA's updates are not the model's.
  @Test func everyNetworkIsTheCatalogues() throws {
    for entry in try Self.document.get()["runs"]?.array ?? [] {
      guard entry["task"]?.string != "lora", let id = entry["model"]?.string else { continue }
      let counted = try ModelCatalogue.builtIn.model(id).parameterCount()
      let measured = try #require(entry["parameters"]?.int)
      #expect(abs(Double(counted - measured)) <= 0.004 * Double(measured), "\(id) \(measured)")
    }
  }

  @Test func modelsAreFittedOrHeldOutWhole() throws {
    let runs = try MeasuredRuns.read(try Self.document.get()).runs
    let halves = Dictionary(grouping: runs, by: \.group).mapValues { Set($0.map(\.isFitted)) }
    #expect(halves.values.allSatisfy { $0.count == 1 })
    #expect(halves.values.contains([true]) && halves.values.contains([false]))
    #expect(runs.contains(where: \.isOutOfMemory) && runs.contains(where: \.ranUntimed))
  }

  /// A model's larger batch never takes less of the memory, as measured and as predicted.
  @Test func everyRunIsPredicted() throws {
    let rows = try MeasuredRuns.read(try Self.document.get())
    let report = try ValidationReport(rows, RunPredictor(try HardwareCatalogue.builtIn()))
    #expect(report.lines.count == rows.runs.count)
    let capped = report.lines.filter { $0.run.table == MeasuredRuns.capped }
    for lines in Dictionary(grouping: capped, by: \.run.group).values {
      for (less, more) in zip(lines, lines.dropFirst()) {
        #expect(less.estimate.peakBytes <= more.estimate.peakBytes, "\(more.run.label)")
      }
    }
  }

  @Test(arguments: ["model", "precision", "task", "batch", "extent", "seconds"])
  func aRunSaysWhatItLacks(key: String) throws {
    let entry = try #require(try Self.document.get()["runs"]?.array?.first)
    let members = (entry.object ?? []).filter { $0.key != key }
    let document = JSONValue.object([
      ("cluster", .string("h100-80gb")),
      ("runs", .array([.object(members.map { ($0.key, $0.value) })])),
    ])
    let error = #expect(throws: UserError.self) { try MeasuredRuns.read(document) }
    #expect(error?.description.contains(key) == true)
  }
}
