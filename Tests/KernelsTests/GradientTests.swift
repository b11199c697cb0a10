import Glibc
import Graph
import Kernels
import Quantities
import Testing

/// Every backward kernel against central differences of the double-precision definition.
@Suite struct GradientTests {
  /// Elements of an input whose derivatives are checked: all of a small one, some of a large one.
  static func chosen(_ count: Int, _ random: inout TestRandom) -> [Int] {
    count <= 24 ? Array(0..<count) : (0..<12).map { _ in Int(random.bits() % UInt64(count)) }
  }

  /// The derivatives of Σ weight · f(x) by some elements of input `index`.
  static func numeric(
    _ kind: OperatorKind, _ x: [Values], _ index: Int, _ weight: [Double], at places: [Int]
  ) -> [Double] {
    let step = 1e-5
    return places.map { position in
      func value(_ shift: Double) -> Double {
        var moved = x
        moved[index].elements[position] += shift
        return zip(reference(kind, moved), weight).map(*).reduce(0, +)
      }
      return (value(step) - value(-step)) / (2 * step)
    }
  }

  /// The backward kind, its inputs, and which forward input each of its outputs belongs to.
  static func backward(
    _ kind: OperatorKind, dy: Operand, x: [Operand], outputs: [Operand]
  ) -> [(kind: OperatorKind, inputs: [Operand], gradients: [Int])] {
    switch kind {
    case .linear(let bias):
      return [
        (.linearGradInput, [dy, x[1]], [0]),
        (.linearGradWeight(bias: bias), [dy, x[0]], bias ? [1, 2] : [1]),
      ]
    case .patchEmbedding(let patch, let bias):
      return [
        (
          .patchEmbeddingGradWeight(patch: patch, bias: bias), [dy, x[0]], bias ? [1, 2] : [1]
        )
      ]
    case .batchedMatmul(.right):
      return [(.batchedMatmul(.none), [dy, x[1]], [0]), (.batchedMatmul(.left), [dy, x[0]], [1])]
    case .batchedMatmul(.none):
      return [
        (.batchedMatmul(.right), [dy, x[1]], [0]), (.batchedMatmul(.left), [x[0], dy], [1]),
      ]
    case .batchedMatmul(.left):
      return [
        (.batchedMatmul(.right), [x[1], dy], [0]), (.batchedMatmul(.none), [x[0], dy], [1]),
      ]
    case .matmul(.right):
      return [(.matmul(.none), [dy, x[1]], [0]), (.matmul(.left), [dy, x[0]], [1])]
    case .attention(let g):
      return [(.attentionBackward(g), [dy] + x + outputs, Array(x.indices))]
    case .layerNorm:
      return [(.layerNormBackward, [dy, x[0], x[1], outputs[1], outputs[2]], [0, 1, 2])]
    case .rmsNorm: return [(.rmsNormBackward, [dy, x[0], x[1], outputs[1]], [0, 1])]
    case .l2Normalize: return [(.l2NormalizeBackward, [dy, outputs[0], outputs[1]], [0])]
    case .add:
      return x[0].values.shape == x[1].values.shape ? [] : [(.sumLeading, [dy], [1])]
    case .scaleColumns: return [(.scaleColumnsBackward, [dy, x[0], x[1]], [0, 1])]
    case .scaleByExponential: return [(.scaleByExponentialBackward, [dy, x[0], x[1]], [0, 1])]
    case .activation(let f): return [(.activationBackward(f), [dy, x[0]], [0])]
    case .gatedActivation(let f):
      return [(.gatedActivationBackward(f), [dy, x[0], x[1]], [0, 1])]
    case .rotary(let heads, let base, let inverse):
      return [(.rotary(heads: heads, base: base, inverse: !inverse), [dy], [0])]
    case .embedding: return [(.embeddingBackward, [dy, x[0]], [1])]
    case .prependTokens: return [(.prependTokensBackward, [dy], [0, 1])]
    case .pool(let pooling):
      return [(.poolBackward(pooling), x.count > 1 ? [dy, x[1]] : [dy], [0])]
    case .crossEntropy: return [(.crossEntropyBackward, [x[0], x[1], outputs[1]], [0])]
    case .contrastiveLoss:
      return [(.contrastiveLossBackward, [x[0], outputs[1], outputs[2]], [0])]
    default: return spatialBackward(kind, dy: dy, x: x, outputs: outputs)
    }
  }

