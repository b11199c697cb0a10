import Graph

/// A step of a program with the addresses of its operands, and what else is settled before it runs.
struct PreparedStep {
  let inputs: [TensorStorage]
  let outputs: [TensorStorage]
  let rotaryTable: [Float]
  let plan: StepPlan
  let scales: TensorStorage?
  let statistics: [TensorStorage]
  /// Scratch that the kernel asks for.
  let need: Workspace.Need
  /// The product that the operator is; nil for other kinds.
  var product: MatrixProduct?
  /// Its settled form; nil for few rows and formats without one.
  var productPlan: ProductPlan?
  /// A convolution's packed weights; nil where they are used as they lie.
  var packedConvolution: PackedConvolution?
}

extension Program {
  /// Buffers that no step writes: they stay the same from run to run.
  var constantBuffers: Set<Int> {
    var constant = Set(buffers.indices.filter { buffers[$0].content != .transient })
    for step in steps {
      constant.subtract(step.outputs)
      if case .optimizer = step.op.kind { constant.subtract(step.inputs) }
    }
    return constant
  }

  /// Parameters and constants that no step writes before the last one that reads them: what is made
  /// of them at a run's start stays right throughout.
  var buffersOfARun: Set<Int> {
    var steady = Set(buffers.indices.filter { buffers[$0].content != .transient })
    var written: Set<Int> = []
    for step in steps {
      var writes = step.outputs
      if case .optimizer = step.op.kind { writes += step.inputs }
      steady.subtract(written.intersection(step.inputs).subtracting(writes))
      written.formUnion(writes)
    }
    return steady
  }
}
