import Glibc
import Graph

/// All positions of a shape, the last dimension fastest.
func positions(_ shape: [Int]) -> [[Int]] {
  shape.reduce([[]]) { prefixes, extent in
    prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } }
  }
}

extension Values {
  /// The element at a position; 0 outside, which is what padding means.
  subscript(_ position: [Int]) -> Double {
    var index = 0
    for (place, extent) in zip(position, shape) {
      guard (0..<extent).contains(place) else { return 0 }
      index = index * extent + place
    }
    return elements[index]
  }
}

/// `small` repeated to a shape.
func referenceRepeated(_ small: Values, to shape: [Int]) -> [Double] {
  positions(shape).map { position in
    let own = zip(position.suffix(small.shape.count), small.shape).map { $1 == 1 ? 0 : $0 }
    return small[own]
  }
}

func referenceBroadcast(
  _ a: Values, _ b: Values, _ f: (Double, Double) -> Double
) -> [Double] {
  zip(a.elements, referenceRepeated(b, to: a.shape)).map(f)
}

/// Operators that move, repeat or add up elements.
func referenceMovement(_ kind: OperatorKind, _ x: [Values]) -> [Double] {
  let shape = x[0].shape
  switch kind {
  case .multiply: return referenceBroadcast(x[0], x[1], *)
  case .contiguous, .detach: return x[0].elements
  case .permute(let order):
    return positions(order.map { shape[$0] }).map { position in
      var source = position
      for (axis, from) in order.enumerated() { source[from] = position[axis] }
      return x[0][source]
    }
  case .slice(let axis, let start, let count):
    return shifted(x[0], axis, by: -start, extent: count)
  case .pad(let axis, let before, let after):
    return shifted(x[0], axis, by: before, extent: shape[axis] + before + after)
  case .concatenate(let axis):
    var joined = shape
    joined[axis] = x.map { $0.shape[axis] }.reduce(0, +)
    var sums = [Double](repeating: 0, count: joined.reduce(1, *))
    var start = 0
    for part in x {
      let placed = shifted(part, axis, by: start, extent: joined[axis])
      sums = zip(sums, placed).map(+)
      start += part.shape[axis]
    }
    return sums
  case .roll(let shifts):
    return positions(shape).map { position in
      x[0][
        position.indices.map { ((position[$0] - shifts[$0]) % shape[$0] + shape[$0]) % shape[$0] }]
    }
  case .reduce(let reduction, let axes):
    let kept = shape.indices.filter { !axes.contains($0) }
    var sums = [[Int]: Double]()
    for position in positions(shape) {
      sums[kept.map { position[$0] }, default: 0] += x[0][position]
    }
    let terms = reduction == .mean ? axes.map { shape[$0] }.reduce(1, *) : 1
    return positions(kept.map { shape[$0] }).map { (sums[$0] ?? 0) / Double(terms) }
  case .expand(let axes, let extents, let mean):
    var result = shape
    for (axis, extent) in zip(axes, extents) { result.insert(extent, at: axis) }
    let share = mean ? 1 / Double(extents.reduce(1, *)) : 1
    return positions(result).map { position in
      x[0][position.indices.filter { !axes.contains($0) }.map { position[$0] }] * share
    }
  case .gatherRows:
    return positions([shape[0], x[1].shape[1], shape[2]]).map { p in
      x[0][[p[0], Int(x[1][[p[0], p[1]]]), p[2]]]
    }
  case .scatterRows(let rows):
    var y = [Double](repeating: 0, count: shape[0] * rows * shape[2])
    for p in positions(shape) {
      y[(p[0] * rows + Int(x[1][[p[0], p[1]]])) * shape[2] + p[2]] += x[0][p]
    }
    return y
  default: return referenceSpatial(kind, x)
  }
}

private func shifted(_ x: Values, _ axis: Int, by shift: Int, extent: Int) -> [Double] {
  var shape = x.shape
  shape[axis] = extent
  return positions(shape).map { position in
    var source = position
    source[axis] -= shift
    return x[source]
  }
}
