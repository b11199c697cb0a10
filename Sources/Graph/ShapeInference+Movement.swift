/// Shapes of operators that move, join, cut, reduce or repeat elements.
extension ShapeInference {
  func rearrangements(_ kind: OperatorKind) throws(ShapeFault) -> [[Int]]? {
    let x = inputs.first?.shape ?? []
    switch kind {
    case .concatenate(let axis): return [try joined(axis)]
    case .gatherRows:
      try arity(2)
      try rank(0, 3)
      try rank(1, 2)
      try integers(1)
      try require(x[0] == inputs[1].shape[0], "rows and their positions differ in samples")
      return [[x[0], inputs[1].shape[1], x[2]]]
    case .scatterRows(let rows):
      try arity(2)
      try rank(0, 3)
      try integers(1)
      try shape(1, is: [x[0], x[1]])
      return [[x[0], rows, x[2]]]
    default: break
    }
    try arity(1)
    switch kind {
    case .permute(let order):
      try require(
        order.sorted() == Array(x.indices), "\(order) is no order of \(x.count) dimensions")
      return [order.map { x[$0] }]
    case .slice(let axis, let start, let count):
      try require(
        x.indices.contains(axis) && start >= 0 && count > 0 && start <= x[axis]
          && count <= x[axis] - start,
        "no positions \(start) to \(start + count) along dimension \(axis) of \(x)")
      return [replacing(x, axis, count)]
    case .pad(let axis, let before, let after):
      let room = 0...Limits.elements
      try require(
        x.indices.contains(axis) && room.contains(before) && room.contains(after),
        "cannot pad dimension \(axis) of \(x) by \(before) and \(after)")
      return [replacing(x, axis, x[axis] + before + after)]
    case .roll(let shifts):
      try require(shifts.count == x.count, "\(shifts) are not \(x.count) shifts")
      return [x]
    case .reduce(_, let axes):
      try require(
        !axes.isEmpty && axes == axes.sorted() && Set(axes).count == axes.count
          && axes.allSatisfy(x.indices.contains),
        "\(axes) are not rising dimensions of \(x)")
      return [x.indices.filter { !axes.contains($0) }.map { x[$0] }]
    case .expand(let axes, let extents, _):
      var y = x
      try require(
        axes.count == extents.count && axes == axes.sorted(),
        "\(axes) and \(extents) do not describe new dimensions")
      for (axis, extent) in zip(axes, extents) {
        try require((0...y.count).contains(axis), "no place \(axis) for a dimension in \(y)")
        y.insert(extent, at: axis)
      }
      return [y]
    default: return [x]
    }
  }

  private func replacing(_ shape: [Int], _ axis: Int, _ extent: Int) -> [Int] {
    var result = shape
    result[axis] = extent
    return result
  }

  private func joined(_ axis: Int) throws(ShapeFault) -> [Int] {
    guard let first = inputs.first?.shape, first.indices.contains(axis) else {
      throw ShapeFault("nothing to join along dimension \(axis)")
    }
    var sum = 0
    for input in inputs {
      try require(
        input.shape.count == first.count
          && replacing(input.shape, axis, 1) == replacing(first, axis, 1),
        "\(first) and \(input.shape) differ beyond dimension \(axis)")
      sum += input.shape[axis]
    }
    return replacing(first, axis, sum)
  }

  /// Whether `small` broadcasts to `large`: aligned at the last dimension, each extent equal or 1.
  static func broadcasts(_ small: [Int], to large: [Int]) -> Bool {
    small.count <= large.count
      && zip(small.reversed(), large.reversed()).allSatisfy { $0 == $1 || $0 == 1 }
  }
}
