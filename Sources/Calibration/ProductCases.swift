import CostModel
import Graph
import Quantities

/// Shapes of matrix products and attention as transformers have them: rows are tokens of a batch,
/// hidden sizes from small to large models. None is a particular model's list.
enum ProductCases {
  /// (rows, inner, outer, held out).
  static func shapes(quick: Bool) -> [(Int, Int, Int, Bool)] {
    let few: [(Int, Int, Int, Bool)] = [
      (16, 384, 384, false), (100, 160, 160, false), (144, 96, 288, false),
      (80, 224, 112, true), (32, 768, 512, false), (64, 384, 1536, false),
      (96, 512, 512, true), (128, 640, 640, false), (200, 768, 1024, false),
      (160, 896, 2048, true), (512, 1024, 1024, false),
      (384, 512, 1280, true), (256, 1024, 2048, false), (1600, 96, 384, false),
      (1568, 192, 96, false),
    ]
    let more: [(Int, Int, Int, Bool)] = [
      (128, 1024, 3072, false), (512, 768, 3072, false), (320, 2560, 640, true),
      (384, 2304, 768, false),
      (640, 512, 2560, true), (1024, 1024, 2048, false),
      (8, 768, 768, false), (64, 640, 640, true), (256, 1280, 1280, false),
      (512, 768, 768, true), (256, 3072, 768, false), (1024, 768, 3072, false),
      (2048, 1024, 1024, true), (2048, 1280, 3072, false), (256, 1024, 4096, false),
    ]
    return quick ? few : few + more
  }

  static func matrix(_ type: DataType, quick: Bool) -> [MeasuredCase] {
    batched(type) + layers(type, quick: quick)
  }

  private static func layers(_ type: DataType, quick: Bool) -> [MeasuredCase] {
    shapes(quick: quick).enumerated().flatMap { index, shape -> [MeasuredCase] in
      let (rows, k, n, isHeldOut) = shape
      let (x, w, y) = (([rows, k], type), ([n, k], type), ([rows, n], type))
      // With a bias in all of them, adding it could pass for what outputs take in any case.
      let hasBias = index.isMultiple(of: 2)
      let bias = hasBias ? [([n], type)] : []
      let forward = MeasuredCase(
        .linear(bias: hasBias), [x, w] + bias, [y], cold: [1], isHeldOut: isHeldOut)
      var trained = forward
      trained.isTrained = true
      let input = MeasuredCase(
        .linearGradInput, [y, w], [x], cold: [1], isHeldOut: isHeldOut, isTrained: true)
      // Saved activations are cold, and so is the gradient that is written.
      let weight = MeasuredCase(
        .linearGradWeight(bias: hasBias), [y, x], [w] + bias, cold: [1, 2],
        isHeldOut: isHeldOut)
      // Of large held-out shapes those of training by turns.
      if quick && isHeldOut && forward.cost.hardwareFlops > 200_000_000 {
        return [forward, [trained, input, weight][index % 3]]
      }
      return [forward, trained, input, weight]
    }
  }

  /// Products of many small matrices: attention without fusion, triangles, windows.
  private static func batched(_ type: DataType) -> [MeasuredCase] {
    let shapes: [(Int, Int, Int, Int, Bool)] = [
      (8, 32, 32, 32, false), (12, 128, 64, 128, false), (16, 200, 32, 200, true),
      (4, 256, 128, 64, false), (96, 49, 32, 49, false), (8, 384, 64, 384, false),
      (24, 64, 64, 64, true), (2, 640, 256, 128, false),
    ]
    return shapes.map { batch, m, k, n, isHeldOut in
      MeasuredCase(
        .batchedMatmul(.none), [([batch, m, k], type), ([batch, k, n], type)],
        [([batch, m, n], type)], isHeldOut: isHeldOut)
    }
  }

  /// Queries and keys of heads.
  private struct Shape {
    var batch = 1
    var queries: Int
    /// As many as queries by default.
    var keys: Int?
    var heads: Int
    var size = 64
    var causal = false
    var isHeldOut = false

    /// Elements of a bias that is added to the scores.
    var scores: Int { heads * queries * (keys ?? queries) }
  }

  /// A quick calibration takes no larger bias: they are most of the memory that it would touch.
  private static let mostQuickScores = 550_000

  private static let few = [
    Shape(queries: 32, heads: 4), Shape(queries: 128, heads: 8),
    Shape(batch: 2, queries: 128, heads: 12, causal: true),
    Shape(queries: 200, heads: 16, isHeldOut: true), Shape(batch: 2, queries: 256, heads: 12),
    Shape(queries: 512, heads: 12, causal: true, isHeldOut: true),
    Shape(queries: 384, heads: 6), Shape(batch: 2, queries: 128, heads: 16, size: 8),
    Shape(queries: 96, heads: 6, size: 128), Shape(batch: 2, queries: 112, heads: 12, size: 4),
    Shape(queries: 160, heads: 20, size: 24, isHeldOut: true),
    Shape(batch: 16, queries: 49, heads: 6, size: 32), Shape(queries: 1024, keys: 8, heads: 8),
    Shape(queries: 8, keys: 1024, heads: 8, size: 16), Shape(queries: 11, heads: 8, size: 32),
    Shape(queries: 1500, keys: 11, heads: 8, size: 16),
  ]
  private static let more = [
    Shape(batch: 4, queries: 77, heads: 8, causal: true, isHeldOut: true),
    Shape(queries: 512, heads: 10), Shape(queries: 196, heads: 12, size: 32),
    Shape(queries: 1024, heads: 16),
    Shape(batch: 2, queries: 512, heads: 16),
    Shape(batch: 8, queries: 197, heads: 12), Shape(queries: 64, heads: 32, size: 128),
    Shape(batch: 4, queries: 64, heads: 12, size: 24),
  ]

  static func attention(_ type: DataType, quick: Bool, backward: Bool) -> [MeasuredCase] {
    (quick ? few : few + more).flatMap { shape -> [MeasuredCase] in
      let plain = attention(shape, type, bias: false, backward: backward)
      let isLarge = quick && shape.scores > mostQuickScores
      guard !shape.causal, shape.keys == nil, !isLarge else { return [plain] }
      return [plain, attention(shape, type, bias: true, backward: backward)]
    }
  }

  private static func attention(
    _ shape: Shape, _ type: DataType, bias: Bool, backward: Bool
  ) -> MeasuredCase {
    var heads = AttentionGeometry(
      queryHeads: shape.heads, keyValueHeads: shape.heads, headSize: shape.size,
      causal: shape.causal)
    heads.bias = bias
    let keys = shape.keys ?? shape.queries
    let q = ([shape.batch, shape.queries, shape.heads * shape.size], type)
    let k = ([shape.batch, keys, shape.heads * shape.size], type)
    let b = bias ? [([1, shape.heads, shape.queries, keys], type)] : []
    let lse: ([Int], DataType) = ([shape.batch, shape.heads, shape.queries], .fp32)
    let inputs = [q, k, k] + b
    guard backward else {
      return MeasuredCase(
        .attention(heads), inputs, [q, lse], cold: bias ? [3] : [], isHeldOut: shape.isHeldOut)
    }
    // All that forward saved is cold.
    return MeasuredCase(
      .attentionBackward(heads), [q] + inputs + [q, lse], [q, k, k] + b,
      cold: Set(1...(inputs.count + 1)), isHeldOut: shape.isHeldOut)
  }
}
