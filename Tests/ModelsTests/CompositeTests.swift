import Models
import Quantities
import TestSupport
import Testing

@Suite("Composites")
struct CompositeTests {
  /// Parameters as published, rounded as there: millions of open_clip's docs/model_profile.csv
  /// (CoCa and CLIP), the weight files' elements on Hugging Face for LLaVA-1.5
  /// 7B; GLIP's README; OpenFlamingo's perceiver and gated layers in its paper's table are 1.3 B
  /// trained.
  @Test(arguments: [
    ("open-coca_vit-l-14", 638.45e6, 0.01e6), ("clip-rn50", 102.01e6, 0.01e6),
    ("open-coca_vit-b-32", 253.56e6, 0.01e6), ("clip-rn50x16", 290.98e6, 0.01e6),
    ("clip-rn50x64", 623.26e6, 0.01e6), ("clip-vit-h-14", 986.11e6, 0.01e6),
    ("clip-vit-g-14", 1366.68e6, 0.01e6), ("clip-vit-bigg-14", 2539.57e6, 0.01e6),
    ("clip-vit-b-16-plus-240", 208.38e6, 0.01e6), ("clip-vit-l-16", 427.74e6, 0.01e6),
    ("clip-rn101", 119.69e6, 0.01e6), ("clip-rn50x4", 178.3e6, 0.05e6),
    ("llava-1.5-7b", 7_063_427_072, 0.5), ("glip-t", 232e6, 0.5e6), ("glip-l", 430e6, 0.5e6),
  ])
  func parametersAsPublished(id: String, millions: Double, tolerance: Double) throws {
    let count = try ModelCatalogue.builtIn.model(id).parameterCount()
    #expect(abs(Double(count) - millions) <= tolerance, "\(count)")
  }

  /// A perceiver's layer by hand: two norms, queries, keys and values, output, a norm and an MLP of
  /// four times the width, none with biases; latents and a last norm.
  @Test func partsAreCountedByHand() throws {
    let layer = 2 * 2 * 768 + 768 * 512 + 2 * 768 * 512 + 512 * 768 + 2 * 768 + 8 * 768 * 768
    let perceiver = 6 * layer + 32 * 768 + 2 * 768
    let vision = try parse(#"{"vision": VISION}"#, embedding: #"["vision"]"#).parameterCount()
    let both = try parse(
      #"{"vision": VISION, "perceiver": {"kind": "perceiver", "from": "vision", "latents": 32}}"#,
      embedding: #"["perceiver"]"#
    ).parameterCount()
    #expect(both - vision == perceiver)
  }

  @Test func whatNoLossNeedsIsLeftOutUnlessAsked() throws {
    let alone = try parse(#"{"vision": VISION}"#, embedding: #"["vision"]"#).parameterCount()
    let unused =
      #"{"vision": VISION, "image": {"kind": "projector", "from": "vision", "pool": "#
      + #""first", "sizes": [10], "bias": false, "always": ALWAYS}}"#
    let without = try parse(
      unused.replacing("ALWAYS", with: "false"), embedding: #"["vision"]"#)
    let with = try parse(unused.replacing("ALWAYS", with: "true"), embedding: #"["vision"]"#)
    #expect(try without.parameterCount() == alone)
    #expect(try with.parameterCount() == alone + 7680)
  }

  @Test(arguments: [
    (
      #"{"image": {"kind": "projector", "from": "vision", "sizes": [4]}, "vision": VISION}"#,
      "no part above it"
    ),
    (#"{"vision": {"like": "clip-vit-b-32:sound"}}"#, "has no part \"sound\""),
    (#"{"vision": {"like": "no-such-model"}}"#, "no built-in model"),
    (#"{"vision": {"stack": {"layers": 1, "hidden": 8, "heads": 2}}}"#, "needs \"tokens\""),
    (#"{"vision": {"kind": "sound"}}"#, "unknown kind \"sound\""),
    (#"{"vision": {"kind": "mlp", "sizes": [3, 4]}}"#, "gives no features"),
    (#"{"vision": VISION, "image": {"kind": "projector", "from": "vision", "size": [4]}}"#, "size"),
    (
      #"{"vision": VISION, "image": {"kind": "attention-pool", "from": "vision", "queries": 4, "#
        + #""width": 10, "heads": 3}}"#,
      "do not divide"
    ),
    (
      #"{"vision": VISION, "text": {"from": "vision", "stack": {"layers": 1, "hidden": 8, "#
        + #""heads": 2}}, "image": {"kind": "projector", "from": "text", "pool": "first"}}"#,
      "put a projector between"
    ),
    (#"{"vision": {"like": "vit-s-16", "feature": -13}}"#, "-12"),
  ])
  func faultsAreNamed(parts: String, wanted: String) throws {
    let names = ["image", "vision"].filter { parts.contains("\"\($0)\"") }
    let text = errorText { _ = try parse(parts, embedding: "[\"\(names[0])\"]") }
    #expect(text?.contains(wanted) == true, "\(text ?? "read")")
  }

  @Test func lossesNameWhatTheyNeed() throws {
    let parts =
      #"{"vision": VISION, "image": {"kind": "projector", "from": "vision", "sizes": [4]}}"#
    func text(_ losses: String) -> String? {
      errorText { _ = try parse(parts, losses: losses) }
    }
    #expect(
      text(#"[{"kind": "contrastive", "of": ["image", "image"]}]"#)?.contains("one vector") == true)
    #expect(text(#"[{"kind": "contrastive", "of": ["image"]}]"#)?.contains("2 parts") == true)
    #expect(text(#"[{"kind": "causal-lm", "of": "image"}]"#)?.contains("no tokens") == true)
    #expect(text(#"[{"kind": "matching", "of": "sound"}]"#)?.contains("no part") == true)
    #expect(text("[]")?.contains("needs \"losses\"") == true)
  }

  /// CLIP compares embeddings of 512, CoCa of 768 (their papers' tables); a language model none.
  @Test(arguments: [
    ("clip-vit-b-32", 1024), ("open-coca_vit-l-14", 1536), ("clip-rn50", 2048),
    ("llava-1.5-7b", 0), ("bert-base", 0),
  ])
  func contrastGathersBothEmbeddings(id: String, elements: Int) throws {
    #expect(try ModelCatalogue.builtIn.model(id).gatheredElements == elements)
  }

  @Test func stagesMustExist() throws {
    let text = errorText {
      _ = try ModelProfile(
        parsing: Array(
          """
          {"id": "mine", "name": "Mine", "source": "https://example.org", "like": "llava-1.5-7b",
           "stage": "stage3"}
          """.utf8), file: "mine.json")
    }
    #expect(text?.contains("known are stage1, stage2") == true)
  }

  private func parse(
    _ parts: String, losses: String = "[]", embedding: String? = nil
  ) throws -> ModelProfile {
    let vision = #"{"like": "vit-b-16", "heads": {"classes": 0}}"#
    let objective =
      embedding == nil
      ? losses.contains("causal")
        ? "causal-lm"
        : losses.contains("matching")
          ? "supervised" : "contrastive" : "embedding"
    let text = """
      {"id": "mine", "name": "Mine", "family": "multimodal", "source": "https://example.org",
       "objective": "\(objective)",
       "architecture": {"kind": "composite", "parts": \(parts.replacing("VISION", with: vision)),
         "losses": \(losses)\(embedding.map { ", \"embedding\": \($0)" } ?? "")}}
      """
    return try ModelProfile(parsing: Array(text.utf8), file: "mine.json")
  }
}
