import CKernels
import Glibc
import Graph
import Quantities

/// What is settled about a step before it runs: scratch, tables, and whether kernels exist for its
/// number formats.
extension Program.Step {
  /// Tensors by the operator's order.
  var inputTensors: [Tensor] { op.inputs.map { tensors[$0.index] } }
  var outputTensors: [Tensor] { op.outputs.map { tensors[$0.index] } }

  /// Scratch that the kernel needs on `lanes` lanes.
  func need(_ plan: StepPlan, lanes: Int) -> Workspace.Need {
    let (inputs, outputs) = (inputTensors, outputTensors)
    switch op.kind {
    case .attention(let geometry) where geometry.isPlain:
      var shape = geometry.shape(queries: inputs[0], keys: inputs[1])
      return Workspace.Need(laneFloats: Int(hfm_attention_scratch(&shape)))
    case .attentionBackward(let geometry) where geometry.isPlain:
      var shape = geometry.shape(queries: inputs[1], keys: inputs[2])
      return Workspace.Need(laneFloats: Int(hfm_attention_backward_scratch(&shape)))
    case .layerNormBackward, .rmsNormBackward, .scaleColumnsBackward:
      return Workspace.Need(sharedBytes: lanes * 2 * outputs[0].columns * 4)
    case .embeddingBackward:
      return Workspace.Need(sharedBytes: (outputs[0].rows + 1 + inputs[1].count) * 4)
    default:
      return productNeed(inputs, outputs, lanes: lanes).merged(graphNeed(plan, lanes: lanes))
    }
  }

  private func productNeed(_ inputs: [Tensor], _ outputs: [Tensor], lanes: Int) -> Workspace.Need {
    guard let (m, n, k) = MatrixProduct.extents(op.kind, inputs: inputs, outputs: outputs) else {
      return Workspace.Need()
    }
    var need = Workspace.Need()
    let isPlain = (inputs.prefix(2) + outputs.prefix(1)).allSatisfy { $0.dataType.bits == 32 }
    if !isPlain { need.laneFloats = max(Int(hfm_gemm_scratch()), KernelCall.fewRows * k) }
    switch op.kind {
    case .patchEmbedding: need.sharedBytes = m * k * 4
    case .patchEmbeddingGradWeight: need.sharedBytes = n * k * 4
    default:
      let grid = ProductGrid(m: m, n: n, k: k, lanes: lanes)
      if grid.depth > 1 { need.sharedBytes = grid.depth * m * n * 4 }
    }
    return need
  }

  /// Elements of a head that turn, and the base of their frequencies.
  private func rotation(columns: Int) -> (rotated: Int, base: Double)? {
    switch op.kind {
    case .rotary(let heads, let base, _): (columns / heads, base)
    case .partialRotary(_, let dimensions, let base, _): (dimensions, base)
    default: nil
    }
  }

  /// cos and sin of position · base^(−2i/D) (RoFormer, arXiv 2104.09864, eq. 15); empty for other
  /// operators.
  var rotaryTable: [Float] {
    let x = inputTensors.first
    guard let x, let (rotated, base) = rotation(columns: x.columns) else { return [] }
    let half = rotated / 2
    let positions = x.shape.dropLast().last ?? 1
    var table = [Float](repeating: 0, count: 2 * positions * half)
    for position in 0..<positions {
      for i in 0..<half {
        let angle = Double(position) * pow(base, -Double(i) / Double(half))
        table[position * half + i] = Float(cos(angle))
        table[(positions + position) * half + i] = Float(sin(angle))
      }
    }
    return table
  }
}
