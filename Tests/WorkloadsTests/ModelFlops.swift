import Graph

/// Model FLOPs as PyTorch's FlopCounterMode counts them: products, convolutions and attention,
/// a multiply-add being 2; attention's backward counted as twice its forward.
func modelFlops(_ node: Operator, _ tensors: [Tensor]) -> Int {
  let inputs = node.inputs.map { tensors[$0.index] }
  let outputs = node.outputs.map { tensors[$0.index] }
  switch node.kind {
  case .linear: return 2 * inputs[0].count * inputs[1].shape[0]
  case .linearGradInput: return 2 * inputs[0].rows * inputs[1].count
  case .linearGradWeight: return 2 * inputs[0].count * inputs[1].columns
  case .matmul(let transpose):
    let inner = transpose == .left ? inputs[0].shape[0] : inputs[0].shape[1]
    return 2 * outputs[0].count * inner
  case .patchEmbedding: return 2 * outputs[0].rows * inputs[1].count
  case .patchEmbeddingGradWeight: return 2 * inputs[0].rows * outputs[0].count
  case .attention(let geometry): return attention(geometry, inputs[0], inputs[1])
  case .attentionBackward(let geometry): return 2 * attention(geometry, inputs[1], inputs[2])
  default: return 0
  }
}

private func attention(_ geometry: AttentionGeometry, _ query: Tensor, _ key: Tensor) -> Int {
  4 * query.shape[0] * geometry.queryHeads * query.shape[1] * key.shape[1] * geometry.headSize
}

func forwardFlops(_ graph: OperatorGraph) -> Int {
  graph.calls.reduce(0) { total, call in
    let block = graph.blocks[call.block]
    return total + call.count
      * block.operators.reduce(0) { $0 + modelFlops($1, block.tensors) }
  }
}

func backwardFlops(_ graph: TrainingGraph) -> Int {
  graph.backwardCalls.reduce(0) { total, call in
    let block = graph.backwardBlocks[call.block]
    return total + call.count
      * block.operators.reduce(0) { $0 + modelFlops($1, block.tensors) }
  }
}
