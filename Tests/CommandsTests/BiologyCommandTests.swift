import Commands
import DataFormats
import TestSupport
import Testing

/// Models of biology through the command line.
@Suite struct BiologyCommandTests {
  private static func run(_ words: String...) -> (code: Int32, output: String, errors: String) {
    let recorder = ConsoleRecorder()
    let code = HFM.run(words, recorder.console)
    return (code, recorder.output, recorder.errors)
  }

  private static func forward(_ words: String) throws -> Int {
    let recorder = ConsoleRecorder()
    _ = HFM.run(
      ["cost"] + words.split(separator: " ").map(String.init) + ["--json"], recorder.console)
    let json = try JSONValue(parsing: recorder.output)
    return try #require(json["flops"]?["forward"]?.int, "\(recorder.errors)")
  }

  /// Published counts, element-wise arithmetic included: within 1 %.
  @Test func publishedCountsHold() throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let result = Self.run("models", "validate", "/\(root)/Validation/biology.json")
    #expect(result.code == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("25 workloads counted, 0 off by more than 1.0 %"))
  }

  /// Each pass costs the same, apart from the heads, which run once.
  @Test func recyclesMultiplyTheTrunk() throws {
    let passes = try (0...2).map {
      try Self.forward("alphafold2 --task infer --sequence 32 --rows 8 --recycles \($0)")
    }
    #expect(passes[2] - passes[1] == passes[1] - passes[0])
    #expect(passes[1] > passes[0] * 19 / 10)
    let refused = Self.run("cost", "bert-base", "--task", "infer", "--recycles", "2")
    #expect(refused.code == 2 && refused.errors.contains("--recycles"))
    #expect(Self.run("cost", "alphafold2", "--recycles", "101").code == 2)
  }

  /// A trunk of twice the blocks costs twice as much; its help names the option.
  @Test func alignmentsHaveRows() throws {
    let narrow = try Self.forward("msa-transformer --task infer --rows 8 --sequence 64")
    let deep = try Self.forward("msa-transformer --task infer --rows 16 --sequence 64")
    #expect(deep > 19 * narrow / 10)
    let refused = Self.run("cost", "msa-transformer", "--task", "infer", "--rows", "1025")
    #expect(refused.code == 2 && refused.errors.contains("1 to 1024"))
    #expect(Self.run("cost", "--help").output.contains("--recycles"))
  }
}
