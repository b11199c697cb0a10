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
      ]
    case .normalizationBackward:
      return [
        index % 3 == 2
          ? MeasuredCase(.rmsNormBackward, [x, x, g, s], [x, g], cold: [1])
          : MeasuredCase(.layerNormBackward, [x, x, g, s, s], [x, g, g], cold: [1])
      ]
    case .elementwise:
      let sum = MeasuredCase(.add, [x, x], [x])
      return index % 2 == 0 ? [sum, MeasuredCase(.sumLeading, [x], [g])] : [sum]
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
