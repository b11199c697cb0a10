import Commands
import DataFormats
import Glibc
import TestSupport
import Testing

/// `hfm plan` on fleets: mixed cards, prices, and profiles of the user's own.
@Suite struct PlanFleetTests {
  static func json(_ words: [String]) throws -> JSONValue {
    let result = FrameTests.hfm(words + ["--json", "--quiet"])
    try #require(result.code == 0, "\(result.errors)")
    return try JSONValue(parsing: result.output)
  }

  static func number(_ value: JSONValue?, _ key: String) throws -> Double {
    try #require(value?[key]?.double, "no \(key)")
  }

  static let mixed = [
    "plan", "uni", "--task", "finetune", "--cluster", "2xrtx-3090+1xrtx-4090", "--global-batch",
    "1536", "--micro-batch", "64", "--top", "3",
  ]

  @Test func mixedCardsShareABatch() throws {
    let document = try Self.json(Self.mixed)
    let plans = try #require(document["plans"]?.array)
    #expect(plans.count == 3)
    let steps = try plans.map { try Self.number($0, "stepSeconds") }
    #expect(steps == steps.sorted())
    let shares = try #require(plans.first { $0["way"]?.string == "shares" })
    let parts = try #require(shares["parts"]?.array)
    #expect(parts.compactMap { $0["device"]?.string } == ["rtx-3090", "rtx-4090"])
    let samples = try parts.map { try Self.number($0, "samples") }
    #expect(samples.reduce(0, +) == 1536)
    // The newer card alone takes more than each of the older two.
    #expect(samples[1] > samples[0] / 2)
    for part in parts {
      let memory = part["memory"]
      #expect(try Self.number(memory, "peakBytes") <= Self.number(memory, "usableBytes"))
    }
    let text = FrameTests.hfm(Self.mixed + ["--explain"])
    #expect(text.output.contains("the first plan, 2 x NVIDIA GeForce RTX 3090"))
  }

  @Test(arguments: [
    (["--offload", "optimizer"], "--offload: is not known on a mixed cluster"),
    (["--devices", "2"], "--devices: is not known on a mixed cluster"),
    (["--goal", "cost"], "no price of NVIDIA GeForce RTX 3090 24GB is known"),
    (["--task", "infer"], "replicas that serve do not wait for each other"),
  ])
  func whatKindsCannotShareIsRefused(words: [String], message: String) {
    let base = Self.mixed.filter { words.first != "--task" || ($0 != "--task" && $0 != "finetune") }
    let result = FrameTests.hfm(base + words)
    #expect(result.code == 2)
    #expect(result.errors.contains(message), "\(result.errors)")
  }

  static let formats = ["plan", "uni", "--task", "finetune", "--global-batch", "64", "--top", "20"]

  @Test func eachClusterIsPlannedInTheFormatItMultiplies() throws {
    let document = try Self.json(
      Self.formats + ["--cluster", "rtx-3090", "--what-if", "dgx1-v100-32gb,t4"])
    let rows = try #require(document["comparison"]?.array)
    let formats = rows.compactMap { $0["plan"]?["dtype"]?.string }
    #expect(formats == ["bf16-mixed", "fp16-mixed", "fp16-mixed"])
  }

