/// Which stored name belongs to a parameter of a graph, family by family.
extension StoredWeights {
  /// The stored name, and which of how many equal parts of it along its first dimension.
  func name(
    _ block: String, _ iteration: Int, _ tensor: String
  ) -> (name: String, part: Int, parts: Int)? {
    if family == .resnet { return residual(block, iteration, tensor).map { ($0, 0, 1) } }
    let (table, prefix) =
      switch family {
      case .visionTransformer: (Self.visionTransformer, "blocks.")
      case .bert: (Self.bert, "encoder.layer.")
      case .llama, .resnet: (Self.llama, "layers.")
      }
    let (stem, kind) = Self.cut(tensor)
    guard let word = table[block + "/" + tensor] ?? table[block + "/" + stem].map({ $0 + kind })
    else { return nil }
    let name = block == "layer" ? prefix + "\(iteration)." + word : word
    // timm keeps query, key and value in one matrix.
    let parts = ["attention.query", "attention.key", "attention.value"]
    if family == .visionTransformer, block == "layer", let part = parts.firstIndex(of: stem) {
      return (name, part, parts.count)
    }
    return (name, 0, 1)
  }

  /// Linear maps and norms have a weight and a bias under one name.
  private static func cut(_ tensor: String) -> (stem: String, kind: String) {
    let cut = tensor.lastIndex(of: ".") ?? tensor.endIndex
    return (String(tensor[..<cut]), String(tensor[cut...]))
  }

  /// Of block `stage3.first`, or the second of `stage3.block`, the name in `layer3.0`, `layer3.2`.
  private func residual(_ block: String, _ iteration: Int, _ tensor: String) -> String? {
    var (stem, kind) = Self.cut(tensor)
    kind = [".runningMean": ".running_mean", ".runningVariance": ".running_var"][kind] ?? kind
    let words = block.split(separator: ".")
    guard let first = words.first, first.hasPrefix("stage"), words.count == 2 else {
      return Self.resnet[block + "/" + stem].map { $0 + kind }
    }
    let index = words[1] == "first" ? 0 : iteration + 1
    return Self.residual[stem].map { "layer\(first.dropFirst(5)).\(index).\($0)\(kind)" }
  }

  private static let resnet = [
    "stem/stem.0.conv": "conv1", "stem/stem.0.norm": "bn1", "head/classifier": "fc",
  ]
  private static let residual = [
    "conv1.conv": "conv1", "conv1.norm": "bn1", "conv2.conv": "conv2", "conv2.norm": "bn2",
    "conv3.conv": "conv3", "conv3.norm": "bn3", "shortcut.conv": "downsample.0",
    "shortcut.norm": "downsample.1",
  ]
  private static let visionTransformer = [
    "embeddings/patch": "patch_embed.proj", "embeddings/class.token": "cls_token",
    "embeddings/registers.token": "reg_token", "embeddings/positions.weight": "pos_embed",
    "layer/attention.norm": "norm1", "layer/attention.query": "attn.qkv",
    "layer/attention.key": "attn.qkv", "layer/attention.value": "attn.qkv",
    "layer/attention.output": "attn.proj", "layer/mlp.norm": "norm2", "layer/mlp.up": "mlp.fc1",
    "layer/mlp.down": "mlp.fc2", "norm/norm": "norm", "head/classifier": "head",
  ]
  private static let bert = [
    "embeddings/tokens": "embeddings.word_embeddings",
    "embeddings/tokenTypes": "embeddings.token_type_embeddings",
    "embeddings/positions": "embeddings.position_embeddings",
    "embeddings/norm": "embeddings.LayerNorm", "layer/attention.query": "attention.self.query",
    "layer/attention.key": "attention.self.key", "layer/attention.value": "attention.self.value",
    "layer/attention.output": "attention.output.dense",
    "layer/attention.norm": "attention.output.LayerNorm", "layer/mlp.up": "intermediate.dense",
    "layer/mlp.down": "output.dense", "layer/mlp.norm": "output.LayerNorm",
    "head/pooler": "pooler.dense", "head/transform": "cls.predictions.transform.dense",
    "head/transform.norm": "cls.predictions.transform.LayerNorm",
    "head/decoder.weight": "cls.predictions.decoder.weight",
    "head/decoder.bias": "cls.predictions.bias", "head/classifier": "classifier",
  ]
  private static let llama = [
    "embeddings/tokens": "embed_tokens", "layer/attention.norm": "input_layernorm",
    "layer/attention.query": "self_attn.q_proj", "layer/attention.key": "self_attn.k_proj",
    "layer/attention.value": "self_attn.v_proj", "layer/attention.output": "self_attn.o_proj",
    "layer/mlp.norm": "post_attention_layernorm", "layer/mlp.gate": "mlp.gate_proj",
    "layer/mlp.up": "mlp.up_proj", "layer/mlp.down": "mlp.down_proj", "norm/norm": "norm",
    "head/decoder": "lm_head",
  ]
}
