import CostModel
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Workloads

/// Experts spread over the devices of a stage.
@Suite struct ExpertParallelTests {
  static let (layers, hidden, inner, experts) = (4, 512, 1024, 16)

  static func model() throws -> ModelProfile {
    let text = """
      {"id": "m", "name": "m", "family": "language", "status": "open", "source": "test",
       "objective": "causal-lm", "architecture":
       {"tokens": {"vocabulary": 8192, "context": 512},
        "stack": {"layers": \(layers), "hidden": \(hidden), "heads": 8, "intermediate": \(inner),
          "norm": "rms", "activation": "silu", "gated": true, "queryKeyValueBias": false,
          "outputBias": false, "mlpBias": false, "causal": true, "rotaryBase": 10000,
          "mixture": {"experts": \(experts), "active": 2}},
        "heads": {"language": {"kind": "linear", "tied": false}}}}
      """
    return try ModelProfile(parsing: Array(text.utf8), file: "m")
  }

  static func estimate(
    nodes: Int = 2, ideal: Bool = false, _ change: (inout Parallelism) -> Void,
    _ edit: (inout PlanRequest) -> Void = { _ in }
  ) throws -> PlanEstimate {
    var cut = Parallelism()
    change(&cut)
    let configuration = Configuration(
      parallelism: cut, microBatch: 4, accumulation: 2, recompute: .none)
    var request = PlanRequest(
      cluster: PlanSearchTests.cluster(nodes: nodes, ideal: ideal),
      globalBatch: configuration.globalBatch, precision: .bf16)
    request.stack = .megatron
    edit(&request)
    let workload = WorkloadRequest(
      task: .pretrain, batch: configuration.microBatch, sequence: 512, precision: .bf16)
    let profile = try StepProfile(Workload(try model(), workload))
    return try #require(PlanEstimator(profile, request).estimate(configuration))
  }

  /// Three matrices an expert in bf16; everything else is the same on each device.
  @Test(arguments: [2, 4, 8, 16])
  func eachDeviceHoldsItsExperts(expert: Int) throws {
    let one = try Self.estimate { $0.data = 16 }
    let many = try Self.estimate {
      $0.data = 16
      $0.expert = expert
    }
    let all = 2 * Self.layers * Self.experts * 3 * Self.hidden * Self.inner
    #expect(one.memory.parametersBytes - many.memory.parametersBytes == all - all / expert)
  }

  /// Devices that share experts, tensor parallel ones among them, hold as much whichever way
  /// the matrices are cut.
  @Test func matricesMayBeCutToo() throws {
    let spread = try Self.estimate {
      ($0.data, $0.tensor, $0.sequenceParallel) = (4, 4, true)
      $0.expert = 16
    }
    let shared = try Self.estimate {
      ($0.data, $0.tensor, $0.sequenceParallel) = (4, 4, true)
      ($0.expert, $0.expertTensor) = (4, 4)
    }
    #expect(spread.memory.parametersBytes == shared.memory.parametersBytes)
    #expect(spread.memory.activationsBytes < shared.memory.activationsBytes)
  }

  /// Rows are exchanged, so every device computes as many as before.
  @Test func workIsSpreadEvenly() throws {
    // Without a host that launches each expert's products.
    func plan(_ expert: Int) throws -> PlanEstimate {
      try Self.estimate(ideal: true) {
        $0.data = 16
        $0.expert = expert
      } _: {
        $0.stack.hostPerExpert = 0
      }
    }
    let (one, many) = (try plan(1), try plan(8))
    // Larger products of fewer experts fill the device a little better.
    #expect(many.breakdown.forward <= one.breakdown.forward)
    #expect(many.breakdown.forward > 0.6 * one.breakdown.forward)
    #expect(one.breakdown.expert == 0)
  }

  @Test func anUnevenRouterTakesLonger() throws {
    func plan(_ imbalance: Double) throws -> PlanEstimate {
      try Self.estimate(
        {
          $0.data = 16
          $0.expert = 16
        }, { $0.expertImbalance = imbalance })
    }
    let (even, uneven) = (try plan(1), try plan(2))
    #expect(even.breakdown.expert > 0)
    #expect(uneven.breakdown.expert > 1.5 * even.breakdown.expert)
    #expect(uneven.breakdown.forward > even.breakdown.forward)
    #expect(uneven.memory.activationsBytes > even.memory.activationsBytes)
  }

  /// With an expert parallel group as large as all replicas, no one else holds these experts: only
  /// the dense part's gradients are summed, and ZeRO has nothing of theirs to share.
  @Test func expertsHaveReplicasOfTheirOwn() throws {
    func plan(_ expert: Int, zero: Int) throws -> PlanEstimate {
      try Self.estimate(
        {
          $0.data = 16
          $0.expert = expert
          $0.zeroStage = zero
        }, { $0.stack.gradientOverlap = 0 })
    }
    #expect(try plan(16, zero: 0).breakdown.gradients < plan(1, zero: 0).breakdown.gradients / 3)
    let states = 12 * Self.layers * Self.experts * 3 * Self.hidden * Self.inner / 16
    #expect(try plan(16, zero: 1).memory.optimizerBytes > states)
    #expect(try plan(1, zero: 1).memory.optimizerBytes > states)
  }

