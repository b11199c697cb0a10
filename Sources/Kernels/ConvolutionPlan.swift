import CKernels
import Executor
import Graph
import Quantities

/// A convolution cut over the lanes, with oneDNN's primitives for each part, or for kernels of our
/// own where it is depth-wise.
///
/// A transposed convolution is the adjoint of a plain one: its result is that one's source.
/// `@unchecked Sendable`: each part is used by one lane at a time, one operator after the other.
final class ConvolutionPlan: @unchecked Sendable {
  /// Which tensor of the plain convolution is computed from the other two.
  enum Role: Int { case target, source, weights }

  /// What makes two convolutions the same.
  struct Key: Hashable {
    var geometry: ConvolutionGeometry
    var role: Int
    var source: [Int]
    var weights: [Int]
    var target: [Int]
    var type: DataType
    var hasBias: Bool
    var lanes: Int
    var sourceLayout = MapLayout.plain
    var targetLayout = MapLayout.plain
  }

  /// One lane's share.
  private struct Part {
    var handle: OpaquePointer
    var cut: Cut
  }

  let key: Key
  /// How a bias repeats over a transposed convolution's result, and how its gradient is summed.
  let biasBox: MovePlan?
  let biasSum: hfm_reduction?
  /// Nil where oneDNN runs it.
  let depthwise: DepthwisePlan?
  private var parts: [Part] = []

  /// Scratch that a lane needs, in bytes.
  var scratchBytes: Int {
    depthwise?.scratchBytes ?? parts.map { Int(hfm_convolution_scratch($0.handle)) }.max() ?? 0
  }

  /// Scratch that all lanes share, in bytes: what each sums of the weights' and bias's gradients.
  var sharedBytes: Int {
    depthwise?.sharedBytes ?? (isPartial ? 4 * parts.count * key.sumCount : 0)
  }

  /// Whether each part sums over its own positions, so that the parts are to be added.
  var isPartial: Bool { parts.first.map { $0.cut.shape.isPartial != 0 } ?? false }

  /// - Throws: `UserError` when oneDNN has no implementation.
  init(_ key: Key, name: String) throws(UserError) {
    self.key = key
    let shape = [key.source[0], key.source[1], key.source.dropFirst(2).reduce(1, *)]
    let box = StridedBox(
      extents: shape, xStrides: [0, 1, 0], yStrides: key.sourceLayout.strides(shape))
    biasBox = MovePlan(box.ordered(as: key.sourceLayout))
    biasSum = Movements.reduction(shape, over: [0, 2], layout: key.sourceLayout)
    depthwise = DepthwisePlan(key)
    if depthwise != nil { return }
    var status: Int32 = 0
    for cuts in [key.positionCuts, key.channelCuts] where parts.isEmpty && !cuts.isEmpty {
      status = make(cuts)
    }
    guard status == 0, !parts.isEmpty else {
      throw UserError(
        .impossible, key: name,
        "oneDNN has no convolution of \(key.source) with \(key.weights) (status \(status))",
        remedy: "count and plan this model; run it with fp32 or bf16")
    }
  }

  /// Makes all parts or none; returns 0 or a oneDNN status.
  private func make(_ cuts: [Cut]) -> Int32 {
    for cut in cuts {
      var shape = cut.shape
      var handle: OpaquePointer?
      let status = hfm_convolution_create(&shape, &handle)
      guard status == 0, let handle else {
        destroyParts()
        return status == 0 ? -1 : status
      }
      parts.append(Part(handle: handle, cut: cut))
    }
    return 0
  }

  private func destroyParts() {
    for part in parts { hfm_convolution_destroy(part.handle) }
    parts = []
  }

  deinit { destroyParts() }

  /// Generates the code, so that no run has to.
  func prepare(name: String) throws(UserError) {
    for part in parts {
      let status = hfm_convolution_prepare(part.handle)
      if status != 0 {
        throw UserError(
          .impossible, key: name, "oneDNN refused a convolution (status \(status))",
          remedy: "count and plan this model; run it with fp32 or bf16")
      }
    }
  }

  /// Computes the part of a lane; returns 0 or a oneDNN status.
  /// - Parameter sums: room of `sharedBytes` for sums over parts.
  func run(
    _ index: Int, source: TensorStorage, weights: TensorStorage, packed: PackedConvolution?,
    bias: TensorStorage?, target: TensorStorage, scratch: UnsafeMutablePointer<Float>,
    sums: UnsafeMutablePointer<Float>
  ) -> Int32 {
    let cut = parts[index].cut
    var (w, b) = (weights.array(from: cut.weights).data, bias?.array(from: cut.bias).data)
    if isPartial {
      w = UnsafeMutableRawPointer(sums + index * key.sumCount)
      b = UnsafeMutableRawPointer(sums + index * key.sumCount + key.weightCount)
    }
    return hfm_convolution_run(
      parts[index].handle, source.array(from: cut.source).data, w, packed?.address(index), b,
      target.array(from: cut.target).data, scratch)
  }

