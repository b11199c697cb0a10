import DataFormats
import HardwareModel
import Planner
import Quantities
import TestSupport
import Testing
import Validation

/// The project's own list of published runs: complete, sourced and never fitted.
@Suite struct SourcedRunTests {
  static let document = Result {
    try JSONValue(parsing: try TestFile.read(Repository.root + "/Validation/runs.json"))
  }

  @Test func everyRunIsSourcedAndHeldOut() throws {
    let document = try Self.document.get()
    let entries = document["runs"]?.array ?? []
    let rows = try SourcedRuns.read(document)
    #expect(
      rows.runs.count == entries.count
        && rows.skipped.count == (document["lacking"]?.array ?? []).count)
    #expect(Set(rows.runs.map(\.group)).count == entries.count)
    for entry in entries {
      let sources = (entry["source"]?.array ?? []).compactMap(\.string)
      #expect(!sources.isEmpty && sources.allSatisfy { $0.hasPrefix("https://") })
      #expect(entry["derivation"]?.string?.isEmpty == false)
    }
    for run in rows.runs {
      #expect(!run.isFitted)
      #expect(
        Double(run.configuration.globalBatch) == Double(run.configuration.parallelism.data)
          * Double(run.configuration.microBatch * run.configuration.accumulation))
    }
  }

  /// github.com/AIRI-Institute/GENA_LM issue 15: 2 million steps of 256 sequences in 5 days.
  @Test func aDerivedStepGivesBackTheRun() throws {
    let runs = try SourcedRuns.read(try Self.document.get()).runs
    let run = try #require(runs.first { $0.group == "gena-lm-base" })
    #expect(run.configuration.globalBatch == 256)
    #expect(abs((run.seconds ?? 0) * 2e6 / 86_400 - 5) < 1e-9)
  }

  /// arXiv 2412.19437, section 4.2 and table 1: 14.8 trillion tokens in batches of 15,360 sequences
  /// of 4,096 took 2,664 thousand hours of 2,048 devices.
  @Test func aCutOverPipelineAndExpertsIsRead() throws {
    let runs = try SourcedRuns.read(try Self.document.get()).runs
    let run = try #require(runs.first { $0.group == "deepseek-v3" })
    let cut = run.configuration.parallelism
    #expect(cut.devices == 2048 && cut.pipeline == 16 && cut.data == 128 && cut.expert == 64)
    #expect(cut.schedule == .zeroBubble && run.overlapsExperts == true)
    let steps = 14.8e12 / Double(run.configuration.globalBatch * 4096)
    #expect(abs((run.seconds ?? 0) * steps * 2048 / 3600 / 2.664e6 - 1) < 1e-4)
  }

  @Test func everyRunIsPredicted() throws {
    let rows = try SourcedRuns.read(try Self.document.get())
    let report = try ValidationReport(rows, RunPredictor(try HardwareCatalogue.builtIn()))
    #expect(report.lines.count == rows.runs.count)
  }

  @Test(arguments: ["microBatch", "precision", "source", "framework", "seconds"])
  func aRunSaysWhatItLacks(key: String) throws {
    let entry = try #require(try Self.document.get()["runs"]?.array?.first)
    let members = (entry.object ?? []).filter { $0.key != key }
    let document = JSONValue.object([
      ("runs", .array([.object(members.map { ($0.key, $0.value) })]))
    ])
    let error = #expect(throws: UserError.self) { try SourcedRuns.read(document) }
    #expect(error?.description.contains(key) == true)
    #expect(error?.description.contains("scgpt-human") == true)
  }
}
