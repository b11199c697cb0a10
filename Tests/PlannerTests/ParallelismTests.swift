import CostModel
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Workloads

/// Properties of the closed form that hold whatever the parameters are.
@Suite struct ParallelismTests {
  static func estimate(
    _ change: (inout Configuration) -> Void, layers: Int = 16, hidden: Int = 1024,
    stack: SoftwareStack = .megatron, _ edit: (inout PlanRequest) -> Void = { _ in }
  ) throws -> PlanEstimate {
    let model = try PlanSearchTests.model(layers: layers, hidden: hidden)
    var configuration = Configuration(
      parallelism: Parallelism(), microBatch: 2, accumulation: 8, recompute: .none)
    change(&configuration)
    var request = PlanRequest(
      cluster: PlanSearchTests.cluster(nodes: 8), globalBatch: configuration.globalBatch,
      precision: .bf16)
    request.stack = stack
    edit(&request)
    let workload = WorkloadRequest(
      task: .pretrain, batch: configuration.microBatch, sequence: 512, precision: .bf16)
    let profile = try StepProfile(Workload(model, workload))
    return try #require(PlanEstimator(profile, request).estimate(configuration))
  }

  @Test func tensorParallelismDividesWeightsAndWork() throws {
    let one = try Self.estimate { _ in }
    let four = try Self.estimate { $0.parallelism.tensor = 4 }
    let ratio = Double(one.memory.parametersBytes) / Double(four.memory.parametersBytes)
    #expect(ratio > 3 && ratio <= 4)
    #expect(four.breakdown.forward < one.breakdown.forward / 2)
    #expect(four.breakdown.tensor > 0 && one.breakdown.tensor == 0)
  }

  @Test func sequenceParallelismSavesActivations() throws {
    let off = try Self.estimate { $0.parallelism.tensor = 8 }
    let on = try Self.estimate {
      $0.parallelism.tensor = 8
      $0.parallelism.sequenceParallel = true
    }
    #expect(on.memory.activationsBytes < off.memory.activationsBytes / 2)
    #expect(on.memory.parametersBytes == off.memory.parametersBytes)
  }

  /// Megatron-Bridge overlaps hand-overs wherever a device has more than one chunk, and only there
  /// (its documentation, "Communication Overlap": `overlap_p2p_comm`).
  @Test(arguments: [
    (SoftwareStack.megatron, 2, true), (.megatron, 1, false), (.megatron2022, 2, false),
  ])
  func interleavedHandOversAreHidden(stack: SoftwareStack, chunks: Int, isHidden: Bool) throws {
    let plan = try Self.estimate(
      {
        $0.parallelism.pipeline = 4
        $0.parallelism.virtualStages = chunks
      }, stack: stack)
    #expect(plan.breakdown.communication > 0)
    #expect((plan.breakdown.pipeline == 0) == isHidden)
  }

  /// What a run by the clock waits for is a share of its steps' work.
  @Test func wholeRunsWaitForAShareOfTheirWork() throws {
    let stack = SoftwareStack.pytorch2021Runs
    let run = try Self.estimate({ _ in }, stack: stack).breakdown
    let step = try Self.estimate({ _ in }, stack: .pytorch2021).breakdown
    #expect(abs(run.forward / step.forward - 1) < 1e-9)
    let work = run.total - run.host
    #expect(abs(run.host - stack.stepSeconds - stack.waiting * work) < 1e-9 * run.total)
  }

  /// Under PyTorch 2 only decoders were fitted: attention that looks both ways is extrapolated.
  @Test func encodersUnderPyTorchAreExtrapolated() throws {
    func label(_ stack: SoftwareStack) throws -> PredictionBasis.Label {
      try Self.estimate({ _ in }, stack: stack) { request in
        if let device = try? HardwareCatalogue.builtIn().device("a100-80gb-sxm") {
          request.cluster.device = device
        }
      }.basis.label
    }
    #expect(try label(.pytorch) == .extrapolated)
    #expect(try label(.pytorch2021) == .interpolated)
  }

  /// Narayanan et al., SC 2021, section 2.2: the bubble is (p − 1)/m of the ideal time, and v
  /// virtual stages divide it.
  @Test(arguments: [2, 4, 8])
  func theBubbleIsTheOneOfThePaper(pipeline: Int) throws {
    func share(_ virtualStages: Int) throws -> Double {
      let plan = try Self.estimate(
        {
          $0.parallelism.pipeline = pipeline
          $0.parallelism.virtualStages = virtualStages
          $0.accumulation = 32
        }, layers: 64, hidden: 512)
      let busy = plan.breakdown.forward + plan.breakdown.backward
      return plan.breakdown.bubble / busy
    }
    let plain = try share(1)
    // Embedding and head make the outer stages heavier, so the share is a little smaller.
    let expected = Double(pipeline - 1) / 32
    #expect(plain > 0.5 * expected && plain < 1.3 * expected)
    #expect(try share(2) < 0.75 * plain)
  }

  @Test func aZeroBubbleScheduleIdlesLess() throws {
    func idle(_ schedule: PipelineSchedule) throws -> Double {
      try Self.estimate {
        $0.parallelism.pipeline = 8
        $0.parallelism.schedule = schedule
      }.breakdown.bubble
    }
    let (plain, zero) = (try idle(.oneForwardOneBackward), try idle(.zeroBubble))
    #expect(zero < 0.6 * plain)
  }

