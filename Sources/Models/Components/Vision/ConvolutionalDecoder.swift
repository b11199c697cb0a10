import Graph
import Quantities

/// Two 3ᵈ convolutions with instance norm and leaky ReLU around a shortcut, as in MONAI's
/// `UnetResBlock` (norms without scale and shift).
struct ResidualConvolution {
  /// Channels of the result.
  var channels: Int

  /// `[B, C, s…]` to `[B, channels, s…]`.
  func apply(
    _ name: String, _ x: TensorID, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    var y = try convolution(name + ".0", x, size: 3, &block)
    y = try block.apply(name + ".0.activation", .activation(.leakyRelu), y)
    y = try convolution(name + ".1", y, size: 3, &block)
    var shortcut = x
    if block.shape(x)[1] != channels {
      shortcut = try convolution(name + ".shortcut", x, size: 1, &block)
    }
    let sum = try block.apply(name + ".sum", .add, y, shortcut)
    return try block.apply(name + ".activation", .activation(.leakyRelu), sum)
  }

  private func convolution(
    _ name: String, _ x: TensorID, size: Int, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let y = try block.sameConvolution(name, x, to: channels, size: size, bias: false)
    return try block.plainInstanceNorm(name + ".norm", y)
  }
}

/// The convolutional half of "transformer encoder, convolutional decoder": skips are convolved, and
/// the map is doubled and joined with a skip level by level (UNETR, arXiv 2103.10504).
struct ConvolutionalDecoder {
  let scope: BuildScope

  /// Convolves a skip.
  func skip(
    _ name: String, _ x: ValueID, to channels: Int, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var block = scope.block(name)
    let map = try block.input("map", graph.shape(x))
    block.output(try ResidualConvolution(channels: channels).apply("block", map, &block))
    return try graph.call(block, [x])[0]
  }

  /// Doubles a map so many times, with a residual convolution behind each but the first.
  func raised(
    _ name: String, _ x: ValueID, to channels: Int, times: Int, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var block = scope.block(name)
    var map = try block.input("map", graph.shape(x))
    for step in 0..<times {
      map = try Self.doubled("up.\(step)", map, to: channels, &block)
      if step > 0 {
        map = try ResidualConvolution(channels: channels).apply("block.\(step)", map, &block)
      }
    }
    block.output(map)
    return try graph.call(block, [x])[0]
  }

  /// Doubles a map, joins it with a skip and convolves.
  func joined(
    _ name: String, _ x: ValueID, skip: ValueID, to channels: Int, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var block = scope.block(name)
    let low = try block.input("map", graph.shape(x))
    let high = try block.input("skip", graph.shape(skip))
    let map = try Self.doubled("up", low, to: channels, &block)
    let both = try block.apply("join", .concatenate(axis: 1), map, high)
    block.output(try ResidualConvolution(channels: channels).apply("block", both, &block))
    return try graph.call(block, [x, skip])[0]
  }

  /// One product a place to classes.
  func output(
    _ x: ValueID, classes: Int, into graph: inout GraphBuilder
  ) throws(UserError) -> ValueID {
    var block = scope.block("head")
    let map = try block.input("map", graph.shape(x))
    block.output(try block.sameConvolution("classifier", map, to: classes, size: 1, bias: true))
    return try graph.call(block, [x])[0]
  }

  private static func doubled(
    _ name: String, _ x: TensorID, to channels: Int, _ block: inout BlockBuilder
  ) throws(UserError) -> TensorID {
    let dimensions = block.shape(x).count - 2
    return try block.spatialConvolution(
      name, x, to: channels, kernel: [Int](repeating: 2, count: dimensions),
      ConvolutionGeometry(dimensions: dimensions, stride: 2, transposed: true), bias: false)
  }
}
