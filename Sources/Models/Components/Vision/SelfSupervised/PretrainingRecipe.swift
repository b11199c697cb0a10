import DataFormats

/// How a vision backbone is pre-trained: what a profile's `"pretraining"` says, with the published
/// numbers of each method where it says nothing.
public struct PretrainingRecipe: Sendable, Hashable {
  /// Crops at the model's own size, of each sample (DINO: 2).
  public var globalCrops = 2
  /// Smaller crops of each sample, seen by the student alone.
  public var localCrops = 8
  /// Extents of the larger crops; nil for the model's own.
  public var globalSize: [Int]?
  /// Extents of the smaller crops; nil for 3/7 of the larger ones (96 of 224).
  public var localSize: [Int]?
  /// Whether masked patches are predicted too (iBOT, arXiv 2111.07832; DINOv2).
  public var patchLoss = true
  /// Whether patches have a head of their own.
  public var separatePatchHead = false
  /// Share of the larger crops that are masked.
  public var maskedShare = 0.5
  /// Least and largest share of the patches that are masked in them.
  public var maskRatio: [Double] = [0.1, 0.5]
  /// Inner width of the projection head; nil for the method's own.
  public var hidden: Int?
  /// Width before the prototypes, or of what is compared; nil for the method's own.
  public var size: Int?
  /// Width before the prototypes of a patch head of its own; nil for that of the crops' head.
  public var patchHeadSize: Int?
  /// Prototypes of a self-distillation head.
  public var prototypes = 65_536
  /// Words of a visual vocabulary that masked patches are told (BEiT); 0 predicts pixels (SimMIM).
  public var vocabulary = 0
  /// Share of a batch that each of the student's blocks leaves out, where stochastic depth picks
  /// the samples first and computes only those (DINOv2's `drop_add_residual_stochastic_depth`, in
  /// `dinov2/layers/block.py`, at rates above 0.1).
  public var stochasticDepth = 0.0

  /// Numbers of DINOv2's default configuration (github.com/facebookresearch/dinov2,
  /// `ssl_default_config.yaml`): head of three layers 2048, 2048, 256 and 65536 prototypes.
  public init() {}

  init(_ cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: [
      "globalCrops", "localCrops", "globalSize", "localSize", "patchLoss", "separatePatchHead",
      "maskedShare", "maskRatio", "hidden", "size", "patchHeadSize", "prototypes", "vocabulary",
      "stochasticDepth",
    ])
    globalCrops = try cursor.int("globalCrops", globalCrops, in: 1...1000)
    localCrops = try cursor.int("localCrops", localCrops, in: 0...1000)
    globalSize = try Self.extents(cursor, "globalSize")
    localSize = try Self.extents(cursor, "localSize")
    patchLoss = try cursor.bool("patchLoss", true)
    separatePatchHead = try cursor.bool("separatePatchHead", false)
    maskedShare = try cursor.optional("maskedShare")?.double(in: 0...1) ?? maskedShare
    if let field = try cursor.optional("maskRatio") {
      maskRatio = []
      for item in try field.elements() { maskRatio.append(try item.double(in: 0...1)) }
      guard maskRatio.count == 2, maskRatio[0] <= maskRatio[1] else {
        throw field.error("needs the least and the largest share")
      }
    }
    hidden = try cursor.optional("hidden")?.int(in: 1...1_000_000)
    size = try cursor.optional("size")?.int(in: 1...1_000_000)
    patchHeadSize = try cursor.optional("patchHeadSize")?.int(in: 1...1_000_000)
    prototypes = try cursor.int("prototypes", prototypes)
    vocabulary = try cursor.int("vocabulary", 0, in: 0...100_000_000)
    stochasticDepth = try cursor.optional("stochasticDepth")?.double(in: 0...0.9) ?? 0
  }

  private static func extents(
    _ cursor: JSONCursor, _ key: String
  ) throws(JSONError) -> [Int]? {
    try cursor.optional(key)?.numbers(in: 1...100_000)
  }

  /// Masked patches that a batch of crops has room for: DINOv2 masks a share of the crops, each
  /// with a ratio of its own between the least and the largest (`data/collate.py`).
  func maskedPatches(crops: Int, patches: Int) -> Int {
    let masked = Int(Double(crops) * maskedShare)
    guard masked > 0, maskRatio.count == 2 else { return 0 }
    var sum = 0
    for index in 1...masked {
      let ratio =
        maskRatio[0] + (maskRatio[1] - maskRatio[0]) * Double(index) / Double(masked)
      sum += Int(Double(patches) * ratio)
    }
    return sum
  }
}
