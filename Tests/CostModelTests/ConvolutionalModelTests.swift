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
}
