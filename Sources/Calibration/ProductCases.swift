import Graph
import Quantities

/// Shapes of matrix products and attention as transformers have them: rows are tokens of a batch,
/// hidden sizes from small to large models. None is a particular model's list.
enum ProductCases {
  /// (rows, inner, outer, held out).
  static func shapes(quick: Bool) -> [(Int, Int, Int, Bool)] {
    let few: [(Int, Int, Int, Bool)] = [
      (16, 384, 384, false), (32, 768, 512, false), (64, 384, 1536, false),
      (96, 512, 512, true), (128, 640, 640, false), (200, 768, 1024, false),
      (128, 1024, 3072, false), (160, 896, 2048, true), (512, 1024, 1024, false),
      (384, 512, 1280, true), (512, 768, 3072, false), (256, 1024, 4096, false),
      (320, 2560, 640, true),
    ]
    let more: [(Int, Int, Int, Bool)] = [
      (384, 2304, 768, false), (640, 512, 2560, true), (1024, 1024, 2048, false),
      (8, 768, 768, false), (64, 640, 640, true), (256, 1280, 1280, false),
      (512, 768, 768, true), (256, 3072, 768, false), (1024, 768, 3072, false),
      (2048, 1024, 1024, true), (2048, 1280, 3072, false),
    ]
    return quick ? few : few + more
  }

  static func matrix(_ type: DataType, quick: Bool) -> [MeasuredCase] {
    shapes(quick: quick).enumerated().flatMap { index, shape -> [MeasuredCase] in
      let (rows, k, n, isHeldOut) = shape
      let (x, w, y) = (([rows, k], type), ([n, k], type), ([rows, n], type))
      let forward = MeasuredCase(
        .linear(bias: true), [x, w, ([n], type)], [y], cold: [1], isHeldOut: isHeldOut)
      let input = MeasuredCase(
        .linearGradInput, [y, w], [x], cold: [1], isHeldOut: isHeldOut)
      // Saved activations are cold, and so is the gradient that is written.
      let weight = MeasuredCase(
        .linearGradWeight(bias: true), [y, x], [w, ([n], type)], cold: [1, 2],
        isHeldOut: isHeldOut)
      // Forward everywhere; the two gradients by turns, since all three are the same class.
      if quick { return [forward, index % 2 == 0 ? input : weight] }
      return [forward, input, weight]
    }
  }

  /// (batch, sequence, heads, head size, causal, held out).
  static func attention(_ type: DataType, quick: Bool, backward: Bool) -> [MeasuredCase] {
    var shapes: [(Int, Int, Int, Int, Bool, Bool)] = [
      (1, 32, 4, 64, false, false), (1, 128, 8, 64, false, false), (2, 128, 12, 64, true, false),
      (1, 200, 16, 64, false, true), (2, 256, 12, 64, false, false),
      (1, 512, 12, 64, true, true), (2, 512, 16, 64, false, false),
    ]
    if !quick {
      shapes += [
        (4, 77, 8, 64, true, true), (1, 196, 12, 32, false, false), (1, 1024, 16, 64, false, false),
        (8, 197, 12, 64, false, false),
      ]
    }
    return shapes.map { batch, sequence, heads, size, causal, isHeldOut in
      let g = AttentionGeometry(
        queryHeads: heads, keyValueHeads: heads, headSize: size, causal: causal)
      let x = ([batch, sequence, heads * size], type)
      let lse: ([Int], DataType) = ([batch, heads, sequence], .fp32)
      return backward
        ? MeasuredCase(
          .attentionBackward(g), [x, x, x, x, x, lse], [x, x, x], cold: [1, 2, 3, 4],
          isHeldOut: isHeldOut)
        : MeasuredCase(.attention(g), [x, x, x], [x, lse], isHeldOut: isHeldOut)
    }
  }
}
