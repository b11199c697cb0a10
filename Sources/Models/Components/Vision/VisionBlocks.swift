import Graph
import Quantities

// Compositions that vision components share. Maps of features are `[B, C, s…]` (channels first) in
// convolutional parts and `[B, s…, C]` (channels last) in transformers.
extension BlockBuilder {
  /// The shape of a tensor of this block.
  func shape(_ id: TensorID) -> [Int] { block[id].shape }

  /// The same elements under another shape.
  mutating func reshaped(
    _ name: String, _ x: TensorID, _ shape: [Int]
  ) throws(UserError) -> TensorID {
    shape == block[x].shape ? x : try apply(name, .cast, x, shape: shape)
  }

  /// Another order of the dimensions, written out.
  mutating func reordered(
    _ name: String, _ x: TensorID, _ order: [Int]
  ) throws(UserError) -> TensorID {
    try apply(name + ".copy", .contiguous, try apply(name, .permute(order), x))
  }

  /// `[B, s…, C]` as `[B, C, s…]`, a view.
  mutating func channelsFirst(_ name: String, _ x: TensorID) throws(UserError) -> TensorID {
    let rank = block[x].shape.count
    return try apply(name, .permute([0, rank - 1] + Array(1..<rank - 1)), x)
  }

  /// A convolution of `[B, C, s…]` to so many channels.
  mutating func spatialConvolution(
    _ name: String, _ x: TensorID, to channels: Int, kernel: [Int], _ geometry: ConvolutionGeometry,
    bias: Bool, role: ParameterRole = .convolution
  ) throws(UserError) -> TensorID {
    let inputs = block[x].shape.count > 1 ? block[x].shape[1] : 1
    let shape =
      geometry.transposed
      ? [inputs, channels / geometry.groups] + kernel
      : [channels, inputs / geometry.groups] + kernel
    let weight = try parameter(name + ".weight", shape, role)
    guard bias else {
      return try apply(name, .convolution(geometry, bias: false), x, weight)
    }
    let shift = try parameter(name + ".bias", [channels], role)
    return try apply(name, .convolution(geometry, bias: true), x, weight, shift)
  }

  /// A convolution whose output has the input's extents.
  mutating func sameConvolution(
    _ name: String, _ x: TensorID, to channels: Int, size: Int, bias: Bool
  ) throws(UserError) -> TensorID {
    let dimensions = block[x].shape.count - 2
    return try spatialConvolution(
      name, x, to: channels, kernel: [Int](repeating: size, count: dimensions),
      ConvolutionGeometry(dimensions: dimensions, padding: size / 2), bias: bias)
  }

  /// Patches of stride p as `[B, s/p…, C]`: a convolution and a view.
  mutating func patchMap(
    _ name: String, _ x: TensorID, to hidden: Int, patch: [Int], bias: Bool
  ) throws(UserError) -> TensorID {
    let zeros = [Int](repeating: 0, count: patch.count)
    let map = try spatialConvolution(
      name, x, to: hidden, kernel: patch, ConvolutionGeometry(stride: patch, padding: zeros),
      bias: bias, role: .embedding)
    return try channelsLast(name + ".map", map)
  }

  /// Layer normalisation without scale and shift (constants, not parameters).
  mutating func plainLayerNorm(
    _ name: String, _ x: TensorID, epsilon: Double
  ) throws(UserError) -> TensorID {
    let ones = try buffer(name + ".ones", [block[x].columns])
    let zeros = try buffer(name + ".zeros", [block[x].columns])
    return try apply(name, .layerNorm(epsilon: epsilon), x, ones, zeros)
  }

  /// Normalises the channels at each place of `[B, C, s…]` (SAM's and ConvNeXt's LayerNorm2d).
  mutating func channelLayerNorm(
    _ name: String, _ x: TensorID, epsilon: Double
  ) throws(UserError) -> TensorID {
    let last = try channelsLast(name + ".last", x)
    let normed = try layerNorm(name, last, epsilon: epsilon)
    return try channelsFirst(name + ".first", normed)
  }

  /// Instance normalisation without scale and shift.
  mutating func plainInstanceNorm(_ name: String, _ x: TensorID) throws(UserError) -> TensorID {
    let channels = block[x].shape.count > 1 ? block[x].shape[1] : 1
    let ones = try buffer(name + ".ones", [channels])
    let zeros = try buffer(name + ".zeros", [channels])
    return try apply(name, .channelNorm(ChannelNorm(.instance)), x, ones, zeros)
  }

  /// Batch normalisation with scale and shift; stored statistics without a loss.
  mutating func batchNorm(
    _ name: String, _ x: TensorID, training: Bool
  ) throws(UserError) -> TensorID {
    let channels = block[x].shape.count > 1 ? block[x].shape[1] : 1
    let gamma = try parameter(name + ".weight", [channels], .norm)
    let beta = try parameter(name + ".bias", [channels], .norm)
    _ = try buffer(name + ".runningMean", [channels])
    _ = try buffer(name + ".runningVariance", [channels])
    return try apply(
      name, .channelNorm(ChannelNorm(training ? .batch : .stored)), x, gamma, beta)
  }

  /// Linear, activation, linear.
  mutating func perceptron(
    _ name: String, _ x: TensorID, inner: Int, to outputs: Int, _ activation: Activation
  ) throws(UserError) -> TensorID {
    let up = try linear(name + ".up", x, to: inner, bias: true, .mlp)
    let active = try apply(name + ".activation", .activation(activation), up)
    return try linear(name + ".down", active, to: outputs, bias: true, .mlp)
  }

  /// `[B, S, H·D]` as `[B, H, S, D]`, written out for the batched products.
  mutating func splitHeads(
    _ name: String, _ x: TensorID, heads: Int
  ) throws(UserError) -> TensorID {
    let shape = block[x].shape
    let split = try reshaped(
      name + ".heads", x, [shape[0], shape[1], heads, shape[2] / heads])
    return try reordered(name + ".heads.order", split, [0, 2, 1, 3])
  }

  /// `[B, H, S, D]` as `[B, S, H·D]`.
  mutating func joinHeads(_ name: String, _ x: TensorID) throws(UserError) -> TensorID {
    let shape = block[x].shape
    let joined = try reordered(name + ".joined", x, [0, 2, 1, 3])
    return try reshaped(name + ".rows", joined, [shape[0], shape[2], shape[1] * shape[3]])
  }

  /// A token `[t, h]` repeated for each sample: `[B, t, h]`.
  mutating func repeated(
    _ name: String, _ x: TensorID, samples: Int
  ) throws(UserError) -> TensorID {
    try apply(name, .expand(axes: [0], extents: [samples], mean: false), x)
  }
}
