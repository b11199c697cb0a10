/// Shapes of convolutions, channel norms, window pooling, resampling and experts.
extension ShapeInference {
  func spatial(_ kind: OperatorKind) throws(ShapeFault) -> [[Int]]? {
    switch kind {
    case .convolution(let geometry, let bias): return try convolution(geometry, bias)
    case .convolutionGradInput(let geometry):
      try arity(2)
      try require(
        inputs[0].shape.count == geometry.dimensions + 2
          && inputs[1].shape.count == geometry.dimensions + 2,
        "a gradient of \(geometry.dimensions) spatial dimensions and a weight are needed")
      return nil
    case .convolutionGradWeight(let geometry, _):
      try arity(2)
      for index in 0..<2 { try rank(index, geometry.dimensions + 2) }
      try require(
        inputs[0].shape[0] == inputs[1].shape[0], "gradient and input differ in samples")
      return nil
    case .channelNorm(let norm):
      try arity(3)
      let statistics = try channelStatistics(norm, inputs[0].shape)
      for index in 1..<3 { try shape(index, is: [inputs[0].shape[1]]) }
      return [inputs[0].shape, statistics, statistics]
    case .channelNormBackward(let norm):
      try arity(5)
      try same(0, 1)
      let statistics = try channelStatistics(norm, inputs[1].shape)
      let channels = [inputs[1].shape[1]]
      try shape(2, is: channels)
      for index in 3..<5 { try shape(index, is: statistics) }
      return [inputs[1].shape, channels, channels]
    case .poolWindows(let pooling): return try windows(pooling)
    case .resample(let extents, _):
      try arity(1)
      try require(
        inputs[0].shape.count == extents.count + 2,
        "\(inputs[0].shape) has not \(extents.count) spatial dimensions")
      return [Array(inputs[0].shape.prefix(2)) + extents]
    case .poolWindowsBackward(let pooling):
      try arity(pooling.kind == .maximum ? 2 : 1)
      return nil
    case .resampleBackward:
      try arity(1)
      return nil
    default: return try longConvolution(kind)
    }
  }

  private func channelStatistics(
    _ norm: ChannelNorm, _ shape: [Int]
  ) throws(ShapeFault) -> [Int] {
    guard let statistics = norm.statistics(shape) else {
      throw ShapeFault("\(shape) has no channels that split into \(norm.kind)")
    }
    return statistics
  }

  private func convolution(
    _ geometry: ConvolutionGeometry, _ bias: Bool
  ) throws(ShapeFault) -> [[Int]] {
    try arity(bias ? 3 : 2)
    try rank(0, geometry.dimensions + 2)
    try rank(1, geometry.dimensions + 2)
    let (x, w) = (inputs[0].shape, inputs[1].shape)
    let groups = geometry.groups
    try require(
      groups > 0 && x[1] % groups == 0
        && (geometry.transposed ? w[0] == x[1] : w[1] == x[1] / groups && w[0] % groups == 0),
      "input \(x) and weight \(w) differ in channels (\(groups) groups)")
    let channels = geometry.transposed ? w[1] * groups : w[0]
    if bias { try shape(2, is: [channels]) }
    guard let extents = geometry.output(Array(x.dropFirst(2)), kernel: Array(w.dropFirst(2))) else {
      throw ShapeFault("kernel \(w) does not fit into \(x)")
    }
    return [[x[0], channels] + extents]
  }

  private func windows(_ pooling: WindowPooling) throws(ShapeFault) -> [[Int]] {
    try arity(1)
    try rank(0, pooling.window.count + 2)
    let x = inputs[0].shape
    guard let extents = pooling.output(Array(x.dropFirst(2))) else {
      throw ShapeFault("a window of \(pooling.window) does not fit into \(x)")
    }
    let y = Array(x.prefix(2)) + extents
    return pooling.kind == .maximum ? [y, y] : [y]
  }

