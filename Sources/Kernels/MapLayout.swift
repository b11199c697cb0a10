/// The order in which the elements of maps `[B,C,s…]` lie.
enum MapLayout: Sendable, Hashable {
  /// The last dimension is contiguous.
  case plain
  /// The channels are contiguous, then the last dimension: `[B,s…,C]` (NHWC, NDHWC).
  case channelsLast

  /// Strides of the dimensions of `[B,C,s…]`, in elements.
  func strides(_ shape: [Int]) -> [Int] {
    guard self == .channelsLast else { return StridedBox.strides(shape) }
    let inner = StridedBox.strides([shape[0]] + shape.dropFirst(2) + [shape[1]])
    return [inner[0], 1] + inner[1..<inner.count - 1]
  }

  /// Whether either order puts each element in the same place.
  static func isIndifferent(_ shape: [Int]) -> Bool {
    shape.count < 3 || shape[1] == 1 || shape.dropFirst(2).allSatisfy { $0 == 1 }
  }

  /// One entry per dimension, in the order in which they lie.
  func ordered<Element>(_ dimensions: [Element]) -> [Element] {
    guard self == .channelsLast else { return dimensions }
    return [dimensions[0]] + dimensions.dropFirst(2) + [dimensions[1]]
  }

  /// Elements in plain order, or from it where `writing`.
  func reordered(_ values: [Float], _ shape: [Int], writing: Bool) -> [Float] {
    let positions = shape.dropFirst(2).reduce(1, *)
    guard self == .channelsLast, positions > 0, shape[1] > 0 else { return values }
    var result = values
    for index in values.indices {
      let (row, position) = index.quotientAndRemainder(dividingBy: positions)
      let (sample, channel) = row.quotientAndRemainder(dividingBy: shape[1])
      let lying = (sample * positions + position) * shape[1] + channel
      if writing { result[lying] = values[index] } else { result[index] = values[lying] }
    }
    return result
  }
}
