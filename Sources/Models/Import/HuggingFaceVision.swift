import DataFormats
import Graph

extension HuggingFaceConfig {
  /// `ViTModel` and `ViTForImageClassification`.
  func vit() throws(JSONError) -> Tower {
    var stack = try stack(
      layers: 12, hidden: 768, heads: 12, intermediate: 3072, epsilon: 1e-12)
    stack.activation = try activation("hidden_act", .gelu)
    stack.queryKeyValueBias = try cursor.bool("qkv_bias", true)
    stack.finalNorm = true
    var heads = Heads()
    if head.hasSuffix("Model") {
      heads.pooler = true
    } else {
      heads.classes = try labels(2)
    }
    return Tower(
      input: .patches(try patches(image: 224, patch: 16)), stack: stack, heads: heads)
  }

  /// `Dinov2Model` and its classifier, which joins the class token with the patches' mean: here
  /// the class token alone.
  func dinov2() throws(JSONError) -> Tower {
    var stack = try stack(
      layers: 12, hidden: 768, heads: 12, intermediate: 3072, epsilon: 1e-6)
    let ratio = try cursor.optional("mlp_ratio")?.int(in: 1...64) ?? 4
    stack.intermediate = stack.hidden * ratio
    stack.activation = try activation("hidden_act", .gelu)
    stack.queryKeyValueBias = try cursor.bool("qkv_bias", true)
    stack.layerScale = true
    stack.finalNorm = true
    if try cursor.bool("use_swiglu_ffn", false) {
      // Two thirds of the plain width, rounded up to a multiple of 8.
      stack.intermediate = (stack.intermediate * 2 / 3 + 7) / 8 * 8
      stack.gated = true
      stack.activation = .silu
    }
    var input = try patches(image: 224, patch: 16)
    input.maskToken = try cursor.bool("use_mask_token", true)
    return Tower(input: .patches(input), stack: stack, heads: Heads())
  }

  func patches(
    image: Int, patch: Int, in cursor: JSONCursor? = nil
  ) throws(JSONError) -> PatchInput {
    var input = PatchInput(
      image: try int("image_size", image, in: cursor),
      patch: try int("patch_size", patch, in: cursor))
    guard input.image % input.patch == 0 else {
      throw (cursor ?? self.cursor).error(
        "image_size \(input.image) is no multiple of patch_size \(input.patch)")
    }
    input.channels = try int("num_channels", 3, in: cursor)
    return input
  }

  /// `CLIPModel`: nested `vision_config` and `text_config`.
  func clip() throws(JSONError) -> DualEncoder {
    let empty = JSONCursor(file: cursor.file, root: .object([]))
    let seeing = try cursor.optional("vision_config") ?? empty
    let reading = try cursor.optional("text_config") ?? empty
    var vision = try stack(
      layers: 12, hidden: 768, heads: 12, intermediate: 3072, epsilon: 1e-5, in: seeing)
    vision.activation = try activation("hidden_act", .quickGelu, in: seeing)
    var text = try stack(
      layers: 12, hidden: 512, heads: 8, intermediate: 2048, epsilon: 1e-5, in: reading)
    text.activation = try activation("hidden_act", .quickGelu, in: reading)
    text.causal = true
    text.finalNorm = true
    var image = try patches(image: 224, patch: 32, in: seeing)
    image.bias = false
    image.norm = true
    var visionHeads = Heads()
    visionHeads.poolNorm = true
    var tokens = TokenInput(
      vocabulary: try int("vocab_size", 49408, in: reading),
      context: try int("max_position_embeddings", 77, in: reading))
    tokens.positions = tokens.context
    var textHeads = Heads()
    textHeads.pool = .endOfText
    let size = try int("projection_dim", 512)
    return DualEncoder(
      vision: Tower(input: .patches(image), stack: vision, heads: visionHeads),
      text: Tower(input: .tokens(tokens), stack: text, heads: textHeads),
      visionProjection: Projection(sizes: [size]), textProjection: Projection(sizes: [size]),
      temperature: true)
  }
}

extension HuggingFaceConfig {
  /// `ResNetForImageClassification` of the published widths.
  func resnet() throws(JSONError) -> Architecture {
    let word = try cursor.optional("layer_type")?.string() ?? "bottleneck"
    let isBottleneck = word == "bottleneck"
    var widths: [Int] = []
    for item in try cursor.optional("hidden_sizes")?.elements() ?? [] {
      widths.append(try item.int(in: 1...1_000_000))
    }
    let known = [64, 128, 256, 512].map { isBottleneck ? 4 * $0 : $0 }
    guard widths.isEmpty || widths == known, try int("embedding_size", 64) == 64 else {
      throw try cursor.field("hidden_sizes").error("only the published widths \(known) are known")
    }
    return try component([
      ("kind", .string("resnet")), ("image", .array([.number(224), .number(224)])),
      ("block", .string(word)),
      ("depths", cursor.value["depths"] ?? .array([3, 4, 6, 3].map { .number($0) })),
      ("classes", .number(try imageClasses())),
    ])
  }