  /// Korthikanti et al., section 4.2.3: the first of p stages keeps p micro-batches.
  @Test func theFirstStageKeepsMost() throws {
    let plan = try Self.estimate {
      $0.parallelism.pipeline = 4
      $0.accumulation = 16
    }
    let single = try Self.estimate { $0.accumulation = 16 }
    #expect(plan.peakStage == 0)
    let ratio = Double(plan.memory.activationsBytes) / Double(single.memory.activationsBytes)
    #expect(ratio > 0.7 && ratio < 1.3)
  }

  @Test func recomputationTradesTimeForMemory() throws {
    let modes = try RecomputeMode.allCases.map { mode in
      try Self.estimate({ $0.recompute = mode }, stack: .megatron2021)
    }
    let bytes = modes.map(\.memory.activationsBytes)
    #expect(bytes[0] > bytes[1] && bytes[1] > bytes[2])
    #expect(modes[0].stepSeconds < modes[1].stepSeconds)
    #expect(modes[1].stepSeconds < modes[2].stepSeconds)
  }

  @Test func shardingDividesWhatItSays() throws {
    let plans = try (0...3).map { stage in
      try Self.estimate {
        $0.parallelism.data = 16
        $0.accumulation = 1
        $0.parallelism.zeroStage = stage
      }
    }
    #expect(plans[1].memory.optimizerBytes * 15 < plans[0].memory.optimizerBytes)
    #expect(plans[2].memory.gradientsBytes * 15 < plans[1].memory.gradientsBytes)
    #expect(plans[3].memory.parametersBytes * 15 < plans[2].memory.parametersBytes)
  }

  /// Optimizer states shared within nodes (NVIDIA's distributed LAMB): each device updates its
  /// share of its node's, and nodes sum shares with each other.
  @Test func nodesMayShareStatesApart() throws {
    func plan(_ zero: Int, _ group: ShardGroup, sums: Bool = false) throws -> StepBreakdown {
      try Self.estimate {
        $0.parallelism.data = 64
        $0.accumulation = 1
        $0.parallelism.zeroStage = zero
        $0.parallelism.shardGroup = group
      } _: {
        $0.stack.gradientOverlap = 0
        $0.stack.reducesInSwitches = sums
      }.breakdown
    }
    let (whole, node, all) = (try plan(0, .all), try plan(1, .node), try plan(1, .all))
    #expect(abs(node.optimizer / (whole.optimizer / 8) - 1) < 1e-6)
    #expect(abs(all.optimizer / (whole.optimizer / 64) - 1) < 1e-6)
    // Parameters come from the node alone; gradients cross between nodes twice as often.
    #expect(node.parameters < all.parameters)
    #expect(node.gradients > all.gradients)
    #expect(try plan(1, .node, sums: true).gradients < node.gradients)
  }

  @Test func offloadMovesBytesToTheHost() throws {
    let on = try Self.estimate { _ in }
    let off = try Self.estimate { $0.offload = [.optimizer] }
    #expect(off.memory.optimizerBytes == 0)
    #expect(off.hostBytes > 0)
    #expect(off.peakBytes < on.peakBytes)
    #expect(off.stepSeconds > on.stepSeconds)
  }

  @Test func aLongSequenceIsShared() throws {
    for kind in ContextKind.allCases {
      let one = try Self.estimate { _ in }
      let four = try Self.estimate {
        $0.parallelism.context = 4
        $0.parallelism.contextKind = kind
      }
      #expect(four.memory.activationsBytes * 3 < one.memory.activationsBytes)
      #expect(four.breakdown.context > 0)
      #expect(four.memory.parametersBytes == one.memory.parametersBytes)
    }
  }

  @Test func failuresAndSlowDataCost() throws {
    let plain = try Self.estimate { _ in }
    let failing = try Self.estimate({ _ in }) { $0.withFailures = true }
    // Young's interval makes writing cost what repeating does; restarting comes on top.
    #expect(failing.breakdown.checkpoints > 0)
    #expect(failing.breakdown.failures > failing.breakdown.checkpoints)
    let restart = 600 / (50_000 * 3600 / Double(failing.devices)) * plain.stepSeconds
    let repeated = failing.breakdown.failures - restart
    #expect(relativeError(repeated, failing.breakdown.checkpoints) < 1e-9)
    #expect(try #require(failing.checkpointInterval) > 0)
    #expect(plain.checkpointInterval == nil)
    let starving = try Self.estimate({ _ in }) {
      $0.loading = SampleLoading(coreSeconds: 1000, bytes: 0)
    }
    #expect(starving.breakdown.dataLoading > 0)
    #expect(starving.stepSeconds > 10 * plain.stepSeconds)
  }

  @Test func everyBreakdownAddsUp() throws {
    for (tensor, pipeline, data) in [(1, 1, 8), (2, 4, 2), (8, 2, 4), (4, 1, 16)] {
      let plan = try Self.estimate {
        $0.parallelism.tensor = tensor
        $0.parallelism.pipeline = pipeline
        $0.parallelism.data = data
        $0.parallelism.zeroStage = 1
      }
      let sum = plan.breakdown.parts.reduce(0) { $0 + $1.seconds }
      #expect(abs(sum - plan.stepSeconds) < 1e-9 * sum)
      #expect(plan.devices == tensor * pipeline * data)
    }
  }
}
