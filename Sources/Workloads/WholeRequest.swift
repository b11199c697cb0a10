import Models
import Quantities

/// A slide or scan that is larger than what the model reads: one pass after the other runs over
/// tiles of it.
public struct WholeRequest: Sendable, Hashable {
  /// Extents of the whole.
  public var extents: [Int]
  /// Share of a tile that the next one covers again (nnU-Net 0.5, MONAI 0.25, slides 0).
  public var overlap: Double
  /// Share of the tiles that are kept (tissue of a slide).
  public var kept: Double
  /// Passes over each tile, as it is and mirrored (nnU-Net's test-time augmentation: 2 for each
  /// axis, 8 in a volume).
  public var mirrors: Int

  /// Describes a whole.
  public init(extents: [Int], overlap: Double = 0, kept: Double = 1, mirrors: Int = 1) {
    self.extents = extents
    self.overlap = overlap
    self.kept = kept
    self.mirrors = mirrors
  }
}

extension WorkloadRequest {
  /// The tiles of the whole, each of the extents that one pass reads; nil without a whole. A model
  /// of images reads a scan slice by slice.
  ///
  /// - Throws: `UserError` when the task is no inference or the extents do not fit the model.
  func tiling(_ sample: SampleDefaults, tile: [Int], model: String) throws(UserError) -> Tiling? {
    guard let whole else { return nil }
    let option = whole.extents.count == 3 ? "--scan" : "--slide"
    guard task == .infer else {
      throw UserError(
        .input, place: model, key: "--task", "slides and scans are only inferred on",
        remedy: "use --task infer")
    }
    guard sample.spatial != nil else {
      throw UserError(
        .input, place: model, key: option, "this model reads no images or volumes",
        remedy: "leave it out")
    }
    guard whole.mirrors > 0 else {
      throw UserError(
        .input, place: model, key: "--mirrors", "\(whole.mirrors) is wrong",
        remedy: "give at least 1")
    }
    let slices = whole.extents.count == tile.count + 1 ? [1] : []
    return try Tiling(
      extents: whole.extents, tile: slices + tile, overlap: whole.overlap, kept: whole.kept)
  }
}
