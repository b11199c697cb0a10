import Graph
import Quantities

/// Shapes of convolutions as encoders of images and volumes have them; none is a particular model's
/// list.
enum ConvolutionCases {
  /// A convolution with "same" padding: batch, channels in and out, spatial extents, kernel
  /// and stride.
  private struct Shape {
    var batch = 1
    var channels: (input: Int, output: Int)
    var extents: [Int]
    var kernel: Int
    var stride = 1
    /// Channels of a group; nil where all are one.
    var perGroup: Int?
    var isTransposed = false
    var isHeldOut = false
  }

  private static let few = [
    Shape(channels: (32, 64), extents: [56, 56], kernel: 3),
    Shape(channels: (64, 64), extents: [28, 28], kernel: 3),
    Shape(channels: (96, 128), extents: [28, 28], kernel: 3, stride: 2, isHeldOut: true),
    Shape(channels: (256, 64), extents: [28, 28], kernel: 1),
    Shape(channels: (64, 160), extents: [40, 40], kernel: 1),
    Shape(channels: (192, 96), extents: [20, 20], kernel: 1),
    Shape(channels: (256, 1024), extents: [14, 14], kernel: 1),
    Shape(batch: 2, channels: (640, 320), extents: [10, 10], kernel: 1),
    Shape(batch: 2, channels: (384, 96), extents: [48, 48], kernel: 1, isHeldOut: true),
    Shape(channels: (1280, 640), extents: [8, 8], kernel: 1),
    Shape(channels: (1024, 512), extents: [7, 7], kernel: 1, isHeldOut: true),
    // Few channels of large maps, as networks begin, and single positions.
    Shape(channels: (24, 96), extents: [112, 112], kernel: 1),
    Shape(channels: (120, 24), extents: [80, 80], kernel: 1),
    Shape(channels: (40, 160), extents: [72, 72], kernel: 1, isHeldOut: true),
    Shape(channels: (320, 24), extents: [1, 1], kernel: 1),
    // Signals.
    Shape(channels: (48, 64), extents: [30], kernel: 3),
    Shape(channels: (192, 256), extents: [24], kernel: 3),
    Shape(batch: 2, channels: (96, 160), extents: [60], kernel: 5, stride: 2),
    Shape(channels: (384, 320), extents: [6], kernel: 3),
    Shape(channels: (128, 192), extents: [40], kernel: 3, isHeldOut: true),
    Shape(channels: (16, 24), extents: [24, 24, 24], kernel: 3),
    Shape(channels: (32, 32), extents: [16, 16, 16], kernel: 3, isHeldOut: true),
    Shape(channels: (48, 96), extents: [16, 16, 16], kernel: 3, stride: 2),
    Shape(channels: (256, 256), extents: [7, 7], kernel: 3),
    Shape(channels: (32, 2), extents: [128, 128], kernel: 1),
    Shape(channels: (16, 32), extents: [128, 128], kernel: 3),
    Shape(batch: 2, channels: (48, 64), extents: [64, 64], kernel: 3),
    Shape(batch: 2, channels: (320, 320), extents: [10, 10], kernel: 3),
    Shape(batch: 2, channels: (160, 160), extents: [48, 48], kernel: 3, perGroup: 1),
    Shape(batch: 2, channels: (144, 144), extents: [20, 20], kernel: 7, perGroup: 1),
    Shape(channels: (200, 200), extents: [900], kernel: 3, perGroup: 1),
    Shape(channels: (320, 320), extents: [256], kernel: 3, perGroup: 1),
    Shape(channels: (96, 96), extents: [2048], kernel: 4, perGroup: 1),
    Shape(batch: 2, channels: (640, 640), extents: [512], kernel: 3, perGroup: 1),
    Shape(batch: 3, channels: (144, 144), extents: [320], kernel: 7, perGroup: 1),
    Shape(
      batch: 2, channels: (448, 448), extents: [700], kernel: 3, perGroup: 1,
      isHeldOut: true),
    Shape(channels: (128, 128), extents: [28, 28], kernel: 3, perGroup: 1),
    Shape(channels: (96, 96), extents: [80, 80], kernel: 3, perGroup: 1),
    Shape(channels: (96, 96), extents: [56, 56], kernel: 7, perGroup: 1),
    Shape(channels: (384, 384), extents: [14, 14], kernel: 7, perGroup: 1),
    Shape(channels: (240, 240), extents: [28, 28], kernel: 5, perGroup: 1),
    Shape(channels: (96, 96), extents: [56, 56], kernel: 3, stride: 2, perGroup: 1),
    Shape(channels: (192, 192), extents: [28, 28], kernel: 5, stride: 2, perGroup: 1),
    Shape(channels: (480, 480), extents: [14, 14], kernel: 5, perGroup: 1, isHeldOut: true),
    Shape(channels: (64, 32), extents: [64, 64], kernel: 2, stride: 2, isTransposed: true),
    Shape(channels: (128, 64), extents: [32, 32], kernel: 2, stride: 2, isTransposed: true),
    Shape(channels: (256, 128), extents: [16, 16], kernel: 2, stride: 2, isTransposed: true),
    Shape(channels: (64, 32), extents: [12, 12, 12], kernel: 2, stride: 2, isTransposed: true),
    Shape(
      channels: (96, 48), extents: [24, 24], kernel: 2, stride: 2, isTransposed: true,
      isHeldOut: true),
    Shape(channels: (48, 16), extents: [8, 8, 8], kernel: 2, stride: 2, isTransposed: true),
    // Groups fill halves of vectors or some vectors; oneDNN takes ten times as long for others,
    // which networks do without.
    Shape(channels: (160, 160), extents: [40, 40], kernel: 3, perGroup: 4),
    Shape(channels: (256, 256), extents: [20, 20], kernel: 3, perGroup: 8),
    Shape(batch: 2, channels: (96, 96), extents: [48, 48], kernel: 3, stride: 2, perGroup: 4),
    Shape(channels: (512, 512), extents: [10, 10], kernel: 3, perGroup: 16),
    Shape(channels: (320, 320), extents: [16, 16], kernel: 3, perGroup: 8, isHeldOut: true),
  ]
  private static let more = [
    Shape(batch: 4, channels: (64, 128), extents: [56, 56], kernel: 3),
    Shape(channels: (24, 32), extents: [208, 208], kernel: 3),
    Shape(batch: 2, channels: (48, 64), extents: [96, 96], kernel: 3),
    Shape(channels: (3, 64), extents: [224, 224], kernel: 7, stride: 2),
    Shape(batch: 2, channels: (512, 512), extents: [14, 14], kernel: 3, isHeldOut: true),
    Shape(channels: (24, 24), extents: [48, 48, 48], kernel: 3),
    Shape(channels: (96, 48), extents: [32, 32, 32], kernel: 1, isHeldOut: true),
    Shape(channels: (8, 8), extents: [64, 64, 64], kernel: 3),
    Shape(channels: (32, 32), extents: [256, 256], kernel: 3),
    Shape(batch: 2, channels: (512, 2048), extents: [7, 7], kernel: 1),
    Shape(batch: 4, channels: (256, 128), extents: [56, 56], kernel: 1),
  ]