  @Test func formatsAndUpdateRulesAreLeftToTheSearch() throws {
    let words = [
      "--cluster", "rtx-4090", "--dtype", "bf16-mixed,fp32", "--optimizer", "adamw,adamw8bit",
      "--micro-batch", "32", "--recompute", "none",
    ]
    let plans = try #require(try Self.json(Self.formats + words)["plans"]?.array)
    let found = plans.map { "\($0["dtype"]?.string ?? "") \($0["optimizer"]?.string ?? "")" }
    #expect(
      Set(found) == ["bf16-mixed adamw", "bf16-mixed adamw8bit", "fp32 adamw", "fp32 adamw8bit"])
    let steps = try plans.map { try Self.number($0, "stepSeconds") }
    #expect(steps == steps.sorted())
    #expect(plans.first?["optimizerStates"]?.string == "int8")
    let text = FrameTests.hfm(Self.formats + words).output
    #expect(text.contains("bf16-mixed or fp32"))
    #expect(text.contains("  bf16-mixed adamw8bit  "))
  }

  @Test(arguments: [
    (["--cluster", "rtx-4090", "--dtype", "bf16,half"], "--dtype: unknown word \"half\""),
    (["--cluster", "rtx-4090", "--optimizer", ","], "--optimizer: unknown word \",\""),
    (
      ["--cluster", "rtx-4090+rtx-3090", "--optimizer", "any"],
      "--optimizer: several words are not known on a mixed cluster"
    ),
  ])
  func wrongVariantsAreRefused(words: [String], message: String) {
    let result = FrameTests.hfm(Self.formats + words)
    #expect(result.code == 2)
    #expect(result.errors.contains(message), "\(result.errors)")
  }

  static let whatIf = [
    "plan", "uni", "--task", "finetune", "--samples", "2M", "--global-batch", "256", "--cluster",
    "4xrtx-3090", "--what-if", "dgx1-v100-32gb", "--buy", "rtx-3090=1500", "--rent",
    "v100-32gb=3", "--price-per-kwh", "0.25", "--life", "2y",
  ]

  /// Rent is price · device hours; a purchase its share of the life and its electricity.
  @Test func offersAreWhatTheirFormulasSay() throws {
    let offers = try #require(try Self.json(Self.whatIf)["offers"]?.array)
    #expect(offers.count == 2)
    var costs: [Double] = []
    for offer in offers {
      let plan = offer["plan"]
      let cost = try Self.number(offer, "cost")
      costs.append(cost)
      if offer["way"]?.string == "rent" {
        let expected = 3 * (try Self.number(plan, "deviceHours"))
        #expect(abs(cost - expected) < 1e-9 * expected)
        #expect(try Self.number(offer, "outlay") == cost)
      } else {
        let outlay = 1500 * (try Self.number(plan, "devices"))
        #expect(try Self.number(offer, "outlay") == outlay)
        let years = try Self.number(plan, "totalSeconds") / (365.25 * 86_400)
        let power = try Self.number(plan, "energyJoules") / 3.6e6 * 0.25
        #expect(abs(cost - (outlay * years / 2 + power)) < 1e-9 * cost)
      }
    }
    #expect(costs == costs.sorted())
  }

  /// A deadline asks for more devices, one that nothing meets for none.
  @Test func aDeadlineAsksForMoreDevices() throws {
    func devices(_ deadline: String) throws -> [Double] {
      let offers = try #require(
        try Self.json(Self.whatIf + ["--deadline", deadline])["offers"]?.array)
      return try offers.filter { $0["way"]?.string == "buy" }
        .map { try Self.number($0["plan"], "devices") }
    }
    #expect(try devices("30d") == [1])
    #expect(try devices("2h") == [4])
  }

  static let ownDevice = """
    {"id": "my-card", "name": "A card of ours", "kind": "gpu", "memoryBytes": 34359738368,
     "memoryBandwidthBytesPerSecond": 1e12, "peakFlopsPerSecond": {"fp32": 3e13, "bf16": 1e14},
     "vectorFlopsPerSecond": 3e13, "launchOverheadSeconds": 5e-6, "purchaseDollars": 900,
     "source": "made up"}
    """

  @Test func ownDevicesStandBesideTheBuiltInOnes() throws {
    let folder = try TemporaryFolder()
    for part in ["devices", "clusters"] { mkdir(folder.file(part), 0o700) }
    try TestFile.write(Self.ownDevice, to: folder.file("devices/my-card.json"))
    try TestFile.write(
      """
      {"id": "my-room", "name": "Ours", "device": "my-card", "devicesPerNode": 2, "nodes": 3,
       "intraNode": {"name": "a", "bandwidthBytesPerSecond": 2e10, "latencySeconds": 1e-5},
       "interNode": {"name": "b", "bandwidthBytesPerSecond": 1e9, "latencySeconds": 3e-5},
       "nodePurchaseDollars": 4000, "source": "made up"}
      """, to: folder.file("clusters/my-room.json"))
    let own = ["--profiles", folder.path]
    let devices = try Self.json(["devices", "--search", "my-card"] + own)
    #expect(devices.array?.count == 1)
    let all = try #require(try Self.json(["devices"] + own).array)
    #expect(all.contains { $0["id"]?.string == "rtx-3090" })
    let clusters = try #require(try Self.json(["devices", "--clusters"] + own).array)
    let room = try #require(clusters.first { $0["id"]?.string == "my-room" })
    #expect(try Self.number(room, "nodePurchaseDollars") == 4000)
    let base = ["plan", "uni", "--task", "finetune", "--global-batch", "96", "--top", "1"]
    for cluster in ["my-card", "my-room", "2xmy-card", "1xmy-card+1xrtx-3090"] {
      let plans = try Self.json(base + own + ["--cluster", cluster])["plans"]?.array
      #expect(plans?.count == 1, "\(cluster)")
    }
    let trace = folder.file("trace.swf")
    try TestFile.write("1 0 -1 100 2 -1 -1 2 100 -1 1 1 1 1 1 1 -1 -1\n", to: trace)
    let simulated = FrameTests.hfm(["simulate", trace, "--cluster", "my-room"] + own)
    #expect(simulated.code == 0, "\(simulated.errors)")
    #expect(FrameTests.hfm(["plan", "uni", "--cluster", "my-room"]).code == 2)
  }

  /// A misspelt key of a cluster's profile is named, not taken for another kind of file.
  @Test func aMisspeltKeyOfAClusterIsNamed() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("site.json")
    let profile = try TestFile.text(
      Repository.root + "/Profiles/clusters/hospital-2x8-a100-40gb.json")
    let parts = profile.split(separator: "\"nodes\"", maxSplits: 1)
    try #require(parts.count == 2)
    try TestFile.write(parts[0] + "\"nods\"" + parts[1], to: path)
    let result = FrameTests.hfm("plan", "uni", "--cluster", path, "--global-batch", "64")
    #expect(result.code == 2)
    #expect(result.errors.contains("nods: unknown key; known here are"), "\(result.errors)")
  }

  @Test func aMissingFolderOfProfilesIsNamed() {
    let result = FrameTests.hfm("devices", "--profiles", "/nowhere/at/all")
    #expect(result.code == 2)
    #expect(result.errors.contains("/nowhere/at/all"))
  }

  /// A mixed cluster may be a file: clusters side by side and the link between them.
  @Test func aMixedClusterIsReadFromAFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("site.json")
    try TestFile.write(
      """
      {"id": "site", "name": "Two kinds of node", "parts": ["workstation-2x-rtx-3090",
       "workstation-2x-rtx-4090"], "between": {"name": "Ethernet",
       "bandwidthBytesPerSecond": 1.25e9, "latencySeconds": 3e-5}, "source": "made up"}
      """, to: path)
    let base = ["plan", "uni", "--task", "finetune", "--global-batch", "96", "--top", "50"]
    let plans = try #require(try Self.json(base + ["--cluster", path])["plans"]?.array)
    #expect(plans.contains { $0["way"]?.string == "shares" })
    try TestFile.write(
      #"{"id": "x", "name": "x", "parts": ["rtx-3090"], "between": {}}"#, to: path)
    let faulty = FrameTests.hfm(base + ["--cluster", path])
    #expect(faulty.code == 2)
    #expect(faulty.errors.contains("two parts or more"))
  }
}
