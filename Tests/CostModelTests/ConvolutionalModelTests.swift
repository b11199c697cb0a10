import CostModel
import Graph
import Models
import Quantities
import Testing
import Workloads

/// A model with its published (or counted) parameters and multiply-adds of a forward pass.
private struct Published: Sendable, CustomTestStringConvertible {
  var id: String
  var parameters: Int
  /// 10⁹ multiply-adds of one sample at the model's own extents.
  var gigaMultiplyAdds: Double?

  init(_ id: String, _ parameters: Int, _ gigaMultiplyAdds: Double? = nil) {
    self.id = id
    self.parameters = parameters
    self.gigaMultiplyAdds = gigaMultiplyAdds
  }

  var testDescription: String { id }
}

/// Convolutional networks against published numbers.
@Suite("Convolutional networks")
struct ConvolutionalModelTests {
  /// nnU-Net's rule (Isensee et al., Nature Methods 2021, online methods): an axis is halved while
  /// 4 places remain, so that stages are one more than floor(log2(longest / 4)).
  @Test(arguments: [
    ("nnunet-3d-fullres", [80, 192, 160], 6), ("nnunet-3d-fullres", [20, 320, 256], 7),
    ("nnunet-3d-fullres", [128, 128, 128], 6), ("nnunet-2d", [320, 256], 7),
    ("nnunet-2d", [512, 512], 8), ("nnunet-2d", [192, 160], 6),
  ])
  func stagesFollowTheExtents(id: String, extents: [Int], stages: Int) throws {
    var request = WorkloadRequest(task: .infer, batch: 1)
    if extents.count == 3 {
      request.volume = extents
    } else {
      request.image = ImageSize(height: extents[0], width: extents[1])
    }
    let graph = try Workload(try ModelCatalogue.builtIn.model(id), request).forward
    let names = Set(graph.blocks.map(\.name))
    #expect(names.contains("encoder.stage\(stages)"))
    #expect(!names.contains("encoder.stage\(stages + 1)"))
  }

  @Test func extentsThatCannotBeHalvedAreRefused() throws {
    var request = WorkloadRequest(task: .infer, batch: 1)
    request.volume = [90, 128, 128]
    let model = try ModelCatalogue.builtIn.model("nnunet-3d-fullres")
    #expect(throws: UserError.self) { try Workload(model, request) }
  }

  /// torchvision's model pages: "num_params" and "GFLOPS" (multiply-adds) of each set of weights.
  private static let torchvision = [
    Published("resnet18", 11_689_512, 1.81), Published("resnet34", 21_797_672, 3.66),
    Published("resnet50", 25_557_032, 4.09), Published("resnet101", 44_549_160, 7.80),
    Published("resnet152", 60_192_808, 11.51), Published("resnext50_32x4d", 25_028_904, 4.23),
    Published("resnext101_32x8d", 88_791_336, 16.41),
    Published("resnext101_64x4d", 83_455_272, 15.46),
    Published("wide_resnet50_2", 68_883_240, 11.40),
    Published("wide_resnet101_2", 126_886_696, 22.75), Published("densenet121", 7_978_856, 2.83),
    Published("densenet161", 28_681_000, 7.73), Published("densenet169", 14_149_480, 3.36),
    Published("densenet201", 20_013_928, 4.29), Published("efficientnet_b0", 5_288_548, 0.39),
    Published("efficientnet_b1", 7_794_184, 0.69), Published("efficientnet_b2", 9_109_994, 1.09),
    Published("efficientnet_b3", 12_233_232, 1.83), Published("efficientnet_b4", 19_341_616, 4.39),
    Published("efficientnet_b5", 30_389_784, 10.27),
    Published("efficientnet_b6", 43_040_704, 19.07),
    Published("efficientnet_b7", 66_347_960, 37.75), Published("r3d18", 33_371_472, 40.70),
    Published("convnext_tiny", 28_589_128, 4.46), Published("convnext_small", 50_223_688, 8.68),
    Published("convnext_base", 88_591_464, 15.36),
    Published("convnext_large", 197_767_336, 34.36),
  ]

