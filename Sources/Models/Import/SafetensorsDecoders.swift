import Graph

/// OPT, BLOOM, GPT-NeoX and T5 by their tensors' names and shapes.
extension SafetensorsReader {
  mutating func opt() -> Tower? {
    guard let words = matrix("embed_tokens.weight"), let table = matrix("embed_positions.weight"),
      let up = matrix("fc1.weight"), words.columns == table.columns, table.rows > 2
    else { return nil }
    let layers = header.layers("layers.")
    guard layers > 0 else { return nil }
    var stack = TransformerStack(
      layers: layers, hidden: words.columns, heads: assumedHeads(words.columns, size: 64),
      intermediate: up.rows)
    stack.activation = .relu
    stack.finalNorm = header.has("final_layer_norm.weight")
    var input = TokenInput(vocabulary: words.rows, context: table.rows - 2)
    input.positions = table.rows
    input.positionOffset = 2
    return decoder(stack, input)
  }

  mutating func bloom() -> Tower? {
    guard let words = matrix("word_embeddings.weight"),
      let up = matrix("mlp.dense_h_to_4h.weight")
    else { return nil }
    let layers = header.layers("h.")
    guard layers > 0 else { return nil }
    var stack = TransformerStack(
      layers: layers, hidden: words.columns, heads: assumedHeads(words.columns, size: 128),
      intermediate: up.rows)
    stack.activation = .geluTanh
    stack.alibi = true
    stack.fusedAttention = false
    stack.finalNorm = true
    assumptions.append("a context of 2048 tokens is assumed")
    var input = TokenInput(vocabulary: words.rows, context: 2048)
    input.norm = true
    return decoder(stack, input)
  }

  mutating func neoX() -> Tower? {
    guard let words = matrix("embed_in.weight"), let up = matrix("mlp.dense_h_to_4h.weight")
    else { return nil }
    let layers = header.layers("layers.")
    guard layers > 0 else { return nil }
    var stack = TransformerStack(
      layers: layers, hidden: words.columns, heads: assumedHeads(words.columns, size: 96),
      intermediate: up.rows)
    stack.normPosition = .parallelApart
    stack.rotaryBase = 10000
    stack.rotaryDimensions = max(2, stack.headSize / 8 * 2)
    stack.finalNorm = true
    assumptions.append("a context of 2048 tokens and a quarter of rotated elements are assumed")
    return decoder(stack, TokenInput(vocabulary: words.rows, context: 2048))
  }

  private func decoder(_ stack: TransformerStack, _ input: TokenInput) -> Tower {
    var stack = stack
    stack.causal = true
    var input = input
    input.sequence = min(input.context, 2048)
    var language = LanguageHead(.linear)
    language.tied = !header.has("lm_head.weight") && !header.has("embed_out.weight")
    var heads = Heads()
    heads.pool = .last
    heads.language = language
    return Tower(input: .tokens(input), stack: stack, heads: heads)
  }

  /// T5's table of relative positions tells the heads.
  mutating func t5() -> Architecture? {
    guard let words = matrix("shared.weight") ?? matrix("embed_tokens.weight"),
      let query = matrix("SelfAttention.q.weight"),
      let table = matrix("relative_attention_bias.weight"),
      let up = matrix("DenseReluDense.wi.weight") ?? matrix("DenseReluDense.wi_0.weight"),
      query.rows % table.columns == 0
    else { return nil }
    let layers = header.layers("encoder.block.")
    guard layers > 0 else { return nil }
    var stack = TransformerStack(
      layers: layers, hidden: words.columns, heads: table.columns, intermediate: up.rows)
    stack.headSize = query.rows / table.columns
    stack.norm = .rms
    stack.epsilon = 1e-6
    stack.gated = header.has("DenseReluDense.wi_0.weight")
    stack.activation = stack.gated ? .geluTanh : .relu
    stack.queryKeyValueBias = false
    stack.outputBias = false
    stack.mlpBias = false
    stack.relativeBuckets = table.rows
    stack.finalNorm = true
    assumptions.append("a context of 2048 tokens is assumed")
    var input = TokenInput(vocabulary: words.rows, context: 2048)
    input.sequence = 512
    let decoderLayers = header.layers("decoder.block.")
    guard decoderLayers > 0 else {
      var heads = Heads()
      heads.pool = .mean
      return .single(Tower(input: .tokens(input), stack: stack, heads: heads))
    }
    var decoder = stack
    decoder.layers = decoderLayers
    var model = EncoderDecoder(tokens: input, encoder: stack, decoder: decoder)
    model.targetSequence = 128
    model.tied = !header.has("lm_head.weight")
    return .component(AnyComponent(model))
  }
}
