import Quantities

/// What is wrong with an operator's inputs or outputs, without the place (callers add it).
struct ShapeFault: Error {
  var message: String
  init(_ message: String) { self.message = message }
}

/// Checks an operator's inputs and derives the shapes of its outputs, as `OperatorKind` documents.
struct ShapeInference {
  let inputs: [Tensor]

  /// Output shapes, or nil where the inputs do not determine them (`embeddingBackward` does not
  /// know the vocabulary); those are checked by `check(_:outputs:)`.
  func outputs(of kind: OperatorKind) throws(ShapeFault) -> [[Int]]? {
    switch kind {
    case .linear, .linearGradInput, .linearGradWeight, .matmul, .patchEmbedding,
      .patchEmbeddingGradWeight, .attention, .attentionBackward:
      try products(kind)
    case .layerNorm, .layerNormBackward, .rmsNorm, .rmsNormBackward, .l2Normalize,
      .l2NormalizeBackward:
      try norms(kind)
    case .embedding, .embeddingBackward, .prependTokens, .prependTokensBackward, .pool,
      .poolBackward, .cast, .sumLeading:
      try movements(kind)
    case .crossEntropy, .crossEntropyBackward, .contrastiveLoss, .contrastiveLossBackward,
      .elementLoss, .elementLossBackward, .meanLoss, .meanLossBackward:
      try losses(kind)
    case .optimizer: []
    case .convolution, .convolutionGradInput, .convolutionGradWeight, .channelNorm,
      .channelNormBackward, .poolWindows, .poolWindowsBackward, .resample, .resampleBackward,
      .fftConvolution, .fftConvolutionBackward:
      try spatial(kind)
    case .expertLinear, .expertLinearGradInput, .expertLinearGradWeight, .batchedMatmul:
      try grouped(kind)
    case .permute, .contiguous, .concatenate, .slice, .pad, .roll, .gatherRows, .scatterRows,
      .reduce, .expand, .detach:
      try rearrangements(kind)
    default: try elementWise(kind)
    }
  }

  // MARK: words of the checks

  func arity(_ wanted: Int) throws(ShapeFault) {
    guard inputs.count == wanted else {
      throw ShapeFault("takes \(wanted) tensors, found \(inputs.count)")
    }
  }

  func rank(_ index: Int, _ wanted: Int) throws(ShapeFault) {
    guard inputs[index].shape.count == wanted else {
      throw ShapeFault(
        "\(inputs[index].name) must have \(wanted) dimensions, found \(inputs[index].shape)")
    }
  }

  func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(ShapeFault) {
    if !condition { throw ShapeFault(message()) }
  }

  func same(_ left: Int, _ right: Int) throws(ShapeFault) {
    try require(
      inputs[left].shape == inputs[right].shape,
      "\(inputs[left].name) \(inputs[left].shape) and \(inputs[right].name) "
        + "\(inputs[right].shape) must have one shape")
  }

  func shape(_ index: Int, is wanted: [Int]) throws(ShapeFault) {
    try require(
      inputs[index].shape == wanted,
      "\(inputs[index].name) must be \(wanted), found \(inputs[index].shape)")
  }

  func broadcast(_ small: Int, _ large: Int) throws(ShapeFault) {
    try require(
      Self.broadcasts(inputs[small].shape, to: inputs[large].shape),
      "\(inputs[small].name) \(inputs[small].shape) does not broadcast to \(inputs[large].name) "
        + "\(inputs[large].shape)")
  }

  func integers(_ index: Int) throws(ShapeFault) {
    try require(
      inputs[index].dataType == .int32, "\(inputs[index].name) must hold int32 numbers")
  }

  // MARK: kinds

