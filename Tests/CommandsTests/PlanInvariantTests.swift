import Commands
import DataFormats
import TestSupport
import Testing

/// What holds of every answer of `hfm plan`, whatever the model, the cluster and the options that
/// are held fixed; the seed is the argument.
@Suite struct PlanInvariantTests {
  static let models = [
    "bert-base", "llama2-7b", "uni", "resnet50", "flan-t5-small", "nnunet-3d-fullres",
    "clip-vit-b-32", "hyenadna-tiny-1k", "mixtral-8x7b", "swinunetr-48",
  ]
  static let clusters = [
    "dgx-h100", "hospital-2x8-a100-40gb", "rtx-3090", "4xrtx-3090", "server-4x-t4",
    "a100-mig-1g.10gb", "cpu-epyc-9654",
  ]
  /// Options and their values; a call takes each with a probability of one in five.
  static let options: [(name: String, values: [String])] = [
    ("--devices", ["1", "2", "3", "4", "8"]), ("--tensor", ["1", "2", "4"]),
    ("--pipeline", ["1", "2", "3"]), ("--zero", ["0", "1", "2", "3"]),
    ("--micro-batch", ["1", "2", "3"]), ("--recompute", ["none", "selective", "full"]),
    ("--schedule", ["1f1b", "zero-bubble"]), ("--sequence-parallel", ["on", "off"]),
    ("--shard-group", ["all", "node"]), ("--optimizer", ["adamw", "sgd", "adamw8bit"]),
    ("--optimizer-kernel", ["fused", "foreach"]), ("--attention", ["fused", "plain"]),
    ("--framework", ["pytorch", "pytorch-eager", "megatron"]),
    ("--offload", ["none", "optimizer"]),
    ("--goal", ["device-hours", "energy"]), ("--load-seconds", ["0.001", "0.2"]),
    ("--headroom", ["0.1"]), ("--task", ["finetune", "infer"]),
  ]

  static func words(_ random: inout SplitMix64) -> [String] {
    let batches = ["6", "8", "24", "48", "250"]
    var words = [
      "plan", models.randomElement(using: &random) ?? "uni", "--cluster",
      clusters.randomElement(using: &random) ?? "rtx-3090", "--global-batch",
      batches.randomElement(using: &random) ?? "8", "--json", "--quiet", "--top", "5",
    ]
    for option in options where Int.random(in: 0..<5, using: &random) == 0 {
      words += [option.name, option.values.randomElement(using: &random) ?? ""]
    }
    return words
  }

  /// The document of a call; nil where it is refused, in one line and with a code that says why.
  static func plans(_ words: [String]) throws -> [JSONValue]? {
    let result = FrameTests.hfm(words)
    guard result.code == 0 else {
      #expect(result.code == 2 || result.code == 3, "\(words)")
      #expect(result.errors.hasPrefix("hfm: error: "), "\(words): \(result.errors)")
      #expect(!result.errors.contains("possible: ;"), "\(words): no reason is given")
      return nil
    }
    return try JSONValue(parsing: result.output)["plans"]?.array
  }

  static func sum(_ value: JSONValue?, _ suffix: String, without: [String]) -> Double {
    (value?.object ?? []).reduce(0) { sum, member in
      guard member.key.hasSuffix(suffix), !without.contains(member.key) else { return sum }
      return sum + (member.value.double ?? .nan)
    }
  }

  @Test(arguments: 1...24 as ClosedRange<UInt64>)
  func everyPlanAddsUp(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let words = Self.words(&random)
    guard let plans = try Self.plans(words) else { return }
    #expect(!plans.isEmpty)
    for plan in plans {
      let step = try #require(plan["stepSeconds"]?.double)
      let parts = Self.sum(
        plan["breakdown"], "Seconds",
        without: ["communicationSeconds", "exposedCommunicationSeconds"]
      )
      #expect(relativeError(parts, step) < 1e-9, "\(words)")
      let low = try #require(plan["stepLowSeconds"]?.double)
      let high = try #require(plan["stepHighSeconds"]?.double)
      #expect(low <= step && step <= high, "\(words)")
      try expectMemory(plan["memory"], words)
      try expectDegrees(plan, words)
    }
    try expectStages(plans, words)
  }

  /// Every layer lies on one stage, whatever the pipeline: all plans of an answer hold the same
  /// layers, in one order, and each stage has some.
  private func expectStages(_ plans: [JSONValue], _ words: [String]) throws {
    var models: Set<[String]> = []
    for plan in plans {
      var (next, layers): (Int, [String]) = (0, [])
      for stage in try #require(plan["stages"]?.array) {
        let count = try #require(stage["count"]?.int)
        #expect(stage["first"]?.int == next && count > 0, "\(words)")
        next += count
        let held = try (stage["layers"]?.array ?? []).flatMap { layer in
          let name = try #require(layer["name"]?.string)
          return try Array(repeating: name, count: #require(layer["count"]?.int))
        }
        #expect(!held.isEmpty, "\(words)")
        for _ in 0..<count { layers += held }
      }
      #expect(next == plan["parallelism"]?["pipeline"]?.int, "\(words)")
      models.insert(layers)
    }
    #expect(models.count == 1, "\(words)")
  }

  /// The parts at the peak are the peak, but for a rounded byte each.
  private func expectMemory(_ memory: JSONValue?, _ words: [String]) throws {
    let peak = try #require(memory?["peakBytes"]?.double)
    let atPeak = [
      "parametersBytes", "buffersBytes", "optimizerBytes", "gradientsAtPeakBytes",
      "activationsAtPeakBytes", "temporaryBytes", "kvCacheBytes",
    ].reduce(0) { $0 + (memory?[$1]?.double ?? 0) }
    #expect(abs(atPeak - peak) <= 7, "\(words)")
  }

  private func expectDegrees(_ plan: JSONValue, _ words: [String]) throws {
    let cut = try #require(plan["parallelism"])
    func degree(_ name: String) throws -> Int { try #require(cut[name]?.int) }
    let data = try degree("data")
    let devices = try data * degree("tensor") * degree("pipeline") * degree("context")
    #expect(plan["devices"]?.int == devices, "\(words)")
    let (micro, passes) = (plan["microBatch"]?.int ?? 0, plan["accumulation"]?.int ?? 0)
    #expect(plan["globalBatch"]?.int == data * micro * passes, "\(words)")
  }

  /// A choice that is held at what the best plan does changes nothing; nor does asking again.
  @Test(arguments: 1...16 as ClosedRange<UInt64>)
  func theBestPlanStaysWhenItsChoicesAreFixed(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let words = Self.words(&random)
    guard let best = try Self.plans(words)?.first else { return }
    #expect(try Self.plans(words)?.first == best, "\(words)")
    let cut = try #require(best["parallelism"])
    let dimensions = [
      ("--data", cut["data"]), ("--tensor", cut["tensor"]), ("--pipeline", cut["pipeline"]),
      ("--virtual-stages", cut["virtualStages"]), ("--zero", cut["zeroStage"]),
      ("--schedule", cut["schedule"]), ("--micro-batch", best["microBatch"]),
      ("--dtype", best["dtype"]), ("--devices", best["devices"]),
    ]
    for (name, value) in dimensions where !words.contains(name) {
      let text = value?.string ?? value?.int.map { "\($0)" } ?? "?"
      #expect(try Self.plans(words + [name, text])?.first == best, "\(words) \(name) \(text)")
    }
  }
}
