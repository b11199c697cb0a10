import DataFormats
import Graph

extension HuggingFaceConfig {
  /// `LlavaForConditionalGeneration`: a CLIP image tower, two linear layers, a language model that
  /// reads the image's patches in front of the text.
  func llava() throws(JSONError) -> Architecture {
    let language = try languageModel()
    var vision = try imageTower(
      layers: 24, hidden: 1024, heads: 16, intermediate: 4096, epsilon: 1e-5, size: 336)
    vision.stack.activation = try activation("hidden_act", .quickGelu, in: seeing)
    vision.input.bias = false
    vision.input.norm = true
    var part = TransformerPart(
      input: .patches(vision.input), stack: vision.stack, heads: Heads())
    part.heads.poolNorm = true
    if let field = try cursor.optional("vision_feature_layer") {
      let layer = try field.int(in: -vision.stack.layers ... -1)
      part.feature = layer < -1 ? layer : nil
    } else {
      part.feature = -2
    }
    var patches = StreamReference(part: "vision")
    let strategy = try cursor.optional("vision_feature_select_strategy")?.string() ?? "default"
    if strategy == "default" { patches.skip = vision.input.classTokens }
    let width = language.stack.hidden
    let projector = ProjectorPart(
      from: patches, sizes: [width, width],
      activation: try activation("projector_hidden_act", .gelu),
      bias: try cursor.bool("multimodal_projector_bias", true))
    return .component(
      AnyComponent(
        reading(
          [
            CompositePart(name: "vision", body: .transformer(part)),
            CompositePart(name: "projector", body: .projector(projector)),
          ], "projector", language)))
  }

  /// `Blip2ForConditionalGeneration` with a decoder: an image tower, queries that read it, a linear
  /// layer, a language model that reads the queries in front of the text.
  func blip2() throws(JSONError) -> Architecture {
    let language = try languageModel()
    var vision = try imageTower(
      layers: 39, hidden: 1408, heads: 16, intermediate: 6144, epsilon: 1e-6, size: 224)
    vision.stack.activation = try activation("hidden_act", .gelu, in: seeing)
    vision.stack.queryKeyValueBias = try seeing.bool("qkv_bias", true)
    vision.stack.finalNorm = true
    let querying = try nested("qformer_config")
    var stack = try stack(
      layers: 12, hidden: 768, heads: 12, intermediate: 3072, epsilon: 1e-12, in: querying)
    stack.activation = try activation("hidden_act", .gelu, in: querying)
    stack.normPosition = .post
    let width = try int("encoder_hidden_size", 1408, in: querying)
    guard width == vision.stack.hidden else {
      throw querying.error(
        "encoder_hidden_size \(width) is not the image tower's \(vision.stack.hidden)")
    }
    var queries = TransformerPart(
      input: .queries(try int("num_query_tokens", 32)), stack: stack, heads: Heads())
    queries.inputNorm = true
    queries.cross = CrossAttention(
      from: [StreamReference(part: "vision")],
      every: try int("cross_attention_frequency", 2, in: querying))
    let tower = TransformerPart(
      input: .patches(vision.input), stack: vision.stack, heads: Heads())
    let projector = ProjectorPart(
      from: StreamReference(part: "qformer"), sizes: [language.stack.hidden])
    return .component(
      AnyComponent(
        reading(
          [
            CompositePart(name: "vision", body: .transformer(tower)),
            CompositePart(name: "qformer", body: .transformer(queries)),
            CompositePart(name: "projector", body: .projector(projector)),
          ], "projector", language)))
  }

  /// Parts whose last one a language model reads in front of its text.
  private func reading(
    _ parts: [CompositePart], _ front: String, _ language: TransformerPart
  ) -> Composite {
    var part = language
    part.from = [StreamReference(part: front)]
    let reference = StreamReference(part: "language")
    return Composite(
      parts: parts + [CompositePart(name: "language", body: .transformer(part))],
      losses: [CompositeLoss(kind: .causalLanguage, of: [reference])], embedding: [reference],
      images: 1)
  }

  private func nested(_ key: String) throws(JSONError) -> JSONCursor {
    try cursor.optional(key) ?? JSONCursor(file: cursor.file, root: .object([]))
  }

  private var seeing: JSONCursor {
    get throws(JSONError) { try nested("vision_config") }
  }

  private func imageTower(
    layers: Int, hidden: Int, heads: Int, intermediate: Int, epsilon: Double, size: Int
  ) throws(JSONError) -> (input: PatchInput, stack: TransformerStack) {
    let seeing = try seeing
    let known: Set<String> = ["clip_vision_model", "blip_2_vision_model"]
    if let field = try seeing.optional("model_type") {
      let word = try field.string()
      guard known.contains(word) else {
        throw field.error(
          "an image tower \"\(word)\" is not read here; known are "
            + known.sorted().joined(separator: ", "))
      }
    }
    return (
      try patches(image: size, patch: 14, in: seeing),
      try stack(
        layers: layers, hidden: hidden, heads: heads, intermediate: intermediate,
        epsilon: epsilon, in: seeing)
    )
  }

  /// The decoder under `text_config`, read as a config of its own.
  private func languageModel() throws(JSONError) -> TransformerPart {
    let field = try cursor.field("text_config")
    let config = try HuggingFaceConfig(JSONCursor(file: cursor.file, root: field.value))
    guard case .single(let tower) = try config.architecture(), case .tokens = tower.input,
      tower.stack.causal, tower.heads.language != nil
    else {
      throw field.error("a \"\(config.type)\" is no decoder that predicts tokens")
    }
    return TransformerPart(input: tower.partInput, stack: tower.stack, heads: tower.heads)
  }
}

extension Tower {
  fileprivate var partInput: TransformerPart.Input {
    switch input {
    case .tokens(let tokens): .tokens(tokens)
    case .patches(let patches): .patches(patches)
    }
  }
}