  /// `SwinForImageClassification`.
  func swin() throws(JSONError) -> Architecture {
    func list(_ key: String, _ fallback: [Int]) -> JSONValue {
      cursor.value[key] ?? .array(fallback.map { .number($0) })
    }
    return try component([
      ("kind", .string("swin")), ("image", .number(try int("image_size", 224))),
      ("patch", .number(try int("patch_size", 4))), ("embed", .number(try int("embed_dim", 96))),
      ("depths", list("depths", [2, 2, 6, 2])), ("heads", list("num_heads", [3, 6, 12, 24])),
      ("window", .number(try int("window_size", 7))), ("classes", .number(try imageClasses())),
    ])
  }

  /// `ConvNextForImageClassification`.
  func convnext() throws(JSONError) -> Architecture {
    func list(_ key: String, _ fallback: [Int]) -> JSONValue {
      cursor.value[key] ?? .array(fallback.map { .number($0) })
    }
    let edge = try int("image_size", 224)
    return try component([
      ("kind", .string("convnext")), ("image", .array([.number(edge), .number(edge)])),
      ("depths", list("depths", [3, 3, 9, 3])),
      ("features", list("hidden_sizes", [96, 192, 384, 768])),
      ("patch", .number(try int("patch_size", 4))), ("classes", .number(try imageClasses())),
    ])
  }

  /// `ViTMAEForPreTraining`: encoder and decoder.
  func vitMae() throws(JSONError) -> Architecture {
    var encoder = try vit()
    encoder.heads = Heads()
    encoder.stack.finalNorm = true
    guard var model = MaskedAutoencoder(pretraining: encoder) else {
      throw cursor.error("masked autoencoding needs a class token")
    }
    var decoder = model.decoder
    decoder.layers = try int("decoder_num_hidden_layers", 8)
    decoder.hidden = try int("decoder_hidden_size", 512)
    decoder.heads = try int("decoder_num_attention_heads", 16)
    guard decoder.hidden % decoder.heads == 0 else {
      throw cursor.error(
        "\(decoder.heads) decoder heads do not divide a width of \(decoder.hidden)")
    }
    decoder.keyValueHeads = decoder.heads
    decoder.headSize = decoder.hidden / decoder.heads
    decoder.intermediate = try int("decoder_intermediate_size", 2048)
    decoder.packsProjections = false
    model.decoder = decoder
    if let ratio = try cursor.optional("mask_ratio")?.double(in: 0.01...0.99) {
      model.maskRatio = ratio
    }
    return .component(AnyComponent(model))
  }

  private func imageClasses() throws(JSONError) -> Int {
    head.hasSuffix("Model") ? 0 : try labels(2)
  }

  /// An architecture in a profile's words.
  private func component(_ members: [(String, JSONValue)]) throws(JSONError) -> Architecture {
    .component(
      try ComponentRegistry.read(JSONCursor(file: cursor.file, root: .object(members))))
  }
}

extension Architecture {
  /// The family that an imported model most likely belongs to: its config does not say.
  var likelyFamily: ModelFamily {
    switch self {
    case .dual: .multimodal
    case .component(let component): component.base.likelyFamily
    case .undisclosed: .language
    case .single(let tower):
      switch tower.input {
      case .patches: .vision
      // Alphabets of residues and k-mers are far smaller than those of words.
      case .tokens(let input): input.vocabulary < 5000 ? .bioinformatics : .language
      }
    }
  }

  /// The objective that fits the heads.
  var likelyObjective: Objective {
    switch self {
    case .dual: .contrastive
    case .component(let component): component.base.likelyObjective
    case .undisclosed: .causalLanguage
    case .single(let tower):
      if tower.heads.language != nil {
        tower.stack.causal ? .causalLanguage : .maskedLanguage
      } else if tower.heads.classes > 0 {
        .supervised
      } else if case .patches = tower.input, tower.stack.layerScale {
        .dino
      } else {
        .embedding
      }
    }
  }
}

extension ModelProfile {
  /// A catalogue key from a path: the folder of a `config.json`, else the file's own name.
  static func id(ofFile path: String) -> String {
    let parts = path.split(separator: "/").map(String.init)
    guard let last = parts.last else { return "imported" }
    if last == "config.json" || last == "model.safetensors", parts.count > 1 {
      return parts[parts.count - 2]
    }
    return last.split(separator: ".").first.map(String.init) ?? "imported"
  }
}
