import Graph
import Quantities

/// Casts that no kernel makes: a sum of a narrow and a wide tensor reads both as they are and
/// promotes in its registers (PyTorch's TensorIterator, docs "Tensor Attributes", type promotion).
/// So does peft's sum of a matrix's narrow result and an update in fp32.
struct PromotedCasts {
  private var onlySummed: [Bool]

  /// Looks at what reads each cast of a block.
  init(_ block: Block) {
    onlySummed = [Bool](repeating: false, count: block.tensors.count)
    for op in block.operators where op.kind == .cast {
      let (narrow, wide) = (block[op.inputs[0]].dataType, block[op.outputs[0]].dataType)
      onlySummed[op.outputs[0].index] = narrow.bits < wide.bits
    }
    for op in block.operators {
      // One of the operands has to be wide by itself.
      let casts = op.inputs.count { onlySummed[$0.index] }
      if op.kind == .add, casts < op.inputs.count { continue }
      for id in op.inputs { onlySummed[id.index] = false }
    }
    for id in block.outputs { onlySummed[id.index] = false }
  }

  /// Whether an operator is such a cast.
  func holds(_ op: Operator) -> Bool { op.kind == .cast && onlySummed[op.outputs[0].index] }
}
