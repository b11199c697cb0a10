import CKernels
import Quantities

/// A convolution step's weights in the order that oneDNN likes, made once for all lanes that use
/// them.
///
/// `@unchecked Sendable`: one lane packs, before any of them reads.
final class PackedConvolution: @unchecked Sendable {
  private let plan: ConvolutionPlan
  /// Offset of each part's weights; parts that like the same order of the same weights share it.
  private var offsets: [Int] = []
  /// The first part that uses each offset.
  private var makers: [Int] = []
  /// Bytes of all.
  private(set) var bytes = 0
  private var base: UnsafeMutableRawPointer?
  private var packings: [OpaquePointer] = []

  /// Nil where weights are used as they lie, or computed.
  init?(_ plan: ConvolutionPlan) {
    self.plan = plan
    for part in 0..<plan.partCount {
      let own = plan.packedBytes(part)
      guard own > 0 else { return nil }
      if let other = makers.first(where: { plan.packsLike(part, $0) }) {
        offsets.append(offsets[other])
        continue
      }
      makers.append(part)
      offsets.append(bytes)
      bytes += (own + 127) / 128 * 128
    }
    guard bytes > 0 else { return nil }
  }

  deinit { for packing in packings { hfm_packing_destroy(packing) } }

  /// Tells where the packed weights lie, `bytes` long. Returns a oneDNN status.
  func place(at base: UnsafeMutableRawPointer, weights: TensorStorage) -> Int32 {
    self.base = base
    for part in makers {
      var packing: OpaquePointer?
      let status = plan.makePacking(part, weights, base + offsets[part], &packing)
      guard status == 0, let packing else { return status == 0 ? -1 : status }
      packings.append(packing)
    }
    return 0
  }

  /// Packs the weights again from where they lie. Returns a oneDNN status.
  func pack() -> Int32 {
    for packing in packings {
      let status = hfm_packing_run(packing)
      if status != 0 { return status }
    }
    return 0
  }

  /// Where a part's packed weights lie.
  func address(_ part: Int) -> UnsafeMutableRawPointer? { base.map { $0 + offsets[part] } }
}