  private static func spatialBackward(
    _ kind: OperatorKind, dy: Operand, x: [Operand], outputs: [Operand]
  ) -> [(kind: OperatorKind, inputs: [Operand], gradients: [Int])] {
    switch kind {
    case .convolution(let g, let bias):
      return [
        (.convolutionGradInput(g), [dy, x[1]], [0]),
        (.convolutionGradWeight(g, bias: bias), [dy, x[0]], bias ? [1, 2] : [1]),
      ]
    case .expertLinear(let bias):
      return [
        (.expertLinearGradInput, [dy, x[1]], [0]),
        (.expertLinearGradWeight(bias: bias), [dy, x[0]], bias ? [1, 2] : [1]),
      ]
    case .fftConvolution: return [(.fftConvolutionBackward, [dy, x[0], x[1]], [0, 1])]
    case .channelNorm(let norm):
      let read = [dy, x[0], x[1], outputs[1], outputs[2]]
      return [(.channelNormBackward(norm), read, [0, 1, 2])]
    case .softmax: return [(.softmaxBackward, [dy, outputs[0]], [0])]
    case .multiply: return [(.multiplyBackward, [dy, x[0], x[1]], [0, 1])]
    case .parametricRelu: return [(.parametricReluBackward, [dy, x[0], x[1]], [0, 1])]
    case .partialRotary(let heads, let dimensions, let base, let inverse):
      let kind = OperatorKind.partialRotary(
        heads: heads, dimensions: dimensions, base: base, inverse: !inverse)
      return [(kind, [dy], [0])]
    case .resample(let extents, let mode):
      return [(.resampleBackward(to: extents, mode), [dy], [0])]
    case .poolWindows(let pooling):
      return [(.poolWindowsBackward(pooling), [dy] + outputs.dropFirst(), [0])]
    case .gatherRows:
      return [(.scatterRows(rows: x[0].values.shape[1]), [dy, x[1]], [0])]
    case .scatterRows: return [(.gatherRows, [dy, x[1]], [0])]
    case .reduce(let reduction, let axes):
      let extents = axes.map { x[0].values.shape[$0] }
      let kind = OperatorKind.expand(axes: axes, extents: extents, mean: reduction == .mean)
      return [(kind, [dy], [0])]
    case .expand(let axes, _, let mean):
      return [(.reduce(mean ? .mean : .sum, axes: axes), [dy], [0])]
    case .elementLoss(let loss): return [(.elementLossBackward(loss), [x[0], x[1]], [0])]
    default: return []
    }
  }

  static let cases = Case.all.filter { item in
    item.inputs.map { $0.shape.reduce(1, *) }.max() ?? 0 < 720
      && item.kind != .activation(.relu) && item.kind != .gatedActivation(.relu)
      && item.kind != .matmul(.left) && item.kind != .matmul(.none)
      // A bias that is the same for all keys cancels in the softmax: its gradient is rounding.
      && item.inputs.last?.shape != [1, 4, 3, 1]
  }

  @Test(arguments: cases, [DataType.fp32, .bf16])
  func agreesWithCentralDifferences(_ item: Case, _ type: DataType) throws {
    var random = TestRandom(77)
    let x = item.operands(type, seed: 5)
    let results = item.outputs(type)
    let forward = try run(item.kind, x, outputs: results, lanes: 2)
    let outputs = zip(results, forward).map {
      Operand(type: $0.type, values: Values($0.shape, $1))
    }
    let isLoss = results[0].shape.isEmpty
    let dy = Operand(
      type: type,
      values: isLoss ? Values([], [1]) : random.values(results[0].shape, type))
    for part in GradientTests.backward(item.kind, dy: dy, x: x, outputs: outputs) {
      let targets = part.gradients.map { (shape: x[$0].values.shape, type: type) }
      let got = try run(part.kind, part.inputs, outputs: targets, lanes: 2)
      for (position, index) in part.gradients.enumerated() {
        let places = GradientTests.chosen(x[index].values.elements.count, &random)
        let want = GradientTests.numeric(
          item.kind, x.map(\.values), index, dy.values.elements, at: places)
        let error = normalisedError(places.map { got[position][$0] }, want)
        let depth = item.depth + item.inputs[0].shape.reduce(1, *)
        // bf16 forward results (attention's o, l2's y) enter backward rounded: three roundings.
        let limit = bound(type, depth: depth) * (type == .bf16 ? 3 : 1) + 2e-6
        #expect(error <= limit, "\(part.kind) gradient \(index) \(type): \(error)")
      }
    }
  }

