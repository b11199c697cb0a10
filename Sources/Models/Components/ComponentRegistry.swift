import DataFormats

/// Every kind of component, by the word that profiles use.
enum ComponentRegistry {
  /// One line a kind, in the order of their words.
  static let kinds: [any Component.Type] = [
    AlignmentEncoder.self,
    AlphaFold.self,
    DenseNet.self,
    EfficientNet.self,
    EmbeddingEncoder.self,
    EncoderDecoder.self,
    Evoformer.self,
    ExpressionAutoencoder.self,
    ExpressionEncoder.self,
    Hyena.self,
    Mlp.self,
    Performer.self,
    ResNet.self,
    MaskedAutoencoder.self, Sam.self, SamImageEncoder.self, SamMaskDecoder.self, Swin.self,
    SwinUNETR.self, TimeSformer.self, UNETR.self,
    Sam.self,
    SamImageEncoder.self,
    SamMaskDecoder.self,
    Swin.self,
    SwinUNETR.self,
    EncoderDecoder.self, Mlp.self,
    AutoencoderKL.self, DenoisingUNet.self, DenseNet.self, EfficientNet.self, GraphIsomorphism.self,
    LatentDiffusion.self, Mlp.self, PCTNet.self,
    ResNet.self, ResNetUNet.self, SegResNet.self, UNet.self, UniverSeg.self,
    YoloV8.self,
    Composite.self, DenseNet.self, EfficientNet.self, EncoderDecoder.self, Mlp.self,
    ResNet.self, Sam.self, SamImageEncoder.self, SamMaskDecoder.self, Swin.self, SwinUNETR.self,
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
