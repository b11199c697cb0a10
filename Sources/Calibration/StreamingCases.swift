import Graph
import HardwareModel
import Quantities

/// Shapes of the operators whose work is bytes.
enum StreamingCases {
  /// (rows, hidden, held out).
  static func sizes(quick: Bool) -> [(Int, Int, Bool)] {
    let few = [
      (4, 384, false), (64, 512, false), (128, 768, false), (197, 1024, true), (512, 768, false),
      (1024, 1536, false),
    ]
    let more = [
      (16, 640, false), (256, 640, false), (32, 1024, false), (256, 1280, true), (640, 1536, true),
      (1024, 2048, false), (2048, 4096, false),
    ]
    return quick ? few : few + more
  }

  static func cases(_ operatorClass: OperatorClass, _ type: DataType, quick: Bool)
    -> [MeasuredCase]
  {
    sizes(quick: quick).flatMap { rows, h, isHeldOut in
      kinds(operatorClass, type, rows, h).map {
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

  /// As many elements as `rows × h`, in rows of 60: windows and heads have short ones.
  private static func shortRows(_ rows: Int, _ h: Int) -> [Int] { [rows * h / 60, 60] }

  /// About as many elements as `rows × h`, in a picture or some, whose sides double with every
  /// four times as many elements, as do those of a network's first levels.
  static func picture(_ rows: Int, _ h: Int) -> [Int] {
    let side = rows * h < 40_000 ? 14 : rows * h < 200_000 ? 28 : 56
    return picture(rows * h, samples: rows < 256 ? 1 : 2, side: side)
  }

  /// Pictures of about so many elements. Their channels fill vectors, as most of a network's do:
  /// kernels take several times as long for each position's rest.
  private static func picture(_ elements: Int, samples: Int, side: Int) -> [Int] {
    let vectors = 16 * samples * side * side
    return [samples, max(1, (elements + vectors / 2) / vectors) * 16, side, side]
  }

  /// Channels of a picture, of the few large and the many small maps that networks begin and end
  /// with, and of single positions, as graphs and tables do.
  private static func channelNorms(
    _ type: DataType, _ rows: Int, _ h: Int, backward: Bool
  ) -> [MeasuredCase] {
    let elements = rows * h
    let batch = ChannelNorm(.batch)
    let stored = ChannelNorm(.stored)
    var shapes = [(picture(rows, h), [batch, stored])]
    let small = [1, elements / 64, 8, 8]
    if small[1] <= 4096 { shapes.append((small, [ChannelNorm(.instance), stored])) }
    if (200_000..<1_000_000).contains(elements) {
      shapes.append((picture(elements, samples: 1, side: 112), [batch, stored]))
    }
    // Each position of its own has no statistics by sample. Kernels take long over few.
    if elements < 240_000 { shapes.append(([rows / 2, h / 2], [batch, stored])) }
    return shapes.flatMap { shape, norms in
      norms.compactMap { channelNorm($0, shape, type, backward: backward) }
    }
  }

  /// Nil for a gradient that there is not.
  private static func channelNorm(
    _ norm: ChannelNorm, _ shape: [Int], _ type: DataType, backward: Bool
  ) -> MeasuredCase? {
    let x = (shape, type)
    let g = ([shape[1]], type)
    let s: ([Int], DataType) = (norm.statistics(shape) ?? [], .fp32)
    guard backward else { return MeasuredCase(.channelNorm(norm), [x, g, g], [x, s, s]) }
    return norm.kind == .stored
      ? nil : MeasuredCase(.channelNormBackward(norm), [x, x, g, s, s], [x, g, g], cold: [1])
  }

  /// Functions of little and of much arithmetic, and gradients, whose input was saved by forward.
  private static func activations(_ type: DataType, _ rows: Int, _ h: Int) -> [MeasuredCase] {
    let x = ([rows, h], type)
    return [Activation.gelu, .relu].flatMap {
      [
        MeasuredCase(.activation($0), [x], [x]),
        MeasuredCase(.activationBackward($0), [x, x], [x], cold: [1]),
      ]
    } + [
      MeasuredCase(.gatedActivation(.silu), [x, x], [x]),
      MeasuredCase(.gatedActivationBackward(.silu), [x, x, x], [x, x], cold: [1, 2]),
    ]
  }

  private static func kinds(
    _ operatorClass: OperatorClass, _ type: DataType, _ rows: Int, _ h: Int
  ) -> [MeasuredCase] {
    let x = ([rows, h], type)
    let g = ([h], type)
    let short = (shortRows(rows, h), type)
    let s: ([Int], DataType) = ([rows], .fp32)
    switch operatorClass {
    case .normalization:
      return [
        MeasuredCase(.layerNorm(epsilon: 1e-5), [x, g, g], [x, s, s]),
        MeasuredCase(.rmsNorm(epsilon: 1e-6), [x, g], [x, s]),
        MeasuredCase(.softmax, [x], [x]), MeasuredCase(.softmax, [short], [short]),
        MeasuredCase(
          .layerNorm(epsilon: 1e-5), [short, ([60], type), ([60], type)],
          [short, ([short.0[0]], .fp32), ([short.0[0]], .fp32)]),
      ] + channelNorms(type, rows, h, backward: false)
    case .normalizationBackward:
      return [
        MeasuredCase(.layerNormBackward, [x, x, g, s, s], [x, g, g], cold: [1]),
        MeasuredCase(.rmsNormBackward, [x, x, g, s], [x, g], cold: [1]),
        MeasuredCase(.softmaxBackward, [x, x], [x], cold: [1]),
        MeasuredCase(.softmaxBackward, [short, short], [short], cold: [1]),
      ] + channelNorms(type, rows, h, backward: true)
    case .elementwise: return MovementCases.elementwise(type, rows, h)
    case .activation:
      return activations(type, rows, h)
    case .gather: return MovementCases.gather(type, rows, h)
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
