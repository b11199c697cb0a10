public import Quantities

/// Where the parameters of a model's graph lie in a `.safetensors` file.
///
/// Known are the names of timm's ViT, of torchvision's and timm's ResNet, and of BERT and LLaMA as
/// Hugging Face stores them; a framework's prefix (`bert.`, `model.`) is skipped.
public struct StoredWeights: Sendable {
  /// Where the elements of one parameter lie.
  public struct Place: Sendable, Hashable {
    /// Format as written (`F32`, `BF16`, `F16`).
    public var dataType: String
    /// Bytes of the file.
    public var bytes: Range<Int>
    /// Number of elements.
    public var count: Int
  }

  private let file: String
  private let header: SafetensorsHeader
  /// First byte of the weights.
  private let start: Int
  let family: Family

  enum Family { case visionTransformer, resnet, bert, llama }

  /// Reads a file's header; `bytes` starts at the file's first byte.
  ///
  /// - Throws: `UserError` for a damaged header or names of no model whose weights are understood.
  public init(header bytes: [UInt8], file: String, fileBytes: Int? = nil) throws(UserError) {
    header = try SafetensorsHeader(bytes, file: file, fileBytes: fileBytes)
    start = 8 + (try SafetensorsHeader.length(prefix: bytes, file: file))
    self.file = file
    if header.has("patch_embed.proj.weight") {
      family = .visionTransformer
    } else if header.isResNet {
      family = .resnet
    } else if header.has("embeddings.word_embeddings.weight") {
      family = .bert
    } else if header.has("self_attn.q_proj.weight") {
      family = .llama
    } else {
      throw UserError(
        .input, place: file, "its names are of no model whose weights are read here",
        remedy: "read are timm's ViT, ResNet, BERT and LLaMA; a config.json runs with random "
          + "weights")
    }
  }

  /// The place of a parameter of the graph, or of a norm's running mean or variance; nil where the
  /// file holds none (a head that was not trained).
  ///
  /// - Parameters:
  ///   - block: name of the parameter's block.
  ///   - iteration: of the block, for layers.
  ///   - tensor: name of the parameter in its block.
  ///   - count: its number of elements.
  /// - Throws: `UserError` when the stored tensor is of another size.
  public func place(
    block: String, iteration: Int, tensor: String, count: Int
  ) throws(UserError) -> Place? {
    guard let stored = name(block, iteration, tensor) else { return nil }
    let entry = header.entry(stored.name)
    guard let entry else { return nil }
    guard entry.count == count * stored.parts else {
      throw UserError(
        .input, place: file, key: entry.name,
        "holds \(entry.count) elements where the model has \(count * stored.parts)",
        remedy: "the file is of another model than its header was taken for")
    }
    let size = entry.bytes.count / stored.parts
    let first = start + entry.bytes.lowerBound + stored.part * size
    return Place(dataType: entry.dataType, bytes: first..<first + size, count: count)
  }
}

extension StoredWeights.Place {
  /// The elements from the place's bytes, little-endian; nil for formats that are not read.
  public func elements(_ bytes: [UInt8]) -> [Float]? {
    func half(_ index: Int) -> UInt16 {
      UInt16(bytes[2 * index]) | UInt16(bytes[2 * index + 1]) << 8
    }
    guard bytes.count == self.bytes.count else { return nil }
    switch dataType {
    case "F32":
      return (0..<count).map { index in
        let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[4 * index + $1]) << (8 * $1) }
        return Float(bitPattern: word)
      }
    case "BF16": return (0..<count).map { Float(bitPattern: UInt32(half($0)) << 16) }
    case "F16": return (0..<count).map { Float(Float16(bitPattern: half($0))) }
    default: return nil
    }
  }
}
