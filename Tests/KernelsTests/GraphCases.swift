import Graph
import Quantities

/// Operators beyond a plain transformer's.
extension Case {
  static let beyondTransformers: [Case] =
    grouped + convolutions + biasedAttentions + channels + movements + planes + elementLosses

  private static func item(
    _ kind: OperatorKind, _ inputs: [[Int]], _ output: [Int], depth: Int = 1
  ) -> Case {
    Case(kind: kind, inputs: inputs.map { Input($0) }, outputs: [Output(output)], depth: depth)
  }

  private static let grouped: [Case] = [
    item(.batchedMatmul(.none), [[2, 3, 4, 5], [2, 3, 5, 6]], [2, 3, 4, 6], depth: 5),
    item(.batchedMatmul(.left), [[3, 5, 4], [3, 5, 6]], [3, 4, 6], depth: 5),
    item(.batchedMatmul(.right), [[1, 19, 5], [1, 33, 5]], [1, 19, 33], depth: 5),
    item(.expertLinear(bias: false), [[7, 5], [3, 6, 5]], [7, 6], depth: 5),
    item(.expertLinear(bias: true), [[2, 4, 5], [2, 3, 5], [2, 3]], [2, 4, 3], depth: 5),
    // Fewer rows than experts.
    item(.expertLinear(bias: false), [[2, 5], [4, 3, 5]], [2, 3], depth: 5),
    item(.fftConvolution, [[2, 3, 9], [3, 9]], [2, 3, 9], depth: 9),
    item(.fftConvolution, [[1, 2, 16], [2, 16]], [1, 2, 16], depth: 16),
  ]

  private static let convolutions: [Case] = {
    func convolution(
      _ x: [Int], _ w: [Int], _ g: ConvolutionGeometry, bias: Bool = true
    ) -> Case {
      let output = g.output(Array(x.dropFirst(2)), kernel: Array(w.dropFirst(2))) ?? []
      let channels = g.transposed ? w[1] * g.groups : w[0]
      return item(
        .convolution(g, bias: bias), bias ? [x, w, [channels]] : [x, w],
        [x[0], channels] + output, depth: w.dropFirst().reduce(1, *) * 2)
    }
    var shifted = ConvolutionGeometry(dimensions: 2, stride: 2, padding: 1, transposed: true)
    shifted.outputPadding = [1, 1]
    return [
      convolution([2, 3, 11], [4, 3, 3], .init(dimensions: 1, padding: 1)),
      convolution([1, 6, 9], [6, 1, 3], .init(dimensions: 1, padding: 2, groups: 6)),
      convolution([2, 3, 7, 6], [5, 3, 3, 3], .init(dimensions: 2, stride: 2, padding: 1)),
      convolution([1, 4, 5, 5], [6, 2, 1, 1], .init(dimensions: 2, groups: 2), bias: false),
      convolution([1, 20, 4, 4], [20, 1, 3, 3], .init(dimensions: 2, padding: 1, groups: 20)),
      convolution([1, 2, 9, 9], [3, 2, 3, 3], .init(dimensions: 2, padding: 2, dilation: 2)),
      convolution([1, 2, 4, 5, 4], [33, 2, 2, 3, 1], .init(dimensions: 3), bias: false),
      convolution([2, 1, 4, 4, 4], [3, 1, 3, 3, 3], .init(dimensions: 3, stride: 2, padding: 1)),
      convolution([1, 4, 3, 3], [4, 5, 2, 2], .init(dimensions: 2, stride: 2, transposed: true)),
      convolution([2, 4, 3, 4], [4, 3, 3, 3], shifted),
      convolution(
        [1, 4, 2, 3, 2], [4, 1, 2, 2, 2],
        .init(dimensions: 3, stride: 2, groups: 2, transposed: true), bias: false),
    ] + depthwise.map { convolution($0.x, $0.w, $0.geometry, bias: $0.hasBias) }
  }()

