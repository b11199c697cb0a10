import Commands
import TestSupport
import Testing

/// What `hfm plan` proposes beside its own dimensions.
@Suite struct PlanHintTests {
  private func plan(_ words: String) -> (code: Int32, output: String, errors: String) {
    FrameTests.hfm(["plan"] + words.split(separator: " ").map(String.init) + ["--quiet"])
  }

  /// LoRA of 70B on one card of 24 GB: four bits fit, and the error says so with what they need.
  @Test func fourBitsAreProposed() {
    let words = "llama2-70b --task lora --cluster rtx-4090 --global-batch 16 --sequence 1024"
    let refused = plan(words)
    #expect(refused.code == 3)
    #expect(refused.errors.contains("--quantize int4 ("), "\(refused.errors)")
    #expect(plan(words + " --quantize int4 --top 1").code == 0)
  }

  /// All of 7B's parameters do not fit a card of 24 GB around fp32 ones: what does is proposed, and
  /// does.
  @Test func narrowerParametersAreProposed() {
    let words = "llama2-7b --cluster rtx-4090 --global-batch 8 --sequence 512 --top 1 --task "
    let refused = plan(words + "finetune")
    #expect(refused.code == 3)
    #expect(refused.errors.contains("--dtype bf16 ("), "\(refused.errors)")
    #expect(refused.errors.contains("--task lora --quantize int4 ("), "\(refused.errors)")
    #expect(plan(words + "finetune --dtype bf16").code == 0)
    #expect(plan(words + "lora --quantize int4").code == 0)
  }

  /// A patch too large for the card: the largest that fits is named, and it does fit.
  @Test(arguments: [
    ("swinunetr-48 --cluster rtx-3060 --global-batch 2", "256x256x256"),
    ("nnunet-3d-fullres --cluster a100-mig-1g.5gb --global-batch 2 --offload none", "320x320x160"),
  ])
  func aSmallerPatchIsProposed(words: String, volume: String) throws {
    let refused = plan(words + " --volume \(volume)")
    #expect(refused.code == 3)
    let range = try #require(
      refused.errors.firstRange(of: "--volume "), "\(refused.errors)")
    let patch = refused.errors[range.upperBound...].prefix { $0 != " " }
    #expect(plan(words + " --volume \(patch) --top 1").code == 0)
  }

  /// LoRA of 7B in bf16 around fp32 weights overflows a card of 24 GB onto the host; in bf16 alone,
  /// updates too, it does not, and is faster. Around updates in fp32 it is not.
  @Test func narrowerFrozenMatricesAreProposed() {
    let plain = "llama2-7b --task lora --cluster rtx-4090 --global-batch 16 --sequence 2048 --top 1"
    #expect(!plan(plain).output.contains("frozen matrices"))
    let words = plain + " --update-dtype bf16"
    let wide = plan(words)
    #expect(wide.code == 0)
    #expect(wide.output.contains("offload parameters"))
    #expect(
      wide.output.contains("frozen matrices are kept in fp32 here; with --dtype bf16: "),
      "\(wide.output)")
    #expect(!plan(words + " --dtype bf16").output.contains("frozen matrices"))
  }

  /// One device has no links to explain; a card held by its power says by how much.
  @Test func explanationsKeepToWhatIsThere() {
    let alone = plan("biobert --task finetune --cluster l4 --global-batch 32 --top 1 --explain")
    #expect(!alone.output.contains("link in a node"))
    #expect(alone.output.contains("clock under products"), "\(alone.output)")
    let loading = plan(
      "biobert --task finetune --cluster l4 --global-batch 32 --top 1 --explain --load-seconds 1")
    #expect(loading.output.contains("/ 8 cores"), "\(loading.output)")
  }
}
