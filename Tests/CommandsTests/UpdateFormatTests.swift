import TestSupport
import Testing

/// `--update-dtype` and `--dropout`.
@Suite struct UpdateFormatTests {
  private func plan(_ words: String) -> (code: Int32, output: String, errors: String) {
    FrameTests.hfm(["plan"] + words.split(separator: " ").map(String.init) + ["--quiet"])
  }

  private let words =
    "llama3.2-1b --task lora --targets all --dtype bf16 --cluster rtx-4090"
    + " --global-batch 1 --micro-batch 1 --sequence 1024 --recompute none --top 1 --json"

  /// The line of the first plan's peak.
  private static func peak(_ output: String) -> Substring? {
    output.split(separator: "\n").first { $0.contains("\"peakBytes\"") }
  }

  /// Plans with PyTorch take peft's fp32, those with Megatron the parameters' own.
  @Test func theFrameworkDecides() {
    let pytorch = plan(words)
    #expect(pytorch.code == 0, "\(pytorch.errors)")
    let peak = Self.peak(pytorch.output)
    #expect(peak != nil)
    #expect(peak == Self.peak(plan(words + " --update-dtype fp32").output))
    #expect(peak != Self.peak(plan(words + " --update-dtype bf16").output))
    let megatron = plan(words + " --framework megatron")
    let narrow = plan(words + " --framework megatron --update-dtype bf16")
    #expect(Self.peak(megatron.output) == Self.peak(narrow.output))
  }

  @Test func onlyUpdatesHaveAFormat() {
    let refused = plan("bert-base --cluster rtx-4090 --update-dtype fp32")
    #expect(refused.code == 2)
    #expect(refused.errors.contains("--update-dtype"), "\(refused.errors)")
    #expect(refused.errors.contains("--task lora"), "\(refused.errors)")
  }

  @Test func dropoutTakesMemory() {
    let words =
      "bert-base --cluster rtx-4090 --global-batch 8 --micro-batch 8 --recompute none"
      + " --top 1 --json"
    let (plain, dropping) = (plan(words), plan(words + " --dropout"))
    #expect(plain.code == 0 && dropping.code == 0)
    #expect(plain.output != dropping.output)
  }
}
