import CostModel
import Graph
import HardwareModel
import Quantities
import Testing

@Suite struct OperatorCostTests {
  /// An operator whose tensors are given by shape, in order: inputs, then outputs.
  static func cost(
    _ kind: OperatorKind, _ inputs: [[Int]], _ outputs: [[Int]], _ type: DataType = .fp32
  ) -> OperatorCost {
    let tensors = (inputs + outputs).map { Tensor("t", $0, type, .activation) }
    let ids = tensors.indices.map { TensorID($0) }
    let op = Operator(
      "op", kind, Array(ids.prefix(inputs.count)), Array(ids.dropFirst(inputs.count)))
    return OperatorCost(op, tensors: tensors)
  }

  @Test func productsCountTwoPerMultiplyAdd() {
    let linear = Self.cost(.linear(bias: true), [[2, 3, 5], [7, 5], [7]], [[2, 3, 7]])
    #expect(linear.modelFlops == 2 * 6 * 5 * 7)
    #expect(linear.hardwareFlops == linear.modelFlops)
    #expect(linear.bytesRead == 4 * (30 + 35 + 7))
    #expect(linear.bytesWritten == 4 * 42)
    #expect(linear.work == Double(linear.modelFlops))
    let input = Self.cost(.linearGradInput, [[2, 3, 7], [7, 5]], [[2, 3, 5]])
    #expect(input.modelFlops == linear.modelFlops)
    let weight = Self.cost(
      .linearGradWeight(bias: true), [[2, 3, 7], [2, 3, 5]], [[7, 5], [7]])
    #expect(weight.modelFlops == linear.modelFlops)
  }

  @Test func transposedProductsHaveTheSameCount() {
    let (m, k, n) = (3, 5, 7)
    let plain = Self.cost(.matmul(.none), [[m, k], [k, n]], [[m, n]])
    let left = Self.cost(.matmul(.left), [[k, m], [k, n]], [[m, n]])
    let right = Self.cost(.matmul(.right), [[m, k], [n, k]], [[m, n]])
    #expect([plain, left, right].map(\.modelFlops) == [210, 210, 210])
  }

  @Test func patchEmbeddingIsAConvolution() {
    // 2·B·N·h·C·p·p with B 2, N 4, h 6, C 3, p 2.
    let forward = Self.cost(
      .patchEmbedding(patch: 2, bias: false), [[2, 3, 4, 4], [6, 3, 2, 2]], [[2, 4, 6]])
    #expect(forward.modelFlops == 2 * 2 * 4 * 6 * 12)
    let backward = Self.cost(
      .patchEmbeddingGradWeight(patch: 2, bias: false), [[2, 4, 6], [2, 3, 4, 4]],
      [[6, 3, 2, 2]])
    #expect(backward.modelFlops == forward.modelFlops)
  }

  @Test(arguments: [(4, 4), (4, 9), (9, 4), (1, 128)])
  func attentionCountsTheSquareAndRunsWhatTheMaskShows(s: Int, t: Int) {
    let (b, hq, hkv, d) = (2, 4, 2, 8)
    for causal in [false, true] {
      let heads = AttentionGeometry(queryHeads: hq, keyValueHeads: hkv, headSize: d, causal: causal)
      let q = [b, s, hq * d]
      let k = [b, t, hkv * d]
      let forward = Self.cost(.attention(heads), [q, k, k], [q, [b, hq, s]])
      // The mask, pair by pair.
      var visible = 0
      for i in 0..<s { for j in 0..<t where !causal || j <= i + t - s { visible += 1 } }
      #expect(forward.modelFlops == 4 * b * hq * s * t * d)
      #expect(forward.hardwareFlops == 4 * b * hq * visible * d)
      let backward = Self.cost(
        .attentionBackward(heads), [q, q, k, k, q, [b, hq, s]], [q, k, k])
      #expect(backward.modelFlops == 2 * forward.modelFlops)
      #expect(2 * backward.hardwareFlops == 5 * forward.hardwareFlops)
    }
  }

  @Test func memoryBoundOperatorsCountBytes() {
    let add = Self.cost(.add, [[8, 4], [4]], [[8, 4]], .bf16)
    #expect(add.modelFlops == 0)
    #expect(add.work == Double(2 * (32 + 4 + 32)))
    // A look-up reads its rows, not the table.
    let lookUp = Self.cost(.embedding, [[2, 3], [1000, 4]], [[2, 3, 4]])
    #expect(lookUp.bytesRead == 6 * 4 + 24 * 4)
    // AdamW reads parameter, gradient and both moments, and writes all but the gradient.
    let update = Self.cost(.optimizer(.adamw), [[10], [10], [10], [10]], [])
    #expect(update.bytesRead == 160)
    #expect(update.bytesWritten == 120)
  }

