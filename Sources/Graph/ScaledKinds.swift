/// Operators that hold numbers which depend on the number of samples.
struct ScaledKinds {
  private var changed: [(position: Int, small: OperatorKind, large: OperatorKind)] = []

  /// Compares operators one by one; nil where they differ in more than such numbers.
  init?(_ small: [Operator], _ large: [Operator], _ sizes: BatchScaling.Sizes) {
    guard small.count == large.count else { return nil }
    for position in small.indices {
      let (one, other) = (small[position], large[position])
      if one == other { continue }
      guard one.inputs == other.inputs, one.outputs == other.outputs, one.name == other.name,
        one.kind.scaled(with: other.kind, sizes, at: sizes.large) == other.kind
      else { return nil }
      changed.append((position, one.kind, other.kind))
    }
  }

  func apply(to operators: inout [Operator], _ sizes: BatchScaling.Sizes, _ batch: Int) {
    for (position, small, large) in changed {
      let node = operators[position]
      let kind = small.scaled(with: large, sizes, at: batch) ?? small
      operators[position] = Operator(node.name, kind, node.inputs, node.outputs)
    }
  }
}

extension OperatorKind {
  /// The kind for a number of samples where two sizes have this one and another; nil where these do
  /// not tell it.
  fileprivate func scaled(
    with other: OperatorKind, _ sizes: BatchScaling.Sizes, at batch: Int
  ) -> OperatorKind? {
    func value(_ first: Int, _ second: Int) -> Int? { sizes.value(first, second, at: batch) }
    switch (self, other) {
    case (.slice(let axis, let start, let count), .slice(let other, let from, let further)):
      guard axis == other, let start = value(start, from), let count = value(count, further)
      else { return nil }
      return .slice(axis: axis, start: start, count: count)
    case (.pad(let axis, let before, let after), .pad(let other, let otherBefore, let otherAfter)):
      guard axis == other, let before = value(before, otherBefore),
        let after = value(after, otherAfter)
      else { return nil }
      return .pad(axis: axis, before: before, after: after)
    case (.scatterRows(let rows), .scatterRows(let otherRows)):
      return value(rows, otherRows).map { .scatterRows(rows: $0) }
    case (.expand(let axes, let extents, let mean), .expand(let others, let further, let same)):
      guard axes == others, mean == same else { return nil }
      let scaled = zip(extents, further).compactMap(value)
      return scaled.count == axes.count ? .expand(axes: axes, extents: scaled, mean: mean) : nil
    default: return nil
    }
  }
}
