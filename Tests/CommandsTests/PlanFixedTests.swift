import Commands
import DataFormats
import TestSupport
import Testing

/// What `hfm plan` holds fixed, refuses, and tabulates.
@Suite struct PlanFixedTests {
  private func plan(_ words: String) -> (code: Int32, output: String, errors: String) {
    FrameTests.hfm(["plan"] + words.split(separator: " ").map(String.init) + ["--quiet"])
  }

  /// Stages that are asked for are in every plan, whatever the order of the pipeline.
  @Test func virtualStagesHold() throws {
    let words =
      "llama2-7b --cluster dgx-a100-80gb --global-batch 64 --virtual-stages 2 --pipeline 4 --json"
    let plans = try #require(try JSONValue(parsing: plan(words).output)["plans"]?.array)
    #expect(!plans.isEmpty)
    #expect(plans.allSatisfy { $0["parallelism"]?["virtualStages"]?.int == 2 })
    let both = plan(words + " --schedule zero-bubble")
    #expect(both.code == 2)
    #expect(both.errors.contains("--virtual-stages"), "\(both.errors)")
  }

  /// DeepSeek-V3 as its report cut it: where the software lets it, traffic with experts passes
  /// beside other work, in what is computed again, too; the work itself stays as long.
  @Test func trafficWithExpertsRunsBesideWork() throws {
    let words =
      "deepseek-v3 --cluster deepseek-h800 --global-batch 15360 --data 128 --pipeline 16 "
      + "--expert 64 --micro-batch 1 --dtype fp8 --zero 1 --schedule zero-bubble "
      + "--framework megatron --recompute full --json"
    func breakdown(_ more: String) throws -> JSONValue {
      let result = plan(words + more)
      #expect(result.code == 0, "\(result.errors)")
      return try #require(
        try JSONValue(parsing: result.output)["plans"]?.array?.first?["breakdown"])
    }
    func seconds(_ parts: JSONValue, _ key: String) throws -> Double {
      try #require(parts[key]?.double)
    }
    let (apart, beside) = (try breakdown(""), try breakdown(" --overlap-experts"))
    #expect(try seconds(beside, "expertSeconds") < 0.9 * seconds(apart, "expertSeconds"))
    for other in ["forwardSeconds", "backwardSeconds", "pipelineSeconds"] {
      #expect(try seconds(beside, other) == seconds(apart, other), "\(other)")
    }
  }

  /// An A100 has no units for fp8, a V100 none for bf16; each is told what it has.
  @Test(arguments: [
    ("dgx-a100-80gb", "fp8", "bf16-mixed"), ("dgx1-v100-32gb", "bf16", "fp16-mixed"),
  ])
  func formatsWithoutUnitsAreRefused(cluster: String, format: String, known: String) {
    let result = plan("bert-base --cluster \(cluster) --global-batch 64 --dtype \(format)")
    #expect(result.code == 2)
    #expect(result.errors.contains("has no units for \(format)"), "\(result.errors)")
    #expect(result.errors.contains(known), "\(result.errors)")
  }

  /// What no software could run is refused with its reason, and what would fit is named.
  @Test(arguments: [
    ("bert-base --cluster dgx-h100 --tensor 5", "do not divide the attention heads"),
    ("resnet50 --cluster dgx-h100 --tensor 2", "do not divide the attention heads"),
    ("resnet50 --cluster dgx-h100 --context 2", "do not divide the sequence"),
    (
      "bert-base --cluster dgx-h100 --context 8 --context-kind all-to-all",
      "do not divide the attention heads"
    ),
    ("uni --cluster dgx-h100 --context 2", "do not divide the sequence"),
    ("uni --cluster rtx-3090 --virtual-stages 2", "do not fit the number of layers"),
    (
      "bert-base --cluster dgx-h100 --pipeline 4 --virtual-stages 8",
      "do not fit the number of layers"
    ),
    (
      "bert-base --cluster dgx-h100 --pipeline 2 --virtual-stages 4",
      "do not fit the number of layers"
    ),
    (
      "bert-base --cluster rtx-3090 --recompute full --recompute-layers 13",
      "do not fit the number of layers"
    ),
  ])
  func impossibleCutsSayWhy(words: String, reason: String) {
    let result = plan(words + " --global-batch 8")
    #expect(result.code == 3)
    #expect(result.errors.contains(reason), "\(result.errors)")
    #expect(result.errors.contains("nearest that fits: --devices"), "\(result.errors)")
  }

  @Test func interleavingNeedsAPipeline() {
    let result = plan("uni --cluster dgx-h100 --global-batch 8 --virtual-stages 4 --pipeline 1")
    #expect(result.code == 2)
    #expect(result.errors.contains("--virtual-stages: 4 stand beside --pipeline 1"))
  }

  /// Where there is nothing to share, both groups of replicas are one plan.
  @Test func aGroupOfOneIsNoChoice() throws {
    let words = "bert-base --cluster rtx-3090 --global-batch 8 --top 1 --json"
    let plans = try ["all", "node"].map {
      try JSONValue(parsing: plan(words + " --shard-group \($0)").output)["plans"]
    }
    #expect(plans[0] != nil)
    #expect(plans[0] == plans[1])
  }

  /// With every offload open, a plan on this card keeps its optimizer's states on the host, since
  /// what that frees pays off; without, it is left alone where something fits.
  @Test func anyOffloadIsSearched() throws {
    func best(_ words: String) throws -> JSONValue? {
      let all = "opt-1.3b --cluster rtx-3060 --global-batch 64 --goal device-hours --top 1 --json "
      return try JSONValue(parsing: plan(all + words).output)["plans"]?.array?.first
    }
    let (usual, any) = (try best(""), try best("--offload any"))
    let (slower, faster) = (usual?["stepSeconds"]?.double, any?["stepSeconds"]?.double)
    #expect(try #require(faster) <= #require(slower))
  }

  @Test func aSequenceIsDividedWhole() {
    let words =
      "llama2-7b --cluster dgx-a100-80gb --global-batch 64 --context 2 --top 1 --sequence "
    let odd = plan(words + "1001")
    #expect(odd.code == 3)
    #expect(odd.errors.contains("do not divide the sequence"), "\(odd.errors)")
    #expect(plan(words + "1002").code == 0)
  }

  /// Embeddings of all replicas meet in a contrastive loss, and only there.
  @Test func embeddingsAreGathered() throws {
    func seconds(_ words: String) throws -> Double {
      let json = try JSONValue(parsing: plan(words + " --data 8 --top 1 --json").output)
      return json["plans"]?.array?.first?["breakdown"]?["embeddingsSeconds"]?.double ?? -1
    }
    #expect(try seconds("biomedclip --cluster dgx-a100-40gb --global-batch 4096") > 0)
    #expect(try seconds("bert-base --cluster dgx-a100-40gb --global-batch 256") == 0)
  }

  /// Larger patches take more memory and time, until none fits.
  @Test func patchesAreTabulated() throws {
    let words = "swinunetr-48 --cluster rtx-3060 --patches --json"
    let rows = try #require(try JSONValue(parsing: plan(words).output)["patches"]?.array)
    let alone = rows.filter { $0["globalBatch"]?.int == 1 }
    let peaks = alone.compactMap { $0["plan"]?["memory"]?["peakBytes"]?.int }
    #expect(peaks.count > 2 && peaks.count < alone.count)
    #expect(alone.last?["plan"]?.isNull == true)
    let steps = alone.compactMap { $0["plan"]?["stepSeconds"]?.double }
    #expect(steps == steps.sorted())
    #expect(plan("bert-base --cluster rtx-3060 --patches").code == 2)
  }

  /// A rent that the user gives is a price to keep a budget with.
  @Test func aGivenRentCounts() throws {
    let words =
      "uni --task finetune --samples 2M --cluster 4xrtx-3090 --global-batch 256 --top 1 --json"
    let result = plan(words + " --budget 100000 --rent rtx-3090=0.5")
    #expect(result.code == 0, "\(result.errors)")
    #expect(
      (try JSONValue(parsing: result.output)["plans"]?.array?.first?["cost"]?.double ?? 0) > 0)
  }

  /// Everything behind a plan's energy, emissions, money and peak is told.
  @Test func explanationsAreWhole() {
    let result = plan(
      "llama2-7b --cluster dgx-h100 --tokens 1B --global-batch 256 --top 1 --grid france"
        + " --price-per-device-hour 3 --explain")
    for word in [
      "CO2e of electricity", "CO2e of manufacture", "cost ", "peak ", "host memory", "data loading",
      "PUE 1",
    ] {
      #expect(result.output.contains(word), "\(word): \(result.output)")
    }
  }
}