  /// A row is sent once to a node however many experts there want it.
  @Test func sendingOnceIsNeverSlower() {
    let links = Collectives(PlanSearchTests.cluster(nodes: 4))
    for size in [2, 8, 16, 32] {
      let group = links.group(size: size, stride: 1)
      for active in [1.0, 2, 8] {
        let once = links.dispatch(1e8, active: active, group)
        let each = links.allToAll(1e8 * active, group)
        #expect(once <= each * 1.0001, "\(size) devices, \(active) experts")
      }
    }
  }

  /// Traffic beside another micro-batch's work costs the units it keeps busy, and what that work is
  /// too short for; nothing else changes.
  @Test(arguments: [1.0, 20])
  func trafficWithExpertsHidesBesideOtherWork(slower: Double) throws {
    func plan(_ overlaps: Bool) throws -> StepBreakdown {
      try Self.estimate(nodes: 4) {
        $0.data = 32
        $0.expert = 16
      } _: {
        $0.cluster.interNode.bandwidth = BytesPerSecond(2.5e10 / slower)
        $0.stack.overlapsExperts = overlaps
      }.breakdown
    }
    let (shown, hidden) = (try plan(false), try plan(true))
    let busy = SoftwareStack.unitsOfTraffic
    // Two micro-batches of `Self.estimate`, each with its own forward and backward pass.
    let work = shown.forward + shown.backward
    let beside = min(shown.expert, work)
    #expect(hidden.expert >= shown.expert - (1 - busy) * beside - 1e-9)
    #expect(hidden.expert < shown.expert)
    if slower == 1 { #expect(hidden.expert >= busy * shown.expert * 0.999) }
    var rest = hidden
    rest.expert = shown.expert
    #expect(abs(rest.total - shown.total) < 1e-9)
  }

  /// Where the host launches each expert's products, a device that holds fewer waits less for it.
  @Test func theHostLaunchesEachExpert() throws {
    func forward(_ expert: Int, _ seconds: Double) throws -> Double {
      try Self.estimate(ideal: true) {
        $0.data = 16
        $0.expert = expert
      } _: {
        $0.stack.hostPerExpert = seconds
      }.breakdown.forward
    }
    // Gate and up are one product; 2 micro-batches of 4 layers of 16 experts.
    let slow = 1e-2
    let all = Double(2 * Self.layers * Self.experts * 2) * slow
    #expect(abs(try forward(1, slow) / all - 1) < 0.02)
    #expect(abs(try forward(8, slow) / (all / 8) - 1) < 0.02)
    #expect(try forward(1, 0) < all / 8)
  }

  @Test func theSearchSpreadsExperts() throws {
    let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 256, precision: .bf16)
    var request = PlanRequest(
      cluster: PlanSearchTests.cluster(nodes: 2, memory: 2 << 30), globalBatch: 32,
      precision: .bf16)
    request.space.recompute = [.none]
    request.space.zeroStage = [0]
    request.limit = 1000
    let full = try PlanSearch(Self.model(), workload, request).run()
    let cuts = full.plans.map(\.configuration.parallelism)
    #expect(cuts.contains { $0.expert == 8 } && cuts.contains { $0.expertTensor == 2 })
    for cut in cuts {
      #expect(cut.data * cut.context * cut.tensor % (cut.expert * cut.expertTensor) == 0)
      #expect(Self.experts % cut.expert == 0)
    }
  }

  /// The pruned search of a mixture returns what the full one does.
  @Test func boundsHoldForExperts() throws {
    let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 256, precision: .bf16)
    var request = PlanRequest(
      cluster: PlanSearchTests.cluster(nodes: 2, memory: 3 << 30), globalBatch: 64,
      precision: .bf16)
    request.limit = 3
    let pruned = try PlanSearch(Self.model(), workload, request).run()
    request.usesBounds = false
    let full = try PlanSearch(Self.model(), workload, request).run()
    #expect(pruned.plans == full.plans)
    #expect(pruned.search.configurations == full.search.configurations)
  }

  @Test func aModelWithoutExpertsIsRefused() throws {
    var request = PlanRequest(
      cluster: PlanSearchTests.cluster(), globalBatch: 8, precision: .bf16)
    request.space.expert = [4]
    let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 64, precision: .bf16)
    let error = #expect(throws: UserError.self) {
      try PlanSearch(PlanSearchTests.model(layers: 2, hidden: 256), workload, request).run()
    }
    #expect(error?.key == "--expert")
  }
}