  /// Depth-wise convolutions: windows of one to three dimensions, wider and narrower than a tile,
  /// that do and do not divide; the second is the causal filter of a long sequence.
  static let depthwise: [(x: [Int], w: [Int], geometry: ConvolutionGeometry, hasBias: Bool)] = {
    let uneven = ConvolutionGeometry(
      stride: [1, 3], padding: [3, 1], dilation: [2, 1], groups: 18)
    var up = ConvolutionGeometry(dimensions: 2, stride: 2, padding: 1, groups: 17, transposed: true)
    up.outputPadding = [1, 0]
    let volume = ConvolutionGeometry(
      stride: [2, 1, 1], padding: [1, 1, 2], dilation: [1, 1, 2], groups: 17)
    return [
      ([2, 20, 13], [20, 1, 4], .init(dimensions: 1, padding: 3, groups: 20), true),
      ([1, 2, 300], [2, 1, 3], .init(dimensions: 1, padding: 2, groups: 2), true),
      ([1, 35, 4, 5], [35, 1, 5, 5], .init(dimensions: 2, padding: 2, groups: 35), false),
      ([1, 35, 9, 8], [35, 1, 7, 7], .init(dimensions: 2, padding: 3, groups: 35), true),
      (
        [1, 17, 6, 7], [17, 1, 5, 5], .init(dimensions: 2, stride: 2, padding: 2, groups: 17), true
      ),
      ([1, 18, 5, 7], [18, 1, 4, 2], uneven, true),
      ([1, 3, 12, 12], [3, 1, 11, 11], .init(dimensions: 2, padding: 5, groups: 3), false),
      ([2, 17, 3, 4], [17, 1, 3, 3], up, true),
      ([1, 17, 2, 4, 5], [17, 1, 3, 3, 3], volume, true),
    ]
  }()

  private static let biasedAttentions: [Case] = {
    typealias Change = (inout AttentionGeometry) -> Void
    func attention(
      _ b: Int, _ s: Int, _ t: Int, heads: Int = 2, keyHeads: Int = 2, size: Int = 4,
      causal: Bool = false, bias: [Int]? = nil, _ change: Change = { _ in }
    ) -> Case {
      var g = AttentionGeometry(
        queryHeads: heads, keyValueHeads: keyHeads, headSize: size, causal: causal)
      g.bias = bias != nil
      change(&g)
      let output = Output([b, s, heads * g.valueSize])
      let statistic =
        g.fused ? Output([b, heads, s], statistic: true) : Output([b, heads, s, t])
      let shapes = [
        [b, s, heads * size], [b, t, keyHeads * size], [b, t, keyHeads * g.valueSize],
      ]
      return Case(
        kind: .attention(g), inputs: (shapes + (bias.map { [$0] } ?? [])).map { Input($0) },
        outputs: [output, statistic], depth: t + size)
    }
    return [
      attention(2, 5, 5, bias: [1, 2, 5, 5]),
      attention(2, 5, 6, bias: [2, 1, 1, 6]),
      attention(1, 3, 6, heads: 4, bias: [1, 4, 3, 1]),
      attention(2, 4, 4, heads: 4, causal: true, bias: [1, 1, 4, 4]),
      attention(2, 4, 4, heads: 4, bias: [1, 4, 4, 4]),
      attention(1, 9, 9, causal: true) { $0.window = 3 },
      attention(1, 9, 9) { $0.window = 4 },
      attention(1, 4, 6) { $0.valueSize = 7 },
      attention(1, 6, 6) { $0.fused = false },
      attention(2, 3, 5, bias: [2, 2, 3, 5]) { $0.fused = false },
      attention(1, 70, 5, heads: 1, keyHeads: 1, bias: [1, 1, 1, 5]),
    ]
  }()

  private static let channels: [Case] = {
    var cases: [Case] = []
    let kinds: [ChannelNorm.Kind] = [.batch, .stored, .instance, .group(2)]
    for (index, kind) in kinds.enumerated() {
      let shape = [[2, 4, 7], [3, 4, 3, 5], [1, 2, 2, 3, 3], [2, 6, 3, 3]][index]
      let norm = ChannelNorm(kind)
      let statistics = Output(norm.statistics(shape) ?? [], statistic: true)
      cases.append(
        Case(
          kind: .channelNorm(norm),
          inputs: [Input(shape), Input([shape[1]]), Input([shape[1]])],
          outputs: [Output(shape), statistics, statistics], depth: 20))
    }
    return cases + [
      item(.softmax, [[3, 4, 9]], [3, 4, 9], depth: 9),
      item(.parametricRelu, [[2, 3, 5], [3]], [2, 3, 5], depth: 10),
      item(.parametricRelu, [[2, 3, 2, 2], [1]], [2, 3, 2, 2], depth: 24),
    ]
  }()

