import Commands
import DataFormats
import TestSupport
import Testing

/// Options that change nothing, and values that could mean two things, are not passed over.
@Suite struct PlanUnusedTests {
  static let base = [
    "plan", "uni", "--task", "finetune", "--global-batch", "256", "--cluster", "4xrtx-3090",
    "--top", "1",
  ]

  @Test(arguments: [
    (["--buy", "rtx-3090=1500"], "--buy: changes nothing without --what-if"),
    (["--life", "3y"], "--life: changes nothing without --what-if"),
    (["--price-per-kwh", "0.3"], "--price-per-kwh: changes nothing without --what-if"),
    (["--rent", "rtx-3090=1"], "--rent: changes nothing without --what-if or --budget"),
    (["--cached-tokens", "4096"], "--cached-tokens: changes nothing without --task infer"),
    (["--deadline", "14"], "--deadline: \"14\" has no unit; write 14d for days"),
    (["--what-if", "rtx-4090", "--life", "5"], "--life: \"5\" has no unit"),
    (["--what-if", "rtx-4090", "--life", "5s"], "--life: \"5s\" is less than a day"),
    (["--what-if", ","], "--what-if: names no cluster"),
    (
      ["--what-if", "rtx-4090", "--buy", "rtx4090=1599"],
      "--buy: no cluster here is rtx4090 or made of it; price one of 4xrtx-3090, rtx-3090, rtx-4090"
    ),
    (["--what-if", "room.json"], "room.json: cannot be read"),
  ])
  func whatWouldDoNothingIsRefused(words: [String], message: String) {
    let result = FrameTests.hfm(Self.base + words)
    #expect(result.code == 2)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains(message), "\(result.errors)")
  }

  @Test(arguments: [
    ("--schedule zero-bubble --pipeline 1", "--schedule: without effect"),
    ("--context-kind ring", "--context-kind: without effect"),
    ("--sequence-parallel on --tensor 1", "--sequence-parallel: without effect"),
    ("--shard-group node --zero 0", "--shard-group: without effect"),
    ("--overlap-experts", "--overlap-experts: without effect"),
    ("--deadline 14d", "--deadline: no size of the job is given, so it is one step"),
    (
      "--samples 2M --what-if rtx-4090",
      "the electricity of what is bought is not counted; give --grid or --price-per-kwh"
    ),
  ])
  func whatHadNoSayIsTold(words: String, message: String) {
    let result = FrameTests.hfm(Self.base + words.split(separator: " ").map(String.init))
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.errors.contains(message), "\(result.errors)")
  }

  /// A plan over slices of one card says what they lack.
  @Test func slicesOfACardHaveNoLink() {
    let words = "plan bert-base --task finetune --global-batch 16 --top 1 --cluster "
    func errors(_ cluster: String) -> String {
      FrameTests.hfm((words + cluster).split(separator: " ").map(String.init)).errors
    }
    #expect(errors("7xa100-mig-1g.5gb").contains("have no link to each other"))
    #expect(!errors("a100-mig-1g.5gb").contains("have no link"))
  }

  @Test func servingSaysWhatOnlyTrainingHas() {
    let words = "plan uni --task infer --cluster rtx-3090 --zero 3 --global-batch 8 --top 1"
    let result = FrameTests.hfm(words.split(separator: " ").map(String.init))
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.errors.contains("--global-batch, --zero: without effect"), "\(result.errors)")
  }

  /// Plans that differ a thousandfold in energy have one unit in a table.
  @Test func energyHasOneUnit() {
    let words = Self.base + ["--samples", "2M", "--what-if", "dgx1-v100-32gb", "--quiet"]
    let output = FrameTests.hfm(words).output
    #expect(output.contains("kWh") || output.contains(" Wh"), "\(output)")
    #expect(!output.contains("MJ") && !output.contains("kJ"), "\(output)")
  }

  /// Of a kind of device that nobody measured a run on, the label and the interval say so.
  @Test(arguments: ["max-1550", "m3-max", "epyc-9654-dual"])
  func unknownKindsOfDeviceAreUnsupported(device: String) throws {
    func run(_ device: String, _ words: [String] = []) -> (
      code: Int32, output: String, errors: String
    ) {
      FrameTests.hfm(
        ["plan", "bert-base", "--cluster", device, "--global-batch", "16", "--top", "1"] + words)
    }
    func plan(_ device: String) throws -> JSONValue? {
      try JSONValue(parsing: run(device, ["--json", "--quiet"]).output)["plans"]?.array?.first
    }
    let (own, known) = (try plan(device), try plan("a100-40gb-sxm"))
    #expect(own?["basis"]?.string == "unsupported")
    #expect(known?["basis"]?.string == "extrapolated")
    func width(_ plan: JSONValue?) throws -> Double {
      try #require(plan?["stepHighSeconds"]?.double) / #require(plan?["stepSeconds"]?.double)
    }
    #expect(try width(own) > width(known))
    #expect(run(device).errors.contains("no measured run of a device like"))
  }
}
