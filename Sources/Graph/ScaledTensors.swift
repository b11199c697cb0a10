/// Shapes that depend on the number of samples, each once.
struct ScaledShapes {
  let sizes: BatchScaling.Sizes
  /// Extents for one sample, or the extent itself where all sizes have the same.
  private var parts: [[(extent: Int, isPerSample: Bool)]] = []
  private var known: [[[Int]]: Int] = [:]

  init(_ sizes: BatchScaling.Sizes) { self.sizes = sizes }

  /// How many extents of a shape grow with the samples, and whether one of the last two does.
  func growth(_ place: Int) -> (degree: Int, isInner: Bool) {
    guard place >= 0 else { return (0, false) }
    // A shape that grows along more extents than these is beyond all bounds soon enough.
    return (
      min(6, parts[place].count(where: \.isPerSample)),
      parts[place].suffix(2).contains(where: \.isPerSample)
    )
  }

  /// Where a shape stands among those that two graphs have as `first` and `second`; nil where these
  /// do not tell it.
  mutating func place(_ first: [Int], _ second: [Int]) -> Int? {
    if let place = known[[first, second]] { return place }
    guard first.count == second.count else { return nil }
    var shape: [(extent: Int, isPerSample: Bool)] = []
    for (one, other) in zip(first, second) {
      if one == other {
        shape.append((one, false))
      } else if let each = sizes.perSample(one, other) {
        shape.append((each, true))
      } else {
        return nil
      }
    }
    parts.append(shape)
    known[[first, second]] = parts.count - 1
    return parts.count - 1
  }

  /// All shapes for a number of samples.
  func shapes(_ batch: Int) -> [[Int]] {
    parts.map { shape in shape.map { $0.isPerSample ? $0.extent * batch : $0.extent } }
  }
}

/// The tensors of a table whose shapes depend on the number of samples.
struct ScaledTensors {
  /// A tensor's shape among `ScaledShapes`; -1 where all sizes have the same.
  private(set) var places: [Int] = []

  /// Compares two tables; nil where they differ in more than shapes of activations.
  init?(_ small: [Tensor], _ large: [Tensor], _ shapes: inout ScaledShapes) {
    guard small.count == large.count else { return nil }
    places.reserveCapacity(small.count)
    for (one, other) in zip(small, large) {
      guard one.name == other.name, one.dataType == other.dataType, one.role == other.role
      else { return nil }
      if one.shape == other.shape {
        places.append(-1)
        continue
      }
      guard one.role == .activation || one.role == .input,
        let place = shapes.place(one.shape, other.shape)
      else { return nil }
      places.append(place)
    }
  }

  func tensors(_ table: [Tensor], _ shapes: [[Int]]) -> [Tensor] {
    var result = table
    for (index, place) in places.enumerated() where place >= 0 {
      result[index].shape = shapes[place]
    }
    return result
  }
}