  /// Kernels fill what a convolution writes up to 16 channels, and copy what a framework views.
  @Test func aProcessorDoesMoreThanIsCounted() {
    let plain = ConvolutionGeometry(dimensions: 2, padding: 1)
    let narrow = Self.cost(
      .convolution(plain, bias: false), [[1, 32, 8, 8], [4, 32, 3, 3]], [[1, 4, 8, 8]])
    #expect(narrow.blockedFlops == 4 * narrow.hardwareFlops)
    let input = Self.cost(
      .convolutionGradInput(plain), [[1, 4, 8, 8], [4, 32, 3, 3]], [[1, 32, 8, 8]])
    #expect(input.blockedFlops == input.hardwareFlops)
    let depthwise = ConvolutionGeometry(dimensions: 2, padding: 1, groups: 4)
    let grouped = Self.cost(
      .convolution(depthwise, bias: false), [[1, 4, 8, 8], [4, 1, 3, 3]], [[1, 4, 8, 8]])
    #expect(grouped.blockedFlops == grouped.hardwareFlops)
    #expect(grouped.kernel == .depthwiseConvolution && narrow.kernel == .convolution)
    let slice = Self.cost(.slice(axis: 0, start: 0, count: 2), [[8, 4]], [[2, 4]])
    #expect(slice.bytes == 0 && slice.movedBytes == 2 * 4 * 8)
    let add = Self.cost(.add, [[8, 4], [4]], [[8, 4]])
    #expect(add.movedBytes == add.bytes && add.blockedFlops == 0)
  }

  @Test func rowsAreWhatAKernelBeginsAnew() {
    let norm = Self.cost(.layerNorm(epsilon: 1e-5), [[2, 8, 4], [4], [4]], [[2, 8, 4], [2, 8]])
    #expect(norm.rows == 16)
    let planes = Self.cost(
      .channelNorm(ChannelNorm(.batch)), [[2, 8, 4, 4], [8], [8]], [[2, 8, 4, 4]])
    #expect(planes.rows == 16)
    let heads = AttentionGeometry(queryHeads: 4, keyValueHeads: 4, headSize: 8, causal: false)
    let q = [2, 16, 32]
    #expect(Self.cost(.attention(heads), [q, [2, 3, 32], [2, 3, 32]], [q]).rows == 2 * 16 * 4)
    #expect(Self.cost(.add, [[8, 4], [4]], [[8, 4]]).rows == 0)
  }

