/// Bounds on what a graph of more samples holds, so that none is made that building it would
/// refuse (see `Limits`).
struct ScaledLimits {
  private let large: Double
  /// Elements of the largest tensors, and work, of the larger of two graphs: by how many of their
  /// factors grow with the samples.
  private var elements = [Double](repeating: 0, count: 8)
  private var work = [Double](repeating: 0, count: 8)

  init(
    _ graph: OperatorGraph, _ blocks: [ScaledTensors], _ sizes: BatchScaling.Sizes,
    _ shapes: ScaledShapes
  ) {
    large = Double(sizes.large)
    var calls = [Double](repeating: 0, count: graph.blocks.count)
    for call in graph.calls { calls[call.block] += Double(call.count) }
    for (position, block) in graph.blocks.enumerated() {
      let growth = block.tensors.indices.map { shapes.growth(blocks[position].places[$0]) }
      for (tensor, growth) in zip(block.tensors, growth) {
        let count = Double(tensor.count)
        elements[growth.degree] = max(elements[growth.degree], count)
        work[growth.degree] += 8 * count * calls[position]
      }
      for op in block.operators {
        let inputs = op.inputs.map { block[$0] }
        let added = Limits.work(op.kind, inputs, op.outputs.map { block[$0].shape }) ?? .max
        // Elements of one of its tensors, times one of the last two extents of an operand.
        let own = (op.inputs + op.outputs).map { growth[$0.index] }
        let degree =
          (own.map(\.degree).max() ?? 0) + (own.contains(where: \.isInner) ? 1 : 0)
        work[degree] += Double(added) * calls[position]
      }
    }
  }

  func allow(_ batch: Int) -> Bool {
    let growth = max(1, Double(batch) / large)
    var (factor, most, sum) = (1.0, 0.0, 0.0)
    for (elements, work) in zip(elements, work) {
      most = max(most, factor * elements)
      sum += factor * work
      factor *= growth
    }
    // Half of the bounds: the sums above are rounded.
    return most <= Double(Limits.elements / 2) && sum <= Double(Limits.work / 2)
  }
}
