import CostModel
import HardwareModel
import Models
import Planner
import Quantities
import TestSupport
import Testing
import Workloads

/// Recomputation of part of a stage's layers: Megatron-LM's methods `block` and `uniform`, and two
/// modes in one stage.
@Suite struct RecomputeSpanTests {
  static func plan(
    _ mode: RecomputeMode, _ span: RecomputeSpan, pipeline: Int = 4, virtualStages: Int = 1,
    layers: Int = 24, stack: SoftwareStack = .megatron
  ) throws -> PlanEstimate {
    try ParallelismTests.estimate(
      {
        $0.parallelism.pipeline = pipeline
        $0.parallelism.virtualStages = virtualStages
        $0.recompute = mode
        $0.span = span
      }, layers: layers, stack: stack)
  }

  /// Each covered layer adds one layer's repeated work and saves one layer's activations.
  @Test(arguments: [
    (RecomputeMode.full, RecomputeMode.none), (.full, .selective), (.selective, .none),
  ])
  func eachCoveredLayerCostsAndSavesTheSame(mode: RecomputeMode, rest: RecomputeMode) throws {
    let bare = try Self.plan(rest, .all, pipeline: 1, layers: 6)
    let whole = try Self.plan(mode, .all, pipeline: 1, layers: 6)
    for layers in 1...6 {
      let span = RecomputeSpan(layers: layers, rest: rest)
      let part = try Self.plan(mode, span, pipeline: 1, layers: 6)
      let share = Double(layers) / 6
      let seconds =
        bare.breakdown.recompute + share * (whole.breakdown.recompute - bare.breakdown.recompute)
      #expect(abs(part.breakdown.recompute - seconds) < 1e-9 * whole.breakdown.recompute)
      let kept = Double(bare.memory.activationsBytes)
      let expected = kept + share * (Double(whole.memory.activationsBytes) - kept)
      #expect(abs(Double(part.memory.activationsBytes) - expected) < 1e-6 * kept)
      #expect(part.hfu >= bare.hfu * (bare.stepSeconds / part.stepSeconds) - 1e-12)
    }
    // All layers covered is the mode itself, FLOPs of the repetition included.
    let span = RecomputeSpan(layers: 6, rest: rest)
    let all = try Self.plan(mode, span, pipeline: 1, layers: 6)
    #expect(all.stepSeconds == whole.stepSeconds)
    #expect(abs(all.hardwareFlops - whole.hardwareFlops) <= 1e-12 * whole.hardwareFlops)
  }

  /// Layers are counted in each virtual stage, as Megatron counts them in each model chunk.
  @Test func virtualStagesEachCoverTheirFirstLayers() throws {
    let plain = try Self.plan(.full, RecomputeSpan(layers: 4))
    let interleaved = try Self.plan(.full, RecomputeSpan(layers: 2), virtualStages: 2)
    #expect(
      abs(plain.breakdown.recompute - interleaved.breakdown.recompute)
        < 1e-12 * plain.breakdown.recompute)
  }

  /// Chen et al., arXiv 1604.06174, section 4.1: n/k inputs are kept and k layers made again, in
  /// the same time; so memory first falls with k and then rises.
  @Test func chunksTradeKeptInputsForLayersMadeAgain() throws {
    let plans = try [1, 2, 3, 4, 6, 12, 24].map {
      try Self.plan(.full, RecomputeSpan(chunk: $0), pipeline: 1)
    }
    for plan in plans { #expect(plan.stepSeconds == plans[0].stepSeconds) }
    let kept = plans.map(\.memory.activationsBytes)
    #expect(kept == kept.sorted(by: >))
    let working = plans.map(\.memory.temporaryBytes)
    #expect(working == working.sorted())
    // 24 layers in chunks of 6 keep 4 inputs of layers, and what stands outside the stack.
    let step = kept[0] - kept[1]
    #expect(abs(Double(kept[0] - kept[4]) - Double(step) / 12 * 20) < 64)
  }

  /// The search's own choice is the best of all counts held fixed one by one.
  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func theFewestLayersAreTheBestOfAllCounts(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let layers = Int.random(in: 4...10, using: &random)
    let model = try PlanSearchTests.model(
      layers: layers, hidden: 128 * Int.random(in: 6...12, using: &random))
    let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 512, precision: .bf16)
    let cluster = PlanSearchTests.cluster(perNode: 2, memory: (3 << 30) + Int(seed) << 27)
    var request = PlanRequest(cluster: cluster, globalBatch: 64, precision: .bf16)
    request.stack = [.pytorch, .megatron].randomElement(using: &random) ?? .pytorch
    request.limit = 1
    request.space.offload = [[]]
    func best(_ change: (inout PlanRequest) -> Void) throws -> PlanEstimate? {
      var one = request
      change(&one)
      do { return try PlanSearch(model, workload, one).run().plans.first } catch {
        guard error.kind == .impossible else { throw error }
        return nil
      }
    }
    let open = try best { _ in }
    var held: [PlanEstimate] = []
    for mode in RecomputeMode.allCases {
      held += try [best { $0.space.recompute = [mode] }].compactMap(\.self)
    }
    for (mode, rest) in [(RecomputeMode.selective, RecomputeMode.none), (.full, .none)]
      + [(.full, .selective)]
    {
      for count in 1..<layers {
        held += try [
          best {
            $0.space.recompute = [mode]
            $0.space.recomputeSpan = RecomputeSpan(layers: count, rest: rest)
          }
        ].compactMap(\.self)
      }
    }
    for chunk in 2...layers {
      held += try [
        best {
          $0.space.recompute = [.full]
          $0.space.recomputeSpan = RecomputeSpan(chunk: chunk)
        }
      ].compactMap(\.self)
    }
    let least = held.min { $0.stepSeconds < $1.stepSeconds }
    #expect(open?.stepSeconds == least?.stepSeconds)
  }

  /// Where the memory lies between two modes, they share the layers.
  @Test func aRangeWinsWhereMemoryLiesBetweenTwoModes() throws {
    let model = try PlanSearchTests.model(layers: 8, hidden: 1024)
    let workload = WorkloadRequest(task: .pretrain, batch: 1, sequence: 512, precision: .bf16)
    var request = PlanRequest(
      cluster: PlanSearchTests.cluster(perNode: 1), globalBatch: 16, precision: .bf16)
    request.stack = .megatron
    request.space.microBatch = [16]
    func peak(_ mode: RecomputeMode) throws -> Int {
      request.space.recompute = [mode]
      return try #require(try PlanSearch(model, workload, request).run().plans.first).peakBytes
    }
    let (bare, selective) = (try peak(.none), try peak(.selective))
    request.space.recompute = nil
    // Usable is 96 % of the memory less the context.
    let between = Double(selective + (bare - selective) / 2)
    request.cluster.device.memoryBytes = Int(between / 0.96) + MemoryReserve.gpuContextBytes
    let plan = try #require(try PlanSearch(model, workload, request).run().plans.first)
    #expect(plan.configuration.recompute == .selective)
    #expect(plan.configuration.span.rest == .none)
    let count = try #require(plan.configuration.span.layers)
    #expect((3...6).contains(count))
  }

  @Test func aSpanThatSavesNothingIsRefused() throws {
    var space = SearchSpace()
    space.recompute = [.selective]
    space.recomputeSpan = RecomputeSpan(layers: 2, rest: .selective)
    #expect(throws: UserError.self) { try space.validate() }
    space.recomputeSpan = RecomputeSpan(chunk: 2)
    #expect(throws: UserError.self) { try space.validate() }
    space.recompute = [.full]
    try space.validate()
  }
}
