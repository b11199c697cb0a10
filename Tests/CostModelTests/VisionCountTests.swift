import Models
import Testing
import Workloads

/// Parameters of vision models as published or as PyTorch counts the named implementation.
@Suite("Vision: parameters")
struct VisionCountTests {
  struct Counted: Sendable, CustomTestStringConvertible {
    var id: String
    var parameters: Int
    var testDescription: String { id }
  }

  static let counted: [Counted] = [
    // timm 1.0: swin_*_patch4_window7_224.
    Counted(id: "swin_tiny_patch4_window7_224", parameters: 28_288_354),
    Counted(id: "swin_small_patch4_window7_224", parameters: 49_606_258),
    Counted(id: "swin_base_patch4_window7_224", parameters: 87_768_224),
    Counted(id: "swin_large_patch4_window7_224", parameters: 196_532_476),
    // github.com/Xiyue-Wang/TransPath, ctran.py.
    Counted(id: "ctranspath", parameters: 27_520_038),
    // MONAI SwinUNETR(96³, 1, 14).
    Counted(id: "swinunetr-48", parameters: 62_187_296),
    Counted(id: "swinunetr-24", parameters: 15_703_304),
    // MONAI UNETR(1, 14, 96³).
    Counted(id: "unetr-16", parameters: 92_802_478),
    // github.com/facebookresearch/mae, models_mae.py.
    Counted(id: "mae_vit_base_patch16_dec512d8b", parameters: 111_907_840),
    Counted(id: "mae_vit_large_patch16_dec512d8b", parameters: 329_541_888),
    Counted(id: "mae_vit_huge_patch14_dec512d8b", parameters: 657_074_508),
    // segment-anything 1.0: the whole model, and its image encoder.
    Counted(id: "sam-vit_b", parameters: 93_735_472),
    Counted(id: "sam-vit_l", parameters: 312_342_832),
    Counted(id: "sam-vit_h", parameters: 641_090_608),
    Counted(id: "sam-vit_b-image-encoder", parameters: 89_670_912),
    Counted(id: "sam-vit_l-image-encoder", parameters: 308_278_272),
    Counted(id: "sam-vit_h-image-encoder", parameters: 637_026_048),
    Counted(id: "sam-mask-decoder", parameters: 4_064_560),
    // github.com/OpenGVLab/SAM-Med2D with adapters; github.com/uni-medical/SAM-Med3D vit_b_ori;
    // github.com/hitachinsk/SAMed without its 147,456 and 655,360 parameters of LoRA.
    Counted(id: "sam-med2d", parameters: 271_241_776),
    Counted(id: "sam-med3d", parameters: 100_509_232),
    Counted(id: "samed", parameters: 92_192_469 - 147_456),
    // github.com/BAAI-DCAI/SegVol: image encoder, prompt encoder, mask decoder, CLIP's text tower
    // and the product behind it.
    Counted(
      id: "segvol", parameters: 87_406_848 + 17_996 + 29_923_716 + 63_165_952 + 512 * 768 + 768),
    // BEiT-B/16 with mean pooling as github.com/openmedlab/USFM configures it: patches, class
    // token, per layer products with q and v biases, table of relative positions, norms, scales,
    // MLP; the norm behind pooling.
    Counted(
      id: "usfm",
      parameters: 590_592 + 768 + 12
        * (4 * 768 * 768 + 3 * 768 + 732 * 12 + 4 * 768 + 2 * 768 + 2 * 768 * 3072 + 3840) + 1536),
    // github.com/med-air/Endo-FM, models/timesformer.py.
    Counted(id: "endo-fm-timesformer", parameters: 121_258_752),
  ]

  @Test("counted by PyTorch", arguments: counted)
  func parameters(model: Counted) throws {
    #expect(
      try ModelCatalogue.builtIn.model(model.id).parameterCount() == model.parameters)
  }
}
