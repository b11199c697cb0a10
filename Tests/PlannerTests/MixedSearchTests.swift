import CostModel
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Workloads

/// Devices of several kinds on one job.
@Suite struct MixedSearchTests {
  /// A device of so many times the speed and bandwidth of a plain one.
  static func device(_ id: String, speed: Double, memory: Int) -> Device {
    Device(
      id: id, name: id, kind: .gpu, memoryBytes: memory,
      memoryBandwidth: BytesPerSecond(1e12 * speed),
      peaks: [
        .init(.fp32, FlopsPerSecond(2e13 * speed)), .init(.bf16, FlopsPerSecond(1e14 * speed)),
      ],
      vectorFlopsPerSecond: FlopsPerSecond(2e13 * speed), launchOverhead: Seconds(1e-6),
      maxPower: Watts(300), source: "made up")
  }

  static func mixed(_ parts: [(device: Device, count: Int)]) -> MixedCluster {
    let link = Link(name: "link", bandwidth: BytesPerSecond(2e11), latency: Seconds(1e-6))
    return MixedCluster(
      id: "mixed", name: "mixed",
      parts: parts.map { device, count in
        Cluster(
          id: device.id, name: device.id, device: device, devicesPerNode: count, nodes: 1,
          intraNode: link, interNode: link, source: "made up")
      }, between: link, sharesNode: true, source: "made up")
  }

