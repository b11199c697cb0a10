import CostModel
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Workloads

/// A bound must never cut off a best plan: the pruned search is held against the full one.
@Suite struct SearchBoundTests {
  static func request(_ random: inout SplitMix64) -> PlanRequest {
    let cluster = PlanSearchTests.cluster(
      nodes: Int.random(in: 1...4, using: &random),
      perNode: [2, 4, 6, 8].randomElement(using: &random) ?? 4,
      memory: Int.random(in: 2...40, using: &random) << 30)
    var request = PlanRequest(
      cluster: cluster, globalBatch: [12, 32, 48, 64].randomElement(using: &random) ?? 32,
      precision: .bf16)
    request.limit = Int.random(in: 1...6, using: &random)
    request.goal = PlanGoal.allCases.randomElement(using: &random) ?? .time
    request.stack = [.pytorch, .megatron, .megatron2021].randomElement(using: &random) ?? .pytorch
    if Bool.random(using: &random) { request.space.offload = [[], .optimizer, .activations] }
    request.withFailures = Bool.random(using: &random)
    return request
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func thePrunedSearchFindsWhatTheFullOneFinds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let model = try PlanSearchTests.model(
      layers: Int.random(in: 2...9, using: &random),
      hidden: 128 * Int.random(in: 2...8, using: &random))
    let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 128, precision: .bf16)
    var request = Self.request(&random)
    request.usesBounds = true
    let pruned = Result { try PlanSearch(model, workload, request).run() }
    request.usesBounds = false
    let full = Result { try PlanSearch(model, workload, request).run() }
    switch (pruned, full) {
    case (.success(let pruned), .success(let full)):
      #expect(pruned.plans == full.plans)
      #expect(pruned.search.configurations == full.search.configurations)
    case (.failure(let left), .failure(let right)): #expect("\(left)" == "\(right)")
    default: Issue.record("one search found a plan, the other did not")
    }
  }

  /// Cuts visited in reverse give the same result, counts included: so do cuts visited at once.
  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func theOrderOfExecutionDoesNotMatter(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let model = try PlanSearchTests.model(layers: 6, hidden: 512)
    let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 128, precision: .bf16)
    var search = try PlanSearch(model, workload, Self.request(&random))
    let serial = Result { try search.run() }
    search.workers = { count, body in (0..<count).reversed().map(body).reversed() }
    let reversed = Result { try search.run() }
    switch (serial, reversed) {
    case (.success(let serial), .success(let reversed)):
      #expect(serial.plans == reversed.plans)
      #expect(serial.search == reversed.search)
    case (.failure(let left), .failure(let right)): #expect("\(left)" == "\(right)")
    default: Issue.record("one order found a plan, the other did not")
    }
  }

  @Test func aSearchThatIsStoppedGivesItsBestSoFar() throws {
    let model = try PlanSearchTests.model(layers: 4, hidden: 256)
    let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 128, precision: .bf16)
    let request = PlanRequest(
      cluster: PlanSearchTests.cluster(), globalBatch: 64, precision: .bf16)
    var calls = 0
    let result = try PlanSearch(model, workload, request).run { done, _ in
      calls += 1
      #expect(done >= 0 && done <= 1)
      return calls < 12
    }
    #expect(result.stopped)
    #expect(!result.plans.isEmpty)
  }
}
