import Graph
import Models
import Quantities
import TestSupport
import Testing
import Workloads

@Suite("Workloads")
struct WorkloadTests {
  /// Model, batch, sequence, image, parameters, forward and backward FLOPs: counted by PyTorch
  /// 2.15's FlopCounterMode on transformers 5.23, timm 1.0.22, open_clip 3.3 and fair-esm 2.0.
  struct Golden: Sendable, CustomTestStringConvertible {
    var model: String
    var batch: Int
    var sequence: Int?
    var image: Int?
    var parameters: Int
    var forward: Int
    var backward: Int
    var testDescription: String { "\(model) batch \(batch)" }

    init(
      _ model: String, _ batch: Int, _ sequence: Int?, _ image: Int?, _ parameters: Int,
      _ forward: Int, _ backward: Int
    ) {
      self.model = model
      self.batch = batch
      self.sequence = sequence
      self.image = image
      self.parameters = parameters
      self.forward = forward
      self.backward = backward
    }
  }

  static let goldens = [
    Golden("bert-base", 1, 512, nil, 110_106_428, 121_245_404_160, 242_490_808_320),
    Golden("clinicalbert", 8, 128, nil, 108_932_934, 225_602_199_552, 451_204_399_104),
    Golden("roberta-base", 8, 128, nil, 124_697_433, 259_045_982_208, 518_091_964_416),
    Golden("geneformer", 8, 512, nil, 10_288_722, 92_513_763_328, 185_027_526_656),
    Golden("esm2-35m", 1, 512, nil, 33_501_394, 40_265_809_920, 80_531_619_840),
    Golden("esm2-650m", 1, 512, nil, 651_043_254, 710_390_579_200, 1_420_781_158_400),
    Golden("llama-7b", 1, 2048, nil, 6_738_415_616, 29_261_612_187_648, 58_523_224_375_296),
    Golden("llama2-70b", 1, 2048, nil, 68_976_648_192, 292_444_323_184_640, 584_888_646_369_280),
    Golden("biomedlm", 1, 1024, nil, 2_594_247_680, 5_649_056_399_360, 11_298_112_798_720),
    Golden("vit-b-16", 8, nil, 384, 86_567_656, 887_749_607_424, 1_770_063_396_864),
    Golden("dinov2-vitb14", 1, nil, 518, 86_579_712, 303_147_436_032, 605_058_435_072),
    Golden("virchow", 1, nil, 224, 631_229_184, 334_756_085_760, 669_126_819_840),
    Golden("clip-vit-b-32", 32, 77, 224, 151_277_313, 472_870_289_408, 938_341_826_560),
    Golden("vit-bert-dual", 1, 128, 224, 194_895_360, 57_476_125_696, 114_718_681_088),
  ]

  @Test(arguments: goldens)
  func golden(_ golden: Golden) throws {
    let model = try ModelCatalogue.builtIn.model(golden.model)
    #expect(try model.parameterCount() == golden.parameters)
    let workload = try Workload(
      model,
      WorkloadRequest(
        task: .pretrain, objective: model.objective == .dino ? .supervised : nil,
        batch: golden.batch, sequence: golden.sequence,
        image: golden.image.map { ImageSize(height: $0, width: $0) }))
    #expect(forwardFlops(workload.forward) == golden.forward)
    #expect(try backwardFlops(#require(workload.training)) == golden.backward)
  }

  /// Published totals: UNI 303,350,784 and UNI2-h 681,394,176 (timm 0.9.16 with the repository's
  /// arguments), DINOv2 ViT-g/14 1,136,479,232 (timm), MedRoBERTa.nl 126,031,648 (transformers).
  @Test(arguments: [
    ("uni", 303_350_784), ("uni2-h", 681_394_176), ("dinov2-vitg14", 1_136_479_232),
    ("virchow2", 631_239_424), ("medroberta-nl", 126_031_648), ("dinov2-vitl14", 304_367_616),
  ])
  func totals(id: String, total: Int) throws {
    #expect(try ModelCatalogue.builtIn.model(id).parameterCount() == total)
  }