  /// Counted on the networks' own code (PyTorch, convolutions and linear layers of one sample).
  private static let counted = [
    Published("med3d-resnet10", 14_514_464, 387.097),
    Published("med3d-resnet200", 127_111_712, 2892.859),
    Published("clip-rn50-visual", 38_316_896, 6.1115), Published("clip-rn50x4-visual", 87_137_080),
    Published("stunet-s", 14_596_941), Published("stunet-b", 58_262_669),
    Published("stunet-l", 440_302_605), Published("stunet-h", 1_457_326_221),
    Published("universeg", 1_182_785, 333.785), Published("models-genesis-unet3d", 19_073_665),
    // Without the head of two classes: 32·2 + 2 fewer.
    Published("gvsl-unet", 23_538_144 + 66), Published("mis-fm-pctnet", 45_287_730),
    Published("densenet121-3d", 11_244_674, 18.099),
    // Ultralytics' list of models.
    Published("yolov8n", 3_157_200), Published("yolov8s", 11_166_560),
    Published("yolov8m", 25_902_640), Published("yolov8l", 43_691_520),
    Published("yolov8x", 68_229_648),
    // diffusers' and CompVis' counts; the text encoders have 123,060,480 and 340,387,840.
    Published("sd1-unet", 859_520_964), Published("sd2-unet", 865_910_724),
    Published("sd1-vae", 83_653_863),
    Published("stable-diffusion-v1", 859_520_964 + 83_653_863 + 123_060_480),
    Published("stable-diffusion-v2", 865_910_724 + 83_653_863 + 340_387_840),
    // pretrain-gnns' five layers of 300 with tables of 119 + 3 and 6 + 3 words.
    Published("gin-5x300", 1_857_600),
  ]

  @Test(arguments: torchvision + counted)
  private func parametersAndMultiplyAdds(published: Published) throws {
    let model = try ModelCatalogue.builtIn.model(published.id)
    #expect(try model.parameterCount() == published.parameters)
    guard let expected = published.gigaMultiplyAdds else { return }
    let workload = try Workload(model, WorkloadRequest(task: .infer, batch: 1))
    let counted = Double(try GraphCost(inference: workload.forward).flops.forward) / 2e9
    #expect(abs(counted - expected) < 0.006 + expected / 2000, "\(counted)")
  }

  /// Multiply-adds of one noise prediction on a 64×64 latent, and of the autoencoder at 512 pixels,
  /// as counted on CompVis' code; 401.64 + 1257.26 is what one step and the decoder take.
  @Test func samplingRepeatsTheDenoiserWithoutMoreParameters() throws {
    let model = try ModelCatalogue.builtIn.model("stable-diffusion-v1")
    func cost(_ steps: Int) throws -> GraphCost {
      var request = WorkloadRequest(task: .infer, batch: 1, precision: .bf16)
      request.denoisingSteps = steps
      return try GraphCost(inference: Workload(model, request).forward)
    }
    let (one, fifty) = (try cost(1), try cost(50))
    let step = Double(fifty.flops.forward - one.flops.forward) / 49 / 2e9
    // With guidance a step predicts twice.
    #expect(abs(step / 2 - 401.637) < 0.01, "\(step)")
    let rest = Double(one.flops.forward) / 2e9 - step
    #expect(abs(rest - 1257.259 - 6.649) < 0.01, "\(rest)")
    #expect(one.parameters.total == fifty.parameters.total)
  }