  static func cases(_ type: DataType, quick: Bool) -> [MeasuredCase] {
    (quick ? few : few + more).enumerated().flatMap { index, shape -> [MeasuredCase] in
      let (input, output) = shape.channels
      let groups = shape.perGroup.map { input / $0 } ?? 1
      let geometry = ConvolutionGeometry(
        dimensions: shape.extents.count, stride: shape.stride,
        padding: shape.isTransposed ? 0 : shape.kernel / 2,
        groups: groups, transposed: shape.isTransposed)
      let taps = [Int](repeating: shape.kernel, count: shape.extents.count)
      guard let extents = geometry.output(shape.extents, kernel: taps) else { return [] }
      let x = ([shape.batch, input] + shape.extents, type)
      let w = ((shape.isTransposed ? [input, output] : [output, input / groups]) + taps, type)
      let y = ([shape.batch, output] + extents, type)
      // With a bias in all of them, adding it could pass for what outputs take in any case.
      let hasBias = index.isMultiple(of: 2)
      let bias = hasBias ? [([output], type)] : []
      return [
        MeasuredCase(
          .convolution(geometry, bias: hasBias), [x, w] + bias, [y], cold: [1],
          isHeldOut: shape.isHeldOut),
        MeasuredCase(
          .convolutionGradInput(geometry), [y, w], [x], cold: [1], isHeldOut: shape.isHeldOut),
        MeasuredCase(
          .convolutionGradWeight(geometry, bias: hasBias), [y, x], [w] + bias, cold: [1],
          isHeldOut: shape.isHeldOut),
      ]
    }
  }
}
