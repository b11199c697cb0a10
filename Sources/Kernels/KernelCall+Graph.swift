import CKernels
import Executor
import Graph
import Quantities

extension KernelCall {
  /// The C kernels of GraphKernels.h.
  var graph: hfm_graph_table { kernels.graph.pointee }

  /// Operators beyond a plain transformer's.
  func executeGraph() throws(UserError) {
    switch (kind, plan) {
    case (_, .moves(let plans, let factor)): move(plans, factor: factor)
    case (_, .convolution(let convolution)): try convolve(convolution)
    case (.resample, .resampling(let resampling)): resample(resampling, backward: false)
    case (.resampleBackward, .resampling(let resampling)): resample(resampling, backward: true)
    case (.fftConvolution, .fourier(let plan)): fourier(plan)
    case (.fftConvolutionBackward, .fourier(let plan)): fourierBackward(plan)
    case (.batchedMatmul(let transpose), _): try batchedMatmul(transpose)
    case (.expertLinear, _), (.expertLinearGradInput, _), (.expertLinearGradWeight, _):
      try expertLinear()
    case (.multiply, _), (.multiplyBackward, _), (.reduce, _): executeBroadcast()
    case (.poolWindows(let pooling), _): poolWindows(pooling)
    case (.poolWindowsBackward(let pooling), _): poolWindowsBackward(pooling)
    case (.elementLoss(let loss), _): elementLoss(loss)
    case (.elementLossBackward(let loss), _): elementLossBackward(loss)
    case (.gatherRows, _): try gatherRows()
    case (.scatterRows(let rows), _): try scatterRows(rows)
    case (.partialRotary(let heads, let dimensions, _, let inverse), _):
      rotary(heads: heads, dimensions: dimensions, inverse: inverse)
    default: executeRows()
    }
  }
}

extension Program.Step {
  /// Scratch of the operators that `executeGraph` runs, of their plan and of further optimizers.
  func graphNeed(_ plan: StepPlan, lanes: Int) -> Workspace.Need {
    let (inputs, outputs) = (inputTensors, outputTensors)
    let partials = channelsLast.isEmpty ? 0 : lanes
    switch (op.kind, plan) {
    case (.linear, _) where scales != nil:
      let columns = inputs[0].columns
      return Workspace.Need(
        laneFloats: Int(hfm_gemm_scratch()) + KernelCall.expandedRows * columns)
    case (_, .convolution(let convolution)):
      return Workspace.Need(
        laneFloats: (convolution.scratchBytes + 3) / 4, sharedBytes: convolution.sharedBytes)
    case (_, .resampling(let resampling)):
      return Workspace.Need(laneFloats: resampling.scratchFloats)
    case (_, .fourier(let plan)):
      return Workspace.Need(laneFloats: FourierPlan.scratchFloats(plan.length))
    case (.batchedMatmul, _), (.expertLinear, _), (.expertLinearGradInput, _),
      (.expertLinearGradWeight, _):
      let isPlain = inputs.allSatisfy { $0.dataType.bits == 32 }
      return Workspace.Need(laneFloats: isPlain ? 0 : Int(hfm_gemm_scratch()))
    case (.channelNorm(let norm), _):
      return Workspace.Need(sharedBytes: norm.sharedBytes(inputs[0].shape, lanes: partials))
    case (.channelNormBackward(let norm), _):
      return Workspace.Need(sharedBytes: norm.sharedBytes(inputs[1].shape, lanes: partials))
    case (.parametricReluBackward, _):
      return Workspace.Need(
        sharedBytes: 4 * (inputs[2].count + inputs[1].shape.prefix(2).reduce(1, *)))
    case (.poolWindowsBackward, _):
      return Workspace.Need(laneFloats: outputs[0].shape.dropFirst(2).reduce(1, *))
    case (.elementLoss(let loss), _), (.elementLossBackward(let loss), _):
      return loss.need(inputs[0].shape, lanes: lanes)
    case (.gatherRows, _): return Workspace.Need(sharedBytes: 4 * inputs[1].count)
    case (.scatterRows, _):
      let rows = outputs[0].rows + 1
      return Workspace.Need(sharedBytes: 4 * (rows + 2 * inputs[1].count))
    case (.attention(let geometry), _) where !geometry.isPlain:
      var shape = geometry.generalShape(
        queries: inputs[0], keys: inputs[1], bias: geometry.bias ? inputs[3] : nil)
      return Workspace.Need(laneFloats: Int(hfm_bias_attention_scratch(&shape, 0)))
    case (.attentionBackward(let geometry), _) where !geometry.isPlain:
      let bias = geometry.bias ? inputs[4] : nil
      var shape = geometry.generalShape(queries: inputs[1], keys: inputs[2], bias: bias)
      return Workspace.Need(
        laneFloats: Int(hfm_bias_attention_scratch(&shape, 1)),
        sharedBytes: 4 * (bias?.count ?? 0))
    case (.optimizer(let rule), _): return rule.need(inputs[0], lanes: lanes)
    default: return Workspace.Need()
    }
  }
}