  private func products(_ kind: OperatorKind) throws(ShapeFault) -> [[Int]]? {
    switch kind {
    case .linear(let bias):
      try arity(bias ? 3 : 2)
      try rank(1, 2)
      let (n, k) = (inputs[1].shape[0], inputs[1].shape[1])
      try require(
        !inputs[0].shape.isEmpty && inputs[0].columns == k,
        "\(inputs[0].name) \(inputs[0].shape) must have \(k) columns for weight [\(n), \(k)]")
      if bias { try shape(2, is: [n]) }
      return [inputs[0].shape.dropLast() + [n]]
    case .linearGradInput:
      try arity(2)
      try rank(1, 2)
      try require(
        inputs[0].columns == inputs[1].shape[0],
        "gradient \(inputs[0].shape) does not fit weight \(inputs[1].shape)")
      return [inputs[0].shape.dropLast() + [inputs[1].shape[1]]]
    case .linearGradWeight(let bias):
      try arity(2)
      try require(
        inputs[0].rows == inputs[1].rows,
        "gradient \(inputs[0].shape) and input \(inputs[1].shape) differ in rows")
      let weight = [inputs[0].columns, inputs[1].columns]
      return bias ? [weight, [inputs[0].columns]] : [weight]
    case .matmul(let transpose): return try matmul(transpose)
    case .patchEmbedding(let patch, let bias): return try patches(patch, bias)
    case .patchEmbeddingGradWeight(let patch, let bias):
      try arity(2)
      try rank(0, 3)
      try rank(1, 4)
      let weight = [inputs[0].columns, inputs[1].shape[1], patch, patch]
      return bias ? [weight, [inputs[0].columns]] : [weight]
    case .attention(let geometry):
      try arity(geometry.bias ? 4 : 3)
      return try attentionOutputs(geometry, from: 0)
    case .attentionBackward(let geometry):
      try arity(geometry.bias ? 7 : 6)
      let forward = try attentionOutputs(geometry, from: 1)
      let last = inputs.count - 1
      try shape(0, is: forward[0])
      try shape(last - 1, is: forward[0])
      try shape(last, is: forward[1])
      return inputs[1..<last - 1].map(\.shape)
    default: return nil
    }
  }

  private func matmul(_ transpose: Transpose) throws(ShapeFault) -> [[Int]] {
    try arity(2)
    try rank(0, 2)
    try rank(1, 2)
    let (a, b) = (inputs[0].shape, inputs[1].shape)
    let (m, k) = transpose == .left ? (a[1], a[0]) : (a[0], a[1])
    let (inner, n) = transpose == .right ? (b[1], b[0]) : (b[0], b[1])
    try require(k == inner, "inner extents of \(a) and \(b) differ (transpose \(transpose))")
    return [[m, n]]
  }

  private func patches(_ patch: Int, _ bias: Bool) throws(ShapeFault) -> [[Int]] {
    try arity(bias ? 3 : 2)
    try rank(0, 4)
    try rank(1, 4)
    let image = inputs[0].shape
    let width = inputs[1].shape[0]
    try shape(1, is: [width, image[1], patch, patch])
    try require(
      patch > 0 && image[2] % patch == 0 && image[3] % patch == 0,
      "image \(image[2])x\(image[3]) is not a multiple of the patch size \(patch)")
    if bias { try shape(2, is: [width]) }
    return [[image[0], image[2] / patch * (image[3] / patch), width]]
  }

  /// Checks q, k, v and the bias, and gives the shapes of the result and its statistics.
  private func attentionOutputs(
    _ geometry: AttentionGeometry, from first: Int
  ) throws(ShapeFault) -> [[Int]] {
    for index in first..<first + 3 { try rank(index, 3) }
    let (query, key, value) = (
      inputs[first].shape, inputs[first + 1].shape, inputs[first + 2].shape
    )
    let heads = (geometry.queryHeads, geometry.keyValueHeads)
    try require(
      heads.1 > 0 && heads.0 % heads.1 == 0,
      "\(heads.0) query heads are not a multiple of \(heads.1) key/value heads")
    try require(
      query[0] == key[0] && query[2] == heads.0 * geometry.headSize
        && key[2] == heads.1 * geometry.headSize,
      "query \(query) and key \(key) do not fit \(heads.0) and \(heads.1) heads of "
        + "\(geometry.headSize)")
    try shape(first + 2, is: [key[0], key[1], heads.1 * geometry.valueSize])
    let scores = [query[0], heads.0, query[1], value[1]]
    if geometry.bias {
      try rank(first + 3, 4)
      try require(
        Self.broadcasts(inputs[first + 3].shape, to: scores),
        "bias \(inputs[first + 3].shape) does not fit scores \(scores)")
    }
    return [
      [query[0], query[1], heads.0 * geometry.valueSize],
      geometry.fused ? Array(scores.dropLast()) : scores,
    ]
  }

