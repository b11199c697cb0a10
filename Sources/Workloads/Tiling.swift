public import Quantities

/// A picture or volume that is larger than what a model takes, cut into tiles of that size: a whole
/// slide, or a scan under a sliding window.
public struct Tiling: Sendable, Hashable {
  /// Extents of the whole.
  public var extents: [Int]
  /// Extents of a tile.
  public var tile: [Int]
  /// Share of a tile that the next one covers again.
  public var overlap: Double
  /// Share of the tiles that are kept (tissue of a slide).
  public var kept: Double

  /// Creates a tiling.
  ///
  /// - Throws: `UserError` when the extents do not fit together or give more tiles than can be
  ///   counted.
  public init(
    extents: [Int], tile: [Int], overlap: Double = 0, kept: Double = 1
  ) throws(UserError) {
    self.extents = extents
    self.tile = tile
    self.overlap = overlap
    self.kept = kept
    guard extents.count == tile.count, (extents + tile).allSatisfy({ $0 > 0 }) else {
      throw UserError(
        .input, key: extents.count == 3 ? "--scan" : "--slide",
        "\(extents) cannot be cut into tiles of \(tile)",
        remedy: "give as many extents as the model's image has")
    }
    guard (0..<1).contains(overlap), kept > 0, kept <= 1 else {
      throw UserError(
        .input, key: "--overlap", "an overlap of \(overlap), \(kept) of the tiles kept",
        remedy: "give an overlap from 0 to below 1 and a share above 0, at most 1")
    }
    var product = 1
    for count in steps {
      let (next, overflow) = product.multipliedReportingOverflow(by: count)
      guard !overflow, next < 1 << 40 else {
        throw UserError(
          .input, key: "--overlap", "more tiles than can be counted", remedy: "overlap less")
      }
      product = next
    }
  }

  /// Tiles along each dimension: windows at steps of a tile less its overlap until the end is
  /// covered (MONAI's `dense_patch_slices`, nnU-Net's `compute_steps_for_sliding_window`).
  public var steps: [Int] {
    zip(extents, tile).map { extent, edge in
      let step = max(1, Int(Double(edge) * (1 - overlap)))
      return extent <= edge ? 1 : (extent - edge + step - 1) / step + 1
    }
  }

  /// Tiles that the model sees.
  public var tiles: Int {
    max(1, Int((Double(steps.reduce(1, *)) * kept).rounded(.up)))
  }

  /// Passes of so many tiles.
  public func passes(batch: Int) -> Int { (tiles + batch - 1) / max(1, batch) }
}