  private func longConvolution(_ kind: OperatorKind) throws(ShapeFault) -> [[Int]]? {
    let isBackward = kind == .fftConvolutionBackward
    let first = isBackward ? 1 : 0
    try arity(first + 2)
    try rank(first, 3)
    let x = inputs[first].shape
    try shape(first + 1, is: [x[1], x[2]])
    if isBackward { try same(0, 1) }
    return isBackward ? [x, [x[1], x[2]]] : [x]
  }

  /// Experts and products with leading dimensions.
  func grouped(_ kind: OperatorKind) throws(ShapeFault) -> [[Int]]? {
    switch kind {
    case .expertLinear(let bias):
      try arity(bias ? 3 : 2)
      try rank(1, 3)
      let w = inputs[1].shape
      try require(
        inputs[0].columns == w[2],
        "\(inputs[0].name) \(inputs[0].shape) must have \(w[2]) columns for experts \(w)")
      if bias { try shape(2, is: [w[0], w[1]]) }
      return [inputs[0].shape.dropLast() + [w[1]]]
    case .expertLinearGradInput:
      try arity(2)
      try rank(1, 3)
      try require(
        inputs[0].columns == inputs[1].shape[1],
        "gradient \(inputs[0].shape) does not fit experts \(inputs[1].shape)")
      return [inputs[0].shape.dropLast() + [inputs[1].shape[2]]]
    case .expertLinearGradWeight:
      try arity(2)
      try require(
        inputs[0].rows == inputs[1].rows,
        "gradient \(inputs[0].shape) and input \(inputs[1].shape) differ in rows")
      return nil
    case .batchedMatmul(let transpose):
      try arity(2)
      let (a, b) = (inputs[0].shape, inputs[1].shape)
      try require(
        a.count >= 3 && a.count == b.count && a.dropLast(2) == b.dropLast(2),
        "\(a) and \(b) differ in their leading dimensions")
      let left = Array(a.suffix(2))
      let right = Array(b.suffix(2))
      let (m, k) = transpose == .left ? (left[1], left[0]) : (left[0], left[1])
      let (inner, n) = transpose == .right ? (right[1], right[0]) : (right[0], right[1])
      try require(k == inner, "inner extents of \(a) and \(b) differ (transpose \(transpose))")
      return [a.dropLast(2) + [m, n]]
    default: return nil
    }
  }

  /// Checks outputs that the inputs do not determine.
  func checkSpatial(_ kind: OperatorKind, _ outputs: [[Int]]) throws(ShapeFault) {
    let first = outputs.first ?? []
    let dy = inputs[0].shape
    func forward(_ x: [Int], _ w: [Int], _ geometry: ConvolutionGeometry) -> [Int]? {
      guard x.count == geometry.dimensions + 2, w.count == x.count else { return nil }
      let channels = geometry.transposed ? w[1] * geometry.groups : w[0]
      return geometry.output(Array(x.dropFirst(2)), kernel: Array(w.dropFirst(2))).map {
        [x[0], channels] + $0
      }
    }
    switch kind {
    case .convolutionGradInput(let geometry):
      try require(
        outputs.count == 1 && forward(first, inputs[1].shape, geometry) == dy,
        "gradient \(dy) is not that of an input \(first)")
    case .convolutionGradWeight(let geometry, let bias):
      try require(
        outputs.count == (bias ? 2 : 1) && forward(inputs[1].shape, first, geometry) == dy,
        "gradient \(dy) is not that of a weight \(first)")
    case .poolWindowsBackward(let pooling):
      try require(
        outputs.count == 1 && pooling.output(Array(first.dropFirst(2))) == Array(dy.dropFirst(2)),
        "gradient \(dy) is not that of an input \(first)")
    case .resampleBackward(let extents, _):
      try require(
        outputs.count == 1 && Array(dy.dropFirst(2)) == extents && first.prefix(2) == dy.prefix(2),
        "gradient \(dy) is not that of an input \(first)")
    case .expertLinearGradWeight(let bias):
      try require(
        outputs.count == (bias ? 2 : 1) && first.count == 3
          && Array(first.dropFirst()) == [inputs[0].columns, inputs[1].columns],
        "gradient \(dy) is not that of experts \(first)")
    default: break
    }
  }
}
