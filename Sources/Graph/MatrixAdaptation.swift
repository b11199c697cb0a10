public import Quantities

/// Changes to a frozen model's matrices: low-rank updates beside them (LoRA, arXiv 2106.09685) and
/// a narrower format for the frozen weights themselves (QLoRA, arXiv 2305.14314).
public struct MatrixAdaptation: Sendable, Hashable {
  /// Rank of the update; nil adds none.
  public var rank: Int?
  /// Names of the matrices (`attention.query`), or their last part (`query`); empty for all.
  public var targets: [String]
  /// Blocks whose names start so (`language.`); empty for all.
  public var blocks: [String]
  /// Factor of the update: alpha over rank.
  public var scale: Double
  /// Format of the adapted matrices; nil keeps the parameters' own.
  public var weights: DataType?

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

  /// Whether a matrix of a block is adapted.
  public func covers(_ block: String, _ name: String) -> Bool {
    guard blocks.isEmpty || blocks.contains(where: block.hasPrefix) else { return false }
    return targets.isEmpty || targets.contains { name == $0 || name.hasSuffix("." + $0) }
  }
}
