import Commands
import Glibc
import TestSupport
import Testing

/// What deterministic commands print, word for word, beside the copies in `Snapshots/`.
///
/// `SNAP_UPDATE=1 swift test --filter SnapshotTests` rewrites the copies; read the difference
/// before you commit it.
@Suite struct SnapshotTests {
  static let synthetic = "synthetic:Package:2 NUMANode:1 L3Cache:2 Core:4 PU:2"

  static let calls: [(name: String, words: [String])] =
    [("help", ["--help"])]
    + HFM.commands.map { ("help-" + $0.specification.name, [$0.specification.name, "--help"]) }
    + [
      ("topology-draw", ["topology", "--from", synthetic, "--draw"]),
      ("topology-explain", ["topology", "--from", synthetic, "--explain"]),
      ("cost-infer", ["cost", "pubmedbert", "--task", "infer"]),
      ("cost-train-explain", ["cost", "pubmedbert", "--explain"]),
      ("cost-json", ["cost", "pubmedbert", "--task", "infer", "--json"]),
      ("plan-train", plan + ["--top", "3"]),
      ("plan-explain", plan + ["--top", "1", "--explain", "--grams-per-kwh", "380"]),
      ("plan-infer", ["plan", "uni", "--task", "infer", "--cluster", "a100-80gb", "--top", "3"]),
      ("models-multimodal", ["models", "--family", "multimodal"]),
      ("completion-bash", ["completion", "bash"]),
      ("completion-fish", ["completion", "fish"]),
    ]

  static let plan = [
    "plan", "uni", "--task", "finetune", "--cluster", "hospital-2x8-a100-40gb", "--global-batch",
    "256",
  ]

  @Test(arguments: calls.indices)
  func outputIsAsRecorded(index: Int) throws {
    let call = Self.calls[index]
    let recorder = ConsoleRecorder()
    #expect(HFM.run(call.words, recorder.console) == 0, "\(recorder.errors)")
    try compare(call.name, recorder.output)
  }

  @Test func simulationIsAsRecorded() throws {
    let folder = try TemporaryFolder()
    let trace = folder.file("trace.swf")
    try TestFile.write(
      """
      ; MaxProcs: 4
      1 0 -1 100 2 -1 -1 2 100 -1 1 1 1 1 1 1 -1 -1
      2 1 -1 100 4 -1 -1 4 100 -1 1 1 1 1 1 1 -1 -1
      3 2 -1 50 2 -1 -1 2 50 -1 1 1 1 1 1 1 -1 -1

      """, to: trace)
    let result = FrameTests.hfm(
      "simulate", trace, "--processors", "4", "--policy", "fcfs,easy", "--explain")
    #expect(result.code == 0)
    try compare("simulate", result.output)
  }

  /// A copy written after an update is compared no further.
  private func compare(_ name: String, _ output: String) throws {
    let file = Repository.root + "/Tests/CommandsTests/Snapshots/\(name).txt"
    let text = Self.normal(output)
    if getenv("SNAP_UPDATE") != nil { return try TestFile.write(text, to: file) }
    #expect(text == (try TestFile.text(file)), "see Tests/CommandsTests/Snapshots/\(name).txt")
  }

  /// Clock readings become a word: the search's time, and the simulation's events a second.
  static func normal(_ output: String) -> String {
    let clocks = output.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard let found = line.firstRange(of: "searched in ") else { return String(line) }
      return line[..<found.upperBound] + "TIME"
    }
    guard let head = clocks.first, head.hasSuffix("events/s") else {
      return clocks.joined(separator: "\n")
    }
    return clocks.map { line in
      guard line.count == head.count || line == head else { return line }
      return String(line.dropLast(8)) + (line == head ? "events/s" : "  NUMBER")
    }.joined(separator: "\n")
  }
}
