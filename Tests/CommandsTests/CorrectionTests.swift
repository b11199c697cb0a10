import DataFormats
import JobStore
import TestSupport
import Testing

@testable import Commands

@Suite struct CorrectionTests {
  /// A machine that is slower than its profile by a factor: however many jobs are submitted in
  /// turn, each corrected by those before it, predictions stay right once the factor is known.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func correctionsDoNotUndoThemselves(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let factor = random.double(0.3..<4)
    var ratios: [Double] = []
    for job in 0..<60 {
      let past = Correction((models: ratios, commands: []))
      let estimate = random.double(1..<1000)
      let measured = estimate * factor * random.double(0.97..<1.03)
      if job >= 5 { #expect(relativeError(past.corrected(estimate), measured) < 0.07) }
      #expect(Double(past.upperEnd(past.corrected(estimate), ofModel: true)) > measured || job < 5)
      ratios.append(measured / estimate)
    }
  }

  @Test func fewJobsSayNothing() {
    let past = Correction((models: [3, 3, 3, 3], commands: [9, 9, 9, 9]))
    #expect(past.corrected(10) == 10)
    #expect(past.upperEnd(10, ofModel: true) == 140 && past.upperEnd(10, ofModel: false) == 140)
  }

  /// Programs whose users foresee too little get a longer limit, not another prediction.
  @Test func commandsWidenTheirLimit() {
    let past = Correction((models: [], commands: [4, 4, 4, 4, 5]))
    #expect(past.upperEnd(100, ofModel: false) == 720)
    #expect(past.upperEnd(100, ofModel: true) == 320)
    #expect(past.corrected(100) == 100)
  }

  @Test func whatJobsTookIsAddedToTheProfile() throws {
    let empty = try JSONValue(parsing: #"{"id": "c", "slurm": {"group": "g"}}"#)
    func outcome(_ measured: Double?, uncorrected: Double?, predicted: Double?) -> SubmitOutcome {
      var outcome = SubmitOutcome(id: "a", state: .done)
      (outcome.measuredSeconds, outcome.uncorrectedSeconds) = (measured, uncorrected)
      outcome.predictedSeconds = predicted
      return outcome
    }
    var earlier = outcome(9, uncorrected: 1, predicted: 1)
    earlier.isEarlier = true
    let first = Correction(outcomes: [
      outcome(6, uncorrected: 2, predicted: 5), outcome(4, uncorrected: nil, predicted: 8),
      outcome(nil, uncorrected: 1, predicted: 1), earlier,
    ])
    #expect(first.models == [3] && first.commands == [0.5])
    let once = try #require(first.added(to: empty))
    let twice = try #require(first.added(to: once))
    #expect(Correction(profile: twice).models == [3, 3])
    #expect(Correction(profile: twice).commands == [0.5, 0.5])
    #expect(twice["id"]?.string == "c" && twice["slurm"]?["group"]?.string == "g")
    #expect(Correction().added(to: empty) == nil)
    #expect(first.added(to: try JSONValue(parsing: #"{"id": "c"}"#)) == nil)
  }
}
