import Graph
import Quantities

/// Tensors of a table, seen through their ids: looked up, never copied.
struct OperandList: RandomAccessCollection {
  let ids: [TensorID]
  let table: [Tensor]

  var startIndex: Int { 0 }
  var endIndex: Int { ids.count }
  subscript(position: Int) -> Tensor { table[ids[position].index] }
}

/// An operator with its tensors looked up: where the counting rules of each kind live.
struct Operands {
  let kind: OperatorKind
  let inputs: OperandList
  let outputs: OperandList

  init(_ op: Operator, _ tensors: [Tensor]) {
    kind = op.kind
    inputs = OperandList(ids: op.inputs, table: tensors)
    outputs = OperandList(ids: op.outputs, table: tensors)
  }

  /// Elements of input `index`; 0 when absent.
  func count(_ index: Int) -> Int { index < inputs.count ? inputs[index].count : 0 }

  /// Elements of output `index`; 0 when absent.
  func outputCount(_ index: Int) -> Int { index < outputs.count ? outputs[index].count : 0 }

  /// The number format computed in: that of the activation or gradient, else of the first tensor.
  var computeType: DataType {
    let tensor: Tensor? =
      switch kind {
      // Token ids are the first input of a look-up; its speed is the table's.
      case .embedding: outputs.first
      // A cast's cost is set by both; the narrower side names where it leads.
      case .cast: outputs.first
      default: inputs.first
      }
    return tensor?.dataType ?? .fp32
  }

  // MARK: products

  /// Model and hardware FLOPs.
  var products: (model: Int, hardware: Int) {
    let flops: Int
    switch kind {
    case .linear:
      // y[rows,n] takes k multiply-adds an element; k is the weight's innermost extent.
      flops = Saturating.product(2, outputCount(0), inputs[1].columns)
    case .linearGradInput:
      // dx[rows,k] takes n multiply-adds an element; dy is [rows,n].
      flops = Saturating.product(2, outputCount(0), inputs[0].columns)
    case .linearGradWeight:
      // dw[n,k] takes one multiply-add an element and row of dy.
      flops = Saturating.product(2, outputCount(0), inputs[0].rows)
    case .matmul(let transpose):
      let shape = inputs[0].shape
      let inner = transpose == .left ? shape.dropLast().last : shape.last
      flops = Saturating.product(2, outputCount(0), inner ?? 1)
    case .patchEmbedding:
      // w[h,C,p,p]: C·p·p multiply-adds for each output element [B,N,h].
      flops = Saturating.product(2, outputCount(0), Self.perFilter(inputs[1]))
    case .patchEmbeddingGradWeight:
      flops = Saturating.product(2, count(0), Self.perFilter(outputs[0]))
    case .attention(let heads):
      return attention(
        heads, queries: 0, keys: 1, AttentionProducts(model: (1, 1), hardware: (1, 1)))
    case .attentionBackward(let heads):
      // Four products of the forward's size as autograd counts them, five in a flash kernel.
      let again = heads.fused ? 1 : 0
      return attention(
        heads, queries: 1, keys: 2,
        AttentionProducts(model: (2, 2), hardware: (2 + again, 2)))
    case .batchedMatmul(let transpose):
      let shape = inputs[0].shape
      let inner = transpose == .left ? shape.dropLast().last : shape.last
      flops = Saturating.product(2, outputCount(0), inner ?? 1)
    case .expertLinear:
      flops = Saturating.product(2, outputCount(0), inputs[1].columns)
    case .expertLinearGradInput:
      flops = Saturating.product(2, outputCount(0), inputs[0].columns)
    case .expertLinearGradWeight:
      flops = Saturating.product(2, count(0), inputs[1].columns)
    // The three products of a convolution have one count: a kernel at each place of the strided
    // side. Each of them reads or writes that side: y, dy, dy, or x when transposed.
    case .convolution(let geometry, _):
      flops = convolution(
        geometry, strided: geometry.transposed ? inputs[0] : outputs[0], weight: inputs[1])
    case .convolutionGradInput(let geometry):
      flops = convolution(
        geometry, strided: geometry.transposed ? outputs[0] : inputs[0], weight: inputs[1])
    case .convolutionGradWeight(let geometry, _):
      flops = convolution(
        geometry, strided: geometry.transposed ? inputs[1] : inputs[0], weight: outputs[0])
    default:
      return (0, 0)
    }
    return (flops, flops)
  }

