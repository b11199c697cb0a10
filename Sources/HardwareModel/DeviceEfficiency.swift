public import DataFormats
import Glibc

/// What real kernels reach of a device's datasheet figures: few physical parameters for a device
/// class, each a property that a micro-benchmark could measure.
///
/// A product of `m×k` by `k×n` runs at
/// `peak · matrix · k/(k + innerHalf) · tiles/⌈tiles⌉ · waves/(waves + waveHalf) · alignment`,
/// where
/// output tiles of 256×128 fill `computeUnits` in waves (NVIDIA, Matrix Multiplication Background
/// User's Guide, sections 3 to 5: tile and wave quantization, arithmetic intensity, alignment).
public struct DeviceEfficiency: Sendable, Hashable {
  /// Fraction of the dense peak that a large, aligned product reaches.
  public var matrix: Double
  /// Inner extent at which a product reaches half of that: prologue and epilogue of a tile.
  public var innerHalf: Double
  /// Waves of tiles at which a product reaches half: start, tail and clock ramp of a kernel.
  public var waveHalf: Double
  /// Streaming multiprocessors, compute units or cores that tiles are spread over.
  public var computeUnits: Int
  /// Slow-down of a product by an extent that is an odd multiple of few elements: the rate falls by
  /// 1 + misalignment · (steps below 32 elements)².
  public var misalignment: Double
  /// Fraction of the memory bandwidth that streaming kernels reach.
  public var bandwidth: Double
  /// Fraction of the dense peak of a fused attention kernel, forward, on the pairs it computes.
  public var attention: Double
  /// The same, backward.
  public var attentionBackward: Double
  /// The `matrix` fraction of products in fp8 or narrower, scaling and casts included.
  public var narrowMatrix: Double
  /// The `matrix` fraction of products in 16 bits where it was measured apart; nil: `matrix` under
  /// the power limit.
  public var halfMatrix: Double?
  /// Rate of a product for each halving of an extent's divisor below 16 bytes over that above,
  /// where it was measured: loads of whole tiles want rows that begin at multiples of 16 bytes
  /// (CUDA's `cuTensorMapEncodeTiled`), other kernels read by parts; nil: none.
  public var unaligned: Double?
  /// Fraction of the dense peak in 16 bits that no product exceeds whatever its shape and software,
  /// where the best of many shapes was timed; nil: only what the other figures give.
  public var ceiling: Double?
  /// Watts that sustained products would draw at the boost clock that the peaks are stated for;
  /// nil: no more than the device may.
  public var boostWatts: Double?
  /// Where the figures come from.
  public var source: String

  /// Creates a set of parameters.
  public init(
    matrix: Double, innerHalf: Double, waveHalf: Double, computeUnits: Int, misalignment: Double,
    bandwidth: Double, attention: Double, attentionBackward: Double, narrowMatrix: Double,
    halfMatrix: Double? = nil, unaligned: Double? = nil, ceiling: Double? = nil,
    boostWatts: Double? = nil, source: String
  ) {
    self.matrix = matrix
    self.innerHalf = innerHalf
    self.waveHalf = waveHalf
    self.computeUnits = computeUnits
    self.misalignment = misalignment
    self.bandwidth = bandwidth
    self.attention = attention
    self.attentionBackward = attentionBackward
    self.narrowMatrix = narrowMatrix
    self.halfMatrix = halfMatrix
    self.unaligned = unaligned
    self.ceiling = ceiling
    self.boostWatts = boostWatts
    self.source = source
  }

  /// Share of the boost clock that a power limit leaves to sustained products: the limit over what
  /// they would draw, to the power of 0.55. Clocks fall with less than the power since the voltage
  /// falls, too. Fitted to 70 trainings of ResNet-50 and BERT on a V100 at six power limits (You et
  /// al., Zeus, NSDI 2023, `summary_power_v100.csv`); the same trainings give 0.53 on an RTX 6000
  /// and 0.80 on an A40.
  ///
  /// - Parameter limit: watts that the device may draw.
  public func sustainedClock(limit: Double) -> Double {
    guard let boostWatts, limit > 0 else { return 1 }
    return min(1, pow(limit / boostWatts, 0.55))
  }

  /// Whether published runs of this class of device were fitted to.
  public var isFitted: Bool { source.hasPrefix("fitted") || source.hasPrefix("class of") }

  /// Whether it is that of another kind of device, since no measured run of its own kind is known.
  public var isBorrowed: Bool { source.hasPrefix("assumed: as the A100's class, no published run") }

  /// For a device whose profile has none: the rounded middle of the fitted classes.
  public static let assumed = DeviceEfficiency(
    matrix: 0.75, innerHalf: 240, waveHalf: 0.9, computeUnits: 108, misalignment: 0.12,
    bandwidth: 0.80, attention: 0.42, attentionBackward: 0.33, narrowMatrix: 0.60,
    source: "assumed: middle of the fitted classes")
}

extension DeviceEfficiency {
  private static let keys: Set<String> = [
    "matrix", "innerHalf", "waveHalf", "computeUnits", "misalignment", "bandwidth", "attention",
    "attentionBackward", "narrowMatrix", "halfMatrix", "unaligned", "ceiling",
    "boostWatts", "source",
  ]

  init(checking cursor: JSONCursor) throws(JSONError) {
    try cursor.refuseUnknownKeys(known: Self.keys)
    func fraction(_ key: String) throws(JSONError) -> Double {
      try cursor.field(key).double(in: 0.001...1.2)
    }
    self.init(
      matrix: try fraction("matrix"),
      innerHalf: try cursor.field("innerHalf").double(in: 0...100_000),
      waveHalf: try cursor.field("waveHalf").double(in: 0...100),
      computeUnits: try cursor.field("computeUnits").int(in: 1...100_000),
      misalignment: try cursor.field("misalignment").double(in: 0...10),
      bandwidth: try fraction("bandwidth"), attention: try fraction("attention"),
      attentionBackward: try fraction("attentionBackward"),
      narrowMatrix: try fraction("narrowMatrix"),
      halfMatrix: try cursor.optional("halfMatrix")?.double(in: 0.001...1.2),
      unaligned: try cursor.optional("unaligned")?.double(in: 0.001...1),
      ceiling: try cursor.optional("ceiling")?.double(in: 0.001...1),
      boostWatts: try cursor.optional("boostWatts")?.double(in: 1...100_000),
      source: try cursor.field("source").string())
  }

  /// The parameters as JSON; reading them gives an equal value.
  public var json: JSONValue {
    let measuredApart = [
      ("halfMatrix", halfMatrix), ("unaligned", unaligned), ("ceiling", ceiling),
      ("boostWatts", boostWatts),
    ]
    return .object(
      [
        ("matrix", .number(matrix)), ("innerHalf", .number(innerHalf)),
        ("waveHalf", .number(waveHalf)), ("computeUnits", .number(computeUnits)),
        ("misalignment", .number(misalignment)), ("bandwidth", .number(bandwidth)),
        ("attention", .number(attention)), ("attentionBackward", .number(attentionBackward)),
        ("narrowMatrix", .number(narrowMatrix)),
      ] + measuredApart.compactMap { key, value in value.map { (key, .number($0)) } }
        + [("source", .string(source))])
  }
}
