import Commands
import DataFormats
import TestSupport
import Testing

/// Where the memory of a plan lies, as `hfm plan` tells it.
@Suite struct PlanMemoryTests {
  static func best(_ words: String) throws -> JSONValue {
    let all = ["plan"] + words.split(separator: " ").map(String.init)
    let result = FrameTests.hfm(all + ["--top", "1", "--json", "--quiet"])
    try #require(result.code == 0, "\(words): \(result.errors)")
    return try #require(try JSONValue(parsing: result.output)["plans"]?.array?.first)
  }

  static func bytes(_ plan: JSONValue, _ key: String) throws -> Double {
    try #require(plan["memory"]?[key]?.double, "no \(key)")
  }

  /// A model that recycles trains its weights once: the passes before the last one use them too.
  @Test func recycledWeightsAreTrained() throws {
    let words =
      "alphafold2 --cluster dgx-a100-80gb --global-batch 8 --data 8 --zero 0 --micro-batch 1"
    let (all, last) = (try Self.best(words), try Self.best(words + " --recycles 0"))
    // fp32 gradients of 93.2 M parameters.
    let gradients = try Self.bytes(all, "gradientsBytes")
    #expect(abs(gradients / 4 - 93.23e6) < 0.01e6)
    #expect(try gradients == Self.bytes(last, "gradientsBytes"))
    for part in ["optimizerSeconds", "communicationSeconds"] {
      let seconds = try #require(all["breakdown"]?[part]?.double)
      #expect(seconds > 0)
      #expect(seconds == last["breakdown"]?[part]?.double)
    }
  }

  /// Weights that layers share (ALBERT) are held once whatever the cut, and LoRA beside a frozen
  /// table that the head shares (GPT-2) has gradients.
  @Test func sharedWeightsAreCountedOnce() throws {
    let words = "--cluster dgx-a100-80gb --global-batch 8 --data 1 --micro-batch 1 --zero 0 "
    for cut in ["--tensor 2 --pipeline 1", "--tensor 1 --pipeline 2"] {
      let plan = try Self.best("albert-base \(words) \(cut)")
      // 11.8 M parameters in fp32; each stage of a pipeline holds the layers' 7.1 M.
      #expect(try Self.bytes(plan, "parametersBytes") < 1.05 * 4 * 11.8e6)
      #expect(try Self.bytes(plan, "gradientsBytes") < 1.05 * 4 * 11.8e6)
    }
    for cut in ["--tensor 1", "--tensor 2"] {
      let plan = try Self.best("gpt2 --task lora \(words) --pipeline 1 \(cut)")
      #expect(try Self.bytes(plan, "gradientsBytes") > 1e5)
      #expect(try #require(plan["breakdown"]?["optimizerSeconds"]?.double) > 0)
    }
  }

  /// Serving over several devices divides weights and cache, and keeps what runs.
  @Test(arguments: ["--tensor 2 --pipeline 1", "--tensor 1 --pipeline 2"], ["", "--past 512"])
  func servingOverDevicesKeepsItsActivations(cut: String, past: String) throws {
    let words = "llama2-7b --task infer --cluster dgx-h100 --micro-batch 64 \(past)"
    let (one, two) = (try Self.best(words), try Self.best("\(words) \(cut)"))
    let whole = try Self.bytes(one, "peakBytes")
    let half = try Self.bytes(two, "peakBytes")
    #expect(half >= 0.45 * whole && half < whole)
    #expect(two["memory"]?["peakPhase"]?.string == "forward")
    #expect(try Self.bytes(Self.best("\(words) \(cut) --offload parameters"), "peakBytes") < half)
    let more = FrameTests.hfm(
      "plan \(words) \(cut)".replacing("--micro-batch 64", with: "--micro-batch 1024")
        .split(separator: " ").map(String.init))
    #expect(more.code == 3, "\(more.output)")
  }

  /// Where a host updates, gradients go there during backward (ZeRO-Offload, section 4): a card of
  /// 24 GB trains all of a model of 7 B parameters. Megatron keeps its main gradients.
  @Test func offloadedUpdatesTakeTheirGradientsAlong() throws {
    let words = "llama2-7b --task finetune --cluster workstation-rtx-4090 --global-batch 8"
    let plan = try Self.best(words)
    let parameters = 6.738e9
    #expect(try Self.bytes(plan, "gradientsBytes") < 0.1 * 4 * parameters)
    // Parameters, gradients and two moments in fp32.
    #expect(try Self.bytes(plan, "hostBytes") > 16 * parameters)
    let offloaded = "opt-1.3b --cluster dgx-a100-80gb --global-batch 64 --offload optimizer"
    let summed = try Self.best(offloaded + " --data 8 --zero 1")
    let alone = try Self.best(offloaded + " --data 1 --devices 1")
    let main = try Self.best(offloaded + " --data 1 --devices 1 --framework megatron")
    #expect(try Self.bytes(summed, "gradientsBytes") > 4 * 1.3e9)
    // Twice its largest layer, the table of 50,272 tokens of 2,048.
    #expect(try Self.bytes(alone, "gradientsBytes") < 2.1 * 4 * 50272 * 2048)
    #expect(try Self.bytes(main, "gradientsBytes") > 4 * 1.3e9)
  }

  /// A host that is too small is told as a device's memory is.
  @Test func aHostThatIsTooSmallIsNamed() {
    let words = "plan llama2-7b --task finetune --cluster rtx-3090 --global-batch 8 --quiet"
    let result = FrameTests.hfm(words.split(separator: " ").map(String.init))
    #expect(result.code == 3)
    #expect(result.errors.contains("offloaded, the leanest needs"), "\(result.errors)")
    #expect(result.errors.contains("more than its share, 57.6 GiB (assumed)"), "\(result.errors)")
  }

  /// More passes hand over more gradients.
  @Test func eachPassHandsItsGradientsOver() throws {
    func offload(_ micro: Int) throws -> Double {
      let plan = try Self.best(
        "opt-1.3b --cluster a100-80gb --global-batch 16 --offload optimizer --recompute none "
          + "--micro-batch \(micro)")
      return try #require(plan["breakdown"]?["offloadSeconds"]?.double)
    }
    #expect(try offload(1) > offload(8))
  }
}
