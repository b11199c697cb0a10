public import Quantities

/// Changes to a frozen model's matrices: what is learned beside them, and a narrower format for
/// the frozen weights themselves.
public struct MatrixAdaptation: Sendable, Hashable {
  /// Rank of a low-rank update beside each target (LoRA, arXiv 2106.09685); nil adds none.
  public var rank: Int?
  /// Names of the adapted matrices (`attention.query`), or their last part (`query`); empty for
  /// all but heads.
  public var targets: [String]
  /// Blocks whose names start so (`language.`); empty for all.
  public var blocks: [String]
  /// Factor of the low-rank update: alpha over rank.
  public var scale: Double
  /// Format of the frozen matrices of all blocks named, heads apart (QLoRA, arXiv 2305.14314);
  /// nil keeps the parameters' own. Scales are buffers, see `scales(of:)`.
  public var weights: DataType?
  /// Format of the low-rank updates; nil: the parameters' own. peft keeps them in fp32 beside
  /// narrower weights and casts what they read, for each matrix by itself (`autocast_adapter_dtype`
  /// of `get_peft_model`; `_cast_input_dtype` of `peft/tuners/tuners_utils.py`).
  public var updates: DataType?
  /// Width of a bottleneck behind each target, added to its result (adapters, arXiv 1902.00751;
  /// one a layer in arXiv 2005.00247); nil adds none.
  public var bottleneck: Int?
  /// Matrices whose result is scaled column by column (IA³, arXiv 2205.05638).
  public var scaledOutputs: [String] = []
  /// Matrices whose input is scaled column by column (IA³'s feed-forward).
  public var scaledInputs: [String] = []

  /// Creates an adaptation.
  public init(
    rank: Int?, targets: [String], blocks: [String] = [], scale: Double = 2,
    weights: DataType? = nil
  ) {
    self.rank = rank
    self.targets = targets
    self.blocks = blocks
    self.scale = scale
    self.weights = weights
  }

  /// The same formats without anything learned: a frozen copy of the model.
  public var frozen: MatrixAdaptation? {
    weights.map { MatrixAdaptation(rank: nil, targets: [], blocks: blocks, weights: $0) }
  }

  /// Whether a block takes part.
  func includes(_ block: String) -> Bool {
    blocks.isEmpty || blocks.contains(where: block.hasPrefix)
  }

  /// Whether a matrix of a block is a target.
  public func covers(_ block: String, _ name: String, _ role: ParameterRole) -> Bool {
    guard includes(block) else { return false }
    return targets.isEmpty ? role != .head : Self.names(targets, name)
  }

  /// Whether a list names a matrix, wholly or by its last part.
  static func names(_ list: [String], _ name: String) -> Bool {
    list.contains { name == $0 || name.hasSuffix("." + $0) }
  }

  /// The narrower format of a matrix; nil where it keeps the parameters' own.
  func format(_ block: String, _ role: ParameterRole) -> DataType? {
    includes(block) && role != .head ? weights : nil
  }

  /// Numbers that a narrow format needs beside a matrix of `shape`: their format and shape.
  ///
  /// - int4: an 8-bit scale for each 64 elements and an fp32 one for each 256 of those (QLoRA's
  ///   double quantisation, arXiv 2305.14314, section 3).
  /// - int8 and fp8: an fp32 scale for each row (LLM.int8(), arXiv 2208.07339, section 2.1).
  static func scales(of shape: [Int], in format: DataType) -> [(type: DataType, count: Int)] {
    let count = shape.reduce(1, *)
    switch format {
    case .int4:
      let groups = (count + 63) / 64
      return [(.int8, groups), (.fp32, (groups + 255) / 256)]
    case .int8, .fp8: return [(.fp32, shape.dropLast().reduce(1, *))]
    default: return []
    }
  }
}
