import DataFormats
import Graph
import Models
import Quantities
import TestSupport
import Testing
import Workloads

/// Multimodal models as described composites: every one trains, stages freeze what they say,
/// decoding reads a cache.
@Suite("Composites at work")
struct CompositeWorkloadTests {
  static let composites = ModelCatalogue.builtIn.models.filter {
    if case .component(let component) = $0.architecture {
      component.kind == "composite"
    } else {
      false
    }
  }.map(\.id)

  /// A pass of small samples where the model allows them.
  static func request(_ model: ModelProfile, _ task: WorkloadTask, batch: Int = 2)
    -> WorkloadRequest
  {
    WorkloadRequest(task: task, batch: batch, sequence: model.sample.sequence.map { min($0, 16) })
  }

  @Test(arguments: composites)
  func everyOneTrainsOnItsOwnObjective(id: String) throws {
    let model = try ModelCatalogue.builtIn.model(id)
    let workload = try Workload(model, Self.request(model, .pretrain))
    let training = try #require(workload.training)
    #expect(backwardFlops(training) > 0)
    for block in training.backwardBlocks {
      try block.validate(for: training.forward.blocks[block.forward])
    }
    // Two samples are twice the work of one, but for what compares samples with each other.
    let one = try Workload(model, Self.request(model, .pretrain, batch: 1))
    let ratio = Double(forwardFlops(workload.forward)) / Double(forwardFlops(one.forward))
    #expect(ratio >= 2 && ratio < 2.05, "\(ratio)")
  }

  @Test(arguments: composites)
  func everyOneEmbeds(id: String) throws {
    let model = try ModelCatalogue.builtIn.model(id)
    var request = Self.request(model, .infer)
    request.objective = .embedding
    let graph = try Workload(model, request).forward
    #expect(graph.outputs.allSatisfy { graph.values[$0.index].shape.first ?? 0 >= 2 })
  }

  private func trainedBlocks(_ id: String, _ trained: TrainedPart?) throws -> Set<String> {
    let model = try ModelCatalogue.builtIn.model(id)
    var request = Self.request(model, .pretrain)
    request.trained = trained
    let training = try #require(try Workload(model, request).training)
    return Set(
      training.backwardBlocks.filter { !$0.parameterGradients.isEmpty }.map {
        training.forward.blocks[$0.forward].name
      })
  }

  @Test func stagesTrainTheirPartsOnly() throws {
    let first = try trainedBlocks("llava-1.5-7b", .parts(["stage1"]))
    #expect(first == ["projector.projection"])
    let second = try trainedBlocks("llava-1.5-7b", nil)
    #expect(
      second == [
        "projector.projection", "language.embeddings", "language.layer", "language.norm",
        "language.head",
      ])
    let all = try trainedBlocks("llava-1.5-7b", .everything)
    #expect(all.isSuperset(of: ["vision.embeddings", "vision.layer", "language.layer"]))
    // Its last vision layer is computed but not used, so that no gradient reaches its norm.
    #expect(!all.contains("vision.pool"))
    let flamingo = try trainedBlocks("open-flamingo-9b", nil)
    #expect(flamingo.contains("language.embeddings") && flamingo.contains("language.cross"))
    #expect(!flamingo.contains("language.layer") && !flamingo.contains("vision.layer"))
  }

  @Test func momentumCopiesAreNotTrained() throws {
    let trained = try trainedBlocks("albef", nil)
    #expect(trained.contains("vision.layer") && trained.contains("matched.layer"))
    #expect(!trained.contains { $0.hasPrefix("momentum.") })
  }

  @Test func imagesOfASampleStandOneBehindTheOther() throws {
    let model = try ModelCatalogue.builtIn.model("llava-1.5-7b")
    var request = Self.request(model, .pretrain, batch: 1)
    request.images = 3
    let graph = try Workload(model, request).forward
    let labels = try #require(
      graph.inputs.map { graph.values[$0.index] }.first { $0.name == "labels" })
    #expect(labels.shape == [1, 3 * 576 + 16])
    #expect(graph.inputs.contains { graph.values[$0.index].shape == [3, 3, 336, 336] })
  }

  /// Work of the language model on T tokens behind an image: 2 FLOPs a matrix element and token,
  /// 4·T·(past + T)·hidden of attention a layer (LLaMA-7B: 32 layers of 4096).
  @Test func decodingLeavesImagesOut() throws {
    let model = try ModelCatalogue.builtIn.model("llava-1.5-7b")
    var request = WorkloadRequest(task: .infer, batch: 1)
    request.past = 640
    let graph = try Workload(model, request).forward
    let matrices = 32 * (4 * 4096 * 4096 + 3 * 4096 * 11008) + 32064 * 4096
    #expect(forwardFlops(graph) == 2 * matrices + 32 * 4 * 641 * 4096)
    // The image's parts lie in memory all the same.
    #expect(try graph.parameterCount == model.parameterCount())
    #expect(!graph.inputs.contains { graph.values[$0.index].name.hasSuffix("image") })
  }

  @Test func decodingReadsWhatCrossAttentionKept() throws {
    let model = try ModelCatalogue.builtIn.model("open-flamingo-9b")
    var request = WorkloadRequest(task: .infer, batch: 1)
    request.past = 100
    request.images = 2
    let graph = try Workload(model, request).forward
    let inputs = graph.inputs.map { graph.values[$0.index] }
    #expect(inputs.contains { $0.name == "cache.perceiver" && $0.shape == [2, 64, 1024] })
    #expect(try graph.parameterCount == model.parameterCount())
  }

  @Test func contrastSeesEveryView() throws {
    let model = try ModelCatalogue.builtIn.model("imitate")
    let graph = try Workload(model, Self.request(model, .pretrain, batch: 3)).forward
    let block = try #require(graph.blocks.first { $0.name == "similarity" })
    let products = block.operators.filter { $0.kind == .matmul(.right) }
    #expect(products.count == 4)
    #expect(products.allSatisfy { block[$0.outputs[0]].shape == [3, 3] })
  }

  @Test func objectivesPickLosses() throws {
    let model = try ModelCatalogue.builtIn.model("open-coca_vit-l-14")
    var request = Self.request(model, .pretrain)
    request.objective = .contrastive
    let graph = try Workload(model, request).forward
    #expect(!graph.blocks.contains { $0.name.hasPrefix("decoder") })
    request.objective = .mae
    let text = errorText { _ = try Workload(model, request) }
    #expect(text?.contains("not made for mae") == true)
    #expect(text?.contains("contrastive, causal-lm, embedding, hybrid") == true)
  }

  @Test func aNewClassifierStandsOnTheEmbedding() throws {
    let model = try ModelCatalogue.builtIn.model("medclip-swin")
    var request = Self.request(model, .finetune)
    request.objective = .supervised
    request.classes = 14
    let graph = try Workload(model, request).forward
    let head = try #require(graph.blocks.first { $0.name == "head" })
    #expect(head.tensors.contains { $0.name == "classifier.weight" && $0.shape == [14, 1024] })
  }
}
