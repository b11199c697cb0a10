import CostModel
import Graph
import Models
import Quantities
import TestSupport
import Testing
import Workloads

/// Steps that differ in their loss, in what they keep, in what they train.
@Suite("Variants of a training step")
struct StepVariantTests {
  static func step(
    _ id: String, _ change: (inout WorkloadRequest) -> Void = { _ in }
  ) throws -> Workload {
    var request = WorkloadRequest(
      task: .pretrain, batch: 1, precision: Precision(parameters: .fp32, compute: .bf16))
    change(&request)
    return try Workload(ModelCatalogue.builtIn.model(id), request)
  }

  static let dense = [
    "stunet-s", "unet2d-basic", "resnet50", "vit-b-16", "swinunetr-24", "bert-base",
  ]

  /// The mean of the results needs no labels, keeps nothing and costs no product: what is trained
  /// and counted stays.
  @Test(arguments: dense)
  func meanChangesMemoryAlone(id: String) throws {
    let own = try #require(try Self.step(id).training)
    let workload = try Self.step(id) { $0.loss = .mean }
    let mean = try #require(workload.training)
    let graph = workload.forward
    #expect(!graph.inputs.contains { graph.values[$0.index].name == "labels" })
    let costs = (try GraphCost(training: own), try GraphCost(training: mean))
    #expect(costs.0.flops.forward == costs.1.flops.forward)
    #expect(costs.0.flops.backward == costs.1.flops.backward)
    #expect(costs.0.parameters.trainable == costs.1.parameters.trainable)
    let kept = [own, mean].map { MemoryModel(training: $0).estimate().activationsBytes }
    #expect(kept[1] <= kept[0])
    try mean.forward.validate()
    for block in mean.backwardBlocks {
      try block.validate(for: mean.forward.blocks[block.forward])
    }
  }

  /// A cross-entropy of each voxel keeps a probability for each class in fp32.
  @Test func denseCrossEntropyKeepsItsProbabilities() throws {
    let kept = try [TrainingLoss.own, .mean].map { loss in
      let step = try Self.step("stunet-s") { $0.loss = loss }
      return MemoryModel(training: try #require(step.training)).estimate().activationsBytes
    }
    #expect(kept[0] - kept[1] >= 105 * 128 * 128 * 128 * 2)
  }

  /// What is dropped is memory that backward needs no more of at the end of forward.
  @Test(arguments: dense + ["llama3.2-1b", "t5-small", "uni", "mixtral-8x7b", "glip-t"])
  func recomputationKeepsLess(id: String) throws {
    let memory = MemoryModel(training: try #require(try Self.step(id).training))
    let kept = Recompute.allCases.map {
      memory.estimate(MemorySettings(recompute: $0)).activationsBytes
    }
    #expect(kept[0] >= kept[1] && kept[1] >= kept[2], "\(kept)")
  }

  /// Windows in turn bound the cache of their own layers only (Gemma 2: 4096, then all).
  @Test func windowsBoundTheirLayersCaches() throws {
    var request = WorkloadRequest(task: .infer, batch: 1, precision: .bf16)
    request.past = 6000
    let graph = try Workload(ModelCatalogue.builtIn.model("gemma2-2b"), request).forward
    let lengths = graph.inputs.map { graph.values[$0.index] }
      .filter { $0.name.hasPrefix("cache.keys.") }.map { $0.shape[1] }
    #expect(lengths == (0..<26).map { $0 % 2 == 0 ? 4095 : 6000 })
  }

  /// An encoder without a final norm trains its last layers all the same.
  @Test func lastLayersOfAPostNormEncoder() throws {
    let step = try Self.step("bert-base") {
      $0.task = .finetune
      $0.options.lastLayers = 2
      $0.trained = .parts([GraphRequest.lastLayers, "norm", "head"])
    }
    let cost = try GraphCost(training: try #require(step.training))
    // Two layers of 7,087,872, pooler and classifier.
    #expect(cost.parameters.trainable == 2 * 7_087_872 + 590_592 + 1538)
  }
}