  private func norms(_ kind: OperatorKind) throws(ShapeFault) -> [[Int]]? {
    let isBackward =
      switch kind {
      case .layerNormBackward, .rmsNormBackward, .l2NormalizeBackward: true
      default: false
      }
    let first = isBackward ? 1 : 0
    let (parameters, statistics) =
      switch kind {
      case .layerNorm, .layerNormBackward: (2, 2)
      case .rmsNorm, .rmsNormBackward: (1, 1)
      default: (0, 1)
      }
    // Backward reads dy, x (y for l2), gamma but not beta, and the statistics.
    let read = min(parameters, isBackward ? 1 : parameters)
    try arity(first + 1 + read + (isBackward ? statistics : 0))
    let shape = inputs[first].shape
    try require(!shape.isEmpty, "cannot normalise a scalar")
    if isBackward { try same(0, 1) }
    for index in 0..<read { try self.shape(first + 1 + index, is: [inputs[first].columns]) }
    let rows = Array(shape.dropLast())
    if isBackward {
      for index in 0..<statistics { try self.shape(first + 1 + read + index, is: rows) }
      return [shape] + Array(repeating: [inputs[first].columns], count: parameters)
    }
    return [shape] + Array(repeating: rows, count: statistics)
  }

  private func elementWise(_ kind: OperatorKind) throws(ShapeFault) -> [[Int]]? {
    switch kind {
    case .add:
      try arity(2)
      try broadcast(1, 0)
      return [inputs[0].shape]
    case .multiply:
      try arity(2)
      try broadcast(1, 0)
      return [inputs[0].shape]
    case .multiplyBackward:
      try arity(3)
      try same(0, 1)
      try broadcast(2, 1)
      return [inputs[1].shape, inputs[2].shape]
    case .softmax:
      try arity(1)
      try require(!inputs[0].shape.isEmpty, "no softmax of a scalar")
      return [inputs[0].shape]
    case .softmaxBackward:
      try arity(2)
      try same(0, 1)
      return [inputs[0].shape]
    case .scaleColumns:
      try arity(2)
      try shape(1, is: [inputs[0].columns])
      return [inputs[0].shape]
    case .scaleColumnsBackward:
      try arity(3)
      try same(0, 1)
      try shape(2, is: [inputs[1].columns])
      return [inputs[1].shape, inputs[2].shape]
    case .parametricRelu, .parametricReluBackward:
      let x = kind == .parametricRelu ? 0 : 1
      try arity(x + 2)
      let slope = inputs[x + 1].shape
      try require(
        slope == [1] || inputs[x].shape.count >= 2 && slope == [inputs[x].shape[1]],
        "a slope must be [1] or one a channel of \(inputs[x].shape), found \(slope)")
      if x == 1 { try same(0, 1) }
      return x == 0 ? [inputs[0].shape] : [inputs[1].shape, slope]
    case .scaleByExponential:
      try arity(2)
      try shape(1, is: [])
      return [inputs[0].shape]
    case .scaleByExponentialBackward:
      try arity(3)
      try same(0, 1)
      try shape(2, is: [])
      return [inputs[1].shape, []]
    case .scale, .activation:
      try arity(1)
      return [inputs[0].shape]
    case .activationBackward, .gatedActivation:
      try arity(2)
      try same(0, 1)
      return [inputs[0].shape]
    case .gatedActivationBackward:
      try arity(3)
      try same(0, 1)
      try same(1, 2)
      return [inputs[1].shape, inputs[2].shape]
    default: return try rotary(kind)
    }
  }

  private func rotary(_ kind: OperatorKind) throws(ShapeFault) -> [[Int]]? {
    switch kind {
    case .partialRotary(let heads, let dimensions, _, _):
      try arity(1)
      try rank(0, 3)
      try require(
        heads > 0 && inputs[0].columns % heads == 0 && dimensions > 0 && dimensions % 2 == 0
          && dimensions <= inputs[0].columns / heads,
        "\(dimensions) rotated elements do not fit \(inputs[0].columns) columns in \(heads) heads")
      return [inputs[0].shape]
    case .rotary(let heads, _, _):
      try arity(1)
      try rank(0, 3)
      try require(
        heads > 0 && inputs[0].columns % heads == 0 && inputs[0].columns / heads % 2 == 0,
        "\(inputs[0].columns) columns do not split into \(heads) heads of an even size")
      return [inputs[0].shape]
    default: return nil
    }
  }

