import Graph
import Kernels
import Quantities
import Testing

/// Calls whose shapes or formats do not fit are refused before anything runs.
@Suite struct MalformedTests {
  private static func numbers(_ shape: [Int], _ type: DataType = .fp32) -> Operand {
    Operand(type: type, values: Values(shape, [Double](repeating: 0, count: shape.reduce(1, *))))
  }

  static let calls: [(OperatorKind, [[Int]], [[Int]])] = [
    (
      .convolution(.init(dimensions: 2), bias: false), [[1, 3, 4, 4], [2, 4, 3, 3]], [[1, 2, 2, 2]]
    ),
    (
      .convolution(.init(dimensions: 2), bias: false), [[1, 3, 2, 2], [2, 3, 3, 3]], [[1, 2, 1, 1]]
    ),
    (
      .convolution(.init(dimensions: 1, stride: 0), bias: false), [[1, 3, 4], [2, 3, 1]],
      [[1, 2, 4]]
    ),
    (
      .convolution(.init(dimensions: 2, groups: 0), bias: false), [[1, 3, 4, 4], [2, 3, 1, 1]],
      [[1]]
    ),
    (.batchedMatmul(.none), [[2, 3, 4], [3, 4, 5]], [[2, 3, 5]]),
    (.permute([0, 0]), [[2, 3]], [[2, 3]]),
    (.slice(axis: 1, start: 2, count: 2), [[2, 3]], [[2, 2]]),
    (.slice(axis: 5, start: 0, count: 1), [[2, 3]], [[2, 1]]),
    (.concatenate(axis: 1), [[2, 3], [3, 3]], [[2, 6]]),
    (.add, [[2, 3], [2]], [[2, 3]]),
    (.multiply, [[2, 3], [4, 3]], [[2, 3]]),
    (.reduce(.sum, axes: [2]), [[2, 3]], [[2]]),
    (.expand(axes: [9], extents: [2], mean: false), [[2]], [[2, 2]]),
    (.resample(to: [4], .linear), [[1, 2, 3, 3]], [[1, 2, 4, 3]]),
    (.poolWindows(.init(.mean, window: [5])), [[1, 2, 3]], [[1, 2, 1]]),
    (.channelNorm(.init(.group(3))), [[1, 4, 2], [4], [4]], [[1, 4, 2], [1, 3], [1, 3]]),
    (.elementLoss(.squared), [[2, 3], [3, 2]], [[]]),
    (.fftConvolution, [[1, 2, 3], [2, 4]], [[1, 2, 3]]),
    (.expertLinear(bias: false), [[4, 3], [2, 5, 4]], [[4, 5]]),
    (.parametricRelu, [[1, 3, 2], [2]], [[1, 3, 2]]),
  ]

  @Test(arguments: calls.indices)
  func shapesThatDoNotFitAreRefused(_ index: Int) {
    let (kind, inputs, outputs) = Self.calls[index]
    #expect(throws: UserError.self, "\(kind)") {
      try run(kind, inputs.map { Self.numbers($0) }, outputs: outputs.map { ($0, .fp32) })
    }
  }

  @Test func positionsOutsideAreRefused() {
    let x = Self.numbers([1, 3, 2])
    let ids = Operand(type: .int32, values: Values([1, 2], [0, 3]))
    #expect(throws: UserError.self) {
      try run(.gatherRows, [x, ids], outputs: [([1, 2, 2], .fp32)])
    }
    let rows = Operand(type: .fp32, values: Values([1, 2, 2], [1, 2, 3, 4]))
    #expect(throws: UserError.self) {
      try run(.scatterRows(rows: 3), [rows, ids], outputs: [([1, 3, 2], .fp32)])
    }
  }

  @Test func integersAreNotAdded() {
    let ids = Self.numbers([2], .int32)
    #expect(throws: UserError.self) { try run(.add, [ids, ids], outputs: [([2], .int32)]) }
    #expect(throws: UserError.self) {
      try run(.softmax, [Self.numbers([2], .int64)], outputs: [([2], .int64)])
    }
  }
}