  static func plans(
    _ mixed: MixedCluster, layers: Int = 24, hidden: Int = 1024, batch: Int = 96,
    _ change: (inout PlanRequest) -> Void = { _ in }
  ) throws -> [MixedPlan] {
    let model = try PlanSearchTests.model(layers: layers, hidden: hidden)
    let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 512, precision: .bf16)
    var request = PlanRequest(cluster: mixed.parts[0], globalBatch: batch, precision: .bf16)
    request.limit = 1000
    // No host time, so that speeds are those of the devices.
    request.stack.hostPerKernel = 0
    request.stack.hostPerCollective = 0
    change(&request)
    return try MixedSearch(model, workload, request, mixed).run()
  }

  /// A card three times as fast takes three times the samples, and together they take what four
  /// slow cards would.
  @Test func sharesFollowTheSpeed() throws {
    let memory = 40 << 30
    let (slow, fast) = (
      Self.device("slow", speed: 1, memory: memory), Self.device("fast", speed: 3, memory: memory)
    )
    func best(_ parts: [(Device, Int)]) throws -> MixedPlan {
      try #require(
        try Self.plans(Self.mixed(parts)) {
          $0.space.microBatch = [4]
          $0.space.zeroStage = [0]
          $0.space.pipeline = [1]
        }.first { $0.way == .shares })
    }
    let plan = try best([(slow, 1), (fast, 1)])
    #expect(plan.parts.map(\.samples) == [24, 72])
    #expect(plan.parts.reduce(0) { $0 + $1.samples } == plan.globalBatch)
    for part in plan.parts { #expect(part.busySeconds > 0.85 * plan.stepSeconds) }
    let twin = Self.device("twin", speed: 1, memory: memory)
    let equal = try best([(slow, 2), (twin, 2)])
    #expect(equal.parts.map(\.samples) == [48, 48])
    #expect(abs(plan.stepSeconds / equal.stepSeconds - 1) < 0.1)
  }

  /// Stages hold layers by their card's speed, and the fuller card never exceeds its memory.
  @Test func stagesFollowSpeedAndMemory() throws {
    let (slow, fast) = (
      Self.device("slow", speed: 1, memory: 40 << 30),
      Self.device("fast", speed: 3, memory: 40 << 30)
    )
    func stages(_ parts: [(Device, Int)]) throws -> MixedPlan {
      try #require(
        try Self.plans(Self.mixed(parts)) {
          $0.space.microBatch = [2]
          $0.space.recompute = [.full]
          $0.space.tensor = [1]
          $0.space.data = [1]
        }.first { $0.way == .stages })
    }
    let roomy = try stages([(slow, 1), (fast, 1)])
    let layers = roomy.parts.map { $0.layers.reduce(0, +) }
    #expect(layers.reduce(0, +) == 24)
    #expect((4...8).contains(layers[0]))
    // The same speeds, but the fast card has less memory than its share needs.
    let small = Self.device("fast", speed: 3, memory: 5 << 29)
    let tight = try stages([(slow, 1), (small, 1)])
    #expect(tight.parts[1].layers[0] < layers[1])
    for plan in [roomy, tight] {
      for part in plan.parts { #expect(part.estimate.peakBytes <= part.usableBytes) }
    }
  }

  /// Two kinds that are one and the same do what one cluster of them does.
  @Test func equalKindsAreOneCluster() throws {
    let one = Self.device("a", speed: 1, memory: 40 << 30)
    let other = Self.device("b", speed: 1, memory: 40 << 30)
    let plan = try #require(
      try Self.plans(Self.mixed([(one, 2), (other, 2)])) {
        $0.space.microBatch = [4]
        $0.space.zeroStage = [0]
        $0.space.recompute = [.none]
        $0.space.pipeline = [1]
      }.first { $0.way == .shares })
    var request = PlanRequest(
      cluster: Self.mixed([(one, 4)]).parts[0], globalBatch: 96, precision: .bf16)
    request.devices = 4
    request.stack.hostPerKernel = 0
    request.stack.hostPerCollective = 0
    request.space.microBatch = [4]
    request.space.data = [4]
    request.space.zeroStage = [0]
    request.space.recompute = [.none]
    let model = try PlanSearchTests.model(layers: 24, hidden: 1024)
    let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 512, precision: .bf16)
    let whole = try #require(try PlanSearch(model, workload, request).run().plans.first)
    #expect(plan.stepSeconds == whole.stepSeconds)
    #expect(plan.parts[0].estimate.peakBytes == whole.peakBytes)
  }

  /// What every plan of random fleets keeps to; the seed is the argument.
  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func everyPlanFitsAndIsRanked(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let parts = (0..<Int.random(in: 2...3, using: &random)).map { index in
      let device = Self.device(
        "kind-\(index)", speed: Double.random(in: 0.5...4, using: &random),
        memory: Int.random(in: 8...40, using: &random) << 30)
      return (device, [1, 2, 4].randomElement(using: &random) ?? 1)
    }
    let mixed = Self.mixed(parts)
    let plans = try Self.plans(mixed, layers: 12, batch: 48)
    #expect(!plans.isEmpty)
    #expect(plans.map(\.totalSeconds) == plans.map(\.totalSeconds).sorted())
    for plan in plans {
      #expect(plan.stepSeconds > 0)
      for part in plan.parts {
        #expect(part.estimate.peakBytes <= part.usableBytes)
        #expect(part.busySeconds <= plan.stepSeconds * (1 + 1e-9))
      }
      switch plan.way {
      case .shares:
        #expect(plan.parts.reduce(0) { $0 + $1.samples } == 48)
        #expect(plan.devices == mixed.deviceCount)
      case .stages:
        let pipelines = plan.parts[0].estimate.configuration.parallelism
        let layers = plan.parts.reduce(0) { $0 + $1.layers.reduce(0, +) }
        #expect(layers == 12)
        let stages = plan.parts.reduce(0) { $0 + $1.layers.count }
        #expect(stages == pipelines.pipeline)
      case .alone: #expect(plan.parts.count == 1)
      }
    }
  }

  @Test func aFleetThatIsTooSmallIsRefused() throws {
    let tiny = [("a", 1.0), ("b", 2.0)].map {
      (Self.device($0.0, speed: $0.1, memory: 2 << 30), 1)
    }
    let error = #expect(throws: UserError.self) {
      try Self.plans(Self.mixed(tiny), hidden: 4096) { $0.space.offload = [[]] }
    }
    #expect(error?.kind == .impossible)
  }

  @Test(arguments: [
    ("2xa100-40gb-pcie+4xrtx-3090", 6, true), ("dgx-h100+hospital-2x8-a100-40gb", 24, false),
  ])
  func wordsNameAMixedCluster(words: String, devices: Int, sharesNode: Bool) throws {
    let mixed = try #require(try MixedCluster(words: words, HardwareCatalogue.builtIn()))
    #expect(mixed.deviceCount == devices)
    #expect(mixed.sharesNode == sharesNode)
    for part in mixed.parts {
      let seen = mixed.seen(by: part)
      #expect(seen.deviceCount >= devices)
      #expect(seen.device == part.device)
    }
  }

  @Test(arguments: ["2xa100-40gb-pcie+dgx-h100", "0xrtx-3090+1xrtx-4090", "rtx-309+rtx-4090"])
  func faultyWordsAreRefused(words: String) throws {
    let catalogue = try HardwareCatalogue.builtIn()
    #expect(throws: UserError.self) { try MixedCluster(words: words, catalogue) }
  }
}