  private static let movements: [Case] = [
    item(.add, [[2, 3, 4, 5], [3, 1, 5]], [2, 3, 4, 5], depth: 8),
    item(.add, [[2, 3, 4], [2, 1, 1]], [2, 3, 4], depth: 12),
    item(.multiply, [[2, 3, 4], [2, 3, 4]], [2, 3, 4]),
    item(.multiply, [[2, 3, 4], [3, 1]], [2, 3, 4], depth: 8),
    item(.multiply, [[5, 6], [5, 1]], [5, 6], depth: 6),
    item(.multiply, [[700], [1]], [700], depth: 700),
    item(.detach, [[2, 5]], [2, 5]),
    item(.contiguous, [[2, 5]], [2, 5]),
    item(.permute([1, 0]), [[37, 18]], [18, 37]),
    item(.permute([0, 2, 1]), [[3, 4, 5]], [3, 5, 4]),
    item(.permute([2, 0, 3, 1]), [[2, 3, 4, 5]], [4, 2, 5, 3]),
    item(.permute([0, 2, 1, 3]), [[2, 3, 4, 5]], [2, 4, 3, 5]),
    item(.slice(axis: 1, start: 2, count: 3), [[2, 6, 4]], [2, 3, 4]),
    item(.slice(axis: 0, start: 1, count: 1), [[3, 5]], [1, 5]),
    item(.pad(axis: 1, before: 2, after: 1), [[2, 3, 4]], [2, 6, 4]),
    item(.pad(axis: 2, before: 0, after: 2), [[2, 3, 4]], [2, 3, 6]),
    item(.concatenate(axis: 1), [[2, 3, 4], [2, 1, 4], [2, 2, 4]], [2, 6, 4]),
    item(.concatenate(axis: 2), [[2, 3, 1], [2, 3, 5]], [2, 3, 6]),
    item(.roll([0, 2, -1]), [[2, 5, 4]], [2, 5, 4]),
    item(.roll([3, 0]), [[3, 4]], [3, 4]),
    item(.reduce(.sum, axes: [0, 2]), [[2, 3, 4]], [3], depth: 8),
    item(.reduce(.mean, axes: [1]), [[2, 3, 4]], [2, 4], depth: 3),
    item(.reduce(.mean, axes: [2, 3]), [[2, 3, 4, 5]], [2, 3], depth: 20),
    item(.reduce(.sum, axes: [0]), [[90, 3]], [3], depth: 90),
    item(.reduce(.mean, axes: [0, 1]), [[4, 5]], [], depth: 20),
    item(.expand(axes: [1], extents: [3], mean: false), [[2, 4]], [2, 3, 4], depth: 3),
    item(.expand(axes: [0, 2], extents: [2, 5], mean: true), [[3]], [2, 3, 5], depth: 10),
    item(
      .partialRotary(heads: 3, dimensions: 4, base: 10000, inverse: false), [[2, 5, 30]],
      [2, 5, 30]),
    Case(
      kind: .gatherRows, inputs: [.init([2, 5, 3]), .init([2, 4], below: 5)],
      outputs: [.init([2, 4, 3])], depth: 4),
    Case(
      kind: .scatterRows(rows: 4), inputs: [.init([2, 6, 3]), .init([2, 6], below: 4)],
      outputs: [.init([2, 4, 3])], depth: 6),
  ]

  private static let planes: [Case] = {
    func windows(_ pooling: WindowPooling, _ x: [Int]) -> Case {
      let y = Array(x.prefix(2)) + (pooling.output(Array(x.dropFirst(2))) ?? [])
      return Case(
        kind: .poolWindows(pooling), inputs: [Input(x)],
        outputs: pooling.kind == .maximum ? [Output(y), Output(y, type: .int64)] : [Output(y)],
        depth: 8)
    }
    func resample(_ x: [Int], _ extents: [Int], _ mode: Resampling) -> Case {
      item(.resample(to: extents, mode), [x], Array(x.prefix(2)) + extents, depth: 16)
    }
    return [
      windows(.init(.maximum, window: [3, 3], stride: [2, 2], padding: [1, 1]), [2, 2, 5, 4]),
      windows(.init(.maximum, window: [2, 2, 2]), [1, 2, 4, 4, 4]),
      windows(.init(.mean, window: [2]), [2, 3, 8]),
      windows(.init(.mean, window: [3, 2], stride: [1, 2], padding: [1, 0]), [1, 2, 4, 6]),
      resample([2, 2, 3, 4], [6, 8], .nearest),
      resample([1, 2, 5, 3], [3, 7], .nearest),
      resample([1, 2, 3, 4], [7, 8], .linear),
      resample([1, 1, 2, 3, 2], [4, 3, 5], .linear),
      resample([1, 2, 6], [3], .linear),
      resample([1, 2, 4, 5], [6, 3], .cubic),
    ]
  }()

  private static let elementLosses: [Case] = {
    func loss(_ kind: ElementLoss, _ shape: [Int]) -> Case {
      Case(
        kind: .elementLoss(kind), inputs: [Input(shape), Input(shape, positive: true)],
        outputs: [Output([], statistic: true)], depth: shape.reduce(1, *))
    }
    return [
      loss(.squared, [3, 7]), loss(.absolute, [3, 7]), loss(.binaryCrossEntropy, [3, 7]),
      loss(.softCrossEntropy, [4, 9]), loss(.cosine, [4, 9]),
      loss(.diceCrossEntropy, [2, 3, 4, 5]), loss(.diceCrossEntropy, [2, 1, 9]),
      loss(.diceCrossEntropy, [1, 2, 17, 17]),
    ]
  }()
}
