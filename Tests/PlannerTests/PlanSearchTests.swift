import CostModel
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Workloads

/// Invariants of the search on random workloads and clusters; the seed is the argument.
@Suite struct PlanSearchTests {
  static func model(layers: Int, hidden: Int) throws -> ModelProfile {
    let text = """
      {"id": "m", "name": "m", "family": "language", "status": "open", "source": "test",
       "objective": "masked-lm", "architecture":
       {"tokens": {"vocabulary": 30000, "positions": 512, "norm": true},
        "stack": {"layers": \(layers), "hidden": \(hidden), "heads": 8, "normPosition": "post"},
        "heads": {"language": {"kind": "transform", "tied": true, "bias": true}}}}
      """
    return try ModelProfile(parsing: Array(text.utf8), file: "m")
  }

  static func cluster(
    nodes: Int = 1, perNode: Int = 8, memory: Int = 40 << 30, ideal: Bool = false
  ) -> Cluster {
    let device = Device(
      id: "d", name: "d", kind: .gpu, memoryBytes: memory, memoryBandwidth: BytesPerSecond(2e12),
      peaks: [.init(.fp32, FlopsPerSecond(2e13)), .init(.bf16, FlopsPerSecond(3e14))],
      vectorFlopsPerSecond: FlopsPerSecond(2e13), launchOverhead: Seconds(5e-6),
      maxPower: Watts(400), source: "made up")
    let fast = Link(name: "fast", bandwidth: BytesPerSecond(3e11), latency: Seconds(4e-6))
    let slow = Link(name: "slow", bandwidth: BytesPerSecond(2.5e10), latency: Seconds(1e-5))
    let free = Link(name: "free", bandwidth: BytesPerSecond(1e18), latency: Seconds(0))
    return Cluster(
      id: "c", name: "c", device: device, devicesPerNode: perNode, nodes: nodes,
      intraNode: ideal ? free : fast, interNode: ideal ? free : slow, source: "made up")
  }

  static func request(_ random: inout SplitMix64) -> PlanRequest {
    let cluster = cluster(
      nodes: Int.random(in: 1...4, using: &random), perNode: Int.random(in: 1...8, using: &random),
      memory: Int.random(in: 4...80, using: &random) << 30)
    var request = PlanRequest(
      cluster: cluster, globalBatch: 1 << Int.random(in: 3...8, using: &random), precision: .bf16)
    request.limit = 100_000
    return request
  }

  static func workload(_ random: inout SplitMix64) -> WorkloadRequest {
    WorkloadRequest(
      task: .pretrain, batch: 1, sequence: 64 << Int.random(in: 0...3, using: &random),
      precision: Bool.random(using: &random) ? .bf16 : .fp32)
  }

  static func randomModel(_ random: inout SplitMix64) throws -> ModelProfile {
    try model(
      layers: Int.random(in: 2...24, using: &random),
      hidden: 64 * Int.random(in: 4...16, using: &random))
  }

  @Test(arguments: UInt64(1)...12)
  func everyPlanFitsAndIsRanked(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (model, workload) = (try Self.randomModel(&random), Self.workload(&random))
    let request = Self.request(&random)
    let result = try PlanSearch(model, workload, request).run()
    let usable = MemoryReserve.usable(request.cluster.device)
    for plan in result.plans {
      #expect(plan.peakBytes <= usable)
      #expect(plan.configuration.globalBatch == request.globalBatch)
      #expect(plan.devices <= request.cluster.deviceCount)
      #expect(plan.mfu > 0 && plan.mfu < 1)
      #expect(plan.hfu >= plan.mfu)
      let sum = plan.breakdown.parts.reduce(0) { $0 + $1.seconds }
      #expect(abs(plan.stepSeconds - sum) <= 1e-12 * sum)
      #expect(plan.breakdown.parts.allSatisfy { $0.seconds >= 0 })
    }
    let steps = result.plans.map(\.stepSeconds)
    #expect(steps == steps.sorted())
    let refused = result.search.refusals.map(\.count).reduce(0, +)
    #expect(result.search.feasible == result.plans.count)
    #expect(result.search.configurations == result.search.feasible + refused)
  }

  @Test(arguments: UInt64(1)...6)
  func theSameInputsGiveTheSameBytes(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (model, workload) = (try Self.randomModel(&random), Self.workload(&random))
    let request = Self.request(&random)
    let first = try PlanSearch(model, workload, request).run()
    let second = try PlanSearch(model, workload, request).run()
    #expect("\(first)" == "\(second)")
  }