  /// Bytes kept for backward per layer, token and hidden unit without dropout, with statistics:
  /// saved tensors of PyTorch 2.15 (BERT and timm's ViT 16 values, LayerScale 18).
  @Test(
    arguments: [
      ("bert-base", 512, nil, Precision.fp32, 64.0833333),
      ("vit-b-16", nil, 224, .fp32, 64.0833333),
      ("uni", nil, 224, .fp32, 72.078125),
    ] as [(String, Int?, Int?, Precision, Double)])
  func savedBytes(id: String, sequence: Int?, image: Int?, precision: Precision, wanted: Double)
    throws
  {
    let model = try ModelCatalogue.builtIn.model(id)
    let workload = try Workload(
      model,
      WorkloadRequest(
        task: .pretrain, objective: model.objective == .dino ? .supervised : nil, batch: 3,
        sequence: sequence, image: image.map { ImageSize(height: $0, width: $0) },
        precision: precision))
    let training = try #require(workload.training)
    let block = try #require(
      training.backwardBlocks.first { training.forward.blocks[$0.forward].name == "layer" })
    let hidden = training.forward.blocks[block.forward].tensors[0]
    let bytes = block.saved.reduce(0) { $0 + block.tensors[$1.index].bytes }
    #expect(relativeError(Double(bytes) / Double(hidden.count), wanted) < 1e-6)
  }

  @Test(arguments: ["bert-base", "llama-7b", "uni", "clip-vit-l-14", "esm2-8m", "biomedclip"])
  func scaleLaws(id: String) throws {
    let model = try ModelCatalogue.builtIn.model(id)
    func flops(_ batch: Int) throws -> Int {
      try forwardFlops(
        Workload(
          model, WorkloadRequest(task: .infer, objective: .embedding, batch: batch)
        ).forward)
    }
    #expect(try flops(6) == 2 * flops(3))
  }

  @Test func mixedPrecisionKeepsParametersWide() throws {
    let model = try ModelCatalogue.builtIn.model("bert-base")
    let workload = try Workload(
      model,
      WorkloadRequest(
        task: .pretrain, batch: 2, sequence: 16,
        precision: Precision(parameters: .fp32, compute: .bf16)))
    for block in workload.forward.blocks {
      for tensor in block.tensors {
        switch tensor.role {
        case .parameter: #expect(tensor.dataType == .fp32)
        case .input: #expect([.bf16, .int32].contains(tensor.dataType))
        default: #expect([.bf16, .fp32].contains(tensor.dataType))
        }
      }
    }
    for block in try #require(workload.training).backwardBlocks {
      for pair in block.parameterGradients {
        #expect(block.tensors[pair.gradient.index].dataType == .fp32)
      }
    }
  }

  /// transformers' BertForSequenceClassification with two labels: 109,483,778 parameters,
  /// 773,103,575,040 and 1,546,207,150,080 FLOPs for 8 × 512 tokens.
  @Test func finetuningBertAddsAClassifier() throws {
    let model = try ModelCatalogue.builtIn.model("bert-base")
    let workload = try Workload(
      model, WorkloadRequest(task: .finetune, batch: 8, sequence: 512))
    #expect(workload.forward.parameterCount == 109_483_778)
    #expect(forwardFlops(workload.forward) == 773_103_575_040)
    #expect(try backwardFlops(#require(workload.training)) == 1_546_207_150_080)
  }

  /// timm vit_large_patch16_224 with two classes, head only: 303,303,682 parameters,
  /// 3,939,436,199,936 and 131,072 FLOPs for 32 images.
  @Test func linearProbeTrainsTheHeadOnly() throws {
    let model = try ModelCatalogue.builtIn.model("vit-l-16")
    let workload = try Workload(
      model, WorkloadRequest(task: .finetune, batch: 32, trained: .head))
    #expect(workload.forward.parameterCount == 303_303_682)
    #expect(forwardFlops(workload.forward) == 3_939_436_199_936)
    #expect(try backwardFlops(#require(workload.training)) == 131_072)
  }

  static let absurd: [(String, WorkloadRequest)] = [
    ("bert-base", WorkloadRequest(task: .pretrain, batch: 0)),
    ("bert-base", WorkloadRequest(task: .pretrain, batch: -3)),
    ("bert-base", WorkloadRequest(task: .pretrain, batch: Int.max)),
    ("bert-base", WorkloadRequest(task: .pretrain, batch: 1 << 50)),
    ("bert-base", WorkloadRequest(task: .infer, batch: 1, sequence: 513)),
    ("bert-base", WorkloadRequest(task: .infer, batch: 1, sequence: 0)),
    ("roberta-base", WorkloadRequest(task: .infer, batch: 1, sequence: 513)),
    ("bert-base", WorkloadRequest(task: .infer, batch: 1, image: ImageSize(height: 2, width: 2))),
    ("uni", WorkloadRequest(task: .infer, batch: 1, sequence: 4)),
    ("uni", WorkloadRequest(task: .infer, batch: 1, image: ImageSize(height: 225, width: 224))),
    ("uni", WorkloadRequest(task: .infer, batch: 1, image: ImageSize(height: 0, width: 224))),
    (
      "uni",
      WorkloadRequest(task: .infer, batch: 1, image: ImageSize(height: 1 << 40, width: 1 << 40))
    ),
    ("uni", WorkloadRequest(task: .finetune, batch: 1, classes: 0)),
    ("llama-7b", WorkloadRequest(task: .pretrain, objective: .maskedLanguage, batch: 1)),
    ("llama-7b", WorkloadRequest(task: .pretrain, objective: .contrastive, batch: 1)),
    (
      "bert-base",
      WorkloadRequest(
        task: .pretrain, batch: 1, precision: Precision(parameters: .int8, compute: .int8))
    ),
  ]

  @Test(arguments: absurd.indices)
  func absurdRequestsAreErrors(index: Int) throws {
    let (id, request) = Self.absurd[index]
    let model = try ModelCatalogue.builtIn.model(id)
    #expect(throws: UserError.self) { _ = try Workload(model, request) }
  }

  static let counted = ModelCatalogue.builtIn.models.filter { $0.status != .closed }.map(\.id)

  /// Each model's own training and inference; the first of its kind takes every task, which it
  /// does or refuses by naming an option.
  @Test(arguments: counted)
  func everyModelTrainsAndInfers(id: String) throws {
    let model = try ModelCatalogue.builtIn.model(id)
    for task in [WorkloadTask.pretrain, .infer] {
      try check(Workload(model, WorkloadRequest(task: task, batch: 2)), task)
    }
  }

  static let samples = [
    "bert-base", "llama2-7b", "mixtral-8x7b", "t5-large", "uni", "biomedclip", "resnet50",
    "swin_tiny_patch4_window7_224", "nnunet-3d-fullres", "medsam-vit-b", "llava-med-7b-224-stage2",
    "hyenadna-tiny-1k", "scgpt", "msa-transformer", "sd1-unet", "evoformer-48",
  ]

  @Test(arguments: samples, WorkloadTask.allCases)
  func everyTaskIsDoneOrRefused(id: String, task: WorkloadTask) throws {
    let model = try ModelCatalogue.builtIn.model(id)
    do {
      try check(Workload(model, WorkloadRequest(task: task, batch: 2)), task)
    } catch let error as UserError {
      #expect(error.kind == .input && !error.remedy.isEmpty, "\(error)")
      #expect(task != .pretrain && task != .infer, "\(error)")
    }
  }

  private func check(_ workload: Workload, _ task: WorkloadTask) throws {
    try workload.forward.validate()
    #expect((workload.training == nil) == (task == .infer))
    for block in workload.training?.backwardBlocks ?? [] {
      try block.validate(for: workload.forward.blocks[block.forward])
    }
  }

  /// One token behind a cache: model, past, forward FLOPs (PyTorch 2.15's FlopCounterMode on
  /// transformers 5.23 with a `DynamicCache`), tokens that each layer's cache holds.
  @Test(arguments: [
    ("llama-7b", 512, 13_483_114_496, 512), ("llama-7b", 2048, 14_288_420_864, 2048),
    ("gpt2-medium", 512, 757_336_064, 512), ("mistral-7b", 512, 14_489_747_456, 512),
    // The sliding window keeps 4095 keys beside the new one.
    ("mistral-7b", 8192, 16_368_271_360, 4095),
  ])
  func decoding(id: String, past: Int, flops: Int, kept: Int) throws {
    var request = WorkloadRequest(task: .infer, batch: 1)
    request.past = past
    let graph = try Workload(ModelCatalogue.builtIn.model(id), request).forward
    #expect(forwardFlops(graph) == flops)
    let caches = graph.inputs.map { graph.values[$0.index] }.filter { $0.name.hasPrefix("cache.") }
    #expect(caches.allSatisfy { $0.shape[1] == kept })
    #expect(Set(caches.map(\.name)).count == caches.count && caches.count % 2 == 0)
  }

  /// A step of several tokens computes what that many single steps do.
  @Test func severalNewTokens() throws {
    let model = try ModelCatalogue.builtIn.model("gpt2")
    var request = WorkloadRequest(task: .infer, batch: 1, sequence: 4)
    request.past = 100
    let four = forwardFlops(try Workload(model, request).forward)
    request.sequence = 1
    request.past = 103
    let last = forwardFlops(try Workload(model, request).forward)
    #expect(four == 4 * last)
  }

  @Test(arguments: [
    ("bert-base", 16, "no key/value cache"), ("llama-7b", 4096, "context holds 2048"),
  ])
  func pastThatCannotBe(id: String, past: Int, wanted: String) throws {
    let model = try ModelCatalogue.builtIn.model(id)
    var request = WorkloadRequest(task: .infer, batch: 1)
    request.past = past
    let text = errorText { _ = try Workload(model, request) }
    #expect(text?.contains(wanted) == true, "\(text ?? "no error")")
  }

  /// A decoder's step behind a source: self-attention over the past, cross-attention over the
  /// source's cached keys, no encoder and no products for cached keys and values.
  @Test(arguments: [(0, 4), (16, 1), (100, 3)])
  func decodingBehindASource(past: Int, new: Int) throws {
    var request = WorkloadRequest(task: .infer, batch: 2, sequence: 50)
    request.past = past == 0 ? nil : past
    request.targetSequence = new
    let graph = try Workload(ModelCatalogue.builtIn.model("t5-small"), request).forward
    let (h, layers, ffn, words, source) = (512, 6, 2048, 32128, 50)
    let cross = past == 0 ? 2 * source * h * h : 0
    let layer =
      2 * new * (6 * h * h + 2 * h * ffn) + 2 * cross + 4 * new * (past + new + source) * h
    let encoder = past == 0 ? 2 * source * (4 * h * h + 2 * h * ffn) + 4 * source * source * h : 0
    #expect(forwardFlops(graph) == 2 * (layers * (layer + encoder) + 2 * new * h * words))
  }
}
