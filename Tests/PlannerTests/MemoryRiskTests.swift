import CostModel
import Graph
import HardwareModel
import Planner
import Quantities
import TestSupport
import Testing
import Workloads

/// Plans that may not run are given only where there are no others, and ties go to the leaner plan.
@Suite struct MemoryRiskTests {
  static let workload = WorkloadRequest(
    task: .pretrain, batch: 1, sequence: 512, precision: .bf16)

  /// A request whose plans lie near the memory's end.
  static func request(_ random: inout SplitMix64) -> PlanRequest {
    var request = PlanRequest(
      cluster: PlanSearchTests.cluster(
        perNode: 4, memory: Int.random(in: 3...16, using: &random) << 30),
      globalBatch: 64, precision: .bf16)
    request.limit = 100_000
    request.space.recompute = [.none, .full]
    request.usesBounds = false
    return request
  }

  static func risk(_ plan: PlanEstimate, _ request: PlanRequest) -> Double {
    plan.outOfMemoryProbability(request.cluster.device)
  }

  /// Of all plans that fit, exactly those at or below the risk are given, in the same order.
  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func aRiskLeavesOutWhatExceedsIt(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let model = try PlanSearchTests.model(
      layers: Int.random(in: 2...12, using: &random), hidden: 1024)
    var request = Self.request(&random)
    let all = try PlanSearch(model, Self.workload, request).run().plans
    request.memoryRisk = [0.001, 0.02, 0.05, 0.2].randomElement(using: &random) ?? 0.05
    let safe = all.filter { Self.risk($0, request) <= request.memoryRisk }
    try #require(!safe.isEmpty)
    #expect(try PlanSearch(model, Self.workload, request).run().plans == safe)
    request.usesBounds = true
    request.limit = 3
    #expect(try PlanSearch(model, Self.workload, request).run().plans == Array(safe.prefix(3)))
  }

  /// Where every plan exceeds it, the others are given as without it.
  @Test func withoutASafePlanTheOthersAreGiven() throws {
    let model = try PlanSearchTests.model(layers: 8, hidden: 1024)
    var request = PlanRequest(
      cluster: PlanSearchTests.cluster(perNode: 1, memory: 40 << 30), globalBatch: 64,
      precision: .bf16)
    request.limit = 100_000
    request.space.recompute = [RecomputeMode.none]
    request.space.offload = [[]]
    // The card just holds the plan, with the reserve left.
    let least = try #require(
      try PlanSearch(model, Self.workload, request).run().plans.map(\.peakBytes).min())
    let memory = Double(least + MemoryReserve.gpuContextBytes) / (1 - MemoryReserve.fragmentation)
    request.cluster.device.memoryBytes = Int(memory.rounded(.up)) + 1
    let all = try PlanSearch(model, Self.workload, request).run().plans
    request.memoryRisk = 0.01
    let given = try PlanSearch(model, Self.workload, request).run().plans
    #expect(given == all)
    #expect(given.allSatisfy { Self.risk($0, request) > 0.01 })
  }

  /// Among variants, a safe plan comes before a faster one that may not run.
  @Test(arguments: [1, 0.05])
  func safeVariantsComeFirst(risk: Double) throws {
    let model = try PlanSearchTests.model(layers: 24, hidden: 1024)
    var space = VariantSpace()
    space.optimizer = .these([.adamw, .sgd])
    var request = PlanRequest(
      cluster: PlanSearchTests.cluster(perNode: 1, memory: 8 << 30), globalBatch: 8,
      precision: .bf16)
    request.memoryRisk = risk
    request.space.microBatch = [8]
    let found = try VariantSearch(model, Self.workload, request, space).run().plans
    let isRisky = found.map { Self.risk($0.plan, request) > risk }
    #expect(isRisky == isRisky.sorted { !$0 && $1 })
  }

  /// Where all plans wait for the same data, the one with the least work comes first, then the one
  /// with the most memory to spare.
  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func tiesUnderDataLoadingGoToTheLeanerPlan(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let model = try PlanSearchTests.model(
      layers: Int.random(in: 2...12, using: &random), hidden: 512)
    var request = Self.request(&random)
    request.devices = 4
    request.loadSecondsPerSample = 10
    request.usesBounds = seed % 2 == 0
    let plans = try PlanSearch(model, Self.workload, request).run().plans
    let works = plans.map { $0.stepSeconds - $0.breakdown.dataLoading }
    #expect(plans.allSatisfy { $0.breakdown.dataLoading > 0 })
    for (index, next) in plans.enumerated().dropFirst() {
      let before = works[index - 1]
      // A difference of two rounded sums.
      #expect(before <= works[index] + 1e-9 * next.stepSeconds)
    }
    let least = try #require(works.min())
    #expect(works[0] <= least + 1e-9 * plans[0].stepSeconds)
    #expect(plans[0].configuration.recompute == .none || plans[0].breakdown.recompute == 0)
  }
}
