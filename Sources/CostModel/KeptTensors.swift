import Graph

/// Which tensors of a block, and of its backward block, outlive the operators that give and read
/// them, whatever formats and conventions they are counted under.
struct KeptTensors: Sendable {
  /// Memory of forward tensors that is there until backward: what backward reads, and `inputs`.
  let isSaved: [Bool]
  /// Memory of the block's outputs.
  let isOutput: [Bool]
  /// Memory of what matrix products, convolutions and attention give, without the scores of
  /// attention that is written out.
  let isProduct: [Bool]
  /// What a framework keeps though backward does not read it.
  let inputs: [TensorID]
  /// Memory of the gradients that a backward block hands on.
  let isGradient: [Bool]

  init(_ block: Block, _ backward: BackwardBlock?, _ roots: [TensorID]) {
    func marked(_ ids: some Sequence<TensorID>, of count: Int) -> [Bool] {
      var result = [Bool](repeating: false, count: count)
      for id in ids { result[roots[id.index].index] = true }
      return result
    }
    let count = block.tensors.count
    inputs = backward == nil ? [] : Conventions.keptInputs(block).map { roots[$0.index] }
    isSaved = marked((backward?.saved ?? []) + inputs, of: count)
    isOutput = marked(block.outputs, of: count)
    isProduct = marked(block.operators.lazy.flatMap(Self.products), of: count)
    let gradients =
      (backward?.parameterGradients.map(\.gradient) ?? [])
      + (backward?.inputGradients.compactMap(\.self) ?? [])
    isGradient = marked(gradients, of: roots.count)
  }

  private static func products(_ op: Operator) -> [TensorID] {
    guard AutocastFormats.isProduct(op.kind) else { return [] }
    if case .attention(let geometry) = op.kind, !geometry.fused {
      return Array(op.outputs.prefix(1))
    }
    return op.outputs
  }
}
