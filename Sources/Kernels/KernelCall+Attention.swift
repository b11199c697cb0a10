import CKernels
import Executor
import Graph

extension AttentionGeometry {
  /// The C kernels' shape for `q[B, S, …]` and `k[B, T, …]`.
  func shape(queries q: Tensor, keys k: Tensor) -> hfm_attention_shape {
    let s = q.shape.dropLast().last ?? 1
    let t = k.shape.dropLast().last ?? 1
    return hfm_attention_shape(
      batch: Int64(s == 0 ? 0 : q.rows / s), queries: Int64(s), keys: Int64(t),
      queryHeads: Int64(queryHeads), keyValueHeads: Int64(keyValueHeads),
      headSize: Int64(headSize), causal: causal ? 1 : 0)
  }
}

extension KernelCall {
  func attention(_ geometry: AttentionGeometry) {
    var shape = geometry.shape(queries: inputs[0].tensor, keys: inputs[1].tensor)
    let items = Int(hfm_attention_items(&shape))
    withUnsafePointer(to: shape) { shape in
      forRows(items) { begin, end, lane in
        kernels.attention(
          shape, inputs[0].array, inputs[1].array, inputs[2].array, outputs[0].array,
          outputs[1].floats, workspace.scratch(lane), Int64(begin), Int64(end))
      }
    }
  }

  func attentionBackward(_ geometry: AttentionGeometry) {
    let shape = geometry.shape(queries: inputs[1].tensor, keys: inputs[2].tensor)
    let items = Int(shape.batch * shape.keyValueHeads)
    withUnsafePointer(to: shape) { shape in
      forRows(items) { begin, end, lane in
        kernels.attentionBackward(
          shape, inputs[0].array, inputs[1].array, inputs[2].array, inputs[3].array,
          inputs[4].array, inputs[5].floats, outputs[0].array, outputs[1].array, outputs[2].array,
          workspace.scratch(lane), Int64(begin), Int64(end))
      }
    }
  }
}
