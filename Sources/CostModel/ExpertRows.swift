import Graph

/// What a block does with the rows that a router sends to experts (Shazeer et al., arXiv
/// 1701.06538), derived from the block itself: products with one matrix an expert, and what stands
/// between them.
struct ExpertRows {
  /// Whether each tensor of the forward table holds such rows.
  private(set) var isExpert: [Bool]
  /// Of these, whether its columns are an expert's inner width, else the model's.
  private(set) var isInner: [Bool]
  /// Experts of the block; 0 without.
  private(set) var count = 0
  /// Bytes of the rows sent out; as many come back.
  private(set) var dispatched = 0
  /// Bytes of the combined result: what is summed where devices share each expert.
  private(set) var combined = 0
  private var routed: TensorSet

  init(_ block: Block) {
    isExpert = [Bool](repeating: false, count: block.tensors.count)
    isInner = isExpert
    routed = TensorSet(count: block.tensors.count)
    for op in block.operators {
      guard case .expertLinear = op.kind else { continue }
      let (x, y) = (op.inputs[0], op.outputs[0])
      if !isExpert[x.index] {
        isExpert[x.index] = true
        dispatched += block[x].bytes
        count = max(count, block[op.inputs[1]].shape.first ?? 1)
      }
      isExpert[y.index] = true
      isInner[y.index] = !isInner[x.index]
      follow(block)
    }
    guard count > 0 else { return }
    for op in block.operators where op.kind == .softmax {
      for id in op.inputs { routed.insert(id) }
    }
    for op in block.operators {
      guard case .scatterRows = op.kind, op.inputs.contains(where: { isExpert[$0.index] })
      else { continue }
      combined += op.outputs.reduce(0) { $0 + block[$1].bytes }
    }
  }

  /// Point-wise results of expert rows are expert rows.
  private mutating func follow(_ block: Block) {
    for op in block.operators {
      switch op.kind {
      case .activation, .gatedActivation, .multiply, .scale, .cast:
        guard let first = op.inputs.first, isExpert[first.index] else { continue }
        for id in op.outputs {
          isExpert[id.index] = true
          isInner[id.index] = isInner[first.index]
        }
      default: continue
      }
    }
  }

  /// Whether an operator reads or writes expert rows.
  func holds(_ op: Operator) -> Bool {
    func isRow(_ id: TensorID) -> Bool { id.index < isExpert.count && isExpert[id.index] }
    return count > 0 && (op.inputs.contains(where: isRow) || op.outputs.contains(where: isRow))
  }

  /// Whether a product computes the router's scores.
  func isRouter(_ op: Operator) -> Bool { op.outputs.contains { routed.contains($0) } }
}
