import DataFormats
import Models
import Quantities
import TestSupport
import Testing

/// Files that are cut, lie or were made to break the reader: each gives a model or an error.
@Suite("Import: hostile files")
struct HostileImportTests {
  typealias Import = ImportTests

  /// Two layers of a small LLaMA in names and shapes.
  static let tensors: [(String, [Int])] = {
    var tensors: [(String, [Int])] = [
      ("model.embed_tokens.weight", [96, 64]), ("model.norm.weight", [64]),
    ]
    for layer in 0..<2 {
      let p = "model.layers.\(layer)."
      for part in ["q", "k", "v", "o"] {
        tensors.append((p + "self_attn.\(part)_proj.weight", [64, 64]))
      }
      tensors += [
        (p + "mlp.gate_proj.weight", [96, 64]), (p + "mlp.up_proj.weight", [96, 64]),
        (p + "mlp.down_proj.weight", [64, 96]), (p + "input_layernorm.weight", [64]),
        (p + "post_attention_layernorm.weight", [64]),
      ]
    }
    return tensors
  }()

  /// Nothing but a model or a `UserError` comes of any bytes.
  static func survives(_ body: () throws -> Void) {
    do { try body() } catch is UserError {} catch {
      Issue.record("another error than the user's: \(error)")
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func mutatedHeaders(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let whole = Import.file(Import.header(Self.tensors))
    for _ in 0..<40 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(place...)
        case 2: bytes.insert(contentsOf: Array("9223372036854775807".utf8), at: place)
        default: bytes.insert(contentsOf: bytes[place...].prefix(64), at: place)
        }
        if bytes.isEmpty { break }
      }
      // The length that stands in front fits what is left, half of the time.
      if bytes.count > 8, Bool.random(using: &random) {
        let length = UInt64(bytes.count - 8)
        for index in 0..<8 {
          bytes[index] = UInt8(truncatingIfNeeded: length >> (8 * UInt64(index)))
        }
      }
      Self.survives {
        _ = try ModelProfile(safetensorsHeader: bytes, file: "w.safetensors", fileBytes: 1 << 20)
      }
      Self.survives { _ = try ModelProfile(safetensorsHeader: bytes, file: "w.safetensors") }
      Self.survives { _ = try SafetensorsIndex(bytes, file: "w.safetensors.index.json") }
    }
  }

  /// Numbers at and beyond every limit under the keys that configs use.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func extremeConfigs(seed: UInt64) {
    let keys = [
      "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
      "vocab_size",
      "intermediate_size", "head_dim", "n_embd", "n_layer", "n_head", "d_model", "d_kv", "d_ff",
      "num_layers", "num_heads", "max_position_embeddings", "n_positions", "rotary_dim",
      "num_local_experts", "num_experts_per_tok", "sliding_window", "image_size", "patch_size",
      "embedding_size", "ffn_dim", "relative_attention_num_buckets", "rope_theta", "window_size",
      "embed_dim", "type_vocab_size", "pad_token_id", "partial_rotary_factor", "mlp_ratio",
      "num_kv_heads", "multi_query_group_num", "layer_norm_eps", "n_layers", "dim", "hidden_dim",
      "n_heads", "attention_window", "block_size", "num_random_blocks", "position_buckets",
      "max_relative_positions", "decoder_hidden_size", "decoder_num_attention_heads",
      "sliding_window_pattern",
    ]
    let values = [
      "0", "1", "2", "3", "7", "64", "-1", "0.5", "1e3", "999999999", "1000000000",
      "4611686018427387904", "9223372036854775807", "1e400", "null", "true", "\"x\"", "[]", "{}",
    ]
    var random = SplitMix64(seed: seed)
    for type in ImportKindsTests.totals.map(\.type) + [
      "bert", "esm", "llama", "gpt2", "vit", "clip",
    ] {
      for _ in 0..<8 {
        let members = keys.shuffled(using: &random).prefix(Int.random(in: 1...5, using: &random))
          .map { "\"\($0)\": \(values.randomElement(using: &random) ?? "0")" }
        let config = "{\"model_type\": \"\(type)\", \(members.joined(separator: ", "))}"
        Self.survives { _ = try ImportKindsTests.model(config) }
      }
    }
  }

  /// Offsets that overlap, leave gaps or end elsewhere than the file.
  @Test(arguments: [
    ("[0, 8]", "[4, 12]", 12, "begins at byte 4, not 8"),
    ("[0, 8]", "[16, 24]", 24, "begins at byte 16, not 8"),
    ("[0, 8]", "[8, 16]", 15, "describes 16 bytes of weights, the file holds 15"),
  ])
  func lyingOffsets(first: String, second: String, weights: Int, wanted: String) {
    func entry(_ offsets: String) -> String {
      "{\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": \(offsets)}"
    }
    let header = "{\"a\": \(entry(first)), \"b\": \(entry(second))}"
    let text = errorText {
      _ = try SafetensorsHeader(
        Import.file(header), file: "w", fileBytes: 8 + header.utf8.count + weights)
    }
    #expect(text?.contains(wanted) == true, "\(text ?? "no error")")
  }

  /// T5's table of relative positions tells its heads; the mixture's router its experts.
  @Test func otherKindsFromNamesAndShapes() throws {
    var t5: [(String, [Int])] = [
      ("shared.weight", [64, 32]), ("encoder.final_layer_norm.weight", [32]),
      ("decoder.final_layer_norm.weight", [32]),
    ]
    for side in ["encoder", "decoder"] {
      t5.append(
        (side + ".block.0.layer.0.SelfAttention.relative_attention_bias.weight", [8, 4]))
      for layer in 0..<2 {
        let p = side + ".block.\(layer).layer."
        var kinds = ["0.SelfAttention"]
        if side == "decoder" { kinds.append("1.EncDecAttention") }
        for kind in kinds {
          for part in ["q", "k", "v", "o"] { t5.append((p + kind + ".\(part).weight", [32, 32])) }
          t5.append((p + kind.prefix(1) + ".layer_norm.weight", [32]))
        }
        let last = p + String(kinds.count)
        t5 += [
          (last + ".DenseReluDense.wi.weight", [48, 32]),
          (last + ".DenseReluDense.wo.weight", [32, 48]), (last + ".layer_norm.weight", [32]),
        ]
      }
    }
    var mixture = Self.tensors.filter { !$0.0.contains(".mlp.") }
    for layer in 0..<2 {
      let p = "model.layers.\(layer).block_sparse_moe."
      mixture.append((p + "gate.weight", [4, 64]))
      for expert in 0..<4 {
        mixture += [
          (p + "experts.\(expert).w1.weight", [96, 64]),
          (p + "experts.\(expert).w2.weight", [64, 96]),
          (p + "experts.\(expert).w3.weight", [96, 64]),
        ]
      }
    }
    for tensors in [t5, mixture] {
      let model = try ModelProfile(
        safetensorsHeader: Import.file(Import.header(tensors)), file: "m.safetensors")
      #expect(try model.parameterCount() == model.storedParameters)
    }
  }

  // MARK: shards

  static func index(_ map: [(String, String)]) -> [UInt8] {
    Array(
      JSONValue.object([
        ("metadata", .object([("total_size", .number(1))])),
        ("weight_map", .object(map.map { ($0.0, .string($0.1)) })),
      ]).text(pretty: false).utf8)
  }

  /// The same model whether its tensors lie in one file or in three.
  @Test func shardsAreOneModel() throws {
    let names = ["a.safetensors", "b.safetensors", "c.safetensors"]
    let parts = names.indices.map { part in
      Self.tensors.enumerated().filter { $0.offset % 3 == part }.map(\.element)
    }
    let map = zip(names, parts).flatMap { name, part in part.map { ($0.0, name) } }
    let index = try SafetensorsIndex(Self.index(map), file: "m.safetensors.index.json")
    #expect(index.shards == names)
    let headers = try parts.map {
      try SafetensorsHeader(Import.file(Import.header($0)), file: "shard")
    }
    let joined = try ModelProfile(index: index, headers: headers, file: "m.safetensors.index.json")
    let whole = try ModelProfile(
      safetensorsHeader: Import.file(Import.header(Self.tensors)), file: "m.safetensors")
    #expect(joined.architecture == whole.architecture)
    #expect(joined.storedParameters == whole.storedParameters)
    let swapped = errorText {
      _ = try ModelProfile(index: index, headers: headers.reversed(), file: "m")
    }
    #expect(swapped?.contains("does not hold") == true, "\(swapped ?? "no error")")
  }

  @Test(arguments: [
    "../../etc/passwd", "/etc/shadow.safetensors", "a/b.safetensors", ".hidden.safetensors",
    "x.bin",
    "",
  ])
  func shardsElsewhereAreRefused(name: String) {
    let text = errorText { _ = try SafetensorsIndex(Self.index([("a", name)]), file: "i") }
    #expect(text?.contains("beside the index") == true, "\(text ?? "no error")")
  }
}
