import DataFormats
import Graph
import Quantities

/// A convolution's kernel with its stride, dilation, groups and padding.
struct Kernel: Sendable, Hashable {
  /// Extents of the kernel.
  var extents: [Int]
  /// How it moves.
  var geometry: ConvolutionGeometry

  /// A kernel whose padding keeps the extents at stride 1 (odd kernels).
  static func same(
    _ extents: [Int], stride: [Int]? = nil, dilation: Int = 1, groups: Int = 1
  ) -> Kernel {
    let stride = stride ?? extents.map { _ in 1 }
    return Kernel(
      extents: extents,
      geometry: ConvolutionGeometry(
        stride: stride, padding: extents.map { dilation * (($0 - 1) / 2) },
        dilation: extents.map { _ in dilation }, groups: groups))
  }

  /// A kernel of equal extents whose padding keeps the extents at stride 1.
  static func same(
    _ extent: Int, dimensions: Int, stride: Int = 1, dilation: Int = 1, groups: Int = 1
  ) -> Kernel {
    same(
      [Int](repeating: extent, count: dimensions),
      stride: [Int](repeating: stride, count: dimensions), dilation: dilation, groups: groups)
  }

  /// A kernel as large as its stride, without padding: patches.
  static func patches(_ extents: [Int]) -> Kernel {
    Kernel(
      extents: extents,
      geometry: ConvolutionGeometry(stride: extents, padding: extents.map { _ in 0 }))
  }

  /// The adjoint of `patches`: each element becomes a patch.
  static func spread(_ extents: [Int]) -> Kernel {
    var kernel = patches(extents)
    kernel.geometry.transposed = true
    return kernel
  }
}

/// How the channels of a feature map are normalised.
struct FeatureNorm: Sendable, Hashable {
  /// Which elements are normalised together.
  enum Kind: String, Sendable, Hashable, CaseIterable { case batch, instance, group, none }
  /// Which elements are normalised together.
  var kind: Kind
  /// Groups of channels, for `group`.
  var groups = 32
  /// Channels of a group, for `group`; overrides `groups`.
  var groupSize: Int?
  /// Added to the variance.
  var epsilon = 1e-5

  init(_ kind: Kind, groups: Int = 32, epsilon: Double = 1e-5) {
    self.kind = kind
    self.groups = groups
    self.epsilon = epsilon
  }
}

extension BlockBuilder {
  /// A convolution with its weight and bias.
  mutating func convolution(
    _ name: String, _ x: TensorID, to channels: Int, _ kernel: Kernel, bias: Bool = false,
    _ role: ParameterRole = .convolution
  ) throws(UserError) -> TensorID {
    let groups = kernel.geometry.groups
    let inputs = block[x].shape[1]
    guard groups > 0, inputs % groups == 0, channels % groups == 0 else {
      throw UserError(
        .input, place: block.name, key: name,
        "\(groups) groups do not divide \(inputs) and \(channels) channels",
        remedy: "make the numbers of channels multiples of the groups")
    }
    let shape =
      kernel.geometry.transposed
      ? [inputs, channels / groups] + kernel.extents : [channels, inputs / groups] + kernel.extents
    let weight = try parameter(name + ".weight", shape, role)
    guard bias else {
      return try apply(name, .convolution(kernel.geometry, bias: false), x, weight)
    }
    let shift = try parameter(name + ".bias", [channels], role)
    return try apply(name, .convolution(kernel.geometry, bias: true), x, weight, shift)
  }

  /// A normalisation of channels with its scale and shift and, for batches, running statistics.
  mutating func featureNorm(
    _ name: String, _ x: TensorID, _ norm: FeatureNorm
  ) throws(UserError) -> TensorID {
    let channels = [block[x].shape[1]]
    let kind: ChannelNorm.Kind
    switch norm.kind {
    case .none: return x
    case .instance: kind = .instance
    case .group: kind = .group(norm.groupSize.map { max(1, channels[0] / $0) } ?? norm.groups)
    case .batch: kind = storedStatistics ? .stored : .batch
    }
    let gamma = try parameter(name + ".weight", channels, .norm)
    let beta = try parameter(name + ".bias", channels, .norm)
    if norm.kind == .batch {
      _ = try buffer(name + ".runningMean", channels)
      _ = try buffer(name + ".runningVariance", channels)
      _ = try buffer(name + ".batches", [], .int64)
    }
    return try apply(name, .channelNorm(ChannelNorm(kind, epsilon: norm.epsilon)), x, gamma, beta)
  }

