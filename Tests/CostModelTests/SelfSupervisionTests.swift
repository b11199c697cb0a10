import CostModel
import Graph
import Models
import TestSupport
import Testing
import Workloads

/// Steps of self-supervised pre-training: what is computed beside the backbone, with one set of
/// weights for all crops of the student and a copy for the teacher.
@Suite("Self-supervised steps")
struct SelfSupervisionTests {
  private func step(
    _ id: String, _ objective: Objective, batch: Int = 1
  ) throws -> (workload: Workload, cost: GraphCost) {
    let model = try ModelCatalogue.builtIn.model(id)
    let workload = try Workload(
      model, WorkloadRequest(task: .pretrain, objective: objective, batch: batch))
    return (workload, try GraphCost(training: try #require(workload.training)))
  }

  /// FLOPs of the backbone alone on images of its own size or of an edge.
  private func features(_ id: String, batch: Int, edge: Int? = nil) throws -> Int {
    let model = try ModelCatalogue.builtIn.model(id)
    let request = WorkloadRequest(
      task: .infer, objective: .embedding, batch: batch,
      image: edge.map { ImageSize(height: $0, width: $0) })
    return try GraphCost(inference: Workload(model, request).forward).flops.forward
  }

  /// Multiply-adds of a head of three layers and prototypes, for a row.
  private func head(_ width: Int) -> Int {
    width * 2048 + 2048 * 2048 + 2048 * 256 + 256 * 65_536
  }

  @Test("DINOv2 counts student crops, teacher crops and heads", arguments: [1, 4])
  func distillation(batch: Int) throws {
    let (workload, cost) = try step("uni", .dino, batch: batch)
    let whole = try features("uni", batch: 2 * batch, edge: 224)
    let local = try features("uni", batch: 8 * batch, edge: 96)
    // Half of the 2·batch crops, masked at even steps from 10 to 50 % of 196 patches.
    let masked = (1...batch).reduce(0) { $0 + Int(196 * (0.1 + 0.4 * Double($1) / Double(batch))) }
    let student = whole + local + 2 * head(1024) * (10 * batch + masked)
    let teacher = whole + 2 * head(1024) * (2 * batch + masked)
    #expect(cost.flops.forward == student + teacher)
    // Twice the student's forward, without the input's gradient of the first product.
    let patches = 2 * 1024 * 3 * 256 * batch * (2 * 196 + 8 * 36)
    #expect(cost.flops.backward == 2 * student - patches)
    // The teacher is a copy that is not trained and no part of the model's card.
    let parameters = try ModelCatalogue.builtIn.model("uni").parameterCount()
    let trained = parameters + head(1024) + 2048 + 2048 + 256
    #expect(cost.parameters.trainable == trained)
    #expect(workload.forward.parameterCount == 2 * trained)
    #expect(workload.forward.copiedParameterCount == trained)
  }

  @Test("a step's backward is 1.265 of its forward, as PyTorch counts for DINOv2 on ViT-L/16")
  func distillationRatio() throws {
    let cost = try step("uni", .dino, batch: 64).cost
    let ratio = Double(cost.flops.backward) / Double(cost.flops.forward)
    #expect(abs(ratio - 1.265) < 0.001)
  }

  @Test(
    "every kind of backbone is distilled with one set of student weights",
    arguments: [
      "vit-s-16", "swin_tiny_patch4_window7_224", "resnet50", "endo-fm-timesformer",
      "segvol-image-encoder", "sam-vit_b-image-encoder", "dinov2-vitl14",
    ])
  func backbones(id: String) throws {
    let (workload, cost) = try step(id, .dino)
    #expect(2 * cost.parameters.trainable <= workload.forward.parameterCount)
    #expect(workload.forward.copiedParameterCount * 2 == workload.forward.parameterCount)
    let graph = try #require(workload.training)
    for backward in graph.backwardBlocks {
      try backward.validate(for: graph.forward.blocks[backward.forward])
    }
    #expect(
      !graph.backwardCalls.contains {
        graph.forward.blocks[graph.forward.calls[$0.call].block].name.hasPrefix("teacher.")
      })
  }

  @Test(
    "MoCo v3 runs two views through the encoder and its copy", arguments: ["ctranspath", "uni"])
  func momentum(id: String) throws {
    let (workload, cost) = try step(id, .momentumContrast, batch: 2)
    let views = try features(id, batch: 4)
    let width = try ModelCatalogue.builtIn.model(id).id == "uni" ? 1024 : 768
    let projector = width * 4096 + 4096 * 4096 + 4096 * 256
    let predictor = 256 * 4096 + 4096 * 256
    // Both directions: 2 queries against 2 keys of 256 elements.
    let logits = 2 * 2 * 2 * 256
    let student = views + 2 * 4 * (projector + predictor) + 2 * logits
    #expect(cost.flops.forward == student + views + 2 * 4 * projector)
    #expect(cost.flops.backward < 2 * student)
    #expect(workload.forward.copiedParameterCount < cost.parameters.trainable)
  }

  @Test("SimCLR doubles the batch and compares all views")
  func pairs() throws {
    let cost = try step("uni", .simclr, batch: 3).cost
    let views = try features("uni", batch: 6)
    #expect(
      cost.flops.forward == views + 2 * 6 * (1024 * 1024 + 1024 * 128) + 2 * 6 * 6 * 128)
  }

  @Test("an encoder with an MAE objective is pre-trained with the paper's decoder")
  func autoencoder() throws {
    let whole = try step("mae_vit_large_patch16_dec512d8b", .mae, batch: 2).cost
    let encoder = try step("retfound", .mae, batch: 2).cost
    #expect(whole.flops == encoder.flops)
  }

  @Test("masked images predict the pixels of every patch")
  func maskedImage() throws {
    let cost = try step("usfm", .maskedImage, batch: 2).cost
    let views = try features("usfm", batch: 2)
    #expect(cost.flops.forward == views + 2 * 2 * 196 * 768 * 768)
  }

  @Test("crops that do not fit the patches are refused")
  func refusals() throws {
    let model = try ModelProfile(
      parsing: Array(
        """
        {"id": "x", "name": "x", "source": "none", "like": "vit-s-16", "objective": "dino",
        "pretraining": {"localSize": [90, 90]}}
        """.utf8), file: "x.json")
    let error = #expect(throws: (any Error).self) {
      try Workload(model, WorkloadRequest(task: .pretrain, batch: 1))
    }
    #expect("\(try #require(error))".contains("multiple of 16"))
  }
}
