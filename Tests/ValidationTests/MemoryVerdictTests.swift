import CostModel
import HardwareModel
import Planner
import Quantities
import TestSupport
import Testing
import Validation

/// "Fits" and "does not fit" against measured peaks of memory that no parameter was fitted to.
@Suite struct MemoryVerdictTests {
  static let isThere = ValidationData.path("truth/memory_fsdp2.json") != nil

  static let report = Result {
    var rows = GoldenReader.read(try ValidationData.json("validation/megatron_golden.json"))
    let folder = try #require(ValidationData.path("truth/memory"))
    for name in try TestFile.names(in: folder).sorted() {
      rows.add(TruthRows.step(try ValidationData.json("truth/memory/" + name)))
    }
    rows.add(TruthRows.sharded(try ValidationData.json("truth/memory_fsdp2.json")))
    return try ValidationReport(rows, RunPredictor(try HardwareCatalogue.builtIn()))
  }

  /// At most one verdict in a hundred is wrong, either way, near the peak too.
  @Test(
    .enabled(if: isThere, "HFM_VALIDATION_DATA is not set"), arguments: [Double.infinity, 2])
  func verdictsAreRight(ratio: Double) throws {
    let cards = MemoryVerdicts.cards(try HardwareCatalogue.builtIn())
    let verdicts = MemoryVerdicts(try Self.report.get().lines, on: cards, within: ratio)
    #expect(verdicts.falseFits.all > 100 && verdicts.falseRefusals.all > 100)
    #expect(verdicts.falseFits.share <= 0.01, "\(verdicts.words)")
    #expect(verdicts.falseRefusals.share <= 0.01, "\(verdicts.words)")
  }

  /// Steps of eight ranks under FSDP2, as PyTorch counted them.
  @Test(.enabled(if: isThere, "HFM_VALIDATION_DATA is not set"))
  func peaksUnderFSDPArePredicted() throws {
    let lines = try Self.report.get().lines(of: TruthRows.sharded)
    try #require(lines.count >= 15)
    let errors = try lines.map { abs($0.peakBytes / (try #require($0.run.peakBytes)) - 1) }.sorted()
    #expect(errors[errors.count / 2] <= 0.05, "\(errors)")
    #expect(try #require(errors.last) <= 0.20, "\(errors)")
  }

  /// A verdict that contradicts its measurement is counted as wrong.
  @Test(.enabled(if: isThere, "HFM_VALIDATION_DATA is not set"))
  func wrongVerdictsAreCounted() throws {
    var line = try #require(try Self.report.get().lines.first { $0.run.peakBytes != nil })
    let cards = MemoryVerdicts.cards(try HardwareCatalogue.builtIn())
    let honest = MemoryVerdicts([line], on: cards, within: .infinity)
    line.estimate.memory.peakBytes = 0
    let careless = MemoryVerdicts([line], on: cards, within: .infinity)
    #expect(careless.falseFits.wrong == honest.falseFits.all)
    line.estimate.memory.peakBytes = .max / 2
    let anxious = MemoryVerdicts([line], on: cards, within: .infinity)
    #expect(anxious.falseRefusals.wrong == honest.falseRefusals.all)
  }
}