  /// Permutations that keep the last dimension move whole rows; the others transpose. Convolutions
  /// with a window for each channel multiply no matrices, unlike those of wider groups.
  @Test func kernelsOfOneKindThatDifferInSpeed() {
    #expect(Self.cost(.permute([1, 0, 2]), [[2, 3, 4]], [[3, 2, 4]]).kernel == .permute)
    #expect(Self.cost(.permute([0, 2, 1]), [[2, 3, 4]], [[2, 4, 3]]).kernel == .transposition)
    #expect(OperatorKind.permute([1, 0]).word == "permute")
    for (groups, kernels) in [
      (
        4,
        [
          Kernel.depthwiseConvolution, .depthwiseConvolutionGradInput,
          .depthwiseConvolutionGradWeight,
        ]
      ),
      (
        2,
        [.groupedConvolution, .groupedConvolutionGradInput, .groupedConvolutionGradWeight]
      ),
    ] {
      let geometry = ConvolutionGeometry(dimensions: 2, padding: 2, groups: groups)
      let (map, weight) = ([1, 4, 8, 8], [4, 4 / groups, 5, 5])
      let costs = [
        Self.cost(.convolution(geometry, bias: false), [map, weight], [map]),
        Self.cost(.convolutionGradInput(geometry), [map, weight], [map]),
        Self.cost(.convolutionGradWeight(geometry, bias: false), [map, map], [weight]),
      ]
      #expect(costs.map(\.kernel) == kernels)
      #expect(
        costs.map { $0.kernel?.word }
          == ["convolution", "convolutionGradInput", "convolutionGradWeight"])
    }
  }

  /// Convolutions of sequences by groups do not run as those of pictures do; a profile that does
  /// not know them apart predicts them alike.
  @Test func groupedSequencesHaveKernelsOfTheirOwn() {
    let geometry = ConvolutionGeometry(dimensions: 1, padding: 2, groups: 4)
    let (x, w) = ([1, 4, 32], [4, 1, 5])
    let costs = [
      Self.cost(.convolution(geometry, bias: false), [x, w], [x]),
      Self.cost(.convolutionGradInput(geometry), [x, w], [x]),
      Self.cost(.convolutionGradWeight(geometry, bias: false), [x, x], [w]),
    ]
    #expect(
      costs.map(\.kernel) == [
        .sequenceConvolution, .sequenceConvolutionGradInput, .sequenceConvolutionGradWeight,
      ])
    #expect(
      costs.compactMap { $0.kernel?.word } == [
        "convolution", "convolutionGradInput", "convolutionGradWeight",
      ])
    var device = Device(roughly: Machine(source: "t", name: "t"))
    device.laws = [
      RateLaw(
        operatorClass: .convolution, dataType: .fp32, kernel: "groupedConvolution",
        startSeconds: 3, flopsPerSecond: nil, bytesPerSecond: nil)
    ]
    #expect(TimeModel(device: device).seconds(costs[0]) == 3)
  }

  /// A convolution of single positions is a product, unless its groups or its direction make it
  /// something else; the gradient of a maximum looks into every window.
  @Test func pointsAndMaximaHaveKernelsOfTheirOwn() {
    let (x, y) = ([1, 32, 8, 8], [1, 16, 8, 8])
    let point = ConvolutionGeometry(dimensions: 2)
    let costs = [1, 3].map { window in
      Self.cost(
        .convolution(ConvolutionGeometry(dimensions: 2, padding: window / 2), bias: false),
        [x, [16, 32, window, window]], [y])
    }
    #expect(costs.map(\.kernel) == [.pointwiseConvolution, .convolution])
    #expect(
      Self.cost(.convolutionGradInput(point), [y, [16, 32, 1, 1]], [x]).kernel
        == .pointwiseConvolutionGradInput)
    #expect(
      Self.cost(.convolutionGradWeight(point, bias: false), [y, x], [[16, 32, 1, 1]]).kernel
        == .pointwiseConvolutionGradWeight)
    let grouped = ConvolutionGeometry(dimensions: 2, groups: 16)
    #expect(
      Self.cost(.convolution(grouped, bias: false), [x, [32, 2, 1, 1]], [x]).kernel
        == .groupedConvolution)
    let half = [1, 32, 4, 4]
    let pooled = [WindowPooling.Kind.maximum, .mean].map {
      Self.cost(.poolWindowsBackward(WindowPooling($0, window: [2, 2])), [half, half], [x])
    }
    #expect(pooled.map(\.kernel) == [.maximumPoolBackward, .poolWindowsBackward])
    #expect(pooled[0].vectorFlops == 4 * 32 * 16)
    #expect(Kernel.pointwiseConvolution.word == "convolution")
    #expect(Kernel.maximumPoolBackward.word == "poolWindowsBackward")
    #expect(Kernel.trainedLinear.word == "linear")
  }

  /// What runs along positions, and what has one value for all of a channel's, differ in speed.
  @Test(
    arguments: [
      (
        OperatorKind.multiply, [[2, 32, 8, 8], [2, 32, 1, 1]], [[2, 32, 8, 8]],
        Kernel.channelMultiply
      ),
      (.multiply, [[2, 32, 8, 8], [2, 32, 8, 8]], [[2, 32, 8, 8]], .multiply),
      (.multiply, [[64, 32], [1, 32]], [[64, 32]], .multiply),
      (
        .multiplyBackward, [[2, 32, 8, 8], [2, 32, 8, 8], [2, 32, 1, 1]],
        [[2, 32, 8, 8], [2, 32, 1, 1]], .channelMultiplyBackward
      ),
      (.reduce(.mean, axes: [2, 3]), [[2, 32, 8, 8]], [[2, 32]], .innerReduce),
      (.reduce(.mean, axes: [0]), [[64, 32]], [[32]], .reduce),
      (
        .expand(axes: [2, 3], extents: [8, 8], mean: true), [[2, 32]], [[2, 32, 8, 8]], .innerExpand
      ),
      (.expand(axes: [0], extents: [64], mean: false), [[32]], [[64, 32]], .expand),
      (.channelNorm(ChannelNorm(.batch)), [[64, 32], [32], [32]], [[64, 32]], .pointNorm),
      (.channelNorm(ChannelNorm(.stored)), [[64, 32], [32], [32]], [[64, 32]], .pointStoredNorm),
      (
        .channelNorm(ChannelNorm(.batch)), [[2, 32, 8, 8], [32], [32]], [[2, 32, 8, 8]],
        .channelNorm
      ),
    ] as [(OperatorKind, [[Int]], [[Int]], Kernel)])
  func mapsAndPositionsHaveKernelsOfTheirOwn(
    kind: OperatorKind, inputs: [[Int]], outputs: [[Int]], kernel: Kernel
  ) {
    let cost = Self.cost(kind, inputs, outputs)
    #expect(cost.kernel == kernel && kernel.word == kind.word)
  }

  /// Rotary positions turn each head of each token.
  @Test(arguments: [2, 8]) func headsAreRowsOfRotaryPositions(heads: Int) {
    let x = [3, 5, 64]
    let rotary = OperatorKind.rotary(heads: heads, base: 10_000, inverse: false)
    #expect(Self.cost(rotary, [x], [x]).rows == 15 * heads)
  }

  @Test func countsSaturateInsteadOfTrapping() {
    let side = 1 << 31
    let cost = Self.cost(.linear(bias: false), [[4, side], [1 << 20, side]], [[4, 1 << 20]])
    #expect(cost.modelFlops == 2 * 4 * (1 << 20) * side)
    // Tensors that builders still allow, whose product of extents exceeds Int.max.
    let (tall, wide) = (1 << 30, 1 << 27)
    let huge = Self.cost(.matmul(.none), [[tall, wide], [wide, tall]], [[tall, wide]])
    #expect(huge.modelFlops == .max)
  }
}

