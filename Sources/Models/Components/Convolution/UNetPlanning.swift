import Graph
import Quantities

// nnU-Net lays its stages by the extents of a patch (Isensee et al., Nature Methods 2021, online
// methods, "Network topology"): each axis is halved while at least 4 places remain, and an axis
// that is much coarser than the others is neither halved nor convolved before they have caught up.
// The planner compares spacings; a patch is about as long on each side in space, so that extents
// say the same: an axis waits while the longest has more than four times its places.
extension UNetEncoder {
  /// The encoder for other extents: widths as listed, the last one repeated.
  ///
  /// - Throws: `UserError` for an extent that cannot be halved as often as the planner would.
  func adapted(to extents: [Int], _ scope: BuildScope) throws(UserError) -> UNetEncoder {
    var result = self
    var places = extents
    let width = kernels.first?.max() ?? 3
    (result.kernels, result.strides, result.features) = ([], [], [])
    var stride = extents.map { _ in 1 }
    while true {
      let stage = result.features.count
      let longest = places.max() ?? 1
      let keepsUp = places.map { $0 * 4 >= longest }
      result.features.append(features[min(stage, features.count - 1)])
      result.kernels.append(keepsUp.map { $0 ? width : 1 })
      result.strides.append(stride)
      let halved = zip(places, keepsUp).map { $0 >= 8 && $1 }
      guard halved.contains(true) else { break }
      guard zip(places, halved).allSatisfy({ $0 % 2 == 0 || !$1 }) else {
        let words = extents.map(String.init).joined(separator: "x")
        throw scope.fault(
          extents.count == 3 ? "--volume" : "--image",
          "\(words) cannot be halved down to 4 to 7 places on each axis",
          remedy: "use 4 to 7 times a power of two on each axis")
      }
      stride = halved.map { $0 ? 2 : 1 }
      places = zip(places, stride).map { $0 / $1 }
    }
    return result
  }
}

extension UNetDecoder {
  /// The decoder of an adapted encoder: as wide as what is skipped.
  func adapted(to encoder: UNetEncoder) -> UNetDecoder {
    var result = self
    let skipped = Array(encoder.features.dropLast().reversed().compactMap(\.last))
    let blocks = features.first?.count ?? 2
    result.features = skipped.map { [Int](repeating: $0, count: blocks) }
    result.upFeatures = skipped
    result.kernels = encoder.kernels
    result.strides = encoder.strides
    return result
  }
}
