import CostModel
import HardwareModel
import Models
import Planner
import Quantities
import Synchronization
import TestSupport
import Testing
import Workloads

/// What a search counts and visits more than once, or beside something else, changes nothing.
@Suite struct CountedOnceTests {
  /// How often each micro-batch size was asked for.
  final class Counter: Sendable {
    private let sizes = Mutex<[Int: Int]>([:])
    func note(_ size: Int) { sizes.withLock { $0[size, default: 0] += 1 } }
    var found: [Int: Int] { sizes.withLock { $0 } }
  }

  /// Where nothing fits, the space is visited again, ever wider, for the nearest plan: no size is
  /// counted twice for it.
  @Test(arguments: [false, true]) func noSizeIsCountedTwice(hasWorkers: Bool) throws {
    let model = try PlanSearchTests.model(layers: 12, hidden: 1024)
    var request = PlanRequest(
      cluster: PlanSearchTests.cluster(perNode: 4, memory: 1300 << 20), globalBatch: 32,
      precision: .bf16)
    request.space.offload = [[]]
    request.space.microBatch = [8, 16]
    let counter = Counter()
    var search = try PlanSearch(request, trains: true) { size, _ throws(UserError) in
      counter.note(size)
      return try StepProfile(
        Workload(
          model, WorkloadRequest(task: .pretrain, batch: size, sequence: 512, precision: .bf16)))
    }
    if hasWorkers { search.workers = { count, body in (0..<count).map(body) } }
    let error = #expect(throws: UserError.self) { try search.run() }
    #expect(error?.kind == .impossible)
    // The size that was asked for, and one of those that were opened for the nearest plan.
    #expect(counter.found[8] == 1 && counter.found[1] == 1)
    #expect(counter.found.values.allSatisfy { $0 == 1 }, "\(counter.found)")
  }

  /// A search that counts further sizes by what the first ones tell finds what one finds that
  /// builds each size's graph.
  @Test(arguments: [
    "bert-base", "clip-vit-b-32", "unet2d-basic", "alphafold2", "resnet50", "albert-base",
  ])
  func sizesThatFollowFromOthersGiveTheSamePlans(name: String) throws {
    let model = try Self.catalogue.model(name)
    let workload = WorkloadRequest(task: .pretrain, batch: 1, precision: .bf16Mixed)
    let request = PlanRequest(
      cluster: PlanSearchTests.cluster(perNode: 4, memory: 80 << 30), globalBatch: 48,
      precision: .bf16Mixed)
    let followed = Counter()
    func search(follows: Bool) throws -> PlanResult {
      let search = try PlanSearch(request, trains: true) { size, family throws(UserError) in
        if follows, let profile = try family?.profile(size) {
          followed.note(size)
          return profile
        }
        var micro = workload
        micro.batch = size
        return try StepProfile(Workload(model, micro))
      }
      return try search.run()
    }
    let (one, other) = (try search(follows: true), try search(follows: false))
    #expect(!followed.found.isEmpty)
    #expect(one.plans == other.plans)
    #expect(one.search == other.search)
  }

  /// In a model of two stacks each number of covered layers saves something else: the search's own
  /// choice is the fewest that fits of all numbers held fixed.
  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func theFewestLayersOfTwoStacksFit(seed: UInt64) throws {
    let model = try Self.catalogue.model("t5-small")
    let workload = WorkloadRequest(task: .pretrain, batch: 1, precision: .bf16)
    var random = SplitMix64(seed: seed)
    let memory = 2200 << 20 + Int.random(in: 0...(1 << 30), using: &random)
    var request = PlanRequest(
      cluster: PlanSearchTests.cluster(perNode: 2, memory: memory), globalBatch: 16,
      precision: .bf16)
    request.stack = [.pytorch, .megatron].randomElement(using: &random) ?? .pytorch
    request.devices = 2
    request.space.pipeline = [2]
    request.space.offload = [[]]
    request.limit = 1000
    let open = try PlanSearch(model, workload, request).run().plans.filter {
      $0.configuration.span.layers != nil
    }
    for plan in open {
      let cut = plan.configuration
      let chosen = try #require(cut.span.layers)
      for layers in 1...chosen {
        var held = request
        held.space.microBatch = [cut.microBatch]
        held.space.tensor = [cut.parallelism.tensor]
        held.space.sequenceParallel = [cut.parallelism.sequenceParallel]
        held.space.zeroStage = [cut.parallelism.zeroStage]
        held.space.schedule = [cut.parallelism.schedule]
        held.space.recompute = [cut.recompute]
        held.space.recomputeSpan = RecomputeSpan(layers: layers, rest: cut.span.rest)
        let found = try? PlanSearch(model, workload, held).run().plans.first
        #expect((found != nil) == (layers == chosen), "\(layers) of \(chosen) layers")
        if layers == chosen { #expect(found?.peakBytes == plan.peakBytes) }
      }
    }
  }

  private static let catalogue = ModelCatalogue.builtIn
}
