import CKernels
import Executor
import Graph
import Quantities

/// A convolution cut over the lanes, with oneDNN's primitives for each part.
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
  }

  /// One lane's share: where it starts in each tensor, in elements.
  private struct Part {
    var handle: OpaquePointer
    var source = 0, weights = 0, target = 0, bias = 0
  }

  let key: Key
  private var parts: [Part] = []

  /// Scratch that a lane needs, in bytes.
  var scratchBytes: Int { parts.map { Int(hfm_convolution_scratch($0.handle)) }.max() ?? 0 }

  /// - Throws: `UserError` when oneDNN has no implementation.
  init(_ key: Key, name: String) throws(UserError) {
    self.key = key
    for cut in key.cuts {
      var shape = cut.shape
      var handle: OpaquePointer?
      let status = hfm_convolution_create(&shape, &handle)
      guard status == 0, let handle else {
        throw UserError(
          .impossible, key: name,
          "oneDNN has no convolution of \(key.source) with \(key.weights) (status \(status))",
          remedy: "count and plan this model; run it with fp32 or bf16")
      }
      parts.append(
        Part(
          handle: handle, source: cut.source, weights: cut.weights, target: cut.target,
          bias: cut.bias))
    }
  }

  deinit { for part in parts { hfm_convolution_destroy(part.handle) } }

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
  func run(
    _ index: Int, source: TensorStorage, weights: TensorStorage, bias: TensorStorage?,
    target: TensorStorage, scratch: UnsafeMutablePointer<Float>
  ) -> Int32 {
    let part = parts[index]
    return hfm_convolution_run(
      part.handle, source.array(from: part.source).data, weights.array(from: part.weights).data,
      bias?.array(from: part.bias).data, target.array(from: part.target).data, scratch)
  }

  var partCount: Int { parts.count }
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
  }

  /// One lane's shape and where it starts.
  struct Cut {
    var shape: hfm_convolution_shape
    var source = 0, weights = 0, target = 0, bias = 0
  }

  private var whole: hfm_convolution_shape {
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
    shape.sourceStride = Int64(source.dropFirst().reduce(1, *))
    shape.targetStride = Int64(target.dropFirst().reduce(1, *))
    shape.weightStride = Int64(weights.dropFirst().reduce(1, *))
    return shape
  }

  /// The cut over the lanes: by samples where they share out evenly, else by groups, else by the
  /// channels that are not summed over. A weight's gradient sums over samples.
  var cuts: [Cut] {
    let shape = whole
    let (batch, groups) = (source[0], geometry.groups)
    let isWeights = role == ConvolutionPlan.Role.weights.rawValue
    let isEven = batch % lanes == 0 || batch >= 4 * lanes
    func ranges(_ count: Int, _ grain: Int) -> [Range<Int>] {
      (0..<lanes).map { TeamScope.chunk($0, of: lanes, count: count, grain: grain) }
        .filter { !$0.isEmpty }
    }
    if !isWeights, isEven || (groups > 1 && groups < lanes && batch > 1) {
      return ranges(batch, 1).map { range in
        var cut = Cut(shape: shape)
        cut.shape.batch = Int64(range.count)
        cut.source = range.lowerBound * Int(shape.sourceStride)
        cut.target = range.lowerBound * Int(shape.targetStride)
        return cut
      }
    }
    let sourceSize = source.dropFirst(2).reduce(1, *)
    let targetSize = target.dropFirst(2).reduce(1, *)
    let (inputs, outputs) = (Int(shape.inputs), Int(shape.outputs))
    if groups > 1 {
      return ranges(groups, groups >= 16 * lanes ? 16 : 1).map { range in
        var cut = Cut(shape: shape)
        cut.shape.groups = Int64(range.count)
        cut.source = range.lowerBound * inputs * sourceSize
        cut.target = range.lowerBound * outputs * targetSize
        cut.weights = range.lowerBound * outputs * Int(shape.weightStride)
        cut.bias = range.lowerBound * outputs
        return cut
      }
    }
    if role == ConvolutionPlan.Role.source.rawValue
      || (isWeights && !hasBias && outputs < lanes && inputs > outputs)
    {
      return ranges(inputs, inputs >= 16 * lanes ? 16 : 1).map { range in
        var cut = Cut(shape: shape)
        cut.shape.inputs = Int64(range.count)
        cut.source = range.lowerBound * sourceSize
        cut.weights = range.lowerBound * weights.dropFirst(2).reduce(1, *)
        return cut
      }
    }
    return ranges(outputs, outputs >= 16 * lanes ? 16 : 1).map { range in
      var cut = Cut(shape: shape)
      cut.shape.outputs = Int64(range.count)
      cut.target = range.lowerBound * targetSize
      cut.weights = range.lowerBound * Int(shape.weightStride)
      cut.bias = range.lowerBound
      return cut
    }
  }
}
