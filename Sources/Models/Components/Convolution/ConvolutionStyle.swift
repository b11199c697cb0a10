import DataFormats
import Graph
import Quantities

/// How the convolutions of a U-shaped network are made: norm, activation, bias.
struct ConvolutionStyle: Sendable, Hashable {
  var dimensions: Int
  var norm: FeatureNorm
  var activation: Activation
  var bias: Bool

  init(_ cursor: JSONCursor, dimensions: Int) throws(JSONError) {
    self.dimensions = dimensions
    norm = FeatureNorm(
      try cursor.optional("norm")?.word(FeatureNorm.Kind.self) ?? .instance,
      groups: try cursor.int("groups", 8, in: 1...100_000))
    norm.groupSize = try cursor.optional("groupSize")?.int(in: 1...100_000)
    activation = try cursor.optional("activation")?.word(Activation.self) ?? .leakyRelu
    bias = try cursor.bool("bias", true)
  }

  /// Convolution, norm, activation.
  func unit(
    _ block: inout BlockBuilder, _ name: String, _ x: TensorID, to channels: Int,
    _ kernel: [Int], stride: [Int]? = nil
  ) throws(UserError) -> TensorID {
    try block.unit(
      name, x, to: channels, .same(kernel, stride: stride), bias: bias, norm, activation)
  }

  /// Two convolutions beside a shortcut; `opens` marks the first block of a stage.
  func residual(
    _ block: inout BlockBuilder, _ x: TensorID, to channels: Int, _ kernel: [Int],
    stride: [Int], opens: Bool, _ shortcut: ResidualShortcut
  ) throws(UserError) -> TensorID {
    block.markLayer()
    var y = try unit(&block, "conv1", x, to: channels, kernel, stride: stride)
    y = try block.unit("conv2", y, to: channels, .same(kernel), bias: bias, norm, nil)
    let identity = try shortcut.apply(
      &block, x, to: channels, stride: stride, opens: opens, self)
    let sum = try block.apply("residual", .add, y, identity)
    return try block.apply("act", .activation(activation), sum)
  }
}

/// How a residual block of a U-shaped network brings its input to another shape.
enum ResidualShortcut: String, Sendable, Hashable, CaseIterable {
  /// A 1×1 convolution with stride and bias in the first block of each stage (STU-Net).
  case strided
  /// Mean pooling for strides, and a normalised 1×1 convolution for channels (nnU-Net).
  case pooled

  func apply(
    _ block: inout BlockBuilder, _ x: TensorID, to channels: Int, stride: [Int],
    opens: Bool, _ style: ConvolutionStyle
  ) throws(UserError) -> TensorID {
    let inputs = block.block[x].shape[1]
    let strides = stride.contains { $0 > 1 }
    let point = stride.map { _ in 1 }
    switch self {
    case .strided:
      guard opens else { return x }
      return try block.convolution(
        "shortcut", x, to: channels, .same(point, stride: stride), bias: style.bias)
    case .pooled:
      var y = x
      if strides {
        y = try block.apply("shortcut.pool", .poolWindows(WindowPooling(.mean, window: stride)), y)
      }
      guard inputs != channels else { return y }
      return try block.unit("shortcut", y, to: channels, .same(point), style.norm, nil)
    }
  }
}