  /// Convolution, normalisation, activation.
  mutating func unit(
    _ name: String, _ x: TensorID, to channels: Int, _ kernel: Kernel, bias: Bool = false,
    _ norm: FeatureNorm, _ activation: Activation?
  ) throws(UserError) -> TensorID {
    var y = try convolution(name + ".conv", x, to: channels, kernel, bias: bias)
    y = try featureNorm(name + ".norm", y, norm)
    guard let activation else { return y }
    return try apply(name + ".act", .activation(activation), y)
  }

  /// Mean over all positions: `[B, C, s…] → [B, C]`.
  mutating func globalMean(_ name: String, _ x: TensorID) throws(UserError) -> TensorID {
    let rank = block[x].shape.count
    guard rank > 2 else { return x }
    return try apply(name, .reduce(.mean, axes: Array(2..<rank)), x)
  }

  /// Channels last: `[B, C, s…] → [B, s…, C]`, a view.
  mutating func channelsLast(_ name: String, _ x: TensorID) throws(UserError) -> TensorID {
    let rank = block[x].shape.count
    return try apply(name, .permute([0] + Array(2..<rank) + [1]), x)
  }

  /// Positions as a sequence: `[B, C, s…] → [B, N, C]`, a view.
  mutating func sequence(_ name: String, _ x: TensorID) throws(UserError) -> TensorID {
    let shape = block[x].shape
    let positions = shape.dropFirst(2).reduce(1, *)
    let flat = try apply(name + ".flat", .cast, x, shape: [shape[0], shape[1], positions])
    return try apply(name, .permute([0, 2, 1]), flat)
  }

  /// A sequence as an image or volume: `[B, N, C] → [B, C, s…]`, a view.
  mutating func image(
    _ name: String, _ x: TensorID, _ extents: [Int]
  ) throws(UserError) -> TensorID {
    let shape = block[x].shape
    let swapped = try apply(name + ".swap", .permute([0, 2, 1]), x)
    return try apply(name, .cast, swapped, shape: [shape[0], shape[2]] + extents)
  }
}

extension JSONCursor {
  /// This list of integers.
  func ints(
    count: ClosedRange<Int> = 1...64, in range: ClosedRange<Int> = 1...100_000
  ) throws(JSONError) -> [Int] {
    var result: [Int] = []
    for item in try elements() { result.append(try item.int(in: range)) }
    guard count.contains(result.count) else {
      let wanted =
        count.lowerBound == count.upperBound
        ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
      throw error("needs \(wanted) numbers, found \(result.count)")
    }
    return result
  }

  /// The list of integers under a key.
  func ints(
    _ key: String, _ fallback: [Int], count: ClosedRange<Int> = 1...64,
    in range: ClosedRange<Int> = 1...100_000
  ) throws(JSONError) -> [Int] {
    try optional(key)?.ints(count: count, in: range) ?? fallback
  }

  /// Extents under a key: a list, or one number for every dimension.
  func lengths(_ key: String, _ fallback: Int, dimensions: Int) throws(JSONError) -> [Int] {
    guard let field = try optional(key) else {
      return [Int](repeating: fallback, count: dimensions)
    }
    return try field.lengths(dimensions: dimensions)
  }

  /// These extents: a list, or one number for every dimension.
  func lengths(dimensions: Int) throws(JSONError) -> [Int] {
    guard value.array == nil else { return try ints(count: dimensions...dimensions) }
    return [Int](repeating: try int(in: 1...100_000), count: dimensions)
  }
}
