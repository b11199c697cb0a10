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

  /// The same for stacks that are cut where the heaviest stage is lightest: whole pipelines are
  /// left out by a bound on the mean stage, before any is cut.
  @Test(arguments: [(12, 1), (32, 4)])
  func boundsHoldForSeveralStacks(batch: Int, nodes: Int) throws {
    let model = try ModelCatalogue.builtIn.model("flan-t5-small")
    let workload = WorkloadRequest(task: .finetune, batch: 1, sequence: 128, precision: .bf16)
    var request = PlanRequest(
      cluster: PlanSearchTests.cluster(nodes: nodes, perNode: 4, memory: 4 << 30),
      globalBatch: batch, precision: .bf16)
    request.limit = 3
    let pruned = try PlanSearch(model, workload, request).run()
    request.usesBounds = false
    let full = try PlanSearch(model, workload, request).run()
    #expect(pruned.plans == full.plans)
    #expect(pruned.search.configurations == full.search.configurations)
    #expect(pruned.search.feasible < full.search.feasible)
  }

  /// The same over ways of communicating, in a space as Calculon enumerates it.
  @Test(arguments: [8, 16])
  func boundsHoldOverWaysOfCommunicating(devices: Int) throws {
    let model = try PlanSearchTests.model(layers: 4, hidden: 512)
    let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 128, precision: .bf16)
    var request = PlanRequest(
      cluster: PlanSearchTests.cluster(nodes: 2, memory: 4 << 30), globalBatch: devices,
      precision: .bf16)
    request.devices = devices
    request.limit = 1
    request.stack = .megatron2022
    request.space.executions = ExecutionChoice.calculon
    request.space.offload = [[], .optimizer, .activations]
    request.space.tensor = [1, 2, 4]
    request.space.pipeline = [1, 2, 4]
    request.space.schedule = [.oneForwardOneBackward]
    request.space.zeroStage = [0, 1]
    let pruned = try PlanSearch(model, workload, request).run()
    request.usesBounds = false
    let full = try PlanSearch(model, workload, request).run()
    #expect(pruned.plans == full.plans)
    #expect(pruned.search.configurations == full.search.configurations)
    #expect(pruned.search.feasible < full.search.feasible)
  }

  /// A limit that no plan keeps is named, with the plan that comes nearest.
  @Test func aDeadlineThatCannotBeMetIsNamed() throws {
    let model = try PlanSearchTests.model(layers: 4, hidden: 256)
    let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 128, precision: .bf16)
    var request = PlanRequest(
      cluster: PlanSearchTests.cluster(), globalBatch: 64, precision: .bf16)
    request.steps = 1_000_000
    request.deadlineSeconds = 1
    let error = #expect(throws: UserError.self) {
      try PlanSearch(model, workload, request).run()
    }
    #expect(error?.kind == .impossible)
    #expect(error?.key == "--deadline")
    #expect(error?.remedy.contains("--micro-batch") == true)
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
