import Commands
import DataFormats
import TestSupport
import Testing

@Suite struct ModelsCommandTests {
  private static func run(_ words: String...) -> (code: Int32, output: String, errors: String) {
    let recorder = ConsoleRecorder()
    let code = HFM.run(["models"] + words, recorder.console)
    return (code, recorder.output, recorder.errors)
  }

  @Test func jsonHoldsTheContractsKeys() throws {
    let result = Self.run("--search", "meditron-70b", "--json")
    #expect(result.code == 0)
    let json = try JSONValue(parsing: result.output)
    #expect(json.array?.count == 1)
    #expect(json[0]?["id"]?.string == "meditron-70b")
    #expect(json[0]?["family"]?.string == "language")
    #expect(json[0]?["status"]?.string == "open")
    // Llama 2 70B: 68,976,648,192 parameters (transformers' LlamaForCausalLM).
    #expect(json[0]?["parameters"]?.int == 68_976_648_192)
    #expect(json[0]?["survey"]?["table"]?.string == "I")
    #expect(json[0]?["survey"]?["row"]?.int == 11)
    #expect(json[0]?["survey"]?["backbone"]?.string == "LLaMA-2")
  }

  @Test func familiesAreKeptApart() throws {
    let result = Self.run("--family", "vision")
    #expect(result.output.contains("gigapath-tile") && !result.output.contains("llama"))
    #expect(Self.run("--family", "sounds").code == 2)
  }

  @Test func ownProfilesGoOverTheBuiltIn() throws {
    let folder = try TemporaryFolder()
    try TestFile.write(
      """
      {"id": "bert-base", "name": "Ours", "family": "language", "source": "https://example.org",
       "like": "bert-base", "architecture": {"stack": {"layers": 11}}}
      """, to: folder.file("bert-base.json"))
    let result = Self.run("--search", "bert-base", "--json", "--profiles", folder.path)
    let models = try JSONValue(parsing: result.output).array ?? []
    let own = models.first { $0["id"]?.string == "bert-base" }
    #expect(own?["name"]?.string == "Ours")
    #expect(own?["parameters"]?.int == 110_106_428 - 7_087_872)
  }

  @Test func faultyProfilesAreNamed() throws {
    let folder = try TemporaryFolder()
    try TestFile.write("{\"id\": 3}", to: folder.file("a.json"))
    let result = Self.run("--profiles", folder.path)
    #expect(result.code == 2)
    #expect(result.errors.contains("a.json:1:8: id: expected a string"))
  }

  @Test func aCardShowsBlocksThatAddUp() throws {
    let json = try JSONValue(parsing: Self.run("show", "pubmedbert", "--json").output)
    let blocks = json["blocks"]?.array ?? []
    #expect(blocks.compactMap { $0["parameters"]?.int }.reduce(0, +) == json["parameters"]?.int)
    #expect(
      blocks.compactMap { $0["forwardFlops"]?.int }.reduce(0, +) == json["forwardFlops"]?.int)
    let text = Self.run("show", "pubmedbert").output
    #expect(text.contains("table I, row 17") && text.contains("layer"))
    #expect(Self.run("list").code == 2)
    #expect(Self.run("show", "pubmedbrt").errors.contains("pubmedbert"))
  }

  @Test func closedModelsHavePricesAndNoCounts() throws {
    let list = try JSONValue(parsing: Self.run("--status", "closed", "--json").output)
    #expect(list.array?.isEmpty == false)
    #expect(list.array?.allSatisfy { $0["parameters"]?.isNull == true } == true)
    let words =
      "cost chatcad --task infer --batch 1000 --sequence 1200 --target-sequence 300 --json"
    let result = FrameTests.hfm(words.split(separator: " ").map(String.init))
    // 1,000 × (1,200 × 0.50 + 300 × 1.50) dollars a million tokens.
    let cost = try #require(JSONValue(parsing: result.output)["cost"]?.double)
    #expect(abs(cost - 1.05) < 1e-9)
    #expect(FrameTests.hfm("cost", "chatcad", "--task", "pretrain").code == 3)
    #expect(FrameTests.hfm("plan", "chatcad", "--cluster", "a100-80gb").code == 3)
  }
}
