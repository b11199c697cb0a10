import Graph
import HardwareModel
import Quantities

/// Shapes of the operators whose work is bytes.
enum StreamingCases {
  /// (rows, hidden, held out).
  static func sizes(quick: Bool) -> [(Int, Int, Bool)] {
    let few = [
      (4, 384, false), (64, 512, false), (128, 768, false), (197, 1024, true), (512, 768, false),
      (640, 1536, true), (1024, 2048, false),
    ]
    return quick ? few : few + [(16, 640, false), (256, 1280, true), (2048, 4096, false)]
  }

  static func cases(_ operatorClass: OperatorClass, _ type: DataType, quick: Bool)
    -> [MeasuredCase]
  {
    sizes(quick: quick).enumerated().flatMap { index, size in
      let (rows, h, isHeldOut) = size
      return kinds(operatorClass, type, rows, h, index).map {
        var item = $0
        item.isHeldOut = isHeldOut
        return item
      }
    }
  }

  /// Convolutions through Fourier transforms (batch, channels, length, held out).
  static func transforms(_ type: DataType, quick: Bool) -> [MeasuredCase] {
    let few = [
      (1, 32, 256, false), (1, 128, 1024, false), (1, 64, 2048, true), (1, 256, 4096, false),
    ]
    return (quick ? few : few + [(2, 128, 512, true), (1, 256, 8192, false)]).flatMap {
      batch, channels, length, isHeldOut -> [MeasuredCase] in
      let x = ([batch, channels, length], type)
      let k = ([channels, length], type)
      return [
        MeasuredCase(.fftConvolution, [x, k], [x], cold: [1], isHeldOut: isHeldOut),
        MeasuredCase(
          .fftConvolutionBackward, [x, x, k], [x, k], cold: [1, 2], isHeldOut: isHeldOut),
      ]
    }
  }

  /// Every second size: as many elements as `rows × h`, in channels of a picture.
  private static func channelNorms(
    _ type: DataType, _ rows: Int, _ h: Int, _ index: Int, backward: Bool
  ) -> [MeasuredCase] {
    guard index % 2 == 1 else { return [] }
    let x = ([1, h / 8, rows, 8], type)
    let g = ([h / 8], type)
    let s: ([Int], DataType) = ([1, h / 8], .fp32)
    let norm = ChannelNorm(.instance)
    return backward
      ? [MeasuredCase(.channelNormBackward(norm), [x, x, g, s, s], [x, g, g], cold: [1])]
      : [MeasuredCase(.channelNorm(norm), [x, g, g], [x, s, s])]
  }

  private static func kinds(
    _ operatorClass: OperatorClass, _ type: DataType, _ rows: Int, _ h: Int, _ index: Int
  ) -> [MeasuredCase] {
    let x = ([rows, h], type)
    let g = ([h], type)
    let s: ([Int], DataType) = ([rows], .fp32)
    switch operatorClass {
    case .normalization:
      return [
        index % 3 == 2
          ? MeasuredCase(.rmsNorm(epsilon: 1e-6), [x, g], [x, s])
          : MeasuredCase(.layerNorm(epsilon: 1e-5), [x, g, g], [x, s, s])
      ] + channelNorms(type, rows, h, index, backward: false)
        + (index % 2 == 0 ? [MeasuredCase(.softmax, [x], [x])] : [])
    case .normalizationBackward:
      return [
        index % 3 == 2
          ? MeasuredCase(.rmsNormBackward, [x, x, g, s], [x, g], cold: [1])
          : MeasuredCase(.layerNormBackward, [x, x, g, s, s], [x, g, g], cold: [1])
      ] + channelNorms(type, rows, h, index, backward: true)
        + (index % 2 == 0 ? [MeasuredCase(.softmaxBackward, [x, x], [x], cold: [1])] : [])
    case .elementwise:
      let sum = MeasuredCase(.add, [x, x], [x])
      if index % 2 == 0 { return [sum, MeasuredCase(.sumLeading, [x], [g])] }
      return [
        sum, MeasuredCase(.multiply, [x, x], [x]),
        MeasuredCase(.concatenate(axis: 0), [x, x], [([2 * rows, h], type)]),
      ]
    case .activation:
      // Exact GELU and its gradient, whose input was saved by forward.
      return index % 2 == 0
        ? [MeasuredCase(.activation(.gelu), [x], [x])]
        : [
          MeasuredCase(.activation(.gelu), [x], [x]),
          MeasuredCase(.activationBackward(.gelu), [x, x], [x], cold: [1]),
        ]
    case .gather:
      let ids: ([Int], DataType) = ([1, rows], .int32)
      let table = ([min(30000, 16 * rows), h], type)
      let sequence = ([1, rows, h], type)
      return [
        MeasuredCase(.embedding, [ids, table], [sequence], cold: [1]),
        MeasuredCase(.embeddingBackward, [sequence, ids], [table], cold: [2]),
      ]
    case .loss:
      let labels: ([Int], DataType) = ([rows], .int32)
      return [
        MeasuredCase(.crossEntropy, [x, labels], [([], .fp32), s]),
        MeasuredCase(.crossEntropyBackward, [x, labels, s], [x]),
      ]
    case .optimizer:
      return [MeasuredCase(.optimizer(.adamw), [x, x, x, x], [], cold: [0, 1, 2, 3])]
    case .matrix, .attention, .attentionBackward, .convolution, .transform: return []
    }
  }
}
