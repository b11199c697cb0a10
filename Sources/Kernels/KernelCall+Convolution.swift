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
    clearStatus()
    forRows(convolution.partCount) { begin, end, lane in
      for part in begin..<end {
        let status = convolution.run(
          part, source: isTransposed ? y : x, weights: w, bias: isTransposed ? nil : bias,
          target: isTransposed ? x : y, scratch: workspace.scratch(lane))
        note(status, lane)
      }
    }
    try checkStatus("a convolution of \(x.tensor.shape) with \(w.tensor.shape)")
    if isTransposed, let bias { transposedBias(bias, y) }
  }

  /// A transposed convolution's bias, which oneDNN's adjoint lacks: added, or its gradient summed.
  private func transposedBias(_ bias: TensorStorage, _ y: TensorStorage) {
    let (samples, channels) = (y.tensor.shape[0], y.tensor.shape[1])
    let size = y.count / (samples * channels)
    if case .convolution = kind {
      let box = MovePlan(
        StridedBox(
          extents: [samples, channels, size], xStrides: [0, 1, 0],
          yStrides: [channels * size, size, 1]))
      if let box { combine(HFM_ADD, box, y, bias) }
    } else if let sum = Movements.reduction([samples, channels, size], over: [0, 2]) {
      reduce(sum, y, into: bias)
    }
  }
}