  private func movements(_ kind: OperatorKind) throws(ShapeFault) -> [[Int]]? {
    switch kind {
    case .embedding:
      try arity(2)
      try integers(0)
      try rank(1, 2)
      return [inputs[0].shape + [inputs[1].shape[1]]]
    case .embeddingBackward:
      try arity(2)
      try integers(1)
      try shape(0, is: inputs[1].shape + [inputs[0].columns])
      return nil
    case .prependTokens:
      try arity(2)
      try rank(0, 3)
      try rank(1, 2)
      let shape = inputs[0].shape
      try require(inputs[1].shape[1] == shape[2], "tokens and sequence differ in width")
      return [[shape[0], inputs[1].shape[0] + shape[1], shape[2]]]
    case .prependTokensBackward:
      try arity(1)
      try rank(0, 3)
      return nil
    case .pool(let pooling):
      try arity(pooling == .endOfText ? 2 : 1)
      try rank(0, 3)
      let shape = inputs[0].shape
      switch pooling {
      case .token(let index), .mean(from: let index):
        try require(
          index >= 0 && index < shape[1], "no position \(index) in a sequence of \(shape[1])")
      case .endOfText:
        try integers(1)
        try self.shape(1, is: [shape[0], shape[1]])
      }
      return [[shape[0], shape[2]]]
    case .poolBackward(let pooling):
      try arity(pooling == .endOfText ? 2 : 1)
      try rank(0, 2)
      return nil
    default:
      try arity(1)
      return nil
    }
  }

  private func losses(_ kind: OperatorKind) throws(ShapeFault) -> [[Int]]? {
    switch kind {
    case .crossEntropy, .crossEntropyBackward:
      try arity(kind == .crossEntropy ? 2 : 3)
      try integers(1)
      let rows = Array(inputs[0].shape.dropLast())
      try require(!inputs[0].shape.isEmpty, "logits must have a column per class")
      try shape(1, is: rows)
      if kind == .crossEntropy { return [[], rows] }
      try shape(2, is: rows)
      return [inputs[0].shape]
    case .elementLoss:
      try arity(2)
      try same(0, 1)
      return [[]]
    case .elementLossBackward:
      try arity(2)
      try same(0, 1)
      return [inputs[0].shape]
    case .meanLoss:
      try arity(1)
      return [[], []]
    case .meanLossBackward:
      try arity(1)
      try shape(0, is: [])
      return nil
    default:
      try arity(kind == .contrastiveLoss ? 1 : 3)
      try rank(0, 2)
      let size = inputs[0].shape[0]
      try shape(0, is: [size, size])
      if kind == .contrastiveLoss { return [[], [size], [size]] }
      try shape(1, is: [size])
      try shape(2, is: [size])
      return [inputs[0].shape]
    }
  }

  // MARK: outputs

  /// Checks given outputs against the inputs.
  func check(_ kind: OperatorKind, outputs: [Tensor]) throws(ShapeFault) {
    if let wanted = try self.outputs(of: kind) {
      let found = outputs.map(\.shape)
      try require(found == wanted, "outputs must be \(wanted), found \(found)")
      return
    }
    let first = outputs.first?.shape ?? []
    let input = inputs[0].shape
    switch kind {
    case .embeddingBackward:
      try require(
        outputs.count == 1 && first.count == 2 && first[1] == inputs[0].columns,
        "the table's gradient must be [vocabulary, \(inputs[0].columns)], found \(first)")
    case .prependTokensBackward:
      let tokens = outputs.last?.shape ?? []
      try require(
        outputs.count == 2 && first.count == 3 && tokens.count == 2
          && [first[0], first[1] + tokens[0], first[2]] == input && tokens[1] == input[2],
        "\(input) does not split into \(first) and \(tokens)")
    case .poolBackward:
      try require(
        outputs.count == 1 && first.count == 3 && [first[0], first[2]] == input,
        "gradient \(first) does not fit a pooled \(input)")
    case .meanLossBackward:
      try require(outputs.count == 1, "one gradient follows, found \(outputs.count)")
    case .sumLeading:
      try require(
        outputs.count == 1 && Self.broadcasts(first, to: input),
        "\(first) does not broadcast to \(input)")
    case .convolutionGradInput, .convolutionGradWeight, .poolWindowsBackward, .resampleBackward,
      .expertLinearGradWeight:
      try checkSpatial(kind, outputs.map(\.shape))
    default:
      try require(
        outputs.count == 1 && outputs[0].count == inputs[0].count,
        "a cast must keep the \(inputs[0].count) elements")
    }
  }
}