  @Test(arguments: UInt64(1)...8)
  func allFixedIsOneEstimate(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (model, workload) = (try Self.randomModel(&random), Self.workload(&random))
    var request = Self.request(&random)
    let plans = try PlanSearch(model, workload, request).run().plans
    let any = try #require(plans.randomElement(using: &random))
    let cut = any.configuration.parallelism
    request.space.data = [cut.data]
    request.space.tensor = [cut.tensor]
    request.space.pipeline = [cut.pipeline]
    request.space.virtualStages = [cut.virtualStages]
    request.space.schedule = [cut.schedule]
    request.space.context = [cut.context]
    request.space.sequenceParallel = [cut.sequenceParallel]
    request.space.shardGroup = [cut.shardGroup]
    request.space.zeroStage = [cut.zeroStage]
    request.space.microBatch = [any.configuration.microBatch]
    request.space.recompute = [any.configuration.recompute]
    request.space.recomputeSpan = any.configuration.span
    let result = try PlanSearch(model, workload, request).run()
    #expect(result.search.configurations == 1)
    #expect(result.plans == [any])
  }

  @Test(arguments: UInt64(1)...6)
  func moreDevicesNeverMakeTheBestPlanSlower(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (model, workload) = (try Self.randomModel(&random), Self.workload(&random))
    var last = Double.infinity
    for nodes in 1...3 {
      let request = PlanRequest(
        cluster: Self.cluster(nodes: nodes), globalBatch: 96, precision: .bf16)
      let best = try #require(try PlanSearch(model, workload, request).run().plans.first)
      #expect(best.stepSeconds <= last)
      last = best.stepSeconds
    }
  }

  /// With free links, replicas scale the throughput at a fixed micro-batch perfectly.
  @Test(arguments: [1, 2, 4, 8, 16])
  func replicasScaleOverFreeLinks(data: Int) throws {
    let model = try Self.model(layers: 4, hidden: 256)
    let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 128, precision: .bf16)
    func throughput(_ data: Int) throws -> Double {
      var request = PlanRequest(
        cluster: Self.cluster(nodes: 2, ideal: true), globalBatch: 8 * data, precision: .bf16)
      request.space.tensor = [1]
      request.space.pipeline = [1]
      request.space.data = [data]
      request.space.microBatch = [8]
      request.space.zeroStage = [0]
      request.space.recompute = [.none]
      let plan = try #require(try PlanSearch(model, workload, request).run().plans.first)
      return plan.samplesPerSecond
    }
    let ratio = try throughput(data) / throughput(1)
    // What is left is the start of each collective.
    #expect(abs(ratio - Double(data)) < 5e-3 * Double(data))
  }

  @Test func whatFitsNowhereNamesLimitAndNearest() throws {
    let model = try Self.model(layers: 24, hidden: 1024)
    let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 512, precision: .fp32)
    var request = PlanRequest(
      cluster: Self.cluster(memory: 8 << 30), globalBatch: 256, precision: .fp32)
    request.space.microBatch = [64]
    request.space.tensor = [1]
    request.space.pipeline = [1]
    do {
      _ = try PlanSearch(model, workload, request).run()
      Issue.record("a plan of 64 sequences fits 8 GiB")
    } catch {
      #expect(error.kind == .impossible)
      #expect(error.message.contains("GiB more than"))
      #expect(error.remedy.contains("--micro-batch"))
    }
    request.cluster.device.memoryBytes = 1 << 30
    request.cluster.devicesPerNode = 1
    request.space.microBatch = nil
    do {
      _ = try PlanSearch(model, workload, request).run()
      Issue.record("a plan fits 1 GiB")
    } catch {
      #expect(error.kind == .impossible)
      #expect(error.remedy.contains("take devices"))
    }
  }

  @Test func contradictingDimensionsAreRefused() throws {
    let model = try Self.model(layers: 2, hidden: 256)
    let workload = WorkloadRequest(task: .pretrain, batch: 1)
    var request = PlanRequest(cluster: Self.cluster(), globalBatch: 8, precision: .fp32)
    request.space.tensor = [0]
    #expect(throws: UserError.self) { try PlanSearch(model, workload, request) }
    request.space.tensor = nil
    request.devices = 9
    #expect(throws: UserError.self) { try PlanSearch(model, workload, request) }
    request.devices = 8
    request.space.data = [2]
    request.space.tensor = [2]
    request.space.pipeline = [1]
    request.space.context = [1]
    #expect(throws: UserError.self) { try PlanSearch(model, workload, request) }
  }

  @Test func inferencePlansTradeLatencyForThroughput() throws {
    let model = try Self.model(layers: 12, hidden: 768)
    let workload = WorkloadRequest(task: .infer, batch: 1, sequence: 128, precision: .bf16)
    let request = PlanRequest(cluster: Self.cluster(), globalBatch: 0, precision: .bf16)
    let plans = try PlanSearch(model, workload, request).run().plans
    let best = try #require(plans.first)
    #expect(plans.allSatisfy { $0.samplesPerSecond <= best.samplesPerSecond })
    let smallest = try #require(
      plans.min { $0.configuration.microBatch < $1.configuration.microBatch })
    #expect(smallest.stepSeconds <= best.stepSeconds)
    #expect(best.memory.gradientsBytes == 0)
  }
}