  var partCount: Int { parts.count }

  /// Bytes of a part's weights in the order that oneDNN likes; 0 where they need not be packed.
  func packedBytes(_ part: Int) -> Int { Int(hfm_convolution_packed_bytes(parts[part].handle)) }

  /// Whether two parts take the same weights in the same order.
  func packsLike(_ part: Int, _ other: Int) -> Bool {
    parts[part].cut.weights == parts[other].cut.weights
      && hfm_convolution_packs_like(parts[part].handle, parts[other].handle) != 0
  }

  /// Makes what packs a part's weights. Returns a oneDNN status.
  func makePacking(
    _ part: Int, _ weights: TensorStorage, _ place: UnsafeMutableRawPointer,
    _ packing: inout OpaquePointer?
  ) -> Int32 {
    hfm_packing_create(
      parts[part].handle, weights.array(from: parts[part].cut.weights).data, place, &packing)
  }
}

extension ConvolutionPlan.Key {
  /// The key of a step; nil for steps that are no convolution.
  init?(_ step: Program.Step, lanes: Int) {
    let (inputs, outputs) = (step.inputTensors, step.outputTensors)
    guard let first = inputs.first, inputs.count > 1, let out = outputs.first else { return nil }
    // x, w and y of the operator as its forward has them.
    let (x, w, y): (Tensor, Tensor, Tensor)
    let role: ConvolutionPlan.Role
    switch step.op.kind {
    case .convolution(let geometry, _):
      (self.geometry, x, w, y, role) = (geometry, first, inputs[1], out, .target)
    case .convolutionGradInput(let geometry):
      (self.geometry, x, w, y, role) = (geometry, out, inputs[1], first, .source)
    case .convolutionGradWeight(let geometry, _):
      (self.geometry, x, w, y, role) = (geometry, inputs[1], out, first, .weights)
    default: return nil
    }
    let isTransposed = geometry.transposed
    let swapped: ConvolutionPlan.Role =
      role == .target ? .source : role == .source ? .target : .weights
    self.role = (isTransposed ? swapped : role).rawValue
    source = isTransposed ? y.shape : x.shape
    target = isTransposed ? x.shape : y.shape
    weights = w.shape
    type = first.dataType
    hasBias =
      switch step.op.kind {
      case .convolution(_, let bias), .convolutionGradWeight(_, let bias): bias && !isTransposed
      default: false
      }
    self.lanes = lanes
    let (xBuffer, yBuffer) =
      switch role {
      case .target: (step.inputs[0], step.outputs[0])
      case .source: (step.outputs[0], step.inputs[0])
      case .weights: (step.inputs[1], step.inputs[0])
      }
    sourceLayout = step.layout(isTransposed ? yBuffer : xBuffer)
    targetLayout = step.layout(isTransposed ? xBuffer : yBuffer)
  }

  /// Strides of source and target in elements.
  var sourceStrides: [Int] { sourceLayout.strides(source) }
  var targetStrides: [Int] { targetLayout.strides(target) }

  /// Whether the weights are given.
  var readsWeights: Bool { role != ConvolutionPlan.Role.weights.rawValue }

  /// Elements of the weights.
  var weightCount: Int { weights.reduce(1, *) }
  /// Elements of the gradients of weights and bias.
  var sumCount: Int { weightCount + (hasBias ? weights[0] : 0) }

  /// The convolution as one part.
  var whole: hfm_convolution_shape {
    var shape = hfm_convolution_shape()
    shape.kind = Int32(role)
    shape.dimensions = Int32(geometry.dimensions)
    shape.type = TensorStorage.code(type) ?? Int32(HFM_F32)
    shape.hasBias = hasBias ? 1 : 0
    shape.batch = Int64(source[0])
    shape.groups = Int64(geometry.groups)
    shape.inputs = Int64(weights[1])
    shape.outputs = Int64(weights[0] / geometry.groups)
    copy(Array(source.dropFirst(2)), into: &shape.source)
    copy(Array(target.dropFirst(2)), into: &shape.target)
    copy(Array(weights.dropFirst(2)), into: &shape.kernel)
    copy(geometry.stride, into: &shape.stride)
    copy(geometry.padding, into: &shape.padding)
    copy(geometry.dilation, into: &shape.dilation)
    let (from, to) = (sourceStrides, targetStrides)
    shape.sourceStride = Int64(from[0])
    shape.sourceChannelStride = Int64(from[1])
    shape.sourceStep = Int64(from[from.count - 1])
    shape.targetStride = Int64(to[0])
    shape.targetChannelStride = Int64(to[1])
    shape.targetStep = Int64(to[to.count - 1])
    shape.weightStride = Int64(weights.dropFirst().reduce(1, *))
    return shape
  }
}