  @Test func reluPassesWhereItIsPositive() throws {
    let x = Operand(type: .fp32, values: Values([4], [-1, 2, -0.5, 3]))
    let dy = Operand(type: .fp32, values: Values([4], [5, 6, 7, 8]))
    let got = try run(.activationBackward(.relu), [dy, x], outputs: [([4], .fp32)])
    #expect(got[0] == [0, 6, 0, 8])
  }

  @Test func attentionBackwardCrossesTiles() throws {
    // Against the same kernel's forward by differences along random directions in fp32: shapes of
    // several query and key tiles would take too long element by element.
    let g = AttentionGeometry(queryHeads: 2, keyValueHeads: 1, headSize: 4, causal: true)
    var random = TestRandom(9)
    let q = random.values([1, 150, 8], .fp32)
    let k = random.values([1, 300, 4], .fp32)
    let v = random.values([1, 300, 4], .fp32)
    let dy = random.values([1, 150, 8], .fp32)
    func operands(_ x: [Values]) -> [Operand] { x.map { Operand(type: .fp32, values: $0) } }
    let forward = try run(
      .attention(g), operands([q, k, v]), outputs: [([1, 150, 8], .fp32), ([1, 2, 150], .fp32)])
    let all = operands([
      dy, q, k, v, Values([1, 150, 8], forward[0]), Values([1, 2, 150], forward[1]),
    ])
    let got = try run(
      .attentionBackward(g), all,
      outputs: [([1, 150, 8], .fp32), ([1, 300, 4], .fp32), ([1, 300, 4], .fp32)])
    for index in 0..<3 {
      let x = [q, k, v]
      let direction = random.values(x[index].shape, .fp32)
      func loss(_ step: Double) -> Double {
        var moved = x
        for i in moved[index].elements.indices {
          moved[index].elements[i] += step * direction.elements[i]
        }
        return zip(reference(.attention(g), moved), dy.elements).map(*).reduce(0, +)
      }
      let want = (loss(1e-4) - loss(-1e-4)) / 2e-4
      let have = zip(got[index], direction.elements).map(*).reduce(0, +)
      #expect(abs(have - want) <= 2e-5 * max(1, abs(want)), "gradient \(index)")
    }
  }

  @Test(arguments: [DataType.fp32, .bf16])
  func optimizersFollowTheirRules(_ type: DataType) throws {
    var random = TestRandom(21)
    let p = random.values([1, 37], type)
    let g = random.values([1, 37], type)
    let m = random.values([1, 37], type)
    let v = Values([1, 37], random.values([1, 37], type).elements.map(abs))
    let x = [p, g, m, v].map { Operand(type: type, values: $0) }
    let s = OptimizerSettings()
    let adam = try run(.optimizer(.adamw), x, outputs: [], lanes: 2)
    let want = p.elements.indices.map { i in
      let first = s.beta1 * m.elements[i] + (1 - s.beta1) * g.elements[i]
      let second = s.beta2 * v.elements[i] + (1 - s.beta2) * g.elements[i] * g.elements[i]
      let hat = first / (1 - s.beta1) / ((second / (1 - s.beta2)).squareRoot() + s.epsilon)
      return p.elements[i] * (1 - s.learningRate * s.weightDecay) - s.learningRate * hat
    }
    #expect(normalisedError(adam[0], want) <= bound(type))
    let sgd = try run(.optimizer(.sgd), Array(x.prefix(2)), outputs: [])
    let plain = zip(p.elements, g.elements).map { $0 - s.learningRate * $1 }
    #expect(normalisedError(sgd[0], plain) <= bound(type))
  }
}