  private func convolution(
    _ geometry: ConvolutionGeometry, strided: Tensor, weight: Tensor
  ) -> Int {
    // Either way the weight's first extent is the strided side's channels, and what remains is
    // multiplied with each of its elements.
    Saturating.product(2, strided.count, Self.perFilter(weight))
  }

  private static func perFilter(_ weight: Tensor) -> Int {
    weight.shape.dropFirst().reduce(1) { Saturating.product($0, $1) }
  }

  /// Query–key pairs of all heads and batch elements, all of them and those that the mask shows.
  private func pairs(
    _ heads: AttentionGeometry, queries: Int, keys: Int
  ) -> (all: Int, visible: Int) {
    let batch = inputs[queries].shape.first ?? 1
    let groups = Saturating.product(batch, heads.queryHeads)
    let s = Self.length(inputs[queries], batch, heads.queryHeads * heads.headSize)
    let t = Self.length(inputs[keys], batch, heads.keyValueHeads * heads.headSize)
    let square = Saturating.product(s, t)
    let all = Saturating.product(groups, square)
    guard heads.causal || heads.window != nil, square < .max else { return (all, all) }
    // Query i sees keys 0 … i + (T − S).
    var visible = square
    if heads.causal { visible = s <= t ? square - s * (s - 1) / 2 : t * (t + 1) / 2 }
    if let window = heads.window { visible = min(visible, Saturating.product(s, window)) }
    return (all, Saturating.product(groups, visible))
  }

  private static func length(_ tensor: Tensor, _ batch: Int, _ width: Int) -> Int {
    let row = Saturating.product(batch, width)
    return row == 0 ? 0 : tensor.count / row
  }

  /// Products of a pair by the size of a query or key, and by that of a value.
  private struct AttentionProducts {
    var model: (key: Int, value: Int)
    var hardware: (key: Int, value: Int)
  }

  private func attention(
    _ heads: AttentionGeometry, queries: Int, keys: Int, _ products: AttentionProducts
  ) -> (model: Int, hardware: Int) {
    let pairs = pairs(heads, queries: queries, keys: keys)
    func flops(_ products: (key: Int, value: Int), _ pairs: Int) -> Int {
      Saturating.add(
        Saturating.product(2 * products.key, pairs, heads.headSize),
        Saturating.product(2 * products.value, pairs, heads.valueSize))
    }
    // Without fusion every score is computed, also where the mask hides it.
    let computed = heads.fused ? pairs.visible : pairs.all
    return (flops(products.model, pairs.all), flops(products.hardware, computed))
  }

  // MARK: arithmetic outside of products

  /// Approximate arithmetic per element times elements, by kind.
  var vectorFlops: Int {
    switch kind {
    case .linear(let bias), .patchEmbedding(_, let bias), .convolution(_, let bias),
      .expertLinear(let bias):
      return bias ? outputCount(0) : 0
    case .linearGradWeight(let bias), .patchEmbeddingGradWeight(_, let bias),
      .convolutionGradWeight(_, let bias), .expertLinearGradWeight(let bias):
      return bias ? count(0) : 0
    case .linearGradInput, .matmul, .cast, .embedding, .prependTokens, .batchedMatmul,
      .convolutionGradInput, .expertLinearGradInput, .detach, .permute, .contiguous,
      .concatenate, .slice, .pad, .roll, .gatherRows, .expand:
      return 0
    // Three real transforms of 2L points, 5·N·log₂N / 2 each (Cooley & Tukey 1965), forward; the
    // backward pass takes five.
    case .fftConvolution: return transforms(3, of: inputs[0])
    case .fftConvolutionBackward: return transforms(5, of: inputs[0])
    case .poolWindowsBackward(let pooling):
      return pooling.window.reduce(count(0)) { Saturating.product($0, $1) }
    case .poolWindows(let pooling):
      return pooling.window.reduce(outputCount(0)) { Saturating.product($0, $1) }
    case .attention(let heads):
      // Scale, maximum, subtract, exponential, sum for each visible score.
      return Saturating.product(8, pairs(heads, queries: 0, keys: 1).visible)
    case .attentionBackward(let heads):
      return Saturating.product(9, pairs(heads, queries: 1, keys: 2).visible)
    default:
      return Saturating.product(flopsPerElement, count(0))
    }
  }

