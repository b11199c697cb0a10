import DataFormats

/// Every kind of component, by the word that profiles use.
enum ComponentRegistry {
  /// One line a kind, in the order of their words.
  static let kinds: [any Component.Type] = [
    AlignmentEncoder.self,
    AlphaFold.self,
    AutoencoderKL.self,
    Composite.self,
    ConvNeXt.self,
    DenoisingUNet.self,
    DenseNet.self,
    EfficientNet.self,
    EmbeddingEncoder.self,
    EncoderDecoder.self,
    Evoformer.self,
    ExpressionAutoencoder.self,
    ExpressionEncoder.self,
    GraphIsomorphism.self,
    GroundedDetector.self,
    Hyena.self,
    LatentDiffusion.self,
    LongNet.self,
    MaskedAutoencoder.self,
    Mlp.self,
    PCTNet.self,
    Performer.self,
    ResNet.self,
    ResNetUNet.self,
    Sam.self,
    SamImageEncoder.self,
    SamMaskDecoder.self,
    SegResNet.self,
    Swin.self,
    SwinUNETR.self,
    TimeSformer.self,
    TinyViT.self,
    UNETR.self,
    UNet.self,
    UniverSeg.self,
    YoloV8.self,
  ]

  static func read(_ cursor: JSONCursor) throws(JSONError) -> AnyComponent {
    let field = try cursor.field("kind")
    let word = try field.string()
    guard let type = kinds.first(where: { $0.kind == word }) else {
      throw field.error(
        "unknown kind \"\(word)\"; known are \(kinds.map { $0.kind }.joined(separator: ", "))")
    }
    return AnyComponent(try type.init(cursor))
  }
}