  @Test func aDiffusionStepTrainsTheDenoiserAlone() throws {
    let catalogue = ModelCatalogue.builtIn
    func cost(_ id: String) throws -> GraphCost {
      let workload = try Workload(
        catalogue.model(id), WorkloadRequest(task: .pretrain, batch: 2))
      return try GraphCost(training: #require(workload.training))
    }
    let (frozen, both) = (try cost("stable-diffusion-v1"), try cost("roentgen"))
    #expect(frozen.parameters.trainable == 859_520_964)
    let lone = try cost("sd1-unet")
    #expect(frozen.flops.backward == lone.flops.backward)
    #expect(frozen.flops.forward > lone.flops.forward)
    // RoentGen trains the text encoder too.
    #expect(both.parameters.trainable == 859_520_964 + 123_060_480)
    #expect(both.flops.backward > frozen.flops.backward)
  }

  @Test func momentumEncodersRunForwardOnly() throws {
    let model = try ModelCatalogue.builtIn.model("moco-cxr-resnet18")
    var request = WorkloadRequest(task: .pretrain, batch: 4)
    let moco = try GraphCost(training: #require(Workload(model, request).training))
    request.task = .infer
    let encoder = try GraphCost(inference: Workload(model, request).forward)
    // Two encoders forward, one backward; projections and the queue's products are under 1 %.
    let ratio = Double(moco.flops.forward) / Double(encoder.flops.forward)
    #expect(ratio > 2 && ratio < 2.02, "\(ratio)")
    #expect(moco.flops.backward < 2 * encoder.flops.forward * 101 / 100)
    #expect(moco.parameters.trainable == encoder.parameters.total + 512 * 128 + 128)
  }

  @Test func deepSupervisionCostsInTrainingOnly() throws {
    let model = try ModelCatalogue.builtIn.model("stunet-s")
    let training = try Workload(model, WorkloadRequest(task: .pretrain, batch: 1))
    let inference = try Workload(model, WorkloadRequest(task: .infer, batch: 1))
    let cost = try GraphCost(training: #require(training.training))
    let forward = try GraphCost(inference: inference.forward)
    #expect(cost.parameters.total == forward.parameters.total)
    // Four heads of 105 classes at a half, a quarter … of the extents.
    let heads = [(32, 64), (64, 32), (128, 16), (256, 8)].reduce(0) {
      $0 + 2 * 105 * $1.0 * $1.1 * $1.1 * $1.1
    }
    #expect(cost.flops.forward - forward.flops.forward == heads)
  }

  @Test(arguments: [1, 3])
  func signalsOfAnyLength(batch: Int) throws {
    let model = try ModelCatalogue.builtIn.model("etp-ecg-resnet18")
    func flops(_ samples: Int) throws -> Int {
      let request = WorkloadRequest(task: .infer, batch: batch, sequence: samples)
      return try GraphCost(inference: Workload(model, request).forward).flops.forward
    }
    // Twice the samples, twice the work, once the strides divide them.
    #expect(try flops(8192) == 2 * flops(4096))
  }

  @Test(arguments: [
    (#"{"kind": "resnet", "block": "basic", "depths": []}"#, "depths"),
    (#"{"kind": "resnet", "block": "basic", "depths": [2, 2], "strides": [1]}"#, "strides"),
    (#"{"kind": "resnet", "block": "basic", "depth": [2, 2]}"#, "unknown key"),
    (
      #"{"kind": "resnet", "block": "basic", "depths": [1], "groups": 3, "classes": 2}"#,
      "groups"
    ),
    (#"{"kind": "unet", "classes": 2, "encoder": {"features": [8]}, "decoder": {}}"#, "two stages"),
    (
      #"{"kind": "unet", "classes": 2, "encoder": {"features": [8, 16]}, "#
        + #""decoder": {"features": [8, 8]}}"#,
      "needs 1 stages"
    ),
    (#"{"kind": "densenet", "depths": [0]}"#, "depths"),
    (#"{"kind": "efficientnet", "width": -1}"#, "width"),
    (#"{"kind": "segresnet", "classes": 2, "width": 12}"#, "8 groups"),
    (#"{"kind": "universeg", "features": [64]}"#, "features"),
    (#"{"kind": "yolov8", "volume": [8, 8, 8], "depth": 1, "width": 1}"#, "images only"),
    (
      #"{"kind": "pctnet", "volume": [32, 32, 32], "classes": 2, "features": [8, 8, 6, 8, 8]}"#,
      "heads"
    ),
    (#"{"kind": "denoising-unet", "features": [33, 64], "context": 8}"#, "32 groups"),
    (#"{"kind": "autoencoder-kl", "features": [32]}"#, "features"),
    (#"{"kind": "gin", "layers": 5, "hidden": 300, "atoms": [], "bonds": [6]}"#, "atoms"),
  ])
  func wrongProfilesAreRefusedWithTheirPlace(architecture: String, word: String) {
    let profile = """
      {"id": "x", "name": "X", "family": "vision", "source": "here", "objective": "supervised",
       "architecture": \(architecture)}
      """
    let error = #expect(throws: UserError.self) {
      try ModelProfile(parsing: Array(profile.utf8), file: "x.json")
    }
    #expect(error?.description.contains("x.json") == true)
    #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
  }
}
