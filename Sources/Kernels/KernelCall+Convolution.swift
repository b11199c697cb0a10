import CKernels
import Executor
import Graph
import Quantities

extension KernelCall {
  func convolve(_ convolution: ConvolutionPlan) throws(UserError) {
    let isTransposed = convolution.key.geometry.transposed
    let x: TensorStorage
    let (w, y): (TensorStorage, TensorStorage)
    var bias: TensorStorage?
    switch kind {
    case .convolution(_, let hasBias):
      (x, w, y) = (inputs[0], inputs[1], outputs[0])
      bias = hasBias ? inputs[2] : nil
    case .convolutionGradInput: (x, w, y) = (outputs[0], inputs[1], inputs[0])
    default:
      (x, w, y) = (inputs[1], outputs[0], inputs[0])
      bias = outputs.count > 1 ? outputs[1] : nil
    }
    let (source, target) = isTransposed ? (y, x) : (x, y)
    let own = isTransposed ? nil : bias
    if let plan = convolution.depthwise {
      depthwise(plan, source: source, weights: w, bias: own, target: target)
    } else {
      try runParts(convolution, source: source, weights: w, bias: own, target: target)
    }
    if isTransposed, let bias { transposedBias(convolution, bias, y) }
  }

  /// Runs oneDNN's part of each lane.
  private func runParts(
    _ convolution: ConvolutionPlan, source: TensorStorage, weights: TensorStorage,
    bias: TensorStorage?, target: TensorStorage
  ) throws(UserError) {
    clearStatus()
    let sums = workspace.shared.assumingMemoryBound(to: Float.self)
    forRows(convolution.partCount) { begin, end, lane in
      for part in begin..<end {
        let status = convolution.run(
          part, source: source, weights: weights, packed: packedConvolution, bias: bias,
          target: target, scratch: workspace.scratch(lane), sums: sums)
        note(status, lane)
      }
    }
    try checkStatus("a convolution of \(source.tensor.shape) with \(weights.tensor.shape)")
    if convolution.isPartial { addParts(convolution, sums, weights, bias) }
  }

  /// Adds the lanes' sums of the gradients of weights and bias, in the order of lanes.
  private func addParts(
    _ convolution: ConvolutionPlan, _ sums: UnsafeMutablePointer<Float>, _ w: TensorStorage,
    _ bias: TensorStorage?
  ) {
    let (parts, size) = (Int64(convolution.partCount), Int64(convolution.key.sumCount))
    forElements(w.count) { begin, end, _ in
      kernels.reducePartials(sums, parts, size, w.array, Int64(begin), Int64(end))
    }
    guard let bias else { return }
    kernels.reducePartials(sums + w.count, parts, size, bias.array, 0, Int64(bias.count))
  }

  /// A transposed convolution's bias, which oneDNN's adjoint lacks: added, or its gradient summed.
  private func transposedBias(
    _ convolution: ConvolutionPlan, _ bias: TensorStorage, _ y: TensorStorage
  ) {
    if case .convolution = kind {
      if let box = convolution.biasBox { combine(HFM_ADD, box, y, bias) }
    } else if let sum = convolution.biasSum {
      reduce(sum, y, into: bias)
    }
  }
}
