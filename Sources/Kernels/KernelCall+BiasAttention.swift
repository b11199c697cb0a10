import CKernels
import Executor
import Graph

extension AttentionGeometry {
  /// Whether the tiled kernel, which keeps nothing of the scores, computes this product.
  var isPlain: Bool { fused && !bias && window == nil && valueSize == headSize }

  /// The general kernels' shape for `q[B,S,…]`, `k[B,T,…]` and a bias.
  func generalShape(queries q: Tensor, keys k: Tensor, bias: Tensor?) -> hfm_bias_attention {
    let (s, t) = (q.shape.dropLast().last ?? 1, k.shape.dropLast().last ?? 1)
    let batch = s == 0 ? 0 : q.rows / s
    var shape = hfm_bias_attention()
    shape.batch = Int64(batch)
    shape.queries = Int64(s)
    shape.keys = Int64(t)
    shape.queryHeads = Int64(queryHeads)
    shape.keyValueHeads = Int64(keyValueHeads)
    shape.headSize = Int64(headSize)
    shape.valueSize = Int64(valueSize)
    shape.window = Int64(window ?? 0)
    shape.causal = causal ? 1 : 0
    // −1 marks that there is no bias: nothing is shared between heads.
    let strides = bias.map {
      StridedBox.broadcastStrides($0.shape, to: [batch, queryHeads, s, t])
    }
    copy(strides ?? [0, 0, 0, -1], into: &shape.biasStride)
    return shape
  }
}

extension KernelCall {
  func biasAttention(_ geometry: AttentionGeometry) {
    let bias = geometry.bias ? inputs[3] : nil
    var shape = geometry.generalShape(
      queries: inputs[0].tensor, keys: inputs[1].tensor, bias: bias?.tensor)
    let block = Int(hfm_bias_attention_rows(&shape))
    let blocks = (Int(shape.queries) + block - 1) / block
    withUnsafePointer(to: shape) { shape in
      forRows(Int(shape.pointee.batch * shape.pointee.queryHeads) * blocks) { begin, end, lane in
        graph.biasAttention(
          shape, inputs[0].array, inputs[1].array, inputs[2].array, bias?.array ?? hfm_array(),
          outputs[0].array, geometry.fused ? outputs[1].floats : nil,
          geometry.fused ? hfm_array() : outputs[1].array, workspace.scratch(lane), Int64(begin),
          Int64(end))
      }
    }
  }

  func biasAttentionBackward(_ geometry: AttentionGeometry) {
    let bias = geometry.bias ? inputs[4] : nil
    let (o, statistic) = (inputs[inputs.count - 2], inputs[inputs.count - 1])
    var shape = geometry.generalShape(
      queries: inputs[1].tensor, keys: inputs[2].tensor, bias: bias?.tensor)
    var (batchGroups, headGroups): (Int64, Int64) = (0, 0)
    let groups = Int(hfm_bias_attention_groups(&shape, &batchGroups, &headGroups))
    let gradient = workspace.shared.assumingMemoryBound(to: Float.self)
    if let bias {
      forElements(bias.count) { begin, end, _ in
        (gradient + begin).update(repeating: 0, count: end - begin)
      }
    }
    withUnsafePointer(to: shape) { shape in
      forRows(groups) { begin, end, lane in
        graph.biasAttentionBackward(
          shape, inputs[0].array, inputs[1].array, inputs[2].array, inputs[3].array,
          bias?.array ?? hfm_array(), o.array, geometry.fused ? statistic.floats : nil,
          geometry.fused ? hfm_array() : statistic.array, outputs[0].array, outputs[1].array,
          outputs[2].array, bias == nil ? nil : gradient, workspace.scratch(lane), Int64(begin),
          Int64(end))
      }
    }
    guard bias != nil, outputs.count > 3 else { return }
    forElements(outputs[3].count) { begin, end, _ in
      kernels.fromFloat(gradient + begin, outputs[3].array, Int64(begin), Int64(end))
    }
  }
}