  private func transforms(_ count: Int, of x: Tensor) -> Int {
    let points = Saturating.product(2, x.columns)
    let levels = Int.bitWidth - max(1, points - 1).leadingZeroBitCount
    return Saturating.product(Saturating.product(count, x.rows, points), 5 * levels / 2)
  }

  private var flopsPerElement: Int {
    switch kind {
    case .layerNorm, .channelNorm: 8  // mean 1, variance 3, normalise 2, gain and bias 2
    case .layerNormBackward, .channelNormBackward: 14
    case .softmax: 6
    case .softmaxBackward, .multiplyBackward: 3
    case .resample(_, let mode), .resampleBackward(_, let mode):
      mode == .nearest ? 1 : mode == .linear ? 8 : 32
    case .rmsNorm: 4
    case .rmsNormBackward: 10
    case .l2Normalize: 3
    case .l2NormalizeBackward: 5
    case .activation(let f), .gatedActivation(let f): Self.forward(f) + 1
    case .activationBackward(let f): 2 * Self.forward(f) + 1
    case .gatedActivationBackward(let f): 2 * Self.forward(f) + 4
    case .rotary, .partialRotary: 3
    case .scaleColumnsBackward, .scaleByExponentialBackward, .parametricReluBackward: 3
    case .crossEntropy, .crossEntropyBackward: 7
    case .contrastiveLoss, .contrastiveLossBackward: 14  // rows and columns
    case .elementLoss, .elementLossBackward: 6
    case .optimizer(let rule): rule.flopsPerElement
    default: 1
    }
  }

  private static func forward(_ activation: Activation) -> Int {
    switch activation {
    case .relu, .leakyRelu, .relu6, .reciprocal: 1
    case .hardSwish: 4
    case .quickGelu, .silu, .sigmoid, .elu, .exponential: 6
    case .gelu, .geluErf, .tanh, .softplus, .sine: 8
    case .geluTanh, .mish: 12
    }
  }

  // MARK: bytes

  /// Bytes read and written, each operand once.
  var traffic: (read: Int, written: Int) {
    let read = inputs.reduce(0) { Saturating.add($0, $1.bytes) }
    let written = outputs.reduce(0) { Saturating.add($0, $1.bytes) }
    switch kind {
    case .embedding:
      // Only the rows that are looked up are read, not the table.
      return (Saturating.add(inputs[0].bytes, written), written)
    // Views move nothing.
    case .permute, .slice, .detach:
      return (0, 0)
    case .cast where inputs.first?.dataType == outputs.first?.dataType:
      return (0, 0)
    case .gatherRows:
      return (Saturating.add(inputs.count > 1 ? inputs[1].bytes : 0, written), written)
    case .pool(.token):
      return (written, written)
    case .pool(.endOfText):
      let ids = inputs.count > 1 ? inputs[1].bytes : 0
      return (Saturating.add(ids, written), written)
    case .optimizer:
      // In place: everything but the gradient is written back.
      let gradient = inputs.count > 1 ? inputs[1].bytes : 0
      return (read, read == .max ? .max : read - gradient)
    default:
      return (read, written)
    }
  }
}