@Suite struct TimeModelTests {
  static func device(rates: [RateCurve] = []) -> Device {
    Device(
      id: "d", name: "d", kind: .gpu, memoryBytes: 1 << 34, memoryBandwidth: BytesPerSecond(1e12),
      peaks: [.init(.fp32, FlopsPerSecond(1e13)), .init(.bf16, FlopsPerSecond(1e14))],
      vectorFlopsPerSecond: FlopsPerSecond(1e13), launchOverhead: Seconds(5e-6), rates: rates,
      source: "made up")
  }

  static func cost(_ flops: Int, bytes: Int = 0, _ type: DataType = .fp32) -> OperatorCost {
    OperatorCost(
      operatorClass: .matrix, dataType: type, modelFlops: flops, hardwareFlops: flops,
      vectorFlops: 0, bytesRead: bytes, bytesWritten: 0)
  }

  @Test func rooflineTakesTheSlowerOfComputeAndMemory() {
    let model = TimeModel(device: Self.device())
    let compute = model.seconds(Self.cost(1_000_000_000_000))
    #expect(abs(compute - (0.1 / 0.72 + 5e-6)) < 1e-9)
    let memory = model.seconds(Self.cost(1, bytes: 1_000_000_000))
    #expect(abs(memory - (1e-3 / 0.8 + 5e-6)) < 1e-9)
    #expect(model.seconds(Self.cost(0)) == 0)
    // fp16 has no unit here and falls back to fp32's.
    #expect(model.computePeak(.fp16).value == 1e13)
  }

  @Test func curvesAreConstantInTimeBelowAndInRateAbove() {
    let curve = RateCurve(
      operatorClass: .matrix, dataType: .fp32,
      points: [
        RatePoint(work: 1e6, workPerSecond: 1e9), RatePoint(work: 1e8, workPerSecond: 3e9),
      ])
    let model = TimeModel(device: Self.device(rates: [curve]))
    #expect(model.seconds(Self.cost(10)) == 1e-3)
    #expect(abs(model.seconds(Self.cost(10_000_000)) - 1e7 / 2e9) < 1e-12)
    #expect(abs(model.seconds(Self.cost(1_000_000_000)) - 1e9 / 3e9) < 1e-12)
    // A thin product cannot be faster than its bytes.
    #expect(model.seconds(Self.cost(10_000_000, bytes: 100_000_000_000)) == 0.1)
    #expect(model.isMeasured(Self.cost(1)))
    #expect(!model.isMeasured(Self.cost(1, .bf16)))
  }
}
