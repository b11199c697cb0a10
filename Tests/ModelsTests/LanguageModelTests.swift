import Models
import Quantities
import TestSupport
import Testing

@Suite("Language models")
struct LanguageModelTests {
  /// Totals as published: model cards and papers (BLOOM arXiv 2211.05100 table 3, GPT-NeoX
  /// arXiv 2204.06745 section 3, PaLM arXiv 2204.02311 table 1 to four digits, Baichuan's README),
  /// `num_parameters` of transformers' checkpoints for the rest.
  @Test(arguments: [
    ("bloom-560m", 559_214_592), ("bloom-7b1", 7_069_016_064), ("bloom-176b", 176_247_271_424),
    ("gpt-j-6b", 6_050_882_784), ("gpt-neox-20b", 20_554_567_680), ("opt-125m", 125_239_296),
    ("opt-6.7b", 6_658_473_984), ("falcon-7b", 6_921_720_704), ("falcon-40b", 41_303_293_952),
    ("phi-2", 2_779_683_840), ("phi-3-mini", 3_821_079_552), ("gemma-2b", 2_506_172_416),
    ("gemma-7b", 8_537_680_896), ("gemma2-9b", 9_241_705_984), ("mixtral-8x7b", 46_702_792_704),
    ("mixtral-8x22b", 140_620_634_112), ("llama3.2-1b", 1_235_814_400),
    ("llama3.2-3b", 3_212_749_824), ("qwen-14b", 14_167_290_880), ("qwen2-0.5b", 494_032_768),
    ("qwen2-7b", 7_615_616_512), ("baichuan-13b", 13_264_901_120),
    ("baichuan2-13b", 13_896_668_160),
    ("chatglm2-6b", 6_243_584_000), ("t5-small", 60_506_624), ("t5-3b", 2_851_598_336),
    ("flan-t5-base", 247_577_856), ("bart-base", 139_420_416), ("bart-large", 406_291_456),
    ("yi-34b", 34_388_917_248), ("biogpt", 346_763_264),
  ])
  func publishedTotals(id: String, total: Int) throws {
    #expect(try ModelCatalogue.builtIn.model(id).parameterCount() == total)
  }

  @Test(arguments: [("palm-8b", 8.63e9), ("palm-62b", 62.5e9), ("palm-540b", 540.35e9)])
  func palm(id: String, published: Double) throws {
    let counted = Double(try ModelCatalogue.builtIn.model(id).parameterCount())
    #expect(abs(counted - published) / published < 0.004, "\(counted)")
  }

  /// arXiv 2412.19437, section 4.2: "671B total parameters, of which 37B are activated".
  @Test func deepSeekV3() throws {
    let counted = Double(try ModelCatalogue.builtIn.model("deepseek-v3").parameterCount())
    #expect(abs(counted - 671e9) < 0.5e9, "\(counted)")
  }

  static func profile(_ stack: String, tokens: String = "", head: String = "") -> [UInt8] {
    Array(
      """
      {"id": "x", "name": "x", "family": "language", "source": "x", "objective": "masked-lm",
       "architecture": {"tokens": {"vocabulary": 100, "context": 64\(tokens)},
       "stack": {"hidden": 32, "heads": 4\(stack)},
       "heads": {"language": {"kind": "transform", "bias": true}\(head)}}}
      """.utf8)
  }

  static func count(_ stack: String, tokens: String = "") throws -> Int {
    try ModelProfile(parsing: profile(stack, tokens: tokens), file: "x.json").parameterCount()
  }

  /// Layers that are one and the same have their parameters once.
  @Test func sharedLayers() throws {
    let two = try Self.count(", \"layers\": 2, \"sharedLayers\": true")
    #expect(try Self.count(", \"layers\": 9, \"sharedLayers\": true") == two)
    #expect(try Self.count(", \"layers\": 1") == two)
  }

  /// A narrow table: vocabulary · width, and a product to the stack and one back to the head.
  @Test func factorisedTable() throws {
    let whole = try Self.count(", \"layers\": 1")
    let narrow = try Self.count(", \"layers\": 1", tokens: ", \"width\": 8")
    // Table 100·(32 − 8) less, product 8·32 + 32 more; the head's dense and norm end at 8.
    let head = (32 * 32 + 32 + 64) - (32 * 8 + 8 + 16)
    #expect(whole - narrow == 100 * 24 - (8 * 32 + 32) + head)
  }

  /// Each expert is an MLP of its own, and the router a row for each.
  @Test func mixtures() throws {
    func experts(_ count: Int) throws -> Int {
      try Self.count(
        ", \"layers\": 3, \"mlpBias\": false, \"mixture\": {\"experts\": \(count), \"active\": 1}")
    }
    #expect(try experts(8) - experts(5) == 3 * 3 * (2 * 32 * 128 + 32))
  }

  @Test(arguments: [
    (", \"layers\": 1, \"alibi\": true, \"relativeBuckets\": 32", "scores take one bias"),
    (", \"layers\": 1, \"mixture\": {\"experts\": 4, \"active\": 5}", "active"),
    (", \"layers\": 1, \"rotaryBase\": 10000, \"rotaryDimensions\": 9", "rotaryDimensions"),
    (", \"layers\": 1, \"window\": 0", "window"),
    (", \"layers\": 1, \"residualScale\": -1", "residualScale"),
    (", \"layers\": 1, \"normPosition\": \"inside\"", "normPosition"),
    (", \"layers\": 1, \"sharedLayer\": true", "sharedLayer"),
  ])
  func faultyStacks(stack: String, wanted: String) {
    let text = errorText { _ = try Self.count(stack) }
    #expect(text?.contains(wanted) == true, "\(text ?? "no error")")
  }

  @Test(arguments: [
    ("\"encoder\": {\"layers\": 1, \"hidden\": 8, \"heads\": 2, \"causal\": true}", "not causal"),
    (
      "\"encoder\": {\"layers\": 1, \"hidden\": 8, \"heads\": 2}, "
        + "\"decoder\": {\"layers\": 1, \"hidden\": 16, \"heads\": 2}", "one width"
    ),
    ("\"encoder\": {\"layers\": 1, \"hidden\": 8, \"heads\": 2}, \"heads\": {}", "heads"),
    ("\"decoder\": {\"layers\": 1, \"hidden\": 8, \"heads\": 2}", "encoder"),
  ])
  func faultyEncoderDecoders(parts: String, wanted: String) {
    let text = errorText {
      _ = try ModelProfile(
        parsing: Array(
          """
          {"id": "x", "name": "x", "family": "language", "source": "x", "objective": "seq2seq",
           "architecture": {"kind": "encoder-decoder",
           "tokens": {"vocabulary": 100, "context": 64}, \(parts)}}
          """.utf8), file: "x.json")
    }
    #expect(text?.contains(wanted) == true, "\(text ?? "no error")")
  }
}
