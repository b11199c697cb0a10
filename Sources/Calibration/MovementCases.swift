import Graph
import Quantities

/// Operators that add, copy, reorder, resample or look up elements, as many as `rows × h` each.
enum MovementCases {
  static func elementwise(_ type: DataType, _ rows: Int, _ h: Int) -> [MeasuredCase] {
    arithmetic(type, rows, h) + copies(type, rows, h) + pictures(type, rows, h)
  }

  private static func arithmetic(_ type: DataType, _ rows: Int, _ h: Int) -> [MeasuredCase] {
    let x = ([rows, h], type)
    let g = ([h], type)
    let sequence = ([1, rows, h], type)
    return [
      MeasuredCase(.add, [x, x], [x]),
      MeasuredCase(.multiply, [x, x], [x]),
      MeasuredCase(.multiplyBackward, [x, x, x], [x, x], cold: [1, 2]),
      MeasuredCase(.scale(0.5), [x], [x]),
      MeasuredCase(.sumLeading, [x], [g]),
      MeasuredCase(.scaleColumns, [x, g], [x]),
      MeasuredCase(.scaleColumnsBackward, [x, x, g], [x, g], cold: [1]),
      // Long heads and short ones; every size above is a multiple.
      MeasuredCase(
        .rotary(heads: h / 64, base: 10_000, inverse: false), [sequence], [sequence]),
      MeasuredCase(
        .rotary(heads: h / 16, base: 10_000, inverse: false), [sequence], [sequence]),
      MeasuredCase(.reduce(.mean, axes: [0]), [x], [g]),
      MeasuredCase(.expand(axes: [0], extents: [rows], mean: false), [g], [x]),
    ]
  }

  private static func copies(_ type: DataType, _ rows: Int, _ h: Int) -> [MeasuredCase] {
    let x = ([rows, h], type)
    let heads = ([rows, h / 64, 64], type)
    return [
      MeasuredCase(.contiguous, [x], [x]),
      MeasuredCase(.cast, [x], [([rows * h], type)]),
      MeasuredCase(.permute([1, 0, 2]), [heads], [([h / 64, rows, 64], type)]),
      MeasuredCase(.permute([1, 0]), [x], [([h, rows], type)]),
      MeasuredCase(.slice(axis: 1, start: 0, count: h / 2), [x], [([rows, h / 2], type)]),
      MeasuredCase(.concatenate(axis: 1), [x, x], [([rows, 2 * h], type)]),
      MeasuredCase(.pad(axis: 0, before: 1, after: 1), [x], [([rows + 2, h], type)]),
      MeasuredCase(.roll([rows / 2, 0]), [x], [x]),
    ]
  }

  /// Channels of pictures.
  private static func pictures(_ type: DataType, _ rows: Int, _ h: Int) -> [MeasuredCase] {
    let x = (StreamingCases.picture(rows, h), type)
    func scaled(_ side: (Int) -> Int) -> [Int] { x.0.prefix(2) + x.0.suffix(2).map(side) }
    let large = (scaled { 2 * $0 }, type)
    let small = (scaled { $0 / 2 }, type)
    let places: ([Int], DataType) = (small.0, .int64)
    let channels = Array(x.0.prefix(2))
    let sides = Array(x.0.suffix(2))
    let factor = (channels + [1, 1], type)
    let mean = WindowPooling(.mean, window: [2, 2])
    let to = Array(large.0.suffix(2))
    let maxima = [
      WindowPooling(.maximum, window: [3, 3], stride: [2, 2], padding: [1, 1]),
      WindowPooling(.maximum, window: [2, 2]),
    ]
    return maxima.map { MeasuredCase(.poolWindows($0), [x], [small, places]) } + [
      MeasuredCase(.multiply, [x, factor], [x]),
      MeasuredCase(.multiplyBackward, [x, x, factor], [x, factor], cold: [1]),
      MeasuredCase(.reduce(.mean, axes: [2, 3]), [x], [(channels, type)]),
      MeasuredCase(.expand(axes: [2, 3], extents: sides, mean: true), [(channels, type)], [x]),
      MeasuredCase(.resample(to: to, .linear), [x], [large]),
      MeasuredCase(.resampleBackward(to: to, .linear), [large], [x]),
      MeasuredCase(.poolWindows(mean), [x], [small]),
      MeasuredCase(.poolWindowsBackward(mean), [small], [x]),
    ] + maxima.map { MeasuredCase(.poolWindowsBackward($0), [small, places], [x]) }
  }

  static func gather(_ type: DataType, _ rows: Int, _ h: Int) -> [MeasuredCase] {
    let ids: ([Int], DataType) = ([1, rows], .int32)
    let table = ([min(30000, 4 * rows), h], type)
    let sequence = ([1, rows, h], type)
    let longer = ([1, rows + 1, h], type)
    let half: ([Int], DataType) = ([1, rows / 2], .int32)
    let chosen = ([1, rows / 2, h], type)
    let token = ([1, h], type)
    return [
      MeasuredCase(.embedding, [ids, table], [sequence], cold: [1]),
      MeasuredCase(.embeddingBackward, [sequence, ids], [table], cold: [2]),
      MeasuredCase(.gatherRows, [sequence, half], [chosen]),
      MeasuredCase(.scatterRows(rows: rows), [chosen, half], [sequence]),
      MeasuredCase(.prependTokens, [sequence, token], [longer]),
      MeasuredCase(.prependTokensBackward, [longer], [sequence, token]),
      MeasuredCase(.pool(.mean(from: 0)), [sequence], [token]),
      MeasuredCase(.poolBackward(.mean(from: 0)), [token], [sequence]),
    ]
  }
}
